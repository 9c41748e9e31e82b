import { describe, expect, it } from 'vitest'
import { createTracker, type Tracker, type TrackerEvent } from '../../../device/tracking/tracker.js'
import { fixAt } from '../../fakes/readings.js'

const TWENTY_MINUTES_MS = 20 * 60_000

function trackerOf(resumed: Parameters<typeof createTracker>[2] = null): Tracker {
  let rides = 0
  return createTracker(TWENTY_MINUTES_MS, () => `ride-${++rides}`, resumed)
}
const inWords = (events: readonly TrackerEvent[]) =>
  events.map(
    (event) => `${event.kind} ${event.rideId}${event.kind === 'fix' && event.leftOut ? ` ${event.leftOut}` : ''}`,
  )

describe('a ride', () => {
  it('begins with the first fix, even at standstill', () => {
    expect(inWords(trackerOf().take(fixAt(5, 0)))).toEqual(['begun ride-1', 'fix ride-1'])
  })

  it('keeps standing fixes', () => {
    const tracker = trackerOf()
    const events = Array.from({ length: 300 }, (_, second) => tracker.take(fixAt(second, 0))).flat()
    expect(events.filter(({ kind }) => kind === 'fix')).toHaveLength(300)
  })

  it('goes on over a stop shorter than the split time', () => {
    const tracker = trackerOf()
    tracker.take(fixAt(0, 0))
    tracker.take(fixAt(10, 60))
    expect(inWords(tracker.take(fixAt(10 + 19 * 60, 70)))).toEqual(['fix ride-1'])
  })

  it.each([
    [
      'without movement',
      (tracker: Tracker) => Array.from({ length: 1_205 }, (_, second) => tracker.take(fixAt(second + 10, 60))).flat(),
    ],
    ['without fix', (tracker: Tracker) => tracker.pass((10 + 20 * 60) * 1_000)],
  ])('ends after 20 minutes %s', (_, live) => {
    const tracker = trackerOf()
    tracker.take(fixAt(0, 0))
    tracker.take(fixAt(10, 60))
    const events = live(tracker)
    expect(events.filter(({ kind }) => kind === 'ended')).toMatchObject([
      { rideId: 'ride-1', totals: { distanceM: expect.closeTo(60, 0) } },
    ])
    expect(tracker.ride()).toBeNull()
  })

  it('begins again with the next movement, not with standing fixes', () => {
    const tracker = trackerOf()
    tracker.take(fixAt(0, 0))
    tracker.pass(TWENTY_MINUTES_MS)
    expect(tracker.take(fixAt(1_300, 3))).toEqual([])
    expect(inWords(tracker.take(fixAt(1_310, 40)))).toEqual(['begun ride-2', 'fix ride-2'])
  })

  it('is the same ride after a restart of the device', () => {
    const before = trackerOf()
    before.take(fixAt(0, 0))
    before.take(fixAt(10, 60))
    const after = trackerOf(before.ride())
    expect(inWords(after.take(fixAt(20, 120)))).toEqual(['fix ride-1'])
    expect(after.ride()?.totals.distanceM).toBeCloseTo(120, 0)
  })
})

