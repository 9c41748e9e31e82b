/** Keeps the passwords of network cameras out of what their programs say. */
import { shownAddress } from '../../core/process/address.js'
import type { CameraSource } from './recording-plan.js'

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

/** What is shorter stands in words that have nothing to do with it, and gives nothing away; in addresses it is hidden all the same. */
const SHORTEST_SECRET = 4

/** Password, and name with password, as they stand before the host, also unescaped; the longer first, which holds the shorter. */
function secretsOf(url: string): string[] {
  const rest = url.replace(/^rtsps?:\/\//, '')
  const credentials = rest.slice(0, Math.max(0, rest.lastIndexOf('@')))
  const told = [credentials, credentials.replace(/^[^:]*:?/, '')]
  return [...new Set([...told, ...told.map(unescaped)])]
    .filter(({ length }) => length >= SHORTEST_SECRET)
    .sort((a, b) => b.length - a.length)
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text // A lone % is no escape: it stands for itself.
  }
}
