import { describe, expect, it } from 'vitest'
import {
  type Anchor,
  EARLIEST_UTC_MS,
  isPlausibleUtc,
  LATEST_UTC_MS,
  unrolledUtc,
  utcOf,
  utcUncertaintyOf,
  WEEK_ROLLOVER_MS,
} from '../../core/ride/clock.js'
import { createSatelliteClock } from '../../core/ride/satellite-clock.js'

const JUNE = Date.UTC(2026, 5, 6, 8)
const anchor = (monoMs: number, utcMinusMonoMs: number, bootId = 'a'): Anchor => ({
  bootId,
  monoMs,
  utcMinusMonoMs,
  uncertaintyMs: 50,
  source: 'satellites',
})

describe('UTC of a moment', () => {
  it.each([
    ['is unknown without an anchor', [], null],
    ['is unknown with anchors of another boot only', [anchor(0, JUNE, 'b')], null],
    ['follows the one anchor, after it', [anchor(1_000, JUNE)], JUNE + 5_000],
    ['follows the first anchor, before it', [anchor(9_000, JUNE)], JUNE + 5_000],
    ['is interpolated between two anchors', [anchor(0, JUNE), anchor(10_000, JUNE + 200)], JUNE + 5_100],
    ['follows the last anchor, after it', [anchor(0, JUNE), anchor(4_000, JUNE + 80)], JUNE + 5_080],
    ['is not smeared over a correction', [anchor(0, JUNE), anchor(10_000, JUNE + 86_400_000)], JUNE + 5_000],
    ['is not smeared over a leap second', [anchor(0, JUNE), anchor(10_000, JUNE + 1_000)], JUNE + 5_000],
  ])('%s', (_, anchors, expected) => {
    expect(utcOf({ bootId: 'a', monoMs: 5_000 }, anchors)).toBe(expected)
  })

  it('is as uncertain as the worse of the anchors around it', () => {
    const anchors = [anchor(0, JUNE), { ...anchor(10_000, JUNE), uncertaintyMs: 300 }]
    expect(utcUncertaintyOf({ bootId: 'a', monoMs: 5_000 }, anchors)).toBe(300)
    expect(utcUncertaintyOf({ bootId: 'b', monoMs: 5_000 }, anchors)).toBeNull()
  })

  it.each([
    ['before the first anchor', -3_600_000, 410],
    ['after the last anchor', 3_610_000, 410],
    ['between anchors', 9_000, 50],
  ])('grows more uncertain by what a crystal may drift: %s', (_, monoMs, expected) => {
    expect(utcUncertaintyOf({ bootId: 'a', monoMs }, [anchor(0, JUNE), anchor(10_000, JUNE)])).toBe(expected)
  })

  it('is a phone’s only in a boot that no satellite dates', () => {
    const phone: Anchor = { ...anchor(5_000, JUNE + 7_000), uncertaintyMs: 2_000, source: 'phone' }
    const moment = { bootId: 'a', monoMs: 5_000 }
    expect(utcOf(moment, [phone])).toBe(JUNE + 12_000)
    expect(utcOf(moment, [phone, anchor(9_000, JUNE)])).toBe(JUNE + 5_000)
    expect(utcUncertaintyOf(moment, [phone, anchor(5_000, JUNE)])).toBe(50)
  })

  it.each([
    ['is left as it is where it can be true', JUNE, JUNE],
    ['of a receiver that lags a rollover is put right', JUNE - WEEK_ROLLOVER_MS, JUNE],
    ['of a receiver that lags two rollovers is put right', JUNE - 2 * WEEK_ROLLOVER_MS, JUNE],
    ['that no rollover explains is left as it is', Date.UTC(2023, 5, 6), Date.UTC(2023, 5, 6)],
    ['from the future is left as it is', Date.UTC(2099, 0, 1), Date.UTC(2099, 0, 1)],
  ])('%s', (_, toldMs, expected) => {
    expect(unrolledUtc(toldMs)).toBe(expected)
  })

  it.each([
    [EARLIEST_UTC_MS - 1, false],
    [EARLIEST_UTC_MS, true],
    [LATEST_UTC_MS, false],
  ])('of %d is plausible: %s', (utcMs, expected) => {
    expect(isPlausibleUtc(utcMs)).toBe(expected)
  })
})

