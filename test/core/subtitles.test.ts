import { describe, expect, it } from 'vitest'
import { publicFix } from '../../core/ride/fix.js'
import { isWithin } from '../../core/track/period.js'
import { subtitlesOf } from '../../core/track/subtitles.js'
import { fixAt, JUNE_UTC_MS } from '../fakes/readings.js'

const pointAt = (second: number, speedMps: number | null) => {
  const fix = fixAt(second, 0, { speedMps })
  return { ...publicFix(fix, JUNE_UTC_MS + second * 1_000), part: 1, monoMs: fix.at.monoMs }
}

describe('the text in a segment', () => {
  it('says speed, position and time from each fix to the next, and no longer than it holds', () => {
    expect(subtitlesOf([pointAt(10.5, 5), pointAt(11.5, null), pointAt(16.5, 0)], 10_000, 7_000)).toBe(
      `1
00:00:00,500 --> 00:00:01,500
18.0 km/h  48.10000 11.50000  08:00:10Z

2
00:00:01,500 --> 00:00:03,500
-- km/h  48.10000 11.50000  08:00:11Z

3
00:00:06,500 --> 00:00:07,000
0.0 km/h  48.10000 11.50000  08:00:16Z

`,
    )
  })

  it('is empty without a fix', () => {
    expect(subtitlesOf([], 0, 5_000)).toBe('')
  })
})

describe('a period', () => {
  it.each([
    ['the whole track', {}, null, true],
    ['from a time on', { fromUtcMs: 5 }, 5, true],
    ['before that time', { fromUtcMs: 5 }, 4, false],
    ['up to a time', { toUtcMs: 5 }, 4, true],
    ['that time itself', { toUtcMs: 5 }, 5, false],
    ['no known time', { toUtcMs: 5 }, null, false],
  ])('%s: %o has %s: %s', (_, period, utcMs, expected) => {
    expect(isWithin({ utcMs }, period)).toBe(expected)
  })
})
