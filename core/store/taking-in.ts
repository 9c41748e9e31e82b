/** Takes records from beside the footage into the catalogue, each only where nothing of it is there yet. */
import { bootFolder, segmentId } from '../ride/footage.js'
import type { Connection } from './connection.js'
import { IS_KEPT } from './keeping.js'
import {
  ANCHOR_COLUMNS,
  type BootRecord,
  FIX_COLUMNS,
  type GrowingRecord,
  type IncidentRecord,
  type Line,
  type RideRecord,
  type SegmentRecord,
} from './record-shapes.js'

/** Of boots that nobody knows more of than their number. */
export const PLACEHOLDER = `'boot ' || CAST(@number AS INTEGER) || ' of a lost catalogue'`
const IS_PLACEHOLDER = `bootId LIKE 'boot % of a lost catalogue'`

const RIDE_COLUMNS = [
  ...['name', 'source', 'simulated', 'kept', 'ended', 'stopped', 'bootNumber', 'lastBootNumber', 'beganMonoMs'],
  ...[
    'lastFixMonoMs',
    'lastMovedMonoMs',
    'startedUtcMs',
    'endedUtcMs',
    'timeSource',
    'timeZone',
    'distanceM',
    'movingMs',
  ],
  ...['elapsedMs', 'ascentM', 'maxSpeedMps', 'west', 'south', 'east', 'north', 'preview'],
] as const satisfies readonly (keyof RideRecord)[]
const SEGMENT_COLUMNS = [
  ...['camera', 'number', 'bootNumber', 'startMonoMs', 'startUncertaintyMs', 'startUtcMs', 'durationMs', 'frames'],
  ...['sizeBytes', 'state', 'kept', 'file'],
] as const satisfies readonly (keyof SegmentRecord)[]

const named = (columns: readonly string[]): string => columns.map((column) => `@${column}`).join(', ')
const excluded = (columns: readonly string[]): string =>
  columns.map((column) => `${column} = excluded.${column}`).join(', ')

