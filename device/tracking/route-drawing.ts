/** The small drawing of a route in a list: some 200 to 400 points, evenly spread however long the ride gets. */
import type { LatLon } from '../../core/ride/geo.js'
import { encodePolyline } from '../../core/ride/polyline.js'

export interface RouteDrawing {
  readonly add: (point: LatLon) => void
  readonly points: () => readonly LatLon[]
  /** Encoded polyline, 5 digits. */
  readonly encoded: () => string
}

const MOST_POINTS = 400

/** Keeps every n-th point; whenever that becomes too many, every second of them goes. @param route what it begins with */
export function createRouteDrawing(route: readonly LatLon[] = []): RouteDrawing {
  let kept: LatLon[] = []
  let last: LatLon | null = null
  let every = 1
  let count = 0

  const add = ({ latDeg, lonDeg }: LatLon): void => {
    last = { latDeg, lonDeg }
    if (count++ % every === 0) kept.push(last)
    if (kept.length < MOST_POINTS) return
    kept = kept.filter((_, index) => index % 2 === 0)
    every *= 2
  }
  const points = (): readonly LatLon[] => (last === null || kept.at(-1) === last ? kept : [...kept, last])

  route.forEach(add)
  return { add, points, encoded: () => encodePolyline(points()) }
}
