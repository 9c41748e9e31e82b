/** `spokecam pair`: opens pairing and shows what a phone needs for it. */
import { networkInterfaces } from 'node:os'
import { join, resolve } from 'node:path'
import { renderUnicodeCompact } from 'uqr'
import { monoNowMs, readBootId } from '../core/process/boot.js'
import { settingsOf } from '../core/process/config.js'
import { makeFolderDurably } from '../core/process/durable.js'
import { EXIT } from '../core/process/run.js'
import { openAccessStore } from '../core/store/access.js'
import type { Given } from './command.js'
import { SERVER_SECTIONS, settingsFor } from './settings.js'

const MINUTE_MS = 60_000

export async function run(given: Given): Promise<number> {
  const { data, http } = settingsOf(settingsFor(given), SERVER_SECTIONS)
  const { openPairing } = await import('../server/main.js')
  await makeFolderDurably(resolve(data))
  const store = openAccessStore(join(resolve(data), 'server.db'))
  try {
    const { code, expiresInMs } = openPairing({ store, bootId: readBootId(), nowMonoMs: monoNowMs() })
    const urls = addressesOf(store.address() ?? `http://${http.host}:${http.port}`, http.names)
    const shown = given.has('json')
      ? `${JSON.stringify({ code, urls, expiresInMs })}\n`
      : inWords(code, urls, expiresInMs)
    process.stdout.write(shown)
    return EXIT.done
  } finally {
    store.close()
  }
}

/** A server that listens on every address is reached by each of the machine's, and by its names. */
function addressesOf(listening: string, names: readonly string[]): string[] {
  const { hostname, port } = new URL(listening)
  if (hostname !== '0.0.0.0' && hostname !== '[::]') return [listening]
  const addresses = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4')
    .map(({ address }) => address)
  return [...addresses, ...names].map((host) => `http://${host}${port === '' ? '' : `:${port}`}`)
}

function inWords(code: string, urls: readonly string[], expiresInMs: number): string {
  const url = urls[0]
  const qr = url === undefined ? '' : `\n${renderUnicodeCompact(`${url}/#pair=${code}`)}\n`
  const readable = `${code.slice(0, 4)} ${code.slice(4)}`
  return `${qr}
Open ${urls.join(' or ')} on the phone and enter

    ${readable}

within ${Math.round(expiresInMs / MINUTE_MS)} minutes.
`
}
