/** What is written of the catalogue beside the footage, so that it can be rebuilt: what is due, and what each record holds. */
import type { TimeSource } from '../ride/clock.js'
import type { SegmentState } from '../ride/footage.js'
import type { IncidentCause } from '../ride/incident.js'
import { type Connection, pragma } from './connection.js'
import { IS_KEPT } from './keeping.js'

export type RecordKind = 'boot' | 'anchors' | 'ride' | 'fixes' | 'incident' | 'segment'

/** boot and anchors by the number of the boot, the others by id. */
export interface DueRecord {
  readonly kind: RecordKind
  readonly id: string
}

export interface BootRecord {
  readonly number: number
  readonly bootId: string
  readonly deviceId: string | null
  /** It ended as it should. */
  readonly closed: boolean
  /** In it the whole footage folder was put in order. */
  readonly inOrder: boolean
  /** What the rider last said of recording: on, off, or nothing. */
  readonly recordingWord: boolean | null
  readonly powerCut: PowerCutRecord | null
  /** Segments that were being recorded when this was written. */
  readonly growing: readonly GrowingRecord[]
}

export interface PowerCutRecord {
  readonly lastSignMonoMs: number
  /** When the last segment of each camera opened, by its name. */
  readonly cameras: Readonly<Record<string, number>>
  readonly lostMs: number | null
}

export interface GrowingRecord {
  readonly camera: string
  readonly number: number
  readonly rideId: string | null
  readonly startMonoMs: number
  readonly startUncertaintyMs: number | null
}

export interface RideRecord {
  /** Rides that nothing else tells apart have the order of their numbers. */
  readonly number: number
  readonly id: string
  readonly name: string | null
  readonly source: 'device' | 'import'
  readonly simulated: boolean
  readonly kept: boolean
  readonly ended: boolean
  /** The rider ended it. */
  readonly stopped: boolean
  readonly bootNumber: number
  readonly lastBootNumber: number
  readonly beganMonoMs: number
  readonly lastFixMonoMs: number
  readonly lastMovedMonoMs: number
  readonly startedUtcMs: number | null
  readonly endedUtcMs: number | null
  readonly timeSource: TimeSource | null
  readonly timeZone: string | null
  readonly distanceM: number
  readonly movingMs: number
  readonly elapsedMs: number
  readonly ascentM: number | null
  readonly maxSpeedMps: number | null
  readonly west: number | null
  readonly south: number | null
  readonly east: number | null
  readonly north: number | null
  readonly preview: string | null
}

export interface IncidentRecord {
  readonly number: number
  readonly id: string
  readonly rideId: string | null
  readonly bootNumber: number
  readonly atMonoMs: number
  readonly cause: IncidentCause
  readonly beforeMs: number
  readonly afterMs: number
  readonly latDeg: number | null
  readonly lonDeg: number | null
  readonly note: string | null
  readonly spans: readonly { readonly bootNumber: number; readonly fromMonoMs: number; readonly toMonoMs: number }[]
  readonly marks: readonly string[]
}

export interface SegmentRecord {
  readonly id: string
  readonly rideId: string | null
  readonly camera: string
  readonly number: number
  readonly bootNumber: number
  readonly startMonoMs: number
  readonly startUncertaintyMs: number | null
  readonly startUtcMs: number | null
  readonly durationMs: number
  readonly frames: number
  readonly sizeBytes: number
  readonly state: Exclude<SegmentState, 'recording'>
  /** By itself, its ride or an incident. */
  readonly kept: boolean
  readonly keptItself: boolean
  /** Relative to the footage folder. */
  readonly file: string
}

/** What a catalogue holds. */
export interface CatalogueCounts {
  readonly rides: number
  readonly segments: number
  /** Of the tracks, without what was left out. */
  readonly points: number
  readonly incidents: number
}

/** The columns of a line of a track, in their order; the first two are its key. */
export const FIX_COLUMNS = [
  ...['part', 'monoMs', 'receiverUtcMs', 'utcMs', 'latDeg', 'lonDeg', 'altitudeM', 'speedMps', 'courseDeg'],
  ...['accuracyM', 'mode', 'satellitesUsed', 'hdop', 'leftOut'],
] as const
/** Likewise, of a boot's anchors. */
export const ANCHOR_COLUMNS = ['bootNumber', 'monoMs', 'utcMinusMonoMs', 'uncertaintyMs', 'source'] as const

export type Line = readonly [number, number, ...(number | string | null)[]]
/** Where a page of lines begins: behind this key. */
export type LineKey = readonly [number, number]

const PAGE_LINES = 2_000

