/** Segments as the catalogue knows them, from the moment their file opens until their video is swept. */
import { type Anchor, utcOf, utcUncertaintyOf } from '../ride/clock.js'
import type { Segment, SegmentState } from '../ride/footage.js'
import type { Connection } from './connection.js'
import { IS_KEPT } from './keeping.js'
import { type Listed, type Listing, listed, positionOf } from './listing.js'

/** A segment with where it lies: what the rooms that open files need. */
export interface SegmentOnCard extends Segment {
  readonly bootNumber: number
  /** Of the first frame; where startUncertaintyMs is null no more than its place among the others of its boot. */
  readonly startMonoMs: number
  /** Relative to the footage folder. */
  readonly file: string
  /** The bytes from before tagging, while a player may still want them. */
  readonly fileAsRecorded: string | null
}

/** The segment as viewers get it: without where it lies. */
export function publicSegment(segment: SegmentOnCard): Segment {
  const { file: _file, fileAsRecorded: _old, bootNumber: _boot, startMonoMs: _start, ...told } = segment
  return told
}

const SEGMENT = `segments.*, ${IS_KEPT} AS isKept, rides.id AS rideId FROM segments LEFT JOIN rides ON rides.number = rideNumber`

export function readFootage(database: Connection, anchorsOf: (bootNumber: number) => readonly Anchor[]) {
  const byId = database.prepare<[string], SegmentRow>(`SELECT ${SEGMENT} WHERE segments.id = ?`)
  const last = database.prepare<[string], { number: number | null }>(
    'SELECT max(number) AS number FROM segments WHERE camera = ?',
  )
  const inState = database.prepare<[string, number, number], SegmentRow>(
    `SELECT ${SEGMENT} WHERE segments.state = ? AND segments.bootNumber <= ? ORDER BY segments.bootNumber DESC, startMonoMs LIMIT ?`,
  )
  const undated = database.prepare<{ boot: number; phoneWillDo: number; limit: number }, SegmentRow>(
    `SELECT ${SEGMENT} WHERE segments.state IN ('recorded', 'swept') AND startUtcMs IS NULL AND segments.bootNumber <= @boot
       AND startUncertaintyMs IS NOT NULL AND frames > 0
       AND (segments.bootNumber IN (SELECT bootNumber FROM anchors WHERE source = 'satellites')
         OR ((segments.bootNumber < @boot OR @phoneWillDo) AND segments.bootNumber IN (SELECT bootNumber FROM anchors)))
     ORDER BY segments.bootNumber DESC, startMonoMs DESC LIMIT @limit`,
  )
  const untagged = database.prepare<[number, number], SegmentRow>(
    `SELECT ${SEGMENT} WHERE segments.state = 'recorded' AND startUtcMs IS NOT NULL AND segments.bootNumber <= ?
     ORDER BY segments.bootNumber DESC, startMonoMs LIMIT ?`,
  )
  const replaced = database.prepare<[], SegmentRow>(`SELECT ${SEGMENT} WHERE fileAsRecorded IS NOT NULL`)
  const ofRide = database.prepare<[string, string | null, string, number, number], SegmentRow>(
    `SELECT ${SEGMENT} WHERE rides.id = ? AND camera = coalesce(?, camera) AND frames > 0
     AND (camera, segments.number) > (?, ?) ORDER BY camera, segments.number LIMIT ?`,
  )
  const ofNone = database.prepare<[string, number, number], SegmentRow>(
    `SELECT ${SEGMENT} WHERE rideNumber IS NULL AND frames > 0
     AND (camera, segments.number) > (?, ?) ORDER BY camera, segments.number LIMIT ?`,
  )

  const onCard = (row: SegmentRow): SegmentOnCard => {
    const moment = { bootId: '', monoMs: row.startMonoMs }
    // Where nobody knows how far off the moment is, it only keeps the order: no anchor dates it.
    const canBeDated = row.startUtcMs === null && row.startUncertaintyMs !== null
    const anchors = canBeDated ? anchorsOf(row.bootNumber).map((anchor) => ({ ...anchor, bootId: '' })) : []
    const utcMs = row.startUtcMs ?? utcOf(moment, anchors)
    const clockUncertaintyMs = row.startUtcMs === null ? utcUncertaintyOf(moment, anchors) : 0
    return {
      id: row.id,
      rideId: row.rideId,
      camera: row.camera,
      number: row.number,
      startUtcMs: utcMs === null ? null : Math.round(utcMs),
      startUncertaintyMs:
        row.startUncertaintyMs === null || clockUncertaintyMs === null
          ? null
          : row.startUncertaintyMs + clockUncertaintyMs,
      durationMs: row.durationMs,
      frames: row.frames,
      sizeBytes: row.sizeBytes,
      state: row.state,
      kept: row.isKept === 1,
      bootNumber: row.bootNumber,
      startMonoMs: row.startMonoMs,
      file: row.file,
      fileAsRecorded: row.fileAsRecorded,
    }
  }
  const keyOf = (row: SegmentRow) => [row.camera, row.number]
  const start = ['', 0] as const

  return {
    segment: (id: string): SegmentOnCard | null => {
      const row = byId.get(id)
      return row === undefined ? null : onCard(row)
    },

    /** Those of these ids that are known, in the order they were named. */
    segmentsNamed: (ids: readonly string[]): SegmentOnCard[] => ids.flatMap((id) => byId.all(id)).map(onCard),

    /** The highest number the camera ever used, 0 before its first. */
    lastSegmentNumber: (camera: string): number => last.get(camera)?.number ?? 0,

    /** Segments in a state of this boot and of earlier ones, this boot's first. */
    segmentsInState: (state: SegmentState, bootNumber: number, limit: number): SegmentOnCard[] =>
      inState.all(state, bootNumber, limit).map(onCard),

    /**
     * Segments that can be dated for good and were not yet, the newest first: somebody may be waiting for them. Of one that was
     * swept before that the track stays, too.
     * @param phoneWillDo whether a phone's time is the best this boot can get; of an earlier boot it always is
     */
    undatedSegments: (boot: number, limit: number, phoneWillDo: boolean): SegmentOnCard[] =>
      undated.all({ boot, limit, phoneWillDo: phoneWillDo ? 1 : 0 }).map(onCard),

    /** Dated segments that were not tagged yet, this boot's first. */
    untaggedSegments: (bootNumber: number, limit: number): SegmentOnCard[] =>
      untagged.all(bootNumber, limit).map(onCard),

    /** Tagged segments whose bytes from before are still there. */
    segmentsWithOldBytes: (): SegmentOnCard[] => replaced.all().map(onCard),

    /** A page of a ride's segments that have a picture, in order. @throws UnknownCursor */
    segments: (rideId: string, camera: string | null, { limit, cursor }: Listing): Listed<SegmentOnCard> => {
      const [afterCamera, number] = positionOf(cursor, 2) ?? start
      const rows = ofRide.all(rideId, camera, afterCamera as string, number as number, limit + 1)
      return listed(rows, limit, onCard, keyOf)
    },

    /** A page of the segments that belong to no ride. @throws UnknownCursor */
    segmentsOfNoRide: ({ limit, cursor }: Listing): Listed<SegmentOnCard> => {
      const [afterCamera, number] = positionOf(cursor, 2) ?? start
      return listed(ofNone.all(afterCamera as string, number as number, limit + 1), limit, onCard, keyOf)
    },
  }
}

interface SegmentRow {
  readonly id: string
  readonly camera: string
  readonly number: number
  readonly bootNumber: number
  readonly rideId: string | null
  readonly startMonoMs: number
  readonly startUncertaintyMs: number | null
  readonly startUtcMs: number | null
  readonly durationMs: number
  readonly frames: number
  readonly sizeBytes: number
  readonly state: SegmentState
  readonly isKept: number
  readonly file: string
  readonly fileAsRecorded: string | null
}
