import { describe, expect, it } from 'vitest'
import { hoursLeftOf, surplusBytes } from '../../../device/footage/limits.js'

const GB = 1_000_000_000
const MB = 1_000_000
/** 8 Mbit/s: 3.6 GB an hour. */
const ONE_CAMERA = 1 * MB

describe('what has to go', () => {
  it.each([
    ['nothing while there is room', { freeBytes: 20 * GB }, {}, 0],
    ['nothing at the very limit', { freeBytes: 10 * GB }, {}, 0],
    ['what is missing of 10 % free, and a little more', { freeBytes: 8 * GB }, {}, 2.5 * GB],
    ['what is missing of an hour', { freeBytes: 30 * GB }, { bytesPerSecond: 10 * MB }, 6 * GB + 1.8 * GB],
    ['what footage has too much', { freeBytes: 50 * GB, footageBytes: 3 * GB }, { mostFootageBytes: 2 * GB }, 1.1 * GB],
    ['the larger of both', { freeBytes: 8 * GB, footageBytes: 9 * GB }, { mostFootageBytes: 2 * GB }, 7.1 * GB],
  ])('is %s', (_, card, { mostFootageBytes = null, bytesPerSecond = ONE_CAMERA }: Given, expected) => {
    const known = { totalBytes: 100 * GB, footageBytes: 60 * GB, ...card }
    expect(surplusBytes(known, { freePercent: 10, mostFootageBytes }, bytesPerSecond)).toBeCloseTo(expected, -3)
  })
})

describe('how long can be recorded', () => {
  it('counts what may make room', () => {
    expect(hoursLeftOf(3.6 * GB, 7.2 * GB, ONE_CAMERA)).toBe(3)
  })

  it('is unknown where nothing is recorded', () => {
    expect(hoursLeftOf(3.6 * GB, 0, 0)).toBeNull()
  })
})

interface Given {
  readonly mostFootageBytes?: number | null
  readonly bytesPerSecond?: number
}
