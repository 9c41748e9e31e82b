/** What gpsd dates by the wall clock, which may be years off and may jump, as moments of the clock that never does. */

/**
 * Answers the CLOCK_MONOTONIC, in milliseconds, of a moment that gpsd read off the wall clock; null where it cannot be known.
 * @param wallMs milliseconds since 1970 on the wall clock of gpsd's machine
 * @param arrivedMonoMs when we got to know
 */
export type WallClock = (wallMs: number, arrivedMonoMs: number) => number | null

/** gpsd tells of an epoch within it: what is older, or yet to come, was read off another machine's clock. */
const MOST_AGE_MS = 1_500
/** Between two epochs no clock is slewed by so much: it was set. */
const STEP_MS = 100
/** Both clocks are read one after the other, and one of them only to the millisecond. */
const READING_ERROR_MS = 2

/** @param wallMinusMonoMs the wall clock of this machine against CLOCK_MONOTONIC, now, in milliseconds */
export function createWallClock(wallMinusMonoMs: () => number): WallClock {
  let lastOffsetMs: number | null = null

  return (wallMs, arrivedMonoMs) => {
    const offsetMs = wallMinusMonoMs()
    const isSet = lastOffsetMs !== null && Math.abs(offsetMs - lastOffsetMs) > STEP_MS
    lastOffsetMs = offsetMs
    const monoMs = wallMs - offsetMs
    const ageMs = arrivedMonoMs - monoMs
    if (isSet || ageMs > MOST_AGE_MS || ageMs < -READING_ERROR_MS) return null
    return Math.min(monoMs, arrivedMonoMs)
  }
}
