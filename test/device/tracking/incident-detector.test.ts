import { describe, expect, it } from 'vitest'
import type { Fix } from '../../../core/ride/fix.js'
import { simulatedRide } from '../../../device/gps/simulated-ride.js'
import { createIncidentDetector, type NoticedIncident } from '../../../device/tracking/incident-detector.js'
import { hasRecorded } from '../../fakes/gpsd-streams.js'
import { madeRide, NO_NOISE, randomOf } from '../../fakes/made-fixes.js'
import { cityRide, OPEN_SKY, rideThatBrakes, type Stop } from '../../fakes/made-stops.js'
import { fixAt } from '../../fakes/readings.js'
import { recordingOf, recordings } from '../../fakes/recorded-fixes.js'
import { trackerOf } from '../../fakes/tracking.js'

const isLong = process.env['SPOKECAM_TEST'] === 'long'

function noticedIn(fixes: readonly Fix[], detector = createIncidentDetector()): NoticedIncident[] {
  return fixes.flatMap((fix) => detector.take(fix) ?? [])
}

const causesOf = (fixes: readonly Fix[]) => noticedIn(fixes).map(({ cause }) => cause)

/** A fix a second, moving on by the speed of each unless it is said where it is. */
function atSpeeds(speeds: readonly (number | null)[], moved: readonly number[] = speeds.map((mps) => mps ?? 0)): Fix[] {
  let eastM = 0
  return speeds.map((speedMps, second) => {
    eastM += moved[second] ?? 0
    return fixAt(second, eastM, { speedMps })
  })
}

/** Nobody rides at the same speed to the last digit. */
const about = (mps: number, seconds: number) => Array.from({ length: seconds }, (_, second) => mps + (second % 3) / 50)
const still = (seconds: number) => Array.from({ length: seconds }, () => 0)

const KMH = 1 / 3.6

/** The same braking at every part of a second, of every speed from 20 to 30 km/h. */
function brakings(atMps2: number, count: number): Stop[] {
  return Array.from({ length: count }, (_, index) => ({
    fromMps: (20 + (index % 11)) * KMH,
    atMps2,
    second: 8 + ((index * 7) % count) / count,
  }))
}

/** As a receiver tells them that smooths its speed over so many seconds (first order), noise and all. */
function toldOf(stop: Stop, { seed, rateHz, smoothsS }: Receiver & { readonly seed: number }): Fix[] {
  const { gauss } = randomOf(seed)
  let toldMps = stop.fromMps
  const told = madeRide(rideThatBrakes(stop), { ...OPEN_SKY, seed, dopplerMps: 0 }, 10).fixes.map((fix) => {
    toldMps += ((fix.speedMps ?? 0) - toldMps) * (smoothsS === 0 ? 1 : 1 - Math.exp(-0.1 / smoothsS))
    return { ...fix, speedMps: Math.abs(toldMps + gauss() * 0.2) }
  })
  return told.filter((_, index) => index % (10 / rateHz) === 0)
}

interface Receiver {
  readonly rateHz: number
  readonly smoothsS: number
}

function shareNoticed(stops: readonly Stop[], receiver: Receiver): number {
  const noticed = stops.map((stop, seed) => noticedIn(toldOf(stop, { ...receiver, seed })).length)
  expect(Math.max(...noticed)).toBeLessThanOrEqual(1)
  return noticed.filter((count) => count === 1).length / stops.length
}

describe('what is noticed of stops from 20 to 30 km/h', () => {
  it.each([
    [5, 1, 0, 0.88],
    [5, 10, 0, 0.99],
    [5, 1, 0.5, 0.72],
    [5, 10, 0.5, 0.99],
    [5, 1, 1, 0.1],
    [5, 10, 1, 0.6],
    [20, 1, 0, 0.95],
    [20, 10, 0, 0.99],
    [20, 1, 0.5, 0.85],
    [20, 1, 1, 0.45],
    [20, 10, 1, 0.95],
  ])('at %d m/s2, by %d Hz smoothed over %d s, is no less than a share of %d', (atMps2, rateHz, smoothsS, least) => {
    expect(shareNoticed(brakings(atMps2, 110), { rateHz, smoothsS })).toBeGreaterThanOrEqual(least)
  })

  it.each([
    [1, 0.01],
    [10, 0.05],
  ])('is next to nothing where they are ordinary, at 2.5 m/s2, by %d Hz: at most a share of %d', (rateHz, most) => {
    expect(shareNoticed(brakings(2.5, 110), { rateHz, smoothsS: 0 })).toBeLessThanOrEqual(most)
  })
})

