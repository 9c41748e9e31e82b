import { describe, expect, it } from 'vitest'
import type { RideTotals } from '../../../core/ride/ride.js'
import type { Tracker } from '../../../device/tracking/tracker.js'
import { fixAt } from '../../fakes/readings.js'
import { inWords, TWENTY_MINUTES_MS, trackerOf } from '../../fakes/tracking.js'

/** A fix a second, at a place and at that speed. */
const seconds = (from: number, to: number, eastM: (second: number) => number, speedMps: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => fixAt(from + index, eastM(from + index), { speedMps }))

const riding = (from: number, to: number) => seconds(from, to, (second) => second * 5, 5)
const standing = (from: number, to: number, eastM: number) => seconds(from, to, () => eastM, 0)
const takeAll = (tracker: Tracker, fixes: ReturnType<typeof seconds>) => fixes.flatMap(tracker.take)
const marks = (tracker: Tracker, fixes: ReturnType<typeof seconds>) =>
  inWords(takeAll(tracker, fixes)).filter((words) => !words.startsWith('fix'))

describe('a ride', () => {
  it('begins with the first fix, even at standstill', () => {
    expect(inWords(trackerOf().take(fixAt(5, 0)))).toEqual(['begun ride-1', 'fix ride-1'])
  })

  it('keeps standing fixes', () => {
    const tracker = trackerOf()
    expect(takeAll(tracker, standing(0, 299, 0)).filter(({ kind }) => kind === 'fix')).toHaveLength(300)
  })

  it('goes on over a stop shorter than the split time', () => {
    const tracker = trackerOf()
    takeAll(tracker, riding(0, 60))
    expect(marks(tracker, standing(61, 60 + 19 * 60, 300))).toEqual([])
    expect(marks(tracker, riding(61 + 19 * 60, 160 + 19 * 60))).toEqual([])
  })

  it('ends after 20 minutes at a standstill, and took until it arrived', () => {
    const tracker = trackerOf()
    takeAll(tracker, riding(0, 60))
    const events = takeAll(tracker, standing(61, 61 + 20 * 60, 300))
    const ended = events.filter((event) => event.kind === 'ended')
    expect(ended).toMatchObject([
      { rideId: 'ride-1', totals: { distanceM: expect.closeTo(300, 0), elapsedMs: 60_000 } },
    ])
    expect(tracker.ride()).toBeNull()
  })

  it('ends as soon as it has stood for long enough, without waiting for another fix', () => {
    const tracker = trackerOf()
    takeAll(tracker, riding(0, 60))
    takeAll(tracker, standing(61, 59 + 20 * 60, 300))
    expect(tracker.pass((59 + 20 * 60) * 1_000)).toEqual([])
    expect(inWords(tracker.pass((60 + 20 * 60) * 1_000))).toEqual(['ended ride-1'])
  })

  it('is not ended while nothing is known: no fix for two hours is no standstill', () => {
    const tracker = trackerOf()
    takeAll(tracker, riding(0, 60))
    for (let minute = 0; minute < 120; minute++) expect(tracker.pass((60 + minute * 60) * 1_000)).toEqual([])
    expect(tracker.ride()?.id).toBe('ride-1')
  })

  it('is over with its last fix when the next one comes too late, and the bicycle has been elsewhere since', () => {
    const tracker = trackerOf()
    takeAll(tracker, riding(0, 60))
    const events = tracker.take(fixAt(60 + 20 * 60, 4_000, { speedMps: 5 }))
    expect(inWords(events)).toEqual(['ended ride-1', 'begun ride-2', 'fix ride-2'])
    expect(events[0]).toMatchObject({ totals: { lastFixMonoMs: 60_000, distanceM: expect.closeTo(300, 0) } })
    expect(tracker.ride()?.totals.distanceM).toBe(0)
  })

  it('counts a gap shorter than that, as through a tunnel, once and straight, and makes up no points', () => {
    const tracker = trackerOf()
    takeAll(tracker, riding(0, 60))
    expect(inWords(takeAll(tracker, riding(120, 121)))).toEqual(['fix ride-1', 'fix ride-1'])
    expect(tracker.ride()?.totals).toMatchObject({ distanceM: expect.closeTo(605, 0), movingMs: 121_000 })
  })

  it('does not count a stop without fixes as riding', () => {
    const tracker = trackerOf()
    takeAll(tracker, riding(0, 60))
    takeAll(
      tracker,
      seconds(660, 720, (second) => 310 + (second - 660) * 5, 5),
    )
    expect(tracker.ride()?.totals.movingMs).toBeLessThan(123_000)
    expect(tracker.ride()?.totals.elapsedMs).toBe(720_000)
  })

  it('begins again with the next movement, not with standing fixes', () => {
    const tracker = trackerOf()
    tracker.take(fixAt(0, 0))
    expect(inWords(tracker.take(fixAt(1_300, 3)))).toEqual(['ended ride-1'])
    expect(inWords(tracker.take(fixAt(1_310, 40)))).toEqual(['begun ride-2', 'fix ride-2'])
  })

  it('tells that it is paused at a light, and that it goes on', () => {
    const tracker = trackerOf()
    takeAll(tracker, riding(0, 60))
    expect(tracker.isPaused()).toBe(false)
    takeAll(tracker, standing(61, 70, 300))
    expect(tracker.isPaused()).toBe(true)
    takeAll(
      tracker,
      seconds(71, 75, (second) => 300 + (second - 70) * 5, 5),
    )
    expect(tracker.isPaused()).toBe(false)
    expect(tracker.ride()?.totals).toMatchObject({ distanceM: expect.closeTo(325, 0), movingMs: 65_000 })
  })
})

