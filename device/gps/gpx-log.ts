/** The track of a GPX as readings, by its own time alone. */
import { type Reading, UNKNOWN_SKY } from '../../core/ride/fix.js'
import { createGpxReader, type GpxPoint, type GpxTold } from '../../core/track/gpx-reading.js'

export interface GpxLogOptions {
  /** A recording has no boot: whoever reads it names one. */
  readonly bootId: string
  /** Told once, at the end of the document. */
  readonly onEnd?: (counts: GpxLogCounts) => void
}

export interface GpxLogCounts extends Pick<GpxTold, 'unplaced'> {
  /** Points left out because they have no time. */
  readonly undated: number
}

/** Readings that were read at once. */
export interface Recorded {
  /** Nothing is known of the way from one part to the next. */
  readonly part: number
  readonly readings: readonly Reading[]
}

/**
 * Each point of a track that has a time, in the order of the document; `at.monoMs` is that time in milliseconds since 1970.
 * Its segments are the parts, from 0.
 * @param pieces the text of the document
 * @throws GpxFault
 */
export async function* gpxReadings(
  pieces: AsyncIterable<string>,
  { bootId, onEnd }: GpxLogOptions,
): AsyncGenerator<Recorded, void, void> {
  const reader = createGpxReader()
  let undated = 0
  for await (const piece of pieces) {
    for (const { part, points } of byStretch(reader.take(piece))) {
      const readings: Reading[] = []
      for (const point of points) {
        const reading = readingOf(point, bootId)
        if (reading !== null) readings.push(reading)
      }
      undated += points.length - readings.length
      yield { part, readings }
    }
  }
  reader.end()
  onEnd?.({ unplaced: reader.told().unplaced, undated })
}

function byStretch(points: readonly GpxPoint[]): { readonly part: number; readonly points: readonly GpxPoint[] }[] {
  const stretches: { part: number; points: GpxPoint[] }[] = []
  for (const point of points) {
    const last = stretches.at(-1)
    if (last?.part === point.stretch) last.points.push(point)
    else stretches.push({ part: point.stretch, points: [point] })
  }
  return stretches
}

/** What a GPX is called that is the log of a ride; or what it lacks, as the end of a sentence that begins with its file. */
export type GpxBeginning =
  | ({ readonly kind: 'ride' } & Pick<GpxTold, 'name' | 'simulated'>)
  | { readonly kind: 'none'; readonly because: string }

/** Reads on to the first point that has a time. @throws GpxFault */
export async function beginningOfGpx(pieces: AsyncIterable<string>): Promise<GpxBeginning> {
  const reader = createGpxReader()
  let undated = 0
  for await (const piece of pieces) {
    const points = reader.take(piece)
    if (points.some(({ utcMs }) => utcMs !== null)) {
      const { name, simulated } = reader.told()
      return { kind: 'ride', name, simulated }
    }
    undated += points.length
    if (undated > MOST_UNDATED) return none(withoutTimes(reader.told()))
  }
  reader.end()
  if (undated > 0) return none(withoutTimes(reader.told()))
  const { unplaced, waypoints, routePoints } = reader.told()
  if (unplaced > 0) return none(`has no track: none of its ${unplaced} points has a position that can be true`)
  if (waypoints + routePoints === 0) return none('has no track: it is empty')
  return none(`has no track: only ${waypoints} waypoints and ${routePoints} points of a route`)
}

const none = (because: string): GpxBeginning => ({ kind: 'none', because })

const withoutTimes = ({ oddTime }: GpxTold): string =>
  oddTime === null
    ? 'has no times: it is the plan of a ride, not the log of one'
    : `has no time that a receiver can have told: its first one is ${oddTime === '' ? 'empty' : oddTime}`

/** A track that has so many points without a time will have none. */
const MOST_UNDATED = 10_000

/** Who does not say in how many dimensions, but knows the height, has three. */
function readingOf(point: GpxPoint, bootId: string): Reading | null {
  const { utcMs, latDeg, lonDeg, altitudeM, speedMps, courseDeg, satellitesUsed, hdop } = point
  if (utcMs === null) return null
  return {
    kind: 'fix',
    at: { bootId, monoMs: utcMs },
    receiverUtcMs: utcMs,
    firstByteMonoMs: null,
    receiver: null,
    sky: satellitesUsed === null && hdop === null ? UNKNOWN_SKY : { ...UNKNOWN_SKY, satellitesUsed, hdop },
    latDeg,
    lonDeg,
    altitudeM,
    speedMps,
    courseDeg,
    accuracyM: null,
    mode: point.mode ?? (altitudeM === null ? 2 : 3),
  }
}
