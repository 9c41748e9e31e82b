/** Which view the part of the address behind # names. */

export type Route =
  | { readonly view: 'now' }
  | { readonly view: 'rides' }
  | { readonly view: 'settings' }
  | { readonly view: 'ride'; readonly rideId: string }
  | { readonly view: 'pair'; readonly code: string }

/** Anything unknown is the now view. */
export function parseRoute(hash: string): Route {
  const pairing = /^#pair=(.*)$/.exec(hash)
  if (pairing !== null) return { view: 'pair', code: digitsOf(pairing[1] ?? '') }
  const ride = /^#\/rides\/([^/]+)$/.exec(hash)
  if (ride !== null) return { view: 'ride', rideId: decoded(ride[1] ?? '') }
  if (hash === '#/settings') return { view: 'settings' }
  return hash === '#/rides' ? { view: 'rides' } : { view: 'now' }
}

export const rideHash = (rideId: string): string => `#/rides/${encodeURIComponent(rideId)}`

export const CODE_DIGITS = 8

/** What of a typed or scanned text can belong to a pairing code. */
export const digitsOf = (text: string): string => text.replace(/\D/g, '').slice(0, CODE_DIGITS)

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // Not an address this page made: as an id it is simply unknown to the server.
    return text
  }
}
