/** The part of a track between two times, the same for every export. */
import type { TrackPoint } from '../ride/ride.js'

/** Milliseconds since 1970; from (inclusive) and to (exclusive), each open where it is not given. */
export interface Period {
  readonly fromUtcMs?: number
  readonly toUtcMs?: number
}

/** Whether a point lies in it; one whose time is unknown belongs to the whole track only. */
export function isWithin({ utcMs }: Pick<TrackPoint, 'utcMs'>, { fromUtcMs, toUtcMs }: Period): boolean {
  if (fromUtcMs === undefined && toUtcMs === undefined) return true
  return utcMs !== null && utcMs >= (fromUtcMs ?? utcMs) && utcMs < (toUtcMs ?? Number.POSITIVE_INFINITY)
}
