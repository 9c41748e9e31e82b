/** What privacy zones hide of a ride: all that is in them, the same each time, and nothing that tells where their centre is. */
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { distanceM, type LatLon, pointAhead, stepOf } from '../../core/ride/geo.js'
import type { TrackPoint } from '../../core/ride/ride.js'
import { hiddenMsOf, hiddenSpansOf, isHidden } from '../../core/track/privacy.js'
import { selected } from '../../core/track/selection.js'
import { sha256 } from '../../core/track/sha-256.js'
import { HOME, JUNE_UTC_MS } from '../fakes/readings.js'

const SECRET = '5da67f962b0e595f738f9fa4a4f5beb8'
const RADIUS_M = 300
const ZONE = { ...HOME, radiusM: RADIUS_M }
const SPEED_MPS = 5

const pointAt = (second: number, place: LatLon, known: Partial<TrackPoint> = {}): TrackPoint => ({
  part: 1,
  monoMs: second * 1_000,
  latDeg: place.latDeg,
  lonDeg: place.lonDeg,
  utcMs: JUNE_UTC_MS + second * 1_000,
  altitudeM: 500,
  speedMps: SPEED_MPS,
  courseDeg: 90,
  accuracyM: 4,
  mode: 3,
  satellitesUsed: 9,
  hdop: 0.9,
  ...known,
})
const eastOfHome = (eastM: number): LatLon => pointAhead(HOME, 90, eastM)
/** A fix a second, eastward at 5 m/s. */
const straight = (fromM: number, toM: number): TrackPoint[] =>
  Array.from({ length: Math.floor((toM - fromM) / SPEED_MPS) + 1 }, (_, second) =>
    pointAt(second, eastOfHome(fromM + second * SPEED_MPS)),
  )
const hiddenOf = (points: readonly TrackPoint[]) => hiddenSpansOf(points, [ZONE], SECRET)
const visibleOf = (points: readonly TrackPoint[]): TrackPoint[] => {
  const spans = hiddenOf(points)
  return points.filter((point) => !isHidden(point, spans))
}

describe('SHA-256', () => {
  it.each(['', 'abc', 'ü🚲', ...[54, 55, 56, 63, 64, 65, 1_000].map((length) => 'a'.repeat(length))])(
    'is what Node makes of %j',
    (text) => {
      const digest = createHash('sha256').update(text).digest()
      expect([...sha256(text)]).toEqual(Array.from({ length: 8 }, (_, at) => digest.readUInt32BE(at * 4)))
    },
  )
})

describe('a privacy zone', () => {
  it('hides every point in it, and no point far from it', () => {
    const visible = visibleOf(straight(-5_000, 5_000))
    const nearestM = Math.min(...visible.map((point) => distanceM(HOME, point)))
    expect(nearestM).toBeGreaterThan(RADIUS_M)
    for (const eastM of [-5_000, -1_000, 1_000, 5_000])
      expect(visible.some((point) => distanceM(point, eastOfHome(eastM)) < SPEED_MPS)).toBe(true)
  })

  it('contains all of the zone, whichever way its shape was drawn', () => {
    for (let n = 0; n < 200; n += 1) {
      const zone = { latDeg: -60 + n * 0.6, lonDeg: -179.99 + n * 1.7, radiusM: 20 + n * 10 }
      for (let courseDeg = 0; courseDeg < 360; courseDeg += 15) {
        const edge = pointAt(0, pointAhead(zone, courseDeg, zone.radiusM * 0.999))
        expect(isHidden(edge, hiddenSpansOf([edge], [zone], SECRET))).toBe(true)
      }
    }
  })

  it('cuts the same ride in the same place each time, and in another on another device', () => {
    const ride = straight(-2_000, 2_000)
    expect(hiddenOf(ride)).toEqual(hiddenOf(ride))
    expect(hiddenSpansOf(ride, [ZONE], 'another secret')).not.toEqual(hiddenOf(ride))
  })

  it.each([
    ['across it in straight lines', crossing],
    ['out of it in all directions', leaving],
  ])('does not give its centre away by where hundreds of rides break off: %s', (_, rideOf) => {
    for (let zone = 0; zone < 12; zone += 1) {
      const secret = `${SECRET}${zone}`
      const random = randomFrom(zone + 1)
      const cuts = Array.from({ length: 300 }, () => cutsOf(rideOf(random), secret)).flat()
      expect(cuts.length).toBeGreaterThan(250)
      const found = centreOfCircle(cuts)
      expect(distanceM(found, HOME)).toBeGreaterThan(RADIUS_M * 0.4)
      const mean = centreOfMass(cuts)
      expect(distanceM(mean, HOME)).toBeGreaterThan(RADIUS_M * 0.2)
    }
  })

  it('lies off in another direction on each device, so that it cannot be reckoned back', () => {
    const offsets = Array.from({ length: 40 }, (_, n) => {
      const cuts = Array.from({ length: 72 }, (_, at) => edgeAt(at * 5, `${SECRET}${n}`))
      return stepOf(HOME, centreOfCircle(cuts))
    })
    const quarters = new Set(offsets.map(({ northM, eastM }) => `${northM > 0} ${eastM > 0}`))
    expect(quarters.size).toBe(4)
    const mean = Math.hypot(average(offsets.map(({ northM }) => northM)), average(offsets.map(({ eastM }) => eastM)))
    expect(mean).toBeLessThan(RADIUS_M * 0.2)
  })

  it('hides nothing where there is no zone', () => {
    expect(hiddenSpansOf(straight(0, 100), [], SECRET)).toEqual([])
    expect(hiddenOf([])).toEqual([])
  })

  it('hides a ride that is all in it, before its first fix and behind its last too', () => {
    const inside = straight(-100, 100)
    expect(visibleOf(inside)).toEqual([])
    expect(hiddenOf(inside)).toMatchObject([
      { part: 1, fromMonoMs: -Infinity, toMonoMs: Infinity, fromUtcMs: null, toUtcMs: null },
    ])
  })
})

