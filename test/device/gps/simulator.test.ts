import { describe, expect, it } from 'vitest'
import { EARLIEST_UTC_MS } from '../../../core/ride/clock.js'
import { distanceM } from '../../../core/ride/geo.js'
import { parseGpsdLine } from '../../../device/gps/gpsd-line.js'
import type { Tpv } from '../../../device/gps/gpsd-messages.js'
import { type SimulatedEpoch, simulatedRide } from '../../../device/gps/simulated-ride.js'
import { simulatedEpochs, simulatorOf } from '../../../device/gps/simulator.js'

function firstOf<Item>(items: Iterable<Item>, count: number): Item[] {
  const first: Item[] = []
  for (const item of items) if (first.push(item) === count) break
  return first
}

const rideOf = (seed: number, stepMs: number, count: number): SimulatedEpoch[] =>
  firstOf(simulatedRide(seed, stepMs), count)
const linesOf = (options: Parameters<typeof simulatedEpochs>[0], count: number): string[] =>
  firstOf(simulatedEpochs(options, EARLIEST_UTC_MS), count).flatMap(({ lines }) => lines)
const tpvsOf = (lines: string[]): Tpv[] => lines.map(parseGpsdLine).filter((message) => message.kind === 'tpv')

describe('the simulated ride', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(rideOf(1, 100, 1000)).toEqual(rideOf(1, 100, 1000))
    expect(rideOf(1, 100, 1000)).not.toEqual(rideOf(2, 100, 1000))
  })

  it.each([
    [1, 100],
    [2, 100],
    [3, 1000],
    [4, 1000],
  ])('has positions that agree with its speed and course (seed %d, every %d ms)', (seed, stepMs) => {
    const ride = rideOf(seed, stepMs, (30 * 60_000) / stepMs)
    for (const [index, here] of ride.entries()) {
      const before = ride[index - 1]
      if (before === undefined) continue
      const wentMps = distanceM(before, here) / (stepMs / 1000)
      const saidMps = (before.speedMps + here.speedMps) / 2
      expect(Math.abs(wentMps - saidMps)).toBeLessThanOrEqual(0.2 * saidMps + 0.02)
      if (saidMps > 1) {
        const north = here.latDeg - before.latDeg
        const east = (here.lonDeg - before.lonDeg) * Math.cos((here.latDeg * Math.PI) / 180)
        const turn = (Math.atan2(east, north) * 180) / Math.PI - (before.courseDeg + here.courseDeg) / 2
        expect(Math.abs(Math.cos((turn * Math.PI) / 180))).toBeGreaterThan(0.98)
      }
    }
  })

  it('is ridden as in a town: 15 to 30 km/h, lights, a few kilometres around, no mountains', () => {
    const ride = rideOf(1, 1000, 3600)
    const speeds = ride.map(({ speedMps }) => speedMps)
    const stops = ride.filter(({ speedMps }, index) => speedMps === 0 && (ride[index - 1]?.speedMps ?? 0) > 0)
    const cruising = speeds.filter((speed) => speed >= 15 / 3.6).length
    const north = ride.map(({ latDeg }) => latDeg)
    expect(Math.max(...speeds)).toBeLessThanOrEqual(30 / 3.6)
    expect(cruising / ride.length).toBeGreaterThan(0.5)
    expect(stops.length).toBeGreaterThan(5)
    expect(stops.length).toBeLessThan(60)
    expect((Math.max(...north) - Math.min(...north)) * 111_195).toBeLessThan(2_000)
    expect(
      ride.every(({ altitudeM, courseDeg }) => altitudeM > 500 && altitudeM < 540 && courseDeg >= 0 && courseDeg < 360),
    ).toBe(true)
  })
})

describe('the simulator', () => {
  it('finds its first fix after a few epochs, or as many seconds later as asked', () => {
    const modes = (startDelayS: number) =>
      tpvsOf(linesOf({ rateHz: 2, seed: 1, startDelayS }, 10)).map(({ mode }) => mode)
    expect(modes(0)).toEqual([1, 1, 1, 3, 3, 3, 3, 3, 3, 3])
    expect(modes(2)).toEqual([1, 1, 1, 1, 1, 1, 1, 3, 3, 3])
  })

  it('speaks as gpsd does, with every figure and a sky each second', () => {
    const lines = linesOf({ rateHz: 10, seed: 1, startDelayS: 0 }, 100)
    const tpvs = tpvsOf(lines)
    expect(tpvs).toHaveLength(100)
    expect(tpvs.map(({ utcMs }) => utcMs)).toEqual(
      Array.from({ length: 100 }, (_, index) => EARLIEST_UTC_MS + index * 100),
    )
    for (const tpv of tpvs.slice(3)) {
      expect(Object.entries(tpv).filter(([, value]) => value === null)).toEqual([['leapSecond', null]])
      expect(tpv.rejected).toEqual([])
    }
    const skies = lines.map(parseGpsdLine).filter((message) => message.kind === 'sky')
    expect(skies).toHaveLength(10)
    expect(skies[0]).toMatchObject({ satellitesUsed: 0, satellitesInView: 12, hdop: null })
    expect(skies[9]).toMatchObject({ satellitesInView: 12, hdop: 0.9 })
    expect(skies[9]?.satellitesUsed).toBeGreaterThan(5)
  })

  it.each([
    ['that of the host, at the next full epoch', Date.UTC(2027, 1, 1, 0, 0, 0, 13), Date.UTC(2027, 1, 1, 0, 0, 0, 20)],
    ['the earliest a receiver may tell, on a host that believes it is 1970', 0, EARLIEST_UTC_MS],
  ])('tells a time that begins with %s, and passes as ours does', async (_what, wallClockMs, startUtcMs) => {
    const play = simulatorOf({ rateHz: 50, seed: 1, startDelayS: 0 }, () => wallClockMs)
    const stopping = new AbortController()
    const heard: { utcMs: number | null; monoMs: number }[] = []
    for await (const line of play.lines(stopping.signal)) {
      const message = parseGpsdLine(line)
      if (message.kind === 'tpv') heard.push({ utcMs: message.utcMs, monoMs: performance.now() })
      if (heard.length === 10) stopping.abort()
    }
    expect(heard[0]?.utcMs).toBe(startUtcMs)
    expect(heard[9]?.utcMs).toBe(startUtcMs + 180)
    const passedMs = (heard[9]?.monoMs ?? 0) - (heard[0]?.monoMs ?? 0)
    expect(passedMs).toBeGreaterThan(130)
    expect(passedMs).toBeLessThan(2_000)
  })
})
