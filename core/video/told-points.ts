/** Fixes for formats that have a place for every figure and no word for an unknown one. */
import type { ClipPoint } from '../ride/clip.js'
import { stepOf } from '../ride/geo.js'
import { STRETCH_GAP_MS } from '../ride/ride.js'

export interface ToldPoint {
  readonly atMs: number
  readonly utcMs: number
  readonly latDeg: number
  readonly lonDeg: number
  /** Of a fix without one the last that was known, else the next, else 0. */
  readonly altitudeM: number
  /** 2 also where there is no altitude: it says that this one was not measured. */
  readonly mode: 2 | 3
  /** Null where the receiver told none. */
  readonly speedMps: number | null
  /** Over ground, by the fixes around it; null for one that stands alone. */
  readonly waySpeedMps: number | null
  /** As the receiver told it, else of the way between the fixes around it; null where that leads nowhere. */
  readonly courseDeg: number | null
  readonly accuracyM: number | null
  /** Horizontal; of a fix without one by its accuracy, else 5. */
  readonly dop: number
}

/** gpsd's estimate of the 95 % error for each 1 of HDOP; docs/tracking.md. */
const METRES_PER_DOP = 19
/** "Moderate" in the customary table. GoPro's 99.99 would be thrown away by every reader, and 1 would be praise. */
const UNKNOWN_DOP = 5
const DEGREES = 180 / Math.PI

/**
 * @param points in order of time
 * @param createdUtcMs of the clip's first frame, by which a fix without a time of its own is dated
 */
export function toldPoints(points: readonly ClipPoint[], createdUtcMs: number): ToldPoint[] {
  let altitudeM = points.find((point) => point.altitudeM !== null)?.altitudeM ?? 0
  return points.map((point, index) => {
    altitudeM = point.altitudeM ?? altitudeM
    const way = wayAt(points, index)
    return {
      atMs: point.atMs,
      utcMs: point.utcMs ?? createdUtcMs + point.atMs,
      latDeg: point.latDeg,
      lonDeg: point.lonDeg,
      altitudeM,
      mode: point.altitudeM === null ? 2 : point.mode,
      speedMps: point.speedMps,
      waySpeedMps: way?.speedMps ?? null,
      courseDeg: point.courseDeg ?? way?.courseDeg ?? null,
      accuracyM: point.accuracyM,
      dop: point.hdop ?? (point.accuracyM === null ? UNKNOWN_DOP : point.accuracyM / METRES_PER_DOP),
    }
  })
}

interface Way {
  readonly speedMps: number
  readonly courseDeg: number | null
}

/** From the fix before to the fix after, or of one of them where the other is too far off in time. */
function wayAt(points: readonly ClipPoint[], index: number): Way | null {
  const here = points[index]
  const [before, after] = [points[index - 1], points[index + 1]]
  if (here === undefined) return null
  const from = before !== undefined && here.atMs - before.atMs <= STRETCH_GAP_MS ? before : here
  const to = after !== undefined && after.atMs - here.atMs <= STRETCH_GAP_MS ? after : here
  if (to.atMs <= from.atMs) return null
  const { northM, eastM } = stepOf(from, to)
  const lengthM = Math.hypot(northM, eastM)
  const courseDeg = lengthM === 0 ? null : (Math.atan2(eastM, northM) * DEGREES + 360) % 360
  return { speedMps: (lengthM * 1_000) / (to.atMs - from.atMs), courseDeg }
}
