/** Distances and outlines on the earth, good to a bicycle's needs. */

export interface LatLon {
  readonly latDeg: number
  readonly lonDeg: number
}

/** west, south, east, north in degrees. */
export type Bounds = readonly [number, number, number, number]

/** Mean earth radius R1 of GRS 80 (IUGG). */
const EARTH_RADIUS_M = 6_371_008.8
const RADIANS = Math.PI / 180

/** Great-circle distance in metres by the haversine formula; off by at most 0.5 % against the ellipsoid. */
export function distanceM(from: LatLon, to: LatLon): number {
  const halfLat = ((to.latDeg - from.latDeg) * RADIANS) / 2
  const halfLon = ((to.lonDeg - from.lonDeg) * RADIANS) / 2
  const chord =
    Math.sin(halfLat) ** 2 + Math.cos(from.latDeg * RADIANS) * Math.cos(to.latDeg * RADIANS) * Math.sin(halfLon) ** 2
  return 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(chord)))
}

/** The point that lies distanceM metres from here in direction courseDeg. Good below 100 km; not for the poles. */
export function pointAhead(from: LatLon, courseDeg: number, distanceM: number): LatLon {
  const northM = Math.cos(courseDeg * RADIANS) * distanceM
  const eastM = Math.sin(courseDeg * RADIANS) * distanceM
  const latDeg = from.latDeg + northM / EARTH_RADIUS_M / RADIANS
  const lonDeg = from.lonDeg + eastM / (EARTH_RADIUS_M * Math.cos(from.latDeg * RADIANS)) / RADIANS
  return { latDeg, lonDeg }
}

export function widen(bounds: Bounds | null, { latDeg, lonDeg }: LatLon): Bounds {
  if (bounds === null) return [lonDeg, latDeg, lonDeg, latDeg]
  const [west, south, east, north] = bounds
  return [Math.min(west, lonDeg), Math.min(south, latDeg), Math.max(east, lonDeg), Math.max(north, latDeg)]
}

/** Encoded polyline with 5 digits, the format of Google's "Encoded Polyline Algorithm". */
export function encodePolyline(points: readonly LatLon[]): string {
  let text = ''
  let lastLat = 0
  let lastLon = 0
  for (const { latDeg, lonDeg } of points) {
    const lat = Math.round(latDeg * 1e5)
    const lon = Math.round(lonDeg * 1e5)
    text += encodeSigned(lat - lastLat) + encodeSigned(lon - lastLon)
    lastLat = lat
    lastLon = lon
  }
  return text
}

function encodeSigned(value: number): string {
  let rest = value < 0 ? ~(value << 1) : value << 1
  let text = ''
  while (rest >= 0x20) {
    text += String.fromCharCode((0x20 | (rest & 0x1f)) + 63)
    rest >>= 5
  }
  return text + String.fromCharCode(rest + 63)
}
