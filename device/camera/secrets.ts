/** Keeps the passwords of network cameras out of everything that is said: logs, errors, and what doctor shows. */
import type { CameraSource } from './recording-plan.js'

/**
 * Only scheme, host and port are shown: cameras take passwords before the host, in the query, and even in the path.
 * Anything that is no network address is shown as it is.
 */
export function shownAddress(address: string): string {
  const [, scheme, rest] = /^(rtsps?:\/\/)(.*)$/s.exec(address) ?? []
  if (scheme === undefined || rest === undefined) return address
  // A password may hold a slash or another @ that nobody has written as %2F or %40: the last @ ends it.
  const host = rest.slice(rest.lastIndexOf('@') + 1)
  return `${scheme}${/^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)?(:\d+)?/.exec(host)?.[0] ?? ''}/…`
}

/** A text in which somebody wrote an address with a password; its scheme may be misspelt, and stays as it is. */
export const withoutAddresses = (text: string): string =>
  text.replace(/\b(\w+):\/\/([^\s'"]*@[^\s'",]*)/g, (_, scheme: string, rest: string) =>
    shownAddress(`rtsp://${rest}`).replace('rtsp', scheme),
  )

/** What a program said, without what its source must not tell. */
export function withoutSecrets(message: string, source: CameraSource): string {
  if (source.kind !== 'rtsp') return message
  const shown = shownAddress(source.url)
  const whole = message.replaceAll(source.url, shown)
  return secretsOf(source.url).reduce(
    (said, secret) => said.replaceAll(secret, '***'),
    whole.replace(ANY_ADDRESS, shown),
  )
}

/** ffmpeg sometimes says an address a little differently from how it was told it. */
const ANY_ADDRESS = /rtsps?:\/\/[^\s'"]*[^\s'":,]/g

/** Password, and name with password, as they stand before the host, also unescaped; the longer first, which holds the shorter. */
function secretsOf(url: string): string[] {
  const rest = url.replace(/^rtsps?:\/\//, '')
  const credentials = rest.slice(0, Math.max(0, rest.lastIndexOf('@')))
  const told = [credentials, credentials.replace(/^[^:]*:?/, '')]
  return [...new Set([...told, ...told.map(unescaped)])]
    .filter((secret) => secret !== '')
    .sort((a, b) => b.length - a.length)
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text // A lone % is no escape: it stands for itself.
  }
}
