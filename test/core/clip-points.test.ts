/** A clip's track begins and ends with the clip, and knows nothing where nothing is known. */
import { describe, expect, it } from 'vitest'
import type { TrackPoint } from '../../core/ride/ride.js'
import { clipPointsOf } from '../../core/track/clip-points.js'
import { JUNE_UTC_MS } from '../fakes/readings.js'

const point = (atMs: number, known: Partial<TrackPoint> = {}): TrackPoint => ({
  ...{ latDeg: 48 + atMs * 1e-8, lonDeg: 11, utcMs: JUNE_UTC_MS + atMs, part: 3, monoMs: 70_000 + atMs },
  ...{ altitudeM: 500 + atMs / 100, speedMps: 5, courseDeg: 10, accuracyM: 4, mode: 3, satellitesUsed: 9, hdop: 1 },
  ...known,
})
const clip = (points: readonly TrackPoint[]) => clipPointsOf(points, JUNE_UTC_MS, JUNE_UTC_MS + 10_000)
const times = (points: readonly TrackPoint[]): number[] => clip(points).map(({ atMs }) => atMs)

describe('the track of a clip of ten seconds', () => {
  it.each<[string, TrackPoint[], number[]]>([
    ['begins and ends between fixes', [-400, 600, 9_600, 10_600].map((at) => point(at)), [0, 600, 9_600, 10_000]],
    ['begins and ends with fixes', [-1_000, 0, 1_000, 10_000, 11_000].map((at) => point(at)), [0, 1_000, 10_000]],
    ['does not reach over 5 s at either end', [-2_000, 3_100, 7_000, 12_100].map((at) => point(at)), [3_100, 7_000]],
    ['reaches over 5 s exactly', [-2_000, 3_000, 7_000, 12_000].map((at) => point(at)), [0, 3_000, 7_000, 10_000]],
    ['has no fix from without', [-9_000, -8_000, 12_000, 13_000].map((at) => point(at)), []],
    ['begins and ends within one step', [-7, 10_001].map((at) => point(at)), []],
    ['does not reach over a power cut', [point(-400, { part: 2 }), point(600)], [600]],
    ['passes over a fix without a time', [point(1_000), point(1_500, { utcMs: null }), point(2_000)], [1_000, 2_000]],
    [
      'passes over time that does not go on',
      [1_000, 3_000, 2_000, 3_000, 4_000].map((at) => point(at)),
      [1_000, 3_000, 4_000],
    ],
    [
      'does not reach over a minute of somebody else’s',
      [point(-30_000, { part: -1e6 }), point(30_000, { part: -1e6 })],
      [],
    ],
    ['is empty without fixes', [], []],
  ])('%s', (_, points, expected) => {
    expect(times(points)).toEqual(expected)
  })

  it('within one step has both its ends', () => {
    expect(clipPointsOf([point(-1_000), point(2_000)], JUNE_UTC_MS, JUNE_UTC_MS + 1_000)).toHaveLength(2)
  })

  it('is at its first frame where it was on the way from fix to fix, and no better known than they are', () => {
    const before = point(-1_000, { courseDeg: 350, accuracyM: 8, mode: 2, satellitesUsed: 5, hdop: 3, speedMps: null })
    const [first, second] = clip([before, point(1_000, { courseDeg: 20 })])
    expect(first).toEqual({
      ...{ atMs: 0, utcMs: JUNE_UTC_MS, latDeg: expect.closeTo(48, 9), lonDeg: 11, altitudeM: 500, speedMps: null },
      ...{ courseDeg: expect.closeTo(5, 9), accuracyM: 8, mode: 2, satellitesUsed: 5, hdop: 3 },
    })
    expect(second).not.toHaveProperty('monoMs')
  })

  it('crosses 180 degrees the short way', () => {
    const [first] = clip([point(-1_000, { lonDeg: 179.9999 }), point(3_000, { lonDeg: -179.9997 })])
    expect(first?.lonDeg).toBeCloseTo(-180, 9)
  })
})