describe('a ride that begins with', () => {
  it('the power has its footage before any fix, and does not end without one', () => {
    const tracker = trackerOf()
    expect(tracker.begin(2_000)).toEqual([{ kind: 'begun', rideId: 'ride-1', atMonoMs: 2_000, isFirst: true }])
    expect(tracker.begin(3_000)).toEqual([])
    expect(tracker.pass(TWENTY_MINUTES_MS * 9)).toEqual([])
    expect(marks(tracker, riding(10_000, 10_060))).toEqual([])
    expect(tracker.ride()?.totals.elapsedMs).toBe(10_058_000)
  })

  it('motion does not begin while it is parked', () => {
    const tracker = trackerOf({ begin: 'motion' })
    expect(takeAll(tracker, standing(0, 600, 0))).toEqual([])
    const [begun] = takeAll(
      tracker,
      seconds(601, 620, (second) => (second - 600) * 5, 5),
    )
    expect(begun).toMatchObject({ kind: 'begun', isFirst: true })
  })

  it('motion begins one ride after the other', () => {
    const tracker = trackerOf({ begin: 'motion' })
    const away = (second: number) => 300 + (second - 1_500) * 5
    const all = [...riding(0, 60), ...standing(61, 1_500, 300), ...seconds(1_501, 1_560, away, 5)]
    expect(marks(tracker, all)).toEqual(['begun ride-1', 'ended ride-1', 'begun ride-2'])
  })

  it('the rider alone is not begun by riding, and not ended by hours at a standstill', () => {
    const tracker = trackerOf({ begin: 'manual' })
    expect(takeAll(tracker, riding(0, 60))).toEqual([])
    expect(inWords(tracker.begin(60_500))).toEqual(['begun ride-1'])
    expect(marks(tracker, [...riding(61, 90), ...standing(91, 4_000, 450), ...riding(9_000, 9_010)])).toEqual([])
    expect(inWords(tracker.stop(9_010_500))).toEqual(['ended ride-1'])
    expect(takeAll(tracker, riding(9_011, 9_100))).toEqual([])
  })

  it.each(['power', 'motion'] as const)('%s stays over once the rider stopped it, until it is begun again', (begin) => {
    const tracker = trackerOf({ begin })
    takeAll(tracker, riding(0, 60))
    expect(inWords(tracker.stop(60_500))).toEqual(['ended ride-1'])
    expect(takeAll(tracker, riding(61, 121))).toEqual([])
    expect(tracker.begin(121_000)).toEqual([{ kind: 'begun', rideId: 'ride-2', atMonoMs: 121_000, isFirst: false }])
    takeAll(tracker, riding(122, 130))
    expect(tracker.ride()?.totals).toMatchObject({ distanceM: expect.closeTo(45, 0), elapsedMs: 9_000 })
  })
})

