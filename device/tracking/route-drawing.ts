/** The small drawing of a route in a list: some 200 to 400 points, evenly spread however long the ride gets. */
import { encodePolyline, type LatLon } from '../../core/ride/geo.js'

export interface RouteDrawing {
  readonly add: (point: LatLon) => void
  /** Encoded polyline, 5 digits. */
  readonly encoded: () => string
}

const MOST_POINTS = 400

/** Keeps every n-th point; whenever that becomes too many, every second of them goes. */
export function createRouteDrawing(): RouteDrawing {
  let kept: LatLon[] = []
  let last: LatLon | null = null
  let every = 1
  let count = 0
  return {
    add: ({ latDeg, lonDeg }) => {
      last = { latDeg, lonDeg }
      if (count++ % every === 0) kept.push(last)
      if (kept.length < MOST_POINTS) return
      kept = kept.filter((_, index) => index % 2 === 0)
      every *= 2
    },
    encoded: () => encodePolyline(last === null || kept.at(-1) === last ? kept : [...kept, last]),
  }
}
