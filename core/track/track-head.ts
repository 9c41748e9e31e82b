/** What a file of a track says before its points, and where its stretches end. */
import { isGap, type TrackPoint } from '../ride/ride.js'
import { type HiddenSpan, hidesBetween } from './hidden-span.js'

export interface TrackHead {
  readonly name: string
  /** Milliseconds since 1970; null where unknown, or where it would tell of what is hidden. */
  readonly utcMs: number | null
  /** Said in the file, so that nobody takes it for a ride. */
  readonly simulated: boolean
  /** What was left out of the points: no line leads across it. */
  readonly hidden?: readonly HiddenSpan[]
}

/** Whether a stretch ends between two points that follow one another: nothing is known, or told, of the way. */
export const isApart = ({ hidden = [] }: TrackHead, from: TrackPoint, to: TrackPoint): boolean =>
  isGap(from, to) || (hidden.length > 0 && hidesBetween(hidden, from, to))
