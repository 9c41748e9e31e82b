/** What may make room on the card, in which order, and what may not: asked of the catalogue, and told to it. */
import type { Connection } from './connection.js'
import { IS_KEPT, IS_KEPT_BY_DEVICE, IS_KEPT_BY_RIDER, SPAN_REACHES_IT } from './keeping.js'

/** A segment whose video may go. */
export interface Sweepable {
  readonly id: string
  readonly bootNumber: number
  readonly startMonoMs: number
  readonly sizeBytes: number
  /** Relative to the footage folder. */
  readonly file: string
  readonly fileAsRecorded: string | null
  /** 1 where only the device keeps it, and more than its share. */
  readonly isBeyondShare: 0 | 1
}

/** What the video of the card is made of, in bytes. */
export interface FootageBytes {
  readonly all: number
  /** Kept by the rider: it never goes. */
  readonly keptByRider: number
  /** Kept by what the device noticed, and by nothing else: it goes beyond its share. */
  readonly keptByDevice: number
}

/** So many of a camera's last segments tell how much it writes. */
const MEASURED_SEGMENTS = 20
const HAS_VIDEO = `state IN ('recorded', 'tagged')`
const ON_CARD = 'sizeBytes * (1 + (fileAsRecorded IS NOT NULL))'
const TOLD = `id, bootNumber, startMonoMs, ${ON_CARD} AS sizeBytes, file, fileAsRecorded`
const BY_DEVICE_ALONE = `NOT ${IS_KEPT_BY_RIDER} AND ${IS_KEPT_BY_DEVICE}`

export function readMakingRoom(database: Connection) {
  // By boot and monotonic time, never by a date. Its index holds just these: what has made room in years costs nothing here.
  const ordinary = database.prepare<[number, number, string, number], Sweepable>(
    `SELECT ${TOLD}, 0 AS isBeyondShare FROM segments INDEXED BY segmentsWithVideo
     WHERE ${HAS_VIDEO} AND (bootNumber, startMonoMs, id) > (?, ?, ?) AND NOT ${IS_KEPT}
     ORDER BY bootNumber, startMonoMs, id LIMIT ?`,
  )
  // CROSS JOIN has SQLite look at the few spans first: to ask of each segment of a card what keeps it took 20 ms.
  const beyondShare = database.prepare<[number], Sweepable>(
    `SELECT ${TOLD}, 1 AS isBeyondShare FROM (
       SELECT *, sum(${ON_CARD}) OVER (ORDER BY bootNumber DESC, startMonoMs DESC, id DESC) AS newerBytes
       FROM segments WHERE ${HAS_VIDEO} AND ${BY_DEVICE_ALONE} AND id IN (
         SELECT segments.id FROM incidentSpans AS span CROSS JOIN segments ON ${SPAN_REACHES_IT}))
     WHERE newerBytes > ? ORDER BY bootNumber, startMonoMs, id`,
  )
  const all = database.prepare<[], { bytes: number | null }>(
    `SELECT sum(${ON_CARD}) AS bytes FROM segments WHERE state <> 'swept'`,
  )
  const kept = database.prepare<[], { byRider: number | null; byDevice: number | null }>(
    `SELECT sum(${ON_CARD}) FILTER (WHERE ${IS_KEPT_BY_RIDER}) AS byRider,
       sum(${ON_CARD}) FILTER (WHERE ${BY_DEVICE_ALONE}) AS byDevice
     FROM segments WHERE state <> 'swept' AND id IN (
       SELECT segments.id FROM incidentSpans AS span CROSS JOIN segments ON segments.bootNumber = span.bootNumber
       UNION SELECT segments.id FROM rides CROSS JOIN segments ON rides.number = rideNumber WHERE rides.kept
       UNION SELECT id FROM segments WHERE kept)`,
  )
  const written = database.prepare<[string], { bytes: number | null; durationMs: number | null }>(
    `SELECT sum(sizeBytes) AS bytes, sum(durationMs) AS durationMs FROM (
       SELECT sizeBytes, durationMs FROM segments WHERE camera = ? AND state <> 'recording' AND durationMs > 0
       ORDER BY number DESC LIMIT ${MEASURED_SEGMENTS})`,
  )
  return {
    /**
     * A page of what may go, the oldest first: what nothing keeps, and of what the device alone keeps whatever is older than
     * the newest `shareBytes` of it.
     * @param after the last of the page before
     */
    sweepable: (shareBytes: number, limit: number, after: Sweepable | null = null): Sweepable[] => {
      const { bootNumber, startMonoMs, id } = after ?? BEFORE_ALL
      const isLater = (segment: Sweepable): boolean => inOrder(segment, after ?? BEFORE_ALL) > 0
      const beyond = beyondShare.all(shareBytes).filter(isLater).slice(0, limit)
      return [...ordinary.all(bootNumber, startMonoMs, id, limit), ...beyond].sort(inOrder).slice(0, limit)
    },

    /** What all video takes on the card. */
    footageBytes: (): FootageBytes => {
      const { byRider = 0, byDevice = 0 } = kept.get() ?? {}
      return { all: all.get()?.bytes ?? 0, keptByRider: byRider ?? 0, keptByDevice: byDevice ?? 0 }
    },

    /** What a camera writes in bytes a second, by its last 20 segments; null before its first. */
    measuredBytesPerSecond: (camera: string): number | null => {
      const { bytes = 0, durationMs = 0 } = written.get(camera) ?? {}
      return bytes === null || durationMs === null || durationMs === 0 ? null : (bytes * 1_000) / durationMs
    },
  }
}

export function writeMakingRoom(database: Connection) {
  const sweep = database.prepare<Pick<Sweepable, 'id' | 'file' | 'isBeyondShare'>>(
    `UPDATE segments SET state = 'swept', fileAsRecorded = NULL
     WHERE id = @id AND file = @file AND ${HAS_VIDEO} AND NOT ${IS_KEPT_BY_RIDER}
       AND (@isBeyondShare OR NOT ${IS_KEPT_BY_DEVICE})`,
  )
  return {
    /**
     * Their video goes; what is known of them and their track stay. One that is kept, or has another file, since it was asked
     * about stays as it is. Answers the ids of those whose files are to be removed now.
     */
    sweepSegments: (segments: readonly Pick<Sweepable, 'id' | 'file' | 'isBeyondShare'>[]): string[] =>
      segments
        .filter(({ id, file, isBeyondShare }) => sweep.run({ id, file, isBeyondShare }).changes > 0)
        .map(({ id }) => id),
  }
}

const BEFORE_ALL = { bootNumber: Number.MIN_SAFE_INTEGER, startMonoMs: 0, id: '' }

type Position = Pick<Sweepable, 'bootNumber' | 'startMonoMs' | 'id'>

const inOrder = (one: Position, other: Position): number =>
  one.bootNumber - other.bootNumber || one.startMonoMs - other.startMonoMs || (one.id < other.id ? -1 : 1)
