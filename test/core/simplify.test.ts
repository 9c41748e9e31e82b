/** A simplified track is the same line, within a tolerance, in fewer points. */
import { describe, expect, it } from 'vitest'
import { distanceM, type LatLon, pointAhead } from '../../core/ride/geo.js'
import { type Ridden, simplified } from '../../core/track/simplify.js'

const HOME = { latDeg: 48.1, lonDeg: 11.5 }
/** East by so many metres, and off to the north. */
const at = (eastM: number, northM = 0, from: LatLon = HOME): LatLon =>
  pointAhead(pointAhead(from, 90, eastM), 0, northM)
/** A line of points a metre apart that sways by so much. */
const swaying = (count: number, swayM: number): LatLon[] =>
  Array.from({ length: count }, (_, index) => at(index, swayM * Math.sin(index / 20)))

/** The same points, passed at an even 5 m/s. */
function ridden(points: readonly LatLon[]): Ridden[] {
  let monoMs = 0
  return points.map((point, index) => {
    monoMs += distanceM(points[index - 1] ?? point, point) * 200
    return { ...point, monoMs }
  })
}
const one = (points: readonly LatLon[], toleranceM: number): readonly LatLon[] =>
  simplified([ridden(points)], toleranceM).stretches[0] ?? []

describe('a simplified track', () => {
  it.each([
    ['nothing', [], []],
    ['one point', [at(0)], [0]],
    ['two points', [at(0), at(1)], [0, 1]],
    ['a straight line', [at(0), at(10), at(25), at(60)], [0, 3]],
    ['a corner', [at(0), at(50), at(50, 50)], [0, 1, 2]],
    ['a bump below the tolerance', [at(0), at(50, 1.9), at(100)], [0, 2]],
    ['a bump above the tolerance', [at(0), at(50, 2.1), at(100)], [0, 1, 2]],
    ['a way there and back', [at(0), at(100), at(0)], [0, 1, 2]],
    ['a standstill', [at(0), at(0), at(0), at(0)], [0, 3]],
  ] as const)('of %s keeps what it needs', (_, points, kept) => {
    expect(one(points, 2)).toMatchObject(kept.map((index) => points[index]))
  })

  it.each([0.5, 2, 10, 40])('is nowhere further than %d m from what was left out', (toleranceM) => {
    const points = swaying(2_000, 30)
    const kept = one(points, toleranceM)
    expect(kept.length).toBeLessThan(points.length)
    const furthest = Math.max(...points.map((point) => Math.min(...legsOf(kept).map((leg) => awayFrom(point, leg)))))
    expect(furthest).toBeLessThanOrEqual(toleranceM * 1.01)
  })

  it('keeps every point that is off the line when no tolerance is given', () => {
    const points = swaying(300, 30)
    expect(one(points, 0)).toHaveLength(300)
  })

  it('keeps a stop on a straight road: where it was, from when and until when', () => {
    const stop = [...[0, 1, 2, 3].map((second) => [second, second * 5]), [4, 20], [64, 20], [65, 25], [66, 30]]
    const points = stop.map(([second = 0, eastM = 0]) => ({ ...at(eastM), monoMs: second * 1_000 }))
    const [kept] = simplified([points], 2).stretches
    expect(kept?.map(({ monoMs }) => monoMs)).toEqual([0, 4_000, 64_000, 66_000])
  })

  it('is measured in metres wherever on the earth', () => {
    for (const latDeg of [-60, 0, 70]) {
      const from = { latDeg, lonDeg: 20 }
      const bump = (metres: number) => [at(0, 0, from), at(50, metres, from), at(100, 0, from)]
      const lean = (metres: number) => [at(0, 0, from), at(metres, 50, from), at(0, 100, from)]
      expect([one(bump(1.9), 2), one(lean(1.9), 2)].map(({ length }) => length)).toEqual([2, 2])
      expect([one(bump(2.1), 2), one(lean(2.1), 2)].map(({ length }) => length)).toEqual([3, 3])
    }
  })

  it('goes the short way over 180 degrees', () => {
    const points = [179.9998, 179.9999, -179.9999, -179.9998].map((lonDeg) => ({ latDeg: 0, lonDeg }))
    expect(one(points, 2)).toMatchObject([points[0], points[3]])
  })

  it('keeps stretches apart', () => {
    const { stretches } = simplified(
      [[at(0), at(10), at(20)], [at(500)], [at(900), at(950, 30), at(999)]].map(ridden),
      2,
    )
    expect(stretches.map(({ length }) => length)).toEqual([2, 1, 3])
  })

  it('fits under a number of points by doubling the tolerance, and says which one that took', () => {
    const points = swaying(5_000, 30)
    const { stretches, toleranceM } = simplified([ridden(points)], 0.1, 100)
    expect(stretches[0]?.length).toBeLessThanOrEqual(100)
    expect([0.5, 1, 2, 4, 8, 16]).toContain(toleranceM)
    expect(toleranceM).toBeGreaterThan(0.1)
    expect(one(points, toleranceM)).toEqual(stretches[0])
    expect(one(points, toleranceM / 2).length).toBeGreaterThan(100)
  })

  it('fits though every point was asked for', () => {
    const { stretches, toleranceM } = simplified([ridden(swaying(5_000, 30))], 0, 100)
    expect(stretches[0]?.length).toBeLessThanOrEqual(100)
    expect(toleranceM).toBeGreaterThan(0)
  })

  it('fits though the ends of all stretches are too many', () => {
    const stretches = Array.from({ length: 300 }, (_, index) => ridden([at(index * 100), at(index * 100 + 10)]))
    const fitted = simplified(stretches, 2, 100).stretches
    expect(fitted.flat().length).toBeLessThanOrEqual(100)
    expect(fitted.flat().length).toBeGreaterThan(80)
    expect(fitted.at(-1)?.[0]?.lonDeg).toBeGreaterThan(stretches[280]?.[0]?.lonDeg ?? 0)
  })

  it('takes a ride of 100 km at 10 Hz without running out of stack', () => {
    const points = ridden(swaying(187_000, 30))
    expect(simplified([points], 2, 5_000).stretches[0]?.length).toBeLessThanOrEqual(5_000)
  })
})

const legsOf = (points: readonly LatLon[]): (readonly [LatLon, LatLon])[] =>
  points.slice(1).map((point, index) => [points[index] as LatLon, point])

/** By Heron's formula, so that nothing is shared with what is tested. */
function awayFrom(point: LatLon, [from, to]: readonly [LatLon, LatLon]): number {
  const [a, b, c] = [distanceM(point, from), distanceM(point, to), distanceM(from, to)]
  if (a * a > b * b + c * c || b * b > a * a + c * c) return Math.min(a, b)
  const half = (a + b + c) / 2
  return (2 * Math.sqrt(Math.max(0, half * (half - a) * (half - b) * (half - c)))) / c
}
