/** The points of a ride that a file is to hold: of a period, and without what is hidden. */
import type { TrackPoint } from '../ride/ride.js'
import { type HiddenSpan, isHidden } from './hidden-span.js'
import { isWithin, type Period } from './period.js'

export interface Selection {
  readonly period: Period
  /** Empty where all may be seen. */
  readonly hidden: readonly HiddenSpan[]
  /** The last point that was looked at for what is hidden: nobody knows of those behind it. Null where nothing is hidden. */
  readonly until: Placed | null
}

/** Stops behind the last point that may be seen, so that a ride in progress is not told into its zone while it is read. */
export function* selected(points: Iterable<TrackPoint>, { period, hidden, until }: Selection): Generator<TrackPoint> {
  for (const point of points) {
    if (isBehind(point, until)) return
    if (isWithin(point, period) && !isHidden(point, hidden)) yield point
  }
}

/** Whether a point lies behind the last that was looked at. */
export const isBehind = ({ part, monoMs }: Placed, until: Placed | null): boolean =>
  until !== null && (part > until.part || (part === until.part && monoMs > until.monoMs))

type Placed = Pick<TrackPoint, 'part' | 'monoMs'>
