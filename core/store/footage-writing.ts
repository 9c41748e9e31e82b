/** What happens to a segment, as the catalogue is told: opened, grown, closed, dated, tagged. */
import { segmentId } from '../ride/footage.js'
import type { Connection } from './connection.js'

export interface SegmentOpened {
  readonly camera: string
  readonly number: number
  readonly bootNumber: number
  readonly rideId: string | null
  /** Of the first frame. */
  readonly startMonoMs: number
  readonly startUncertaintyMs: number
  /** Relative to the footage folder. */
  readonly file: string
}

export interface SegmentClosed {
  readonly id: string
  readonly startMonoMs: number
  readonly startUncertaintyMs: number
  readonly durationMs: number
  readonly frames: number
  readonly sizeBytes: number
}

export interface SegmentTagged {
  readonly id: string
  readonly sizeBytes: number
  /** The tagged file; what was recorded stays readable beside it until it is forgotten. */
  readonly file: string
}

export function writeFootage(database: Connection) {
  const open = database.prepare(
    `INSERT INTO segments (id, camera, number, bootNumber, rideNumber, startMonoMs, startUncertaintyMs, state, file)
     VALUES (@id, @camera, @number, @bootNumber, (SELECT number FROM rides WHERE id = @rideId), @startMonoMs,
       @startUncertaintyMs, 'recording', @file)
     ON CONFLICT DO NOTHING`,
  )
  const close = database.prepare(
    `UPDATE segments SET startMonoMs = @startMonoMs, startUncertaintyMs = @startUncertaintyMs, durationMs = @durationMs,
       frames = @frames, sizeBytes = @sizeBytes, state = 'recorded' WHERE id = @id AND state = 'recording'`,
  )
  const grow = database.prepare(
    `UPDATE segments SET durationMs = ?, frames = ?, sizeBytes = ? WHERE id = ? AND state = 'recording'`,
  )
  const tag = database.prepare(
    `UPDATE segments SET sizeBytes = @sizeBytes,
       fileAsRecorded = file, file = @file, state = 'tagged' WHERE id = @id AND state = 'recorded'`,
  )
  const date = database.prepare('UPDATE segments SET startUtcMs = ?, startUncertaintyMs = ? WHERE id = ?')
  const forget = database.prepare('UPDATE segments SET fileAsRecorded = NULL WHERE id = ?')
  const remove = database.prepare('DELETE FROM segments WHERE id = ?')
  const adopt = database.prepare(
    `UPDATE segments SET rideNumber = (SELECT number FROM rides WHERE id = @rideId)
     WHERE rideNumber IS NULL AND bootNumber = @bootNumber
       AND (state = 'recording' OR startMonoMs + durationMs >= max(@fromMonoMs, coalesce(
         (SELECT max(lastFixMonoMs) FROM rides WHERE lastBootNumber = @bootNumber AND ended), 0)))`,
  )
  return {
    /** A segment that is known already stays as it is: whatever opens under its number, nothing of it is forgotten. */
    openSegment: (segment: SegmentOpened): void => {
      open.run({ ...segment, id: segmentId(segment.camera, segment.number) })
    },
    /** What the growing segment holds so far. */
    growSegment: (id: string, durationMs: number, frames: number, sizeBytes: number): void => {
      grow.run(durationMs, frames, sizeBytes, id)
    },
    /** Closes a growing segment; one that is closed already stays as it is. */
    closeSegment: (segment: SegmentClosed): void => {
      close.run(segment)
    },
    /** Dates a segment once and for all: a later, better anchor does not rename what a stranger may have seen. */
    dateSegment: (id: string, startUtcMs: number, startUncertaintyMs: number): void => {
      date.run(startUtcMs, startUncertaintyMs, id)
    },
    /** What was recorded becomes what was tagged; never twice, or the tagged file itself would be the old bytes. */
    tagSegment: (segment: SegmentTagged): void => {
      tag.run(segment)
    },
    /** The bytes from before tagging are gone. */
    forgetOldBytes: (id: string): void => {
      forget.run(id)
    },
    /** For a segment that never got a picture. */
    removeSegment: (id: string): void => {
      remove.run(id)
    },
    /**
     * Gives a ride the footage of its boot that belongs to none and reaches past a moment, the growing one included; not what
     * is from before the last ride ended.
     */
    adoptFootage: (rideId: string, bootNumber: number, fromMonoMs: number): void => {
      adopt.run({ rideId, bootNumber, fromMonoMs })
    },
  }
}
