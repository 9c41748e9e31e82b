/** Figures and times as every format of a track writes them: what Node itself makes of them, only faster. */
import { describe, expect, it } from 'vitest'
import { decimal, isoOf } from '../../core/track/figures.js'

const plain = (value: number): string => value.toFixed(9).replace(/\.?0+$/, '')

describe('a figure', () => {
  it.each([
    [0, '0'],
    [-0, '0'],
    [1, '1'],
    [-1, '-1'],
    [100, '100'],
    [0.1, '0.1'],
    [-179.987654321, '-179.987654321'],
    [48.1000001, '48.1000001'],
    [1e-7, '0.0000001'],
    [-2e-9, '-0.000000002'],
    [4e-10, '0'],
    [-4e-10, '0'],
    [0.9999999999, '1'],
    [520.05, '520.05'],
    [5.001, '5.001'],
    [1e15, '1000000000000000'],
    [12_345_678.5, '12345678.5'],
  ])('%d is written as %s', (value, text) => {
    expect(decimal(value)).toBe(text)
  })

  it('has the digits of the number itself, whatever a receiver says', () => {
    for (let n = 0; n < 20_000; n += 1) {
      const value = ((n * 7_919) % 360_000_000) / 10 ** (n % 10) - (n % 3 === 0 ? 180 : 0)
      const rounded = Number(value.toFixed(9))
      if (decimal(rounded) !== plain(rounded)) expect(`${rounded}: ${decimal(rounded)}`).toBe(plain(rounded))
      expect(Math.abs(Number(decimal(value)) - value)).toBeLessThanOrEqual(1e-9)
    }
  })
})

describe('a time', () => {
  it('is the one that Date writes, in whichever order they come', () => {
    const BASE = Date.UTC(2026, 1, 28, 23, 58)
    for (let n = 0; n < 5_000; n += 1) {
      const utcMs = BASE + ((n * 7_919) % 300_000) * (n % 2 === 0 ? 1 : 997)
      if (isoOf(utcMs) !== new Date(utcMs).toISOString()) expect(isoOf(utcMs)).toBe(new Date(utcMs).toISOString())
    }
    expect([0, -1, 59_999, 60_000].map(isoOf)).toEqual(
      [0, -1, 59_999, 60_000].map((utcMs) => new Date(utcMs).toISOString()),
    )
  })
})