describe('a ride after a restart of the device', () => {
  const resumedAfter = (tracker: Tracker) => trackerOf({ resumed: tracker.ride(), newRideId: () => 'ride-2' })

  it('is the same ride', () => {
    const before = trackerOf()
    before.take(fixAt(0, 0))
    before.take(fixAt(10, 60))
    const after = resumedAfter(before)
    expect(inWords(after.take(fixAt(20, 120)))).toEqual(['fix ride-1'])
    expect(after.ride()?.totals).toMatchObject({ distanceM: expect.closeTo(120, 0), elapsedMs: 20_000 })
  })

  it('is judged against where it had got to', () => {
    const before = trackerOf()
    takeAll(before, riding(0, 10))
    const after = resumedAfter(before)
    expect(inWords(after.take(fixAt(12, 500_000)))).toEqual(['fix ride-1 implausible-jump'])
    expect(after.ride()?.totals.distanceM).toBeCloseTo(50, 0)
  })

  it('is over if the device was away for too long', () => {
    const before = trackerOf()
    takeAll(before, riding(0, 60))
    expect(marks(resumedAfter(before), riding(2_000, 2_001))).toEqual(['ended ride-1', 'begun ride-2'])
  })
})

describe('a ride over a power cut', () => {
  const earlier: RideTotals = {
    lastFixMonoMs: 900_000,
    lastMovedMonoMs: 900_000,
    distanceM: 4_000,
    movingMs: 800_000,
    elapsedMs: 890_000,
    ascentM: 30,
    maxSpeedMps: 9,
    bounds: [11.4, 48.0, 11.45, 48.05],
  }

  it('adds up to both of its parts and the time between, but counts no way and no riding across it', () => {
    const tracker = trackerOf()
    tracker.begin(1_000)
    takeAll(tracker, riding(41, 101))
    const [joined] = tracker.join({ id: 'ride-before', totals: earlier, sinceLastFixMs: 120_000 })
    expect(joined).toMatchObject({ kind: 'joined', rideId: 'ride-before', part: 'ride-1' })
    expect(tracker.ride()).toMatchObject({ id: 'ride-before', beganMonoMs: 1_000 })
    takeAll(tracker, riding(102, 111))
    expect(tracker.ride()?.totals).toMatchObject({
      distanceM: expect.closeTo(4_350, 0),
      movingMs: 870_000,
      elapsedMs: 890_000 + 120_000 + 70_000,
      ascentM: 30,
      maxSpeedMps: 9,
      bounds: [11.4, 48, fixAt(111, 555).lonDeg, 48.1],
    })
  })

  it('counts nothing twice when it is taken up again after it was joined', () => {
    const tracker = trackerOf()
    takeAll(tracker, riding(41, 101))
    tracker.join({ id: 'ride-before', totals: earlier, sinceLastFixMs: 120_000 })
    const after = trackerOf({ resumed: tracker.ride() })
    takeAll(after, riding(102, 111))
    expect(after.ride()?.totals).toMatchObject({ distanceM: expect.closeTo(4_350, 0), elapsedMs: 1_080_000 })
  })

  it('ends under the name of the whole', () => {
    const tracker = trackerOf()
    takeAll(tracker, riding(41, 101))
    tracker.join({ id: 'ride-before', totals: earlier, sinceLastFixMs: 120_000 })
    expect(inWords(tracker.stop(102_000))).toEqual(['ended ride-before'])
  })

  it('joins nothing where no ride is on', () => {
    expect(trackerOf().join({ id: 'ride-before', totals: earlier, sinceLastFixMs: 0 })).toEqual([])
  })
})
