import { describe, expect, it } from 'vitest'
import type { Fix } from '../../../core/ride/fix.js'
import { madeRide, NO_NOISE, type Noise, PARKED, type Route, randomOf, SOME_NOISE } from '../../fakes/made-fixes.js'
import { fixAt } from '../../fakes/readings.js'
import { tracked, trackerOf } from '../../fakes/tracking.js'

const isLong = process.env['SPOKECAM_TEST'] === 'long'
const seeds = Array.from({ length: isLong ? 20 : 2 }, (_, index) => index + 1)

/** Lights every minute, bends, and now and then a corner. */
const TOWN: Route = {
  seconds: 900,
  speedMps: (second) => townSpeed(second % 60, second),
  turn: (second) => (second % 97 < 3 ? 0.5 : 0.05 * Math.sin(second / 11)),
}

function townSpeed(ofMinute: number, second: number): number {
  if (ofMinute < 10) return 0
  if (ofMinute < 16) return ofMinute - 10
  return ofMinute < 54 ? 6 + Math.sin(second / 7) : Math.max(0, 60 - ofMinute)
}

const off = (fixes: readonly Fix[], distanceM: number) => Math.abs(tracked(fixes).totals.distanceM / distanceM - 1)

describe('an hour at a standstill', () => {
  const wanders: readonly Omit<Noise, 'seed' | 'dopplerMps'>[] = [
    { wanderM: 3, wanderS: 120, whiteM: 0.3 },
    { wanderM: 3, wanderS: 60, whiteM: 0.5 },
    { wanderM: 5, wanderS: 300, whiteM: 1 },
  ]
  it.each(wanders)('rides no 50 m by noise of $wanderM m over $wanderS s, with Doppler or without', (wander) => {
    for (const seed of seeds) {
      for (const dopplerMps of [0.2, null]) {
        const { totals } = tracked(madeRide(PARKED, { ...wander, seed, dopplerMps }).fixes)
        expect(totals.distanceM).toBeLessThan(50)
        expect(totals.maxSpeedMps ?? 0).toBeLessThan(2)
      }
    }
  })

  it('rides no 50 m by a Doppler that says half a metre per second all the time', () => {
    const { fixes } = madeRide(PARKED, SOME_NOISE)
    expect(tracked(fixes.map((fix) => ({ ...fix, speedMps: 0.5 }))).totals.distanceM).toBeLessThan(50)
  })

  it('rides no 50 m at 10 Hz either', () => {
    expect(tracked(madeRide(PARKED, SOME_NOISE, 10).fixes).totals.distanceM).toBeLessThan(50)
  })

  it('is paused all the time', () => {
    const tracker = trackerOf({ splitAfterMs: Number.POSITIVE_INFINITY })
    for (const fix of madeRide(PARKED, SOME_NOISE).fixes) {
      tracker.take(fix)
      expect(tracker.isPaused()).toBe(true)
    }
  })
})

describe('the distance', () => {
  it.each<[string, Route]>([
    ['through town', TOWN],
    ['pushing at 3 km/h', { seconds: 600, speedMps: () => 0.83, turn: (second) => 0.02 * Math.sin(second / 20) }],
    ['round a roundabout', { seconds: 300, speedMps: () => 4, turn: () => 0.5 }],
    ['up hairpins', { seconds: 300, speedMps: () => 3.5, turn: hairpins }],
    ['at 43 km/h', { seconds: 300, speedMps: () => 12, turn: (second) => 0.02 * Math.sin(second / 9) }],
  ])('%s is lost neither to slow riding nor to bends, nor won by noise', (_, route) => {
    for (const noise of [NO_NOISE, { ...NO_NOISE, dopplerMps: null }, SOME_NOISE]) {
      const { fixes, distanceM } = madeRide(route, noise)
      expect(off(fixes, distanceM)).toBeLessThan(0.02)
    }
  })

  it('is the same at 10 Hz as at 1 Hz, within 2 %', () => {
    for (const seed of seeds) {
      const noise = { ...SOME_NOISE, seed }
      const [slow, fast] = [1, 10].map((rateHz) => tracked(madeRide(TOWN, noise, rateHz).fixes).totals)
      expect(Math.abs((fast?.distanceM ?? 0) / (slow?.distanceM ?? 1) - 1)).toBeLessThan(0.02)
    }
  })

  it('is the same when the device is begun again on the way', () => {
    for (const seed of seeds) {
      const { fixes } = madeRide(TOWN, { ...SOME_NOISE, seed })
      const whole = tracked(fixes).totals
      for (const cut of [17, 133, 300, 302, 307, 320, 444, 612]) {
        const before = trackerOf()
        for (const fix of fixes.slice(0, cut)) before.take(fix)
        const after = trackerOf({ resumed: before.ride() })
        for (const fix of fixes.slice(cut)) after.take(fix)
        const totals = after.ride()?.totals
        expect(Math.abs((totals?.distanceM ?? 0) - whole.distanceM)).toBeLessThan(6)
        expect(totals?.elapsedMs).toBe(whole.elapsedMs)
        expect(Math.abs((totals?.movingMs ?? 0) - whole.movingMs)).toBeLessThan(10_000)
      }
    }
  })

  it('never shrinks, and nothing of it is told before its fix', () => {
    const tracker = trackerOf()
    let toldM = 0
    for (const fix of madeRide(TOWN, SOME_NOISE, 5).fixes) {
      tracker.take(fix)
      const { distanceM = 0, movingMs = 0, elapsedMs = 0 } = tracker.ride()?.totals ?? {}
      expect(distanceM).toBeGreaterThanOrEqual(toldM)
      expect(movingMs).toBeLessThanOrEqual(elapsedMs)
      toldM = distanceM
    }
  })
})

