/** Reads out of the catalogue what is written of it beside the footage. */
import { type Connection, type Flags, pragma } from './connection.js'
import { IS_KEPT } from './keeping.js'
import {
  ANCHOR_COLUMNS,
  type BootRecord,
  type CatalogueCounts,
  FIX_COLUMNS,
  type GrowingRecord,
  type IncidentRecord,
  type Line,
  type LineKey,
  type PowerCutRecord,
  type RideRecord,
  type SegmentRecord,
} from './record-shapes.js'

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
