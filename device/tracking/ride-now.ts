/** What to tell of the ride in progress. */
import type { RideNow } from '../../core/ride/now.js'
import type { RideSoFar } from './tracker.js'

export function rideNowOf(
  { id, beganMonoMs, firstFixMonoMs, totals }: RideSoFar,
  startedUtcMs: number | null,
  isPaused: boolean,
  nowMonoMs: number,
): RideNow {
  // Before its first fix a ride has nothing but its age.
  const elapsedMs = firstFixMonoMs === null ? nowMonoMs - beganMonoMs : totals.elapsedMs
  return {
    id,
    startedUtcMs: startedUtcMs === null ? null : Math.round(startedUtcMs),
    distanceM: Math.round(totals.distanceM),
    movingMs: Math.round(totals.movingMs),
    elapsedMs: Math.round(elapsedMs),
    isPaused,
  }
}