describe('an emergency stop', () => {
  it.each([1, 2, 5, 10])('is told with the moment it began, a second and a half more or less, at %d Hz', (rateHz) => {
    for (const stop of brakings(6, 44)) {
      for (const { atMonoMs } of noticedIn(madeRide(rideThatBrakes(stop), OPEN_SKY, rateHz).fixes)) {
        expect(Math.abs(atMonoMs / 1_000 - stop.second)).toBeLessThanOrEqual(1.5)
      }
    }
  })

  it('is noticed where seconds are uneven and some fixes are missing', () => {
    const { fixes } = madeRide(rideThatBrakes({ fromMps: 8, atMps2: 5, second: 20 }), OPEN_SKY, 10)
    const uneven = fixes.filter((_, index) => index % 7 === 0 || index % 11 === 0)
    expect(causesOf(uneven)).toEqual(['braking'])
  })

  it('that ends in riding on slowly is noticed all the same', () => {
    const stop = { fromMps: 9, atMps2: 5, toMps: 2.5, second: 20 }
    expect(causesOf(madeRide(rideThatBrakes(stop), OPEN_SKY).fixes)).toEqual(['braking'])
  })

  it('is told once, and the next one a minute later again', () => {
    const once = [...about(7, 30), 2, ...still(20)]
    expect(causesOf(atSpeeds([...once, ...once]))).toEqual(['braking', 'braking'])
  })

  it('is told once where the receiver completes its fixes later', () => {
    const fixes = atSpeeds([...about(7, 20), 2, ...still(10)])
    const inParts = fixes.flatMap((fix) => [{ ...fix, speedMps: null }, { ...fix, speedMps: 0 }, fix])
    expect(noticedIn(inParts)).toEqual(noticedIn(fixes))
  })
})

describe('a crash', () => {
  it('from over 21 km/h is one where the speed is gone between two fixes of 1 Hz', () => {
    expect(noticedIn(atSpeeds([...about(7, 20), ...still(10)]))).toEqual([{ cause: 'crash', atMonoMs: 19_000 }])
  })

  it.each([15, 20, 30])('from %d km/h within a third of a second is one at 10 Hz', (kmh) => {
    const route = rideThatBrakes({ fromMps: (kmh + 0.5) * KMH, atMps2: 3 * kmh * KMH, second: 20 })
    expect(causesOf(madeRide(route, OPEN_SKY, 10).fixes)).toEqual(['crash'])
  })

  it('is only braking where it rides on', () => {
    expect(causesOf(atSpeeds([...about(7, 20), 0.2, 0.9, 2, 3, 4, 4.1]))).toEqual(['braking'])
  })
})

