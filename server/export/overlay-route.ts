/** The small drawing of a route in a corner of the picture: north is up. */
import type { TrackPoint } from '../../core/ride/ride.js'
import { stretchesOf } from '../../core/ride/ride.js'
import { simplified } from '../../core/track/simplify.js'

export interface Spot {
  readonly x: number
  readonly y: number
}

export interface Route {
  /** ASS drawing commands (`\p1`) of a line so thick, for a picture of which each pixel is one. */
  readonly line: string
  readonly spotOf: (point: Pick<TrackPoint, 'latDeg' | 'lonDeg'>) => Spot
}

/** More can nobody see. */
const MOST_POINTS = 400
/** The drawing of a ride around a yard is not blown up any more. */
const LEAST_SPAN_DEG = 100 / 111_195
const METRES_PER_DEGREE = 111_195

/** Null without points. @param box the square it is to fill, in pixels */
export function routeIn(
  points: readonly TrackPoint[],
  box: { readonly x: number; readonly y: number; readonly sizePx: number },
  thicknessPx: number,
): Route | null {
  if (points.length === 0) return null
  let [south, north, west, east] = [90, -90, 180, -180]
  for (const { latDeg, lonDeg } of points) {
    ;[south, north] = [Math.min(south, latDeg), Math.max(north, latDeg)]
    ;[west, east] = [Math.min(west, lonDeg), Math.max(east, lonDeg)]
  }
  const eastward = Math.cos((((south + north) / 2) * Math.PI) / 180)
  const spanDeg = Math.max(north - south, (east - west) * eastward, LEAST_SPAN_DEG)
  const pixels = box.sizePx / spanDeg
  const spotOf = ({ latDeg, lonDeg }: Pick<TrackPoint, 'latDeg' | 'lonDeg'>): Spot => ({
    x: box.x + box.sizePx / 2 + (lonDeg - (west + east) / 2) * eastward * pixels,
    y: box.y + box.sizePx / 2 - (latDeg - (south + north) / 2) * pixels,
  })
  // Half a pixel.
  const toleranceM = (spanDeg * METRES_PER_DEGREE) / box.sizePx / 2
  const { stretches } = simplified(stretchesOf(points), toleranceM, MOST_POINTS)
  const line = stretches.map((stretch) => lineThrough(stretch.map(spotOf), thicknessPx)).join(' ')
  return { line, spotOf }
}

/** Bars with round joints, all turning the same way: what overlaps is then filled and no hole. */
function lineThrough(spots: readonly Spot[], thicknessPx: number): string {
  const half = thicknessPx / 2
  const shapes = spots.flatMap((spot, index) => {
    const next = spots[index + 1]
    const joint = discAt(spot, half)
    if (next === undefined) return [joint]
    const lengthPx = Math.hypot(next.x - spot.x, next.y - spot.y)
    if (lengthPx < 0.1) return [joint]
    const [acrossX, acrossY] = [(-(next.y - spot.y) / lengthPx) * half, ((next.x - spot.x) / lengthPx) * half]
    const bar = polygon([
      { x: spot.x + acrossX, y: spot.y + acrossY },
      { x: spot.x - acrossX, y: spot.y - acrossY },
      { x: next.x - acrossX, y: next.y - acrossY },
      { x: next.x + acrossX, y: next.y + acrossY },
    ])
    return [joint, bar]
  })
  return shapes.join(' ')
}

const CORNERS = 12

/** A disc as a polygon of so many corners that it looks round at a few pixels. */
export const discAt = ({ x, y }: Spot, radiusPx: number, corners = CORNERS): string =>
  polygon(
    Array.from({ length: corners }, (_, corner) => {
      const angle = (corner * 2 * Math.PI) / corners
      return { x: x + Math.cos(angle) * radiusPx, y: y + Math.sin(angle) * radiusPx }
    }),
  )

export function polygon(corners: readonly Spot[]): string {
  const [first = '', ...others] = corners.map(({ x, y }) => `${x.toFixed(1)} ${y.toFixed(1)}`)
  return `m ${first} l ${others.join(' ')}`
}