describe('what may be read of a ride in progress', () => {
  it('ends where it was looked at for zones, though it rides on into one while it is read', () => {
    const known = straight(-9_000, -7_000)
    const read = function* () {
      yield* known
      yield* straight(-7_000, 1_000).map((point) => ({ ...point, monoMs: point.monoMs + 401_000 }))
    }
    const until = known.at(-1) ?? null
    const all = { period: {}, hidden: hiddenOf(known), until }
    expect([...selected(read(), all)]).toEqual(known)
    expect([...selected(read(), { ...all, until: null })].length).toBeGreaterThan(known.length)
  })
})

describe('where no fix tells the way', () => {
  it('hides from the last visible point to the next, with their times', () => {
    const ride = straight(-3_000, 3_000)
    const [span, ...more] = hiddenOf(ride)
    expect(more).toEqual([])
    const visible = visibleOf(ride)
    const before = visible.filter(({ monoMs }) => monoMs <= (span?.fromMonoMs ?? 0)).at(-1)
    const after = visible.find(({ monoMs }) => monoMs >= (span?.toMonoMs ?? 0))
    expect(span).toMatchObject({
      fromMonoMs: before?.monoMs,
      toMonoMs: after?.monoMs,
      fromUtcMs: before?.utcMs,
      toUtcMs: after?.utcMs,
    })
    expect(visible).toHaveLength(ride.filter(({ monoMs }) => !isBetween(monoMs, span)).length)
  })

  it.each([
    ['a ride that finds its first fix near it is hidden up to that', 700, 3_000, -Infinity, 0],
    ['a ride that loses its last fix near it is hidden from there on', 3_000, 700, (3_000 - 700) / SPEED_MPS, Infinity],
  ])('%s', (_, fromM, toM, fromSecond, toSecond) => {
    const ride = backOrForth(fromM, toM)
    expect(visibleOf(ride)).toHaveLength(ride.length)
    expect(hiddenOf(ride)).toMatchObject([{ fromMonoMs: fromSecond * 1_000, toMonoMs: toSecond * 1_000 }])
  })

  it('leaves the beginning of a ride far from any zone as it is', () => {
    expect(hiddenOf(straight(5_000, 9_000))).toEqual([])
  })

  it('hides a gap beside what is hidden: the receiver was lost in the garage', () => {
    const all = straight(-3_000, 3_000)
    const ride = all.filter((point) => Math.abs(stepOf(HOME, point).eastM) > 200)
    const spans = hiddenOf(ride)
    expect(spans).toHaveLength(1)
    const gap = { part: 1, monoMs: ride.find((point) => stepOf(HOME, point).eastM > 0)?.monoMs ?? 0 }
    expect(hiddenMsOf({ ...gap, monoMs: gap.monoMs - 60_000 }, 60_000, spans)).toBe(60_000)
  })

  it('hides a gap between two visible points that was long enough to have been there', () => {
    const out = pointAt(0, eastOfHome(1_500))
    expect(
      hiddenOf([pointAt(-900, eastOfHome(9_000)), out, pointAt(600, eastOfHome(1_600)), far(1_500)]),
    ).toContainEqual(expect.objectContaining({ fromMonoMs: 0, toMonoMs: 600_000 }))
    const short = hiddenOf([far(-900), out, pointAt(60, eastOfHome(1_600)), far(1_000)])
    expect(short.some(({ fromMonoMs }) => fromMonoMs === 0)).toBe(false)
  })

  it('hides both sides of a power cut at home, and a boot between that never had a fix', () => {
    const before = straight(-3_000, 0)
    const after = straight(0, 3_000).map((point) => ({ ...point, part: 3, utcMs: null }))
    const spans = hiddenOf([...before, ...after])
    expect(spans.map(({ part, toMonoMs }) => [part, toMonoMs === Infinity])).toEqual([
      [1, true],
      [2, true],
      [3, false],
    ])
    expect(spans.map(({ fromMonoMs }) => fromMonoMs === -Infinity)).toEqual([false, true, true])
    expect(hiddenMsOf({ part: 2, monoMs: 5_000 }, 60_000, spans)).toBe(60_000)
  })

  it('hides a power cut that began in sight and ended at home', () => {
    const spans = hiddenOf([pointAt(0, eastOfHome(9_000)), pointAt(10, HOME, { part: 2 })])
    expect(spans).toMatchObject([
      { part: 1, fromMonoMs: 0, toMonoMs: Infinity },
      { part: 2, fromMonoMs: -Infinity, toMonoMs: Infinity },
    ])
  })
})

