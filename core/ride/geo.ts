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

/** The way between two points as metres north and east; good for short ones. */
export function stepOf(from: LatLon, to: LatLon): { readonly northM: number; readonly eastM: number } {
  const corner = { latDeg: to.latDeg, lonDeg: from.lonDeg }
  return {
    northM: distanceM(from, corner) * Math.sign(to.latDeg - from.latDeg),
    eastM: distanceM(corner, to) * Math.sign(eastOf(from, to)),
  }
}

/** In degrees, -180 to 180: the shorter way round. */
const eastOf = (from: LatLon, to: LatLon): number => ((to.lonDeg - from.lonDeg + 540) % 360) - 180

/** The point a share of the way along, 0 to 1; straight, so good for short ways only, over the antimeridian too. */
export function pointBetween(from: LatLon, to: LatLon, share: number): LatLon {
  const lonDeg = from.lonDeg + eastOf(from, to) * share
  return { latDeg: from.latDeg + (to.latDeg - from.latDeg) * share, lonDeg: ((lonDeg + 540) % 360) - 180 }
}

/** Where points that lie close to each other lie on average. Null for none. */
export function centreOf(points: readonly LatLon[]): LatLon | null {
  return points.reduce<LatLon | null>(
    (centre, point, index) => (centre === null ? point : pointBetween(centre, point, 1 / (index + 1))),
    null,
  )
}

/** What holds both. */
export function boundsOfBoth(a: Bounds | null, b: Bounds | null): Bounds | null {
  if (a === null || b === null) return a ?? b
  return [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])]
}
