/** Fewer points for the same ride: what of a track a map, and a marker that follows a video on it, can do without. */
import type { LatLon } from '../ride/geo.js'

export interface Simplified<Point> {
  readonly stretches: readonly (readonly Point[])[]
  /** Metres; the tolerance asked for, or that doubled until the points were few enough. */
  readonly toleranceM: number
}

/** Mean length of a degree of a great circle; R1 of GRS 80, as core/ride/geo has it. */
const METRES_PER_DEGREE = (6_371_008.8 * Math.PI) / 180
/** What doubling begins with where every point was asked for. */
const LEAST_DOUBLED_M = 0.5
/**
 * A stretch is taken in pieces of so many points, whose ends stay. At worst the algorithm takes the square of a length, and a
 * line that sways about a straight road is near that: 187,000 points took 3 s in one piece and take 0.1 s so.
 */
const PIECE_POINTS = 1_024

/** Where, and when: what simplifying must keep. */
export interface Ridden extends LatLon {
  readonly monoMs: number
}

/**
 * Leaves out points that are within a tolerance of where the line would be at their time, so that a stop on a straight road
 * stays one: the algorithm of D. Douglas and T. Peucker, "Algorithms for the reduction of the number of points required to
 * represent a digitized line or its caricature", Cartographica 10 (2), 1973, with the synchronised distance of N. Meratnia
 * and R. A. de By, "Spatiotemporal compression techniques for moving point objects", EDBT 2004.
 * Each stretch is a line of its own and keeps both ends.
 * @param toleranceM metres; 0 leaves out only what lies exactly where the line is then
 * @param mostPoints 2 or more; where even the ends of all stretches are more than that, only every second, third ... stretch stays
 */
export function simplified<Point extends Ridden>(
  stretches: readonly (readonly Point[])[],
  toleranceM: number,
  mostPoints: number = Number.POSITIVE_INFINITY,
): Simplified<Point> {
  const chosen = fewEnough(stretches, mostPoints)
  const worths = chosen.map((stretch) => worthsOf(stretch, toleranceM))
  let usedM = toleranceM
  while (countAbove(worths, usedM) > mostPoints) usedM = Math.max(usedM * 2, LEAST_DOUBLED_M)
  const kept = chosen.map((stretch, line) => stretch.filter((_, index) => (worths[line]?.[index] ?? 0) > usedM))
  return { stretches: kept, toleranceM: usedM }
}

function fewEnough<Stretch extends { readonly length: number }>(stretches: readonly Stretch[], mostPoints: number) {
  const every = (nth: number) => stretches.filter((_, index) => index % nth === 0)
  const ends = (chosen: readonly Stretch[]) => chosen.reduce((sum, { length }) => sum + Math.min(2, length), 0)
  let nth = 1
  while (ends(every(nth)) > mostPoints) nth++
  return every(nth)
}

/**
 * For each point the tolerance from which on it may go, in metres; infinite for ends. Points that may go at
 * leastM already are 0. One run of the algorithm thus answers for every tolerance.
 */
function worthsOf(stretch: readonly Ridden[], leastM: number): Float64Array {
  const worths = new Float64Array(stretch.length)
  const line = projected(stretch)
  const last = stretch.length - 1
  // A stack of its own: a span can split as deep as it is long.
  const open: [from: number, to: number, parentM: number][] = []
  for (let from = 0; from < last; from += PIECE_POINTS) {
    open.push([from, Math.min(from + PIECE_POINTS, last), Number.POSITIVE_INFINITY])
  }
  for (let end = 0; end <= last; end += PIECE_POINTS) worths[end] = Number.POSITIVE_INFINITY
  if (last >= 0) worths[last] = Number.POSITIVE_INFINITY
  for (let span = open.pop(); span !== undefined; span = open.pop()) {
    const [from, to, parentM] = span
    const { index, distanceM } = farthest(line, from, to)
    if (index === -1 || distanceM <= leastM) continue
    // A point is only looked at once the one that splits the line around it is kept.
    const worthM = Math.min(parentM, distanceM)
    worths[index] = worthM
    open.push([from, index, worthM], [index, to, worthM])
  }
  return worths
}

/** The point that is farthest from where an even ride from one end to the other would be at its time. */
function farthest({ x, y, t }: Line, from: number, to: number): { index: number; distanceM: number } {
  const [fromX, fromY, fromT] = [x[from] ?? 0, y[from] ?? 0, t[from] ?? 0]
  const [alongX, alongY] = [(x[to] ?? 0) - fromX, (y[to] ?? 0) - fromY]
  const tookMs = (t[to] ?? 0) - fromT
  let index = -1
  let most = -1
  for (let at = from + 1; at < to; at++) {
    const share = tookMs > 0 ? ((t[at] ?? 0) - fromT) / tookMs : 0
    const [awayX, awayY] = [(x[at] ?? 0) - fromX - share * alongX, (y[at] ?? 0) - fromY - share * alongY]
    const away = awayX * awayX + awayY * awayY
    if (away > most) {
      most = away
      index = at
    }
  }
  return { index, distanceM: Math.sqrt(Math.max(0, most)) }
}

interface Line {
  readonly x: Float64Array
  readonly y: Float64Array
  readonly t: Float64Array
}

/** Metres east and north of the first point, on a plane that touches the earth in the middle latitude of the stretch. */
function projected(stretch: readonly Ridden[]): Line {
  const x = new Float64Array(stretch.length)
  const y = new Float64Array(stretch.length)
  const t = Float64Array.from(stretch, ({ monoMs }) => monoMs)
  const first = stretch[0]
  if (first === undefined) return { x, y, t }
  let [south, north] = [first.latDeg, first.latDeg]
  for (const { latDeg } of stretch) {
    south = Math.min(south, latDeg)
    north = Math.max(north, latDeg)
  }
  const metresPerDegreeEast = METRES_PER_DEGREE * Math.cos((((south + north) / 2) * Math.PI) / 180)
  for (const [at, { latDeg, lonDeg }] of stretch.entries()) {
    // The short way round, for a stretch that crosses 180 degrees.
    const eastDeg = ((lonDeg - first.lonDeg + 540) % 360) - 180
    x[at] = eastDeg * metresPerDegreeEast
    y[at] = (latDeg - first.latDeg) * METRES_PER_DEGREE
  }
  return { x, y, t }
}

function countAbove(worths: readonly Float64Array[], toleranceM: number): number {
  let count = 0
  for (const stretch of worths) for (const worthM of stretch) if (worthM > toleranceM) count++
  return count
}
