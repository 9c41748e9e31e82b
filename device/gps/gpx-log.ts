/** The track of a GPX as readings, by its own time alone. */
import { type Reading, UNKNOWN_SKY } from '../../core/ride/fix.js'
import { createGpxReader, type GpxPoint, type GpxTold } from '../../core/track/gpx-reading.js'

export interface GpxLogOptions {
  /** A recording has no boot: whoever reads it names one. */
  readonly bootId: string
  /** Told once, at the end of the document. */
  readonly onEnd?: (counts: GpxLogCounts) => void
}

export interface GpxLogCounts extends GpxTold {
  /** Points left out because they have no time. */
  readonly undated: number
}

/**
 * Each point of a track that has a time, in the order of the document and as many together as a piece of it holds;
 * `at.monoMs` is that time in milliseconds since 1970.
 * @param pieces the text of the document
 * @throws GpxFault
 */
export async function* gpxReadings(
  pieces: AsyncIterable<string>,
  { bootId, onEnd }: GpxLogOptions,
): AsyncGenerator<readonly Reading[], void, void> {
  const reader = createGpxReader()
  let undated = 0
  for await (const piece of pieces) {
    const points = reader.take(piece)
    const readings = points.flatMap((point) => readingOf(point, bootId) ?? [])
    undated += points.length - readings.length
    yield readings
  }
  reader.end()
  onEnd?.({ ...reader.told(), undated })
}

/**
 * Reads on to the first point that has a time. Null where there is one, else what the document lacks to be the log of a
 * ride, as the end of a sentence that begins with its name.
 * @throws GpxFault
 */
export async function findTimeInGpx(pieces: AsyncIterable<string>): Promise<string | null> {
  const reader = createGpxReader()
  let undated = 0
  for await (const piece of pieces) {
    const points = reader.take(piece)
    if (points.some(({ utcMs }) => utcMs !== null)) return null
    undated += points.length
    if (undated > MOST_UNDATED) return 'has no times: it is the plan of a ride, not the log of one'
  }
  reader.end()
  if (undated > 0) return 'has no times: it is the plan of a ride, not the log of one'
  const { unplaced, waypoints, routePoints } = reader.told()
  if (unplaced > 0) return `has no track: none of its ${unplaced} points has a position that can be true`
  if (waypoints + routePoints === 0) return 'has no track: it is empty'
  return `has no track: only ${waypoints} waypoints and ${routePoints} points of a route`
}

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
    sky: { ...UNKNOWN_SKY, satellitesUsed, hdop },
    latDeg,
    lonDeg,
    altitudeM,
    speedMps,
    courseDeg,
    accuracyM: null,
    mode: point.mode ?? (altitudeM === null ? 2 : 3),
  }
}