describe('a point of the track', () => {
  it.each([
    ['whose time does not increase', fixAt(9, 55), 'time-not-increasing'],
    ['that nothing on wheels could have reached', fixAt(11, 5_000), 'implausible-jump'],
  ])('%s is kept aside', (_, fix, leftOut) => {
    const tracker = trackerOf()
    tracker.take(fixAt(0, 0))
    tracker.take(fixAt(10, 60))
    expect(inWords(tracker.take(fix))).toEqual([`fix ride-1 ${leftOut}`])
    expect(tracker.ride()?.totals.distanceM).toBeCloseTo(60, 0)
  })

  it('in a new place is believed once three fixes in a row agree on it, and the way there is no distance', () => {
    const tracker = trackerOf()
    tracker.take(fixAt(0, 500_000))
    tracker.take(fixAt(1, 500_000))
    expect(inWords(tracker.take(fixAt(2, 10)))).toEqual(['fix ride-1 implausible-jump'])
    expect(inWords(tracker.take(fixAt(3, 15)))).toEqual(['fix ride-1 implausible-jump'])
    expect(inWords(tracker.take(fixAt(4, 20)))).toEqual(['fix ride-1', 'fix ride-1', 'fix ride-1'])
    expect(inWords(tracker.take(fixAt(5, 25)))).toEqual(['fix ride-1'])
    expect(tracker.ride()?.totals.distanceM).toBeCloseTo(15, 0)
  })

  it('among wild ones is not believed', () => {
    const tracker = trackerOf()
    tracker.take(fixAt(0, 0))
    const wild = [200_000, -300_000, 400_000, -500_000].flatMap((eastM, index) => tracker.take(fixAt(index + 1, eastM)))
    expect(inWords(wild)).toEqual(wild.map(() => 'fix ride-1 implausible-jump'))
    expect(inWords(tracker.take(fixAt(5, 20)))).toEqual(['fix ride-1'])
  })

  it('after a restart is judged against where the ride had got to', () => {
    const before = trackerOf()
    before.take(fixAt(0, 0))
    before.take(fixAt(10, 60))
    const after = trackerOf(before.ride())
    expect(inWords(after.take(fixAt(12, 500_000)))).toEqual(['fix ride-1 implausible-jump'])
    expect(after.ride()?.totals.distanceM).toBeCloseTo(60, 0)
  })

  it('that the receiver completes later is told again and counted once', () => {
    const tracker = trackerOf()
    tracker.take(fixAt(0, 0))
    tracker.take(fixAt(10, 60, { altitudeM: null }))
    expect(inWords(tracker.take(fixAt(10, 60)))).toEqual(['fix ride-1'])
    expect(tracker.ride()?.totals.distanceM).toBeCloseTo(60, 0)
  })

  it('behind a long gap is believed wherever the bicycle could be by then', () => {
    const tracker = trackerOf()
    tracker.take(fixAt(0, 0))
    expect(inWords(tracker.take(fixAt(100, 5_000)))).toEqual(['fix ride-1'])
  })
})

describe('what a ride adds up to', () => {
  it('counts distance the same at 1 Hz and at 10 Hz', () => {
    const ridden = (rateHz: number) => {
      const tracker = trackerOf()
      for (let index = 0; index <= 100 * rateHz; index++) {
        tracker.take(fixAt(index / rateHz, (index / rateHz) * 5, { speedMps: 5 }))
      }
      return tracker.ride()?.totals
    }
    expect(ridden(1)?.distanceM).toBeCloseTo(500, 0)
    expect(Math.abs((ridden(10)?.distanceM ?? 0) - 500)).toBeLessThan(5)
    expect(ridden(10)?.movingMs).toBeCloseTo(100_000, -2)
  })

  it('counts no distance for noise at standstill', () => {
    const tracker = trackerOf()
    for (let second = 0; second < 600; second++)
      tracker.take(fixAt(second, Math.sin(second * 1.7) * 1.5, { speedMps: 0.1 }))
    expect(tracker.ride()?.totals).toMatchObject({ distanceM: 0, movingMs: 0 })
  })

  it('counts climbs, not the noise of the altitude', () => {
    const tracker = trackerOf()
    const profile = [500, 501, 500, 502, 510, 520, 519, 505, 504, 506, 505, 508]
    for (const [second, altitudeM] of profile.entries()) tracker.take(fixAt(second, second * 5, { altitudeM }))
    expect(tracker.ride()?.totals.ascentM).toBe(24)
  })

  it('does not know an ascent without altitudes', () => {
    const tracker = trackerOf()
    for (const second of [0, 1, 2]) tracker.take(fixAt(second, second * 5, { altitudeM: null }))
    expect(tracker.ride()?.totals.ascentM).toBeNull()
  })

  it('knows its bounds and its highest speed', () => {
    const tracker = trackerOf()
    for (const second of [0, 1, 2]) tracker.take(fixAt(second, second * 5, { speedMps: 4 + second }))
    const totals = tracker.ride()?.totals
    expect(totals?.maxSpeedMps).toBe(6)
    expect(totals?.bounds).toEqual([11.5, 48.1, fixAt(2, 10).lonDeg, 48.1])
  })
})
