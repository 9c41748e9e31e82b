import { describe, expect, it } from 'vitest'
import { createWallClock } from '../../../device/gps/wall-clock.js'

/** A wall clock that is 56 years behind, as on a Pi that has just booted. */
const BEHIND_MS = 45_000 - 9_000

describe('a moment of the wall clock', () => {
  it.each([
    ['now', 0, 9_000],
    ['a while ago', 700, 8_300],
    ['at the end of what one epoch takes', 1_500, 7_500],
    ['a millisecond ahead, as clocks are read one after the other', -1, 9_000],
    ['too long ago', 1_501, null],
    ['still to come, as on another machine', -3, null],
    ['of another machine, which knows the year', -56 * 365 * 86_400_000, null],
  ])('%s is known by our clock only where it can be ours', (_name, agoMs, expected) => {
    expect(createWallClock(() => BEHIND_MS)(45_000 - agoMs, 9_000)).toBe(expected)
  })

  it.each([
    ['set by 101 ms', 101, null],
    ['slewed by 99 ms', 99, 10_000 - 300],
    ['set forward by 56 years', 56 * 365 * 86_400_000, null],
    ['set back by an hour', -3_600_000, null],
  ])('is not believed when the wall clock was %s meanwhile; the next one is', (_name, byMs, expected) => {
    let offsetMs = BEHIND_MS
    const monoOf = createWallClock(() => offsetMs)
    expect(monoOf(9_000 + offsetMs, 9_000)).toBe(9_000)
    offsetMs += byMs
    expect(monoOf(10_000 - 300 + offsetMs, 10_000)).toBe(expected)
    expect(monoOf(11_000 - 300 + offsetMs, 11_000)).toBe(10_700)
  })
})
