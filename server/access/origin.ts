/** Whether a browser's request comes from a page of ours. */
import type { IncomingHttpHeaders } from 'node:http'

/** True without an Origin, too: browsers send it with every WebSocket and every mutation, other programs need not. */
export function isOwnOrigin({ origin, host }: IncomingHttpHeaders): boolean {
  if (origin === undefined) return true
  return URL.canParse(origin) && host !== undefined && new URL(origin).host === host.toLowerCase()
}
