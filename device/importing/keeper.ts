/** Where an imported ride is kept: the catalogue, through the device that runs or under its lock. */
import type { RideTotals } from '../../core/ride/ride.js'
import type { JudgedFix } from '../../core/store/track.js'

/**
 * Nobody sees anything of a ride before it was ended: until then its points lie aside, and what was begun and never ended,
 * because the power went, is swept. Moments are those of the log: `at.monoMs` is its own time in milliseconds since 1970.
 */
export interface RideKeeper {
  readonly begin: (rideId: string) => Promise<void>
  /** The next page of its raw fixes, at most PAGE_POINTS. One at the moment of an earlier one takes its place. */
  readonly points: (rideId: string, points: readonly JudgedFix[]) => Promise<void>
  /** From now on it is a ride like any other. */
  readonly end: (rideId: string, ended: ImportEnded) => Promise<void>
  /** Nothing of it stays; it need not have been begun. */
  readonly abandon: (rideId: string) => Promise<void>
}

export interface ImportEnded {
  /** What the log calls it; null where it has no name. */
  readonly name: string | null
  /** Of the first and the last point of its track. */
  readonly startedUtcMs: number
  readonly endedUtcMs: number
  readonly totals: RideTotals
  /** Encoded polyline, 5 digits. */
  readonly preview: string
}

export const PAGE_POINTS = 2_000