describe('nothing has happened', () => {
  const rode = about(7, 20)
  it.each([
    ['in one epoch without speed', atSpeeds([...rode, 0, ...rode])],
    ['in three of them', atSpeeds([...rode, 0, 0, 0, ...rode], [...rode, 7, 7, 7, ...rode])],
    ['where the positions go on while the speed stays at 0', atSpeeds([...rode, ...still(20)], about(7, 40))],
    ['in one wild speed', atSpeeds([...about(5, 20), 12, ...about(5, 20)], about(5, 41))],
    ['where speeds are wild before anything was ridden', atSpeeds([0, 7, 6.9, 7.1, 0, 0, 0, 0], still(8))],
    ['in a walk that ends', atSpeeds([...about(1.8, 20), ...still(10)])],
    ['in a fall of speed below 15 km/h', atSpeeds([...about(4, 20), ...still(10)])],
    ['where a log tells mean speeds', atSpeeds([...rode, 8, 8, 8, 8, 4.1, 4.2, 4, 4.1, 4.2])],
    [
      'where the receiver tells no speed',
      atSpeeds(
        still(40).map(() => null),
        [...rode, ...still(20)],
      ),
    ],
    ['so soon after the first fix that nothing is known', atSpeeds([7, ...still(10)])],
    ['in a standstill', atSpeeds(still(60))],
  ])('%s', (_, fixes) => {
    expect(causesOf(fixes)).toEqual([])
  })

  it('in half a second of wild speeds', () => {
    const { fixes } = madeRide(rideThatBrakes({ fromMps: 5, atMps2: 2, second: 20 }), OPEN_SKY, 10)
    expect(causesOf(fixes.map((fix, index) => (index > 100 && index < 106 ? { ...fix, speedMps: 12 } : fix)))).toEqual(
      [],
    )
  })

  it('in a tunnel: without fixes nothing is known of what was between them', () => {
    const fixes = atSpeeds([...about(12, 20), ...still(10)])
    const later = (byMs: number) =>
      fixes.map((fix, index) => (index < 20 ? fix : { ...fix, at: { ...fix.at, monoMs: fix.at.monoMs + byMs } }))
    expect(causesOf(later(1_400))).toEqual(['braking'])
    expect(causesOf(later(1_600))).toEqual([])
  })

  it('where the receiver said between two fixes that it does not know', () => {
    const detector = createIncidentDetector()
    const fixes = atSpeeds([...rode, ...still(10)])
    expect(noticedIn(fixes.slice(0, 20), detector)).toEqual([])
    detector.lost()
    expect(noticedIn(fixes.slice(20), detector)).toEqual([])
  })

  it('in a log that is played three times as fast as life', () => {
    const { fixes } = madeRide(cityRide(1).route, NO_NOISE, 2)
    expect(causesOf(fixes.map((fix) => ({ ...fix, at: { ...fix.at, monoMs: fix.at.monoMs / 3 } })))).toEqual([])
  })
})

describe('a ride from light to light', () => {
  const seeds = Array.from({ length: 20 }, (_, index) => index + 1)

  it.each([
    // The one stop of 1,200 that noise makes a hard one.
    { rateHz: 1, hours: seeds, most: 1 },
    { rateHz: 10, hours: isLong ? seeds : seeds.slice(0, 2), most: 0 },
  ])(
    'of an hour, with stops at up to 2.5 m/s2 and noise, raises no more false alarms than told, at $rateHz Hz',
    ({ rateHz, hours, most }) => {
      const alarms = hours.flatMap((seed) => {
        const { route, stops } = cityRide(seed)
        expect(stops).toBeGreaterThan(40)
        return noticedIn(madeRide(route, { ...OPEN_SKY, seed }, rateHz).fixes)
      })
      expect(alarms.length).toBeLessThanOrEqual(most)
    },
    120_000,
  )

  it.each([
    [1, 3_600],
    [10, isLong ? 3_600 : 600],
  ])('is simulated without an incident, at %d Hz for %d s', (rateHz, seconds) => {
    const detector = createIncidentDetector()
    const noticed: unknown[] = []
    for (const { elapsedMs, ...epoch } of simulatedRide(1, 1_000 / rateHz)) {
      if (elapsedMs > seconds * 1_000) break
      noticed.push(detector.take(fixAt(elapsedMs / 1_000, 0, epoch)) ?? [])
    }
    expect(noticed.flat()).toEqual([])
  })
})

describe.skipIf(!hasRecorded)('real receivers (../shared/gpsd; skipped where it is absent)', () => {
  const tracks = ['cerknicko-jezero', 'around-visnjan-with-car'].map((name) =>
    recordingOf(`tracks/${name}.json-3.22.jsonl`),
  )

  it.each([...recordings(), ...tracks])('raise no alarm: $name', ({ fixes }) => {
    const tracker = trackerOf({ splitAfterMs: Number.POSITIVE_INFINITY })
    const kept = fixes
      .flatMap(tracker.take)
      .flatMap((event) => (event.kind === 'fix' && !event.leftOut ? event.fix : []))
    expect(noticedIn(kept)).toEqual([])
    expect(noticedIn(fixes)).toEqual([])
  })
})