export function readRecords(database: Connection) {
  const boot = database.prepare<[number], Flags<Omit<BootRecord, 'powerCut' | 'growing'>>>(
    `SELECT number, bootId, (SELECT id FROM device) AS deviceId, closed, inOrder,
       (SELECT isOn FROM recording WHERE bootNumber = number) AS recordingWord FROM boots WHERE number = ? AND number > 0`,
  )
  const powerCut = database.prepare<[number], Omit<PowerCutRecord, 'cameras'> & { readonly cameras: string }>(
    'SELECT lastSignMonoMs, cameras, lostMs FROM powerCuts WHERE bootNumber = ?',
  )
  const growing = database.prepare<[number], GrowingRecord>(
    `SELECT camera, segments.number, rides.id AS rideId, startMonoMs, startUncertaintyMs
     FROM segments LEFT JOIN rides ON rides.number = rideNumber WHERE state = 'recording' AND segments.bootNumber = ?
     ORDER BY camera, segments.number`,
  )
  const ride = database.prepare<[string], Flags<RideRecord>>(
    `SELECT number, id, name, source, simulated, kept, ended, stopped, bootNumber, lastBootNumber, beganMonoMs, lastFixMonoMs,
       lastMovedMonoMs, startedUtcMs, endedUtcMs, timeSource, timeZone, distanceM, movingMs, elapsedMs, ascentM, maxSpeedMps,
       west, south, east, north, preview FROM rides WHERE id = ? AND source <> 'importing'`,
  )
  const incident = database.prepare<[string], Omit<IncidentRecord, 'spans' | 'marks'>>(
    `SELECT incidents.number, incidents.id, rides.id AS rideId, incidents.bootNumber, atMonoMs, cause, beforeMs, afterMs, latDeg,
       lonDeg, note FROM incidents LEFT JOIN rides ON rides.number = rideNumber WHERE incidents.id = ?`,
  )
  const spans = database.prepare<[number], IncidentRecord['spans'][number]>(
    'SELECT bootNumber, fromMonoMs, toMonoMs FROM incidentSpans WHERE incidentNumber = ? ORDER BY bootNumber',
  )
  const marks = database.prepare<[number], { key: string }>(
    'SELECT key FROM incidentMarks WHERE incidentNumber = ? ORDER BY key',
  )
  const segment = database.prepare<[string], Flags<SegmentRecord>>(
    `SELECT segments.id, rides.id AS rideId, camera, segments.number, segments.bootNumber, startMonoMs, startUncertaintyMs,
       startUtcMs, durationMs, frames, sizeBytes, state, ${IS_KEPT} AS kept, segments.kept AS keptItself, file
     FROM segments LEFT JOIN rides ON rides.number = rideNumber WHERE segments.id = ? AND state <> 'recording'`,
  )
  const simulated = database.prepare<[string], { simulated: number }>('SELECT simulated FROM rides WHERE id = ?')
  const counts = database.prepare<[], CatalogueCounts>(
    `SELECT (SELECT count(*) FROM rides WHERE source <> 'importing') AS rides, (SELECT count(*) FROM segments) AS segments,
       (SELECT count(*) FROM fixes WHERE leftOut IS NULL) AS points, (SELECT count(*) FROM incidents) AS incidents`,
  )
  const lastBoot = database.prepare<[], { number: number | null }>(
    'SELECT max(number) AS number FROM boots WHERE number > 0',
  )
  const fixes = database
    .prepare<[string, number, number], Line>(
      `SELECT ${FIX_COLUMNS.join(', ')} FROM fixes WHERE rideNumber = (SELECT number FROM rides WHERE id = ?)
       AND (part, monoMs) > (?, ?) ORDER BY part, monoMs LIMIT ${PAGE_LINES}`,
    )
    .raw()
  const anchors = database
    .prepare<[number, number], Line>(
      `SELECT ${ANCHOR_COLUMNS.join(', ')} FROM anchors WHERE bootNumber = ? AND monoMs > ?
       ORDER BY monoMs LIMIT ${PAGE_LINES}`,
    )
    .raw()

  return {
    bootRecord: (number: number): BootRecord | null => {
      const row = boot.get(number)
      if (row === undefined) return null
      const cut = powerCut.get(number)
      const word = row.recordingWord === null ? null : row.recordingWord === 1
      return {
        ...row,
        closed: row.closed === 1,
        inOrder: row.inOrder === 1,
        recordingWord: word,
        powerCut: cut === undefined ? null : { ...cut, cameras: JSON.parse(cut.cameras) as PowerCutRecord['cameras'] },
        growing: growing.all(number),
      }
    },

    rideRecord: (id: string): RideRecord | null => {
      const row = ride.get(id)
      if (row === undefined) return null
      const { simulated, kept, ended, stopped } = row
      return { ...row, simulated: simulated === 1, kept: kept === 1, ended: ended === 1, stopped: stopped === 1 }
    },

    incidentRecord: (id: string): IncidentRecord | null => {
      const row = incident.get(id)
      if (row === undefined) return null
      return { ...row, spans: spans.all(row.number), marks: marks.all(row.number).map(({ key }) => key) }
    },

    /** Of a segment that is closed. */
    segmentRecord: (id: string): SegmentRecord | null => {
      const row = segment.get(id)
      return row === undefined ? null : { ...row, kept: row.kept === 1, keptItself: row.keptItself === 1 }
    },

    catalogueCounts: (): CatalogueCounts => counts.get() ?? { rides: 0, segments: 0, points: 0, incidents: 0 },
    lastBoot: (): number | null => lastBoot.get()?.number ?? null,
    /** Whether all its pages can be read and fit together. */
    isSound: (): boolean => pragma(database, 'quick_check(1)') === 'ok',

    /** Null where there is no such ride. */
    isSimulatedRide: (id: string): boolean | null => {
      const row = simulated.get(id)
      return row === undefined ? null : row.simulated === 1
    },

    /** Every raw fix of a ride behind a key, kept or left out, at most 2,000. */
    fixLines: (rideId: string, [part, monoMs]: LineKey): Line[] => fixes.all(rideId, part, monoMs),

    /** The anchors of a boot behind a moment, at most 2,000. */
    anchorLines: (bootNumber: number, [, monoMs]: LineKey): Line[] => anchors.all(bootNumber, monoMs),
  }
}

/** SQLite has no booleans. */
type Flags<Row> = {
  readonly [Key in keyof Row]: boolean extends Row[Key] ? number | Extract<Row[Key], null> : Row[Key]
}
