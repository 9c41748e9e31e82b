/** Figures as the rider reads them. */
import { describe, expect, it } from 'vitest'
import {
  agoWords,
  countWords,
  dateWords,
  distanceWords,
  durationClock,
  speedKmh,
  speedWithUnit,
  timeOfDay,
  uncertaintyWords,
} from '../../web/format.js'

describe('figures', () => {
  it('reads as a dash where it is not known, never as 0', () => {
    const told = [speedKmh(null), speedWithUnit(null), distanceWords(null), durationClock(null), timeOfDay(null)]
    expect(told).toEqual(['–', '–', '–', '–', '–'])
    expect(dateWords(null)).toBe('time unknown')
  })

  it.each([
    [0, '0'],
    [0.13, '0'],
    [5, '18'],
    [6.81, '25'],
  ])('says %s m/s as %s km/h', (speedMps, words) => {
    expect(speedKmh(speedMps)).toBe(words)
  })

  it('says an average to a tenth', () => {
    expect(speedWithUnit(5.1)).toBe('18.4 km/h')
  })

  it.each([
    [0, '0.00 km'],
    [640, '0.64 km'],
    [9_994, '9.99 km'],
    [12_345, '12.3 km'],
    [128_400, '128 km'],
  ])('says %s m as %s', (distanceM, words) => {
    expect(distanceWords(distanceM)).toBe(words)
  })

  it.each([
    [0, '0:00'],
    [59_999, '0:59'],
    [309_000, '5:09'],
    [3_909_000, '1:05:09'],
    [36_000_000, '10:00:00'],
  ])('says %s ms as %s', (durationMs, words) => {
    expect(durationClock(durationMs)).toBe(words)
  })

  it.each([
    [-500, '0 s'],
    [12_900, '12 s'],
    [60_000, '1 min'],
    [3_600_000, '1 h'],
    [47 * 3_600_000, '47 h'],
    [50 * 3_600_000, '2 days'],
  ])('says that %s ms ago was %s ago', (agoMs, words) => {
    expect(agoWords(agoMs)).toBe(words)
  })

  it.each([
    [50, '±0.05 s'],
    [1_500, '±1.5 s'],
    [40_000, '±40 s'],
  ])('says an uncertainty of %s ms as %s', (uncertaintyMs, words) => {
    expect(uncertaintyWords(uncertaintyMs)).toBe(words)
  })

  it('tells day and time in the zone it is shown in', () => {
    const utcMs = Date.UTC(2026, 10, 21, 8, 15, 3)
    expect(dateWords(utcMs, 'UTC')).toBe('Sat 21 Nov 2026 · 08:15')
    expect(dateWords(utcMs, 'America/Toronto')).toBe('Sat 21 Nov 2026 · 03:15')
    expect(timeOfDay(utcMs, 'Asia/Kathmandu')).toBe('14:00:03')
  })

  it('counts one and many', () => {
    expect([0, 1, 2].map((count) => countWords(count, 'satellite'))).toEqual([
      '0 satellites',
      '1 satellite',
      '2 satellites',
    ])
  })
})