const far = (second: number): TrackPoint => pointAt(second, eastOfHome(9_000))
const isBetween = (monoMs: number, span: { fromMonoMs: number; toMonoMs: number } | undefined): boolean =>
  span !== undefined && monoMs > span.fromMonoMs && monoMs < span.toMonoMs

function backOrForth(fromM: number, toM: number): TrackPoint[] {
  const seconds = Math.abs(toM - fromM) / SPEED_MPS
  return Array.from({ length: seconds + 1 }, (_, second) =>
    pointAt(second, eastOfHome(fromM + Math.sign(toM - fromM) * second * SPEED_MPS)),
  )
}

/** Where a ride breaks off: the visible points at the ends of what is hidden. */
function cutsOf(ride: readonly TrackPoint[], secret: string): LatLon[] {
  const spans = hiddenSpansOf(ride, [ZONE], secret)
  const isSeen = (point: TrackPoint | undefined): boolean => point === undefined || !isHidden(point, spans)
  return ride.filter((point, at) => isSeen(point) && !(isSeen(ride[at - 1]) && isSeen(ride[at + 1])))
}

/** A chord through the zone, some metres beside its centre. */
function crossing(random: () => number): TrackPoint[] {
  const courseDeg = random() * 360
  const middle = pointAhead(HOME, courseDeg + 90, (random() - 0.5) * 1.6 * RADIUS_M)
  return Array.from({ length: 500 }, (_, n) => pointAt(n, pointAhead(middle, courseDeg, (n - 250) * SPEED_MPS)))
}

/** From the centre out, round a bend. */
function leaving(random: () => number): TrackPoint[] {
  let place: LatLon = HOME
  let courseDeg = random() * 360
  const bendDeg = (random() - 0.5) * 1.2
  return Array.from({ length: 700 }, (_, n) => {
    const point = pointAt(n, place)
    place = pointAhead(place, courseDeg, SPEED_MPS)
    courseDeg += bendDeg
    return point
  })
}

function edgeAt(courseDeg: number, secret: string): LatLon {
  let [insideM, outsideM] = [0, 3 * RADIUS_M]
  while (outsideM - insideM > 0.5) {
    const middleM = (insideM + outsideM) / 2
    const point = pointAt(0, pointAhead(HOME, courseDeg, middleM))
    if (isHidden(point, hiddenSpansOf([point], [ZONE], secret))) insideM = middleM
    else outsideM = middleM
  }
  return pointAhead(HOME, courseDeg, outsideM)
}

/** The circle that fits best (Kåsa 1976): what anybody would try. */
function centreOfCircle(places: readonly LatLon[]): LatLon {
  const steps = places.map((place) => stepOf(HOME, place))
  const [x, y] = [steps.map(({ eastM }) => eastM), steps.map(({ northM }) => northM)]
  const [mx, my] = [average(x), average(y)]
  const [u, v] = [x.map((value) => value - mx), y.map((value) => value - my)]
  const sum = (...of: readonly number[][]): number => {
    const [first = [], ...others] = of
    return first.reduce(
      (total, value, at) => total + others.reduce((product, one) => product * (one[at] ?? 0), value),
      0,
    )
  }
  const [uu, vv, uv] = [sum(u, u), sum(v, v), sum(u, v)]
  const [right1, right2] = [(sum(u, u, u) + sum(u, v, v)) / 2, (sum(v, v, v) + sum(u, u, v)) / 2]
  const det = uu * vv - uv * uv
  const eastM = mx + (right1 * vv - right2 * uv) / det
  const northM = my + (right2 * uu - right1 * uv) / det
  return pointAhead(pointAhead(HOME, 90, eastM), 0, northM)
}

function centreOfMass(places: readonly LatLon[]): LatLon {
  const steps = places.map((place) => stepOf(HOME, place))
  return pointAhead(
    pointAhead(HOME, 90, average(steps.map(({ eastM }) => eastM))),
    0,
    average(steps.map(({ northM }) => northM)),
  )
}

const average = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** Mulberry32: the same numbers each time. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
