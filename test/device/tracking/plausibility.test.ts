import { describe, expect, it } from 'vitest'
import type { Fix } from '../../../core/ride/fix.js'
import { fixAt } from '../../fakes/readings.js'
import { inWords, tracked, trackerOf } from '../../fakes/tracking.js'

const sky = (hdop: number | null) => ({ satellitesUsed: 4, satellitesInView: 9, hdop, toldMonoMs: null })
const riding = (from: number, to: number): Fix[] =>
  Array.from({ length: to - from + 1 }, (_, index) => fixAt(from + index, (from + index) * 5, { speedMps: 5 }))

describe('a fix', () => {
  it.each([
    ['whose time does not increase', fixAt(9, 55), 'time-not-increasing'],
    ['that nothing on wheels could have reached', fixAt(11, 5_000, { speedMps: 5 }), 'implausible-jump'],
    ['60 m ahead in a second while its Doppler says 5 m/s', fixAt(11, 110, { speedMps: 5 }), 'speed-disagrees'],
    [
      'whose receiver says that it is anywhere within 600 m',
      fixAt(11, 55, { sky: sky(null), accuracyM: 600 }),
      'hopeless-accuracy',
    ],
    ['of a hopeless dilution', fixAt(11, 55, { sky: sky(30) }), 'hopeless-accuracy'],
  ])('%s is kept aside, and costs no distance', (_, fix, leftOut) => {
    const tracker = trackerOf()
    riding(0, 10).flatMap(tracker.take)
    expect(inWords(tracker.take(fix))).toEqual([`fix ride-1 ${leftOut}`])
    expect(tracker.ride()?.totals.distanceM).toBeCloseTo(50, 0)
    expect(inWords(tracker.take(fixAt(12, 60, { speedMps: 5 })))).toEqual(['fix ride-1'])
  })

  it('that leaps off from a standstill is kept aside where the receiver tells no speed', () => {
    const tracker = trackerOf()
    for (let second = 0; second < 10; second++) tracker.take(fixAt(second, 0))
    expect(inWords(tracker.take(fixAt(10, 60)))).toEqual(['fix ride-1 implausible-acceleration'])
  })

  it.each([
    ['at 94 km/h on a ferry or downhill', (second: number) => fixAt(second, second * 26, { speedMps: 26 })],
    ['of a receiver that wanders by 15 m', (second: number) => fixAt(second, (second % 2) * 15, { speedMps: 0 })],
    [
      'beside a dilution that says "unknown"',
      (second: number) => fixAt(second, second * 5, { sky: sky(second % 10 === 5 ? 99.99 : 0.9) }),
    ],
    [
      'with the guess that follows from it',
      (second: number) => fixAt(second, second * 5, { sky: sky(null), accuracyM: second % 10 === 5 ? 1_899.81 : 17.1 }),
    ],
    ['of a receiver that never tells better', (second: number) => fixAt(second, second * 5, { sky: sky(30) })],
    ['of a log that is played 10 times as fast', (second: number) => fixAt(second / 10, second * 9, { speedMps: 9 })],
    ['of one with points far apart, played as fast', (second: number) => fixAt(second, second * 60, { speedMps: 6 })],
    ['of a receiver whose speed stays at 0', (second: number) => fixAt(second, second * 8, { speedMps: 0 })],
  ])('%s is kept', (_, fix) => {
    const { leftOut, kept } = tracked(Array.from({ length: 60 }, (_, second) => fix(second)))
    expect([leftOut, kept]).toEqual([{}, 60])
  })

  it('is kept wherever the bicycle could be after a long gap', () => {
    const tracker = trackerOf()
    tracker.take(fixAt(0, 0))
    expect(inWords(tracker.take(fixAt(100, 5_000)))).toEqual(['fix ride-1'])
  })

  it('that the receiver completes later is told again and counted once', () => {
    const tracker = trackerOf()
    tracker.take(fixAt(0, 0))
    tracker.take(fixAt(10, 60, { altitudeM: null }))
    expect(inWords(tracker.take(fixAt(10, 60)))).toEqual(['fix ride-1'])
    expect(tracker.ride()?.totals.distanceM).toBeCloseTo(60, 0)
  })
})

describe('a new place', () => {
  it('is believed once three fixes in a row agree on it, and the way there is no distance', () => {
    const tracker = trackerOf()
    tracker.take(fixAt(0, 500_000))
    tracker.take(fixAt(1, 500_000))
    expect(inWords(tracker.take(fixAt(2, 10)))).toEqual(['fix ride-1 implausible-jump'])
    expect(inWords(tracker.take(fixAt(3, 15)))).toEqual(['fix ride-1 implausible-jump'])
    expect(inWords(tracker.take(fixAt(4, 20)))).toEqual(['fix ride-1', 'fix ride-1', 'fix ride-1'])
    for (let second = 5; second <= 10; second++) {
      expect(inWords(tracker.take(fixAt(second, second * 5)))).toEqual(['fix ride-1'])
    }
    expect(tracker.ride()?.totals.distanceM).toBeCloseTo(40, 0)
  })

  it.each([
    ['told in two pieces each', 500_000, {}],
    ['of a dilution that is never better, told in two pieces each', 10, { sky: sky(25) }],
  ])('is believed by three fixes %s', (_, firstM, known) => {
    const tracker = trackerOf()
    tracker.take(fixAt(0, firstM))
    const words = [2, 3, 4, 5].flatMap((second) => [
      ...tracker.take(fixAt(second, second * 5, { ...known, speedMps: null })),
      ...tracker.take(fixAt(second, second * 5, { ...known, speedMps: 5 })),
    ])
    expect(inWords(words).filter((word) => word === 'fix ride-1')).toHaveLength(3 + 1 + 2)
    expect(inWords(words).filter((word) => word !== 'fix ride-1')).toHaveLength(4)
  })

  it('is not believed on the word of wild fixes', () => {
    const tracker = trackerOf()
    tracker.take(fixAt(0, 0))
    const wild = [200_000, -300_000, 400_000, -500_000].flatMap((eastM, index) => tracker.take(fixAt(index + 1, eastM)))
    expect(inWords(wild)).toEqual(wild.map(() => 'fix ride-1 implausible-jump'))
    expect(inWords(tracker.take(fixAt(5, 20)))).toEqual(['fix ride-1'])
  })
})