describe('the satellite clock', () => {
  /** An epoch a second, whose line takes latencyMs, of a receiver that is offMs from the truth. */
  const epoch = (second: number, { latencyMs = 100, offMs = 0, mode = 3 as 0 | 1 | 2 | 3 } = {}) => ({
    arrivedMonoMs: 50_000 + second * 1_000 + latencyMs,
    utcMs: JUNE + second * 1_000 + offMs,
    mode,
  })
  const OFFSET = JUNE - 50_000

  it('believes a receiver after three epochs that agree', () => {
    const clock = createSatelliteClock('a')
    expect(clock.take(epoch(0))).toBeNull()
    expect(clock.take(epoch(1))).toBeNull()
    expect(clock.take(epoch(2))).toMatchObject({ because: 'first', anchor: { utcMinusMonoMs: OFFSET - 100 } })
  })

  it.each([
    ['a mode below 3', [epoch(0), epoch(1), epoch(2, { mode: 2 }), epoch(3), epoch(4)]],
    ['an epoch half a second off', [epoch(0), epoch(1), epoch(2, { offMs: 500 }), epoch(3), epoch(4)]],
    ['dates before this version', [0, 1, 2, 3, 4].map((second) => epoch(second, { offMs: -366 * 86_400_000 }))],
    ['dates 15 years ahead', [0, 1, 2, 3, 4].map((second) => epoch(second, { offMs: 15 * 366 * 86_400_000 }))],
  ])('does not believe %s', (_, epochs) => {
    const clock = createSatelliteClock('a')
    expect(epochs.map((one) => clock.take(one))).toEqual(epochs.map(() => null))
    expect(clock.anchor()).toBeNull()
  })

  it('is not made uncertain by a line that was held up', () => {
    const clock = createSatelliteClock('a')
    for (let second = 0; second <= 61; second++) clock.take(epoch(second, { latencyMs: second === 30 ? 290 : 60 }))
    expect(clock.anchor()).toMatchObject({ utcMinusMonoMs: OFFSET - 60, uncertaintyMs: 50 })
  })

  it('is not stepped by late lines that do not follow one another', () => {
    const clock = createSatelliteClock('a')
    for (let second = 0; second < 30; second++) clock.take(epoch(second, { latencyMs: second % 5 === 4 ? 500 : 40 }))
    expect(clock.anchor()).toMatchObject({ utcMinusMonoMs: OFFSET - 40 })
  })

  it('is put right in its place when a line proves that all before were held up', () => {
    const clock = createSatelliteClock('a')
    for (const second of [0, 1, 2]) clock.take(epoch(second, { latencyMs: 200 }))
    const first = clock.anchor()
    expect(clock.take(epoch(3, { latencyMs: 195 }))).toBeNull()
    expect(clock.take(epoch(4, { latencyMs: 40 }))).toMatchObject({
      because: 'refined',
      anchor: { monoMs: first?.monoMs, utcMinusMonoMs: OFFSET - 40 },
    })
  })

  it('takes the epoch with the least latency', () => {
    const clock = createSatelliteClock('a')
    for (const [second, latencyMs] of [180, 40, 210].entries()) clock.take(epoch(second, { latencyMs }))
    expect(clock.anchor()).toMatchObject({ utcMinusMonoMs: OFFSET - 40, uncertaintyMs: 140 })
  })

  it('makes one anchor a minute while nothing is wrong', () => {
    const clock = createSatelliteClock('a')
    const made = Array.from({ length: 200 }, (_, second) => clock.take(epoch(second))?.because).filter(Boolean)
    expect(made).toEqual(['first', 'minute', 'minute', 'minute'])
  })

  it('follows a crystal that drifts', () => {
    const clock = createSatelliteClock('a')
    const drift = 20e-6
    for (let second = 0; second < 4 * 3_600; second++) {
      clock.take({ arrivedMonoMs: 50_000 + second * 1_000 * (1 + drift), utcMs: JUNE + second * 1_000, mode: 3 })
    }
    const trueOffset = OFFSET - 4 * 3_600 * 1_000 * drift
    expect(Math.abs((clock.anchor()?.utcMinusMonoMs ?? 0) - trueOffset)).toBeLessThan(5)
  })

  it.each([
    ['leap-second', -1_000],
    ['leap-second', 18_000],
    ['step', 7_500],
    ['step', 60_000],
  ])('corrects itself by a %s of %d ms once three epochs confirm it', (because, offMs) => {
    const clock = createSatelliteClock('a')
    for (const second of [0, 1, 2, 3]) clock.take(epoch(second))
    expect(clock.take(epoch(4, { offMs }))).toBeNull()
    expect(clock.take(epoch(5, { offMs }))).toBeNull()
    expect(clock.take(epoch(6, { offMs }))).toMatchObject({ because, byMs: offMs })
  })

  it('corrects a rollover of 1024 weeks when the true date comes', () => {
    // Within the plausible years there is no room for a second rollover: the wrong date is never believed at all.
    const clock = createSatelliteClock('a')
    for (const second of [0, 1, 2]) clock.take(epoch(second, { offMs: -619_315_200_000 }))
    expect(clock.anchor()).toBeNull()
    for (const second of [3, 4, 5]) clock.take(epoch(second))
    expect(clock.anchor()).toMatchObject({ utcMinusMonoMs: OFFSET - 100 })
  })
})