describe('the moving time', () => {
  it('leaves out the lights', () => {
    const { totals } = tracked(madeRide(TOWN, NO_NOISE).fixes)
    expect(Math.abs(totals.movingMs - 15 * 49_000)).toBeLessThan(15_000)
  })

  it.each([1, 10])('is all of a ride without stops, at %d Hz', (rateHz) => {
    const { fixes } = madeRide({ seconds: 100, speedMps: () => 5 }, NO_NOISE, rateHz)
    expect(tracked(fixes).totals).toMatchObject({ movingMs: expect.closeTo(100_000, -2), elapsedMs: 100_000 })
  })

  it('is known of a receiver whose speed stays at 0', () => {
    const { fixes } = madeRide({ seconds: 100, speedMps: () => 5 }, NO_NOISE)
    const { totals } = tracked(fixes.map((fix) => ({ ...fix, speedMps: 0 })))
    expect(totals.movingMs).toBeGreaterThan(95_000)
    expect(totals.movingMs).toBeLessThanOrEqual(100_000)
  })
})

describe('the highest speed', () => {
  const steady = (spikes: Readonly<Record<number, number>>) =>
    tracked(Array.from({ length: 60 }, (_, second) => fixAt(second, second * 5, { speedMps: spikes[second] ?? 5 })))

  it('is not one spike of the Doppler', () => {
    expect(steady({ 30: 40 }).totals.maxSpeedMps).toBe(5)
  })

  it('is not what positions do not bear out, however long it is told', () => {
    const spikes = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [30 + index, 20]))
    expect(steady(spikes).totals.maxSpeedMps).toBe(5)
  })

  it('is that of a sprint', () => {
    const route: Route = { seconds: 60, speedMps: (second) => (second > 30 && second < 40 ? 14 : 6) }
    expect(tracked(madeRide(route, NO_NOISE).fixes).totals.maxSpeedMps).toBeCloseTo(14, 1)
    expect(tracked(madeRide(route, { ...NO_NOISE, dopplerMps: null }).fixes).totals.maxSpeedMps).toBeCloseTo(14, 0)
  })

  it('is not known before anything moved', () => {
    expect(tracked(madeRide({ ...PARKED, seconds: 60 }, SOME_NOISE).fixes).totals.maxSpeedMps).toBeNull()
  })
})

describe('the ascent', () => {
  const level = (altitudeM: (second: number) => number, seconds = 3_600) =>
    tracked(madeRide({ seconds, speedMps: () => 5, altitudeM }, NO_NOISE).fixes).totals.ascentM ?? Number.NaN
  const hills = (heightM: number) => (second: number) =>
    500 + (heightM / 2) * (1 - Math.cos((2 * Math.PI * second) / 600))

  it('of a flat ride with altitudes off by up to 5 m is nothing', () => {
    const { random } = randomOf(3)
    expect(level(() => 500 + 10 * random() - 5)).toBe(0)
  })

  it.each([30, 50, 100])('of hills of %d m is that, within a few per cent, noise or not', (heightM) => {
    const { random } = randomOf(5)
    const hill = hills(heightM)
    expect(Math.abs(level(hill) / (6 * heightM) - 1)).toBeLessThan(0.02)
    expect(Math.abs(level((second) => hill(second) + 6 * random() - 3) / (6 * heightM) - 1)).toBeLessThan(0.05)
  })

  it('does not count an altitude that jumps by 200 m for a second', () => {
    expect(level((second) => (second === 300 ? 700 : 500), 600)).toBe(0)
  })

  it('is told where the receiver completes its fixes with the altitude later', () => {
    const tracker = trackerOf()
    for (let second = 0; second <= 100; second++) {
      const fix = fixAt(second, second * 5, { speedMps: 5, altitudeM: 500 + second })
      tracker.take({ ...fix, altitudeM: null, speedMps: null })
      tracker.take(fix)
    }
    const totals = tracker.ride()?.totals
    expect(totals?.ascentM).toBeGreaterThan(80)
    expect(totals?.maxSpeedMps).toBe(5)
  })

  it('is not known without altitudes, nor from fixes that have none of their own', () => {
    const flat = madeRide({ seconds: 60, speedMps: () => 5 }, NO_NOISE).fixes
    expect(tracked(flat.map((fix) => ({ ...fix, altitudeM: null }))).totals.ascentM).toBeNull()
    expect(tracked(flat.map((fix) => ({ ...fix, mode: 2 as const }))).totals.ascentM).toBeNull()
  })
})

function hairpins(second: number): number {
  const side = Math.floor(second / 20) % 2 === 0 ? 1 : -1
  return second % 20 < 4.5 ? 0.7 * side : 0
}