export function writeTakingIn(database: Connection) {
  // What was just read from the card need not be written there again.
  const isOnCard = database.prepare('DELETE FROM dueRecords WHERE kind = ? AND id = ?')
  const rememberBoot = database.prepare(
    `INSERT INTO boots (number, bootId, closed) VALUES (@number, ${PLACEHOLDER}, 1) ON CONFLICT DO NOTHING`,
  )
  const nameBoot = database.prepare(
    `UPDATE boots SET bootId = @bootId, closed = @closed WHERE number = @number AND ${IS_PLACEHOLDER}
       AND NOT EXISTS (SELECT 1 FROM boots WHERE bootId = @bootId)`,
  )
  const leaveBootOpen = database.prepare(
    `UPDATE boots SET closed = 0 WHERE number = @number AND ${IS_PLACEHOLDER} AND NOT @closed`,
  )
  const endBoot = database.prepare('UPDATE boots SET closed = ? WHERE number = ?')
  const isThisBoot = database.prepare<{ number: number; bootId: string }, { found: 1 }>(
    `SELECT 1 AS found FROM boots WHERE number = @number AND (bootId = @bootId OR ${IS_PLACEHOLDER})`,
  )
  const nameDevice = database.prepare(
    'INSERT INTO device (id) SELECT @deviceId WHERE @deviceId IS NOT NULL AND NOT EXISTS (SELECT 1 FROM device)',
  )
  const keepWord = database.prepare('INSERT INTO recording VALUES (?, ?) ON CONFLICT DO NOTHING')
  const keepCut = database.prepare(
    `INSERT INTO powerCuts (bootNumber, lastSignMonoMs, cameras, lostMs) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  )
  const addAnchor = database.prepare(
    `INSERT INTO anchors (${ANCHOR_COLUMNS.join(', ')}) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
       ${excluded(ANCHOR_COLUMNS.slice(2))}`,
  )
  const ride = (otherwise: string) =>
    database.prepare(
      `INSERT INTO rides (number, id, ${RIDE_COLUMNS.join(', ')})
       VALUES ((SELECT @number WHERE NOT EXISTS (SELECT 1 FROM rides WHERE number = @number)), @id, ${named(RIDE_COLUMNS)})
       ON CONFLICT (id) DO ${otherwise}`,
    )
  const addRide = ride('NOTHING')
  // A ride that goes on meanwhile is further than its record.
  const renewRide = ride(`UPDATE SET ${excluded(RIDE_COLUMNS)} WHERE lastBootNumber <= excluded.lastBootNumber`)
  const rideNumber = database.prepare<[string], { number: number }>('SELECT number FROM rides WHERE id = ?')
  const fixes = (otherwise: 'REPLACE' | 'IGNORE') =>
    database.prepare(
      `INSERT OR ${otherwise} INTO fixes (rideNumber, ${FIX_COLUMNS.join(', ')})
       VALUES (?, ${FIX_COLUMNS.map(() => '?').join(', ')})`,
    )
  const addFix = fixes('REPLACE')
  const addMissingFix = fixes('IGNORE')
  const addIncident = database.prepare(
    `INSERT INTO incidents (number, id, rideNumber, bootNumber, atMonoMs, cause, beforeMs, afterMs, latDeg, lonDeg, note)
     VALUES ((SELECT @number WHERE NOT EXISTS (SELECT 1 FROM incidents WHERE number = @number)), @id,
       (SELECT number FROM rides WHERE id = @rideId), @bootNumber, @atMonoMs, @cause, @beforeMs, @afterMs, @latDeg, @lonDeg, @note)
     ON CONFLICT (id) DO NOTHING`,
  )
  const removeIncident = database.prepare('DELETE FROM incidents WHERE id = ?')
  const incidentNumber = database.prepare<[string], { number: number }>('SELECT number FROM incidents WHERE id = ?')
  const addSpan = database.prepare('INSERT INTO incidentSpans VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING')
  const addMark = database.prepare('INSERT INTO incidentMarks VALUES (?, ?) ON CONFLICT DO NOTHING')
  const segment = (otherwise: string) =>
    database.prepare(
      `INSERT INTO segments (id, rideNumber, ${SEGMENT_COLUMNS.join(', ')})
       VALUES (@id, (SELECT number FROM rides WHERE id = @rideId), ${named(SEGMENT_COLUMNS)}) ON CONFLICT (id) DO ${otherwise}`,
    )
  const addSegment = segment('NOTHING')
  const renewSegment = segment(`UPDATE SET ${excluded(['rideNumber', ...SEGMENT_COLUMNS])}`)
  // What kept it is not known any more: it stays kept all the same.
  const keepSegment = database.prepare(`UPDATE segments SET kept = 1 WHERE id = ? AND NOT ${IS_KEPT}`)

  const remember = (number: number): void => {
    if (number > 0) rememberBoot.run({ number })
  }

  return {
    /** Answers whether the boot is that of this record: its number may have become another's. */
    takeInBoot: (record: BootRecord, isNewer = false): boolean => {
      const { number, bootId, deviceId, recordingWord, powerCut } = record
      const closed = record.closed ? 1 : 0
      nameDevice.run({ deviceId })
      const isNew = rememberBoot.run({ number }).changes > 0
      // The id may be known under another number, where one boot has had two catalogues.
      if (isNew && nameBoot.run({ number, bootId, closed }).changes === 0) leaveBootOpen.run({ number, closed })
      else if (!isNew) nameBoot.run({ number, bootId, closed })
      if (isThisBoot.get({ number, bootId }) === undefined) return false
      if (isNewer && !isNew) endBoot.run(closed, number)
      if (recordingWord !== null) keepWord.run(number, recordingWord ? 1 : 0)
      if (powerCut !== null)
        keepCut.run(number, powerCut.lastSignMonoMs, JSON.stringify(powerCut.cameras), powerCut.lostMs)
      if (isNew) isOnCard.run('boot', String(number))
      return true
    },

    /** @param lines of ANCHOR_COLUMNS, of a boot that is known; of two at one moment the later counts */
    takeInAnchors: (bootNumber: number, lines: readonly Line[]): void => {
      for (const line of lines) addAnchor.run(...line)
      isOnCard.run('anchors', String(bootNumber))
    },

    /**
     * Answers whether its record counts: it was not there before, or is from a time before the record.
     * @param isNewer whether records are newer than the catalogue, which was restored: what differs is as they say
     */
    takeInRide: (ride: RideRecord, isNewer = false): boolean => {
      remember(ride.bootNumber)
      remember(ride.lastBootNumber)
      const flags = { simulated: ride.simulated ? 1 : 0, kept: ride.kept ? 1 : 0, ended: ride.ended ? 1 : 0 }
      const taken = { ...ride, ...flags, stopped: ride.stopped ? 1 : 0 }
      const isNew = (isNewer ? renewRide : addRide).run(taken).changes > 0
      // Its track above all: while only a part of it is here, it must not be written over the whole.
      if (isNew) for (const kind of ['ride', 'fixes']) isOnCard.run(kind, ride.id)
      return isNew
    },

    /**
     * @param lines of FIX_COLUMNS; of two at one moment the later counts
     * @param isNew whether none of its track was there before: what was stays as it is
     */
    takeInFixes: (rideId: string, lines: readonly Line[], isNew: boolean): void => {
      const ride = rideNumber.get(rideId)
      if (ride !== undefined) for (const line of lines) (isNew ? addFix : addMissingFix).run(ride.number, ...line)
    },

    /** Likewise. */
    takeInIncident: ({ spans, marks, ...incident }: IncidentRecord, isNewer = false): boolean => {
      if (isNewer) removeIncident.run(incident.id)
      for (const { bootNumber } of [incident, ...spans]) remember(bootNumber)
      const isNew = addIncident.run(incident).changes > 0
      const row = incidentNumber.get(incident.id)
      if (!isNew || row === undefined) return false
      for (const { bootNumber, fromMonoMs, toMonoMs } of spans)
        addSpan.run(row.number, bootNumber, fromMonoMs, toMonoMs)
      for (const key of marks) addMark.run(key, row.number)
      isOnCard.run('incident', incident.id)
      return true
    },

    /** Likewise; after its ride and its incidents. */
    takeInSegmentRecord: (segment: SegmentRecord, isNewer = false): boolean => {
      remember(segment.bootNumber)
      const taken = { ...segment, kept: segment.keptItself ? 1 : 0 }
      const isNew = (isNewer ? renewSegment : addSegment).run(taken).changes > 0
      if (!isNew) return false
      const isAsWritten = !segment.kept || keepSegment.run(segment.id).changes === 0
      if (isAsWritten) isOnCard.run('segment', segment.id)
      return true
    },

    /** A segment that was being recorded: how much of it is on the card is found out where its file is. */
    takeInGrowing: (bootNumber: number, { camera, number, ...growing }: GrowingRecord): void => {
      const known = { ...growing, camera, number, id: segmentId(camera, number), bootNumber }
      const file = `${bootFolder(bootNumber)}/${known.id}.mp4`
      const nothing = { startUtcMs: null, durationMs: 0, frames: 0, sizeBytes: 0, kept: 0 }
      addSegment.run({ ...known, ...nothing, state: 'recording', file })
    },
  }
}
