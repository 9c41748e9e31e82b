import { describe, expect, it } from 'vitest'
import type { Ride } from '../../core/ride/ride.js'
import { byDay, rideDate } from '../../web/ride-words.js'

const ride = (id: string, startedUtcMs: number | null, timeZone: string | null = 'Europe/Ljubljana') =>
  ({ id, startedUtcMs, timeZone }) as Ride
const NIGHT = Date.UTC(2026, 5, 6, 22, 30)

describe('the day of a ride', () => {
  it('is that of the place it was ridden in, wherever it is looked at', () => {
    expect(rideDate(ride('r', NIGHT))).toBe('Sun 7 Jun 2026 · 00:30')
    expect(rideDate(ride('r', NIGHT, 'America/Toronto'))).toBe('Sat 6 Jun 2026 · 18:30')
  })

  it('gathers rides that follow one another, and leaves one of unknown time between its neighbours', () => {
    const days = byDay([ride('d', NIGHT + 3.6e6), ride('c', null), ride('b', NIGHT), ride('a', NIGHT - 3.6e6)])
    expect(days.map(({ words, rides }) => [words, rides.map(({ id }) => id)])).toEqual([
      ['Sun 7 Jun 2026', ['d']],
      ['Time unknown', ['c']],
      ['Sun 7 Jun 2026', ['b']],
      ['Sat 6 Jun 2026', ['a']],
    ])
  })
})
