/** What is asked of the catalogue, and told to it, where it and the footage folder do not agree. */
import { type SegmentState, segmentId } from '../ride/footage.js'
import type { Connection } from './connection.js'
import { PLACEHOLDER } from './taking-in.js'

/** A row, as far as it is compared with the names in its folder. */
export interface SegmentFile {
  readonly id: string
  readonly camera: string
  readonly number: number
  readonly bootNumber: number
  /** Relative to the footage folder. */
  readonly file: string
  readonly state: SegmentState
  readonly sizeBytes: number
}

/** The segment before one of the same camera and boot. */
export interface SegmentBefore {
  readonly number: number
  readonly rideId: string | null
  readonly endMonoMs: number
  /** Of its start, on the clock of its boot; null where its moment only keeps the order. */
  readonly startUncertaintyMs: number | null
  readonly file: string
  readonly fileAsRecorded: string | null
}

/** A segment whose file was found without a row. */
export interface SegmentFound {
  readonly camera: string
  readonly number: number
  readonly bootNumber: number
  readonly rideId: string | null
  /** Where the uncertainty is null no more than its place among the others of its boot. */
  readonly startMonoMs: number
  readonly startUncertaintyMs: number | null
  readonly startUtcMs: number | null
  readonly durationMs: number
  readonly frames: number
  readonly sizeBytes: number
  readonly state: 'recorded' | 'tagged'
  readonly kept: boolean
  readonly file: string
}

/** How a segment was when it was looked at, and how it is put right. */
export interface SegmentMended {
  readonly id: string
  readonly was: { readonly state: SegmentState; readonly file: string }
  readonly state: SegmentState
  readonly file: string
  readonly fileAsRecorded: string | null
  readonly durationMs: number
  readonly frames: number
  readonly sizeBytes: number
}

export function readFootageOrder(database: Connection) {
  const inFolder = database.prepare<[string, string], SegmentFile>(
    `SELECT id, camera, number, bootNumber, file, state, sizeBytes FROM segments WHERE file > ? AND file < ? ORDER BY file`,
  )
  const folders = database.prepare<[], { folder: string }>(
    `SELECT DISTINCT substr(file, 1, instr(file, '/') - 1) AS folder FROM segments
     WHERE state IN ('recorded', 'tagged') AND instr(file, '/') > 0`,
  )
  const before = database.prepare<[string, number, number], SegmentBefore>(
    `SELECT segments.number, rides.id AS rideId, startMonoMs + durationMs AS endMonoMs, startUncertaintyMs, file, fileAsRecorded
     FROM segments LEFT JOIN rides ON rides.number = rideNumber
     WHERE camera = ? AND segments.number < ? AND segments.bootNumber = ? ORDER BY segments.number DESC LIMIT 1`,
  )
  const inOrder = database.prepare<[], { number: number | null }>(
    'SELECT max(number) AS number FROM boots WHERE inOrder',
  )
  return {
    /** The segments whose file lies, or lay, in a folder under the footage folder. */
    segmentsInFolder: (folder: string): SegmentFile[] => inFolder.all(`${folder}/`, `${folder}0`),

    /** The last segment below a number that the camera has in a boot. */
    segmentBefore: (camera: string, number: number, bootNumber: number): SegmentBefore | null =>
      before.get(camera, number, bootNumber) ?? null,

    /** The folders in which there should be video. */
    foldersOfFootage: (): string[] => folders.all().map(({ folder }) => folder),

    /** The last boot in which the whole footage folder was put in order; null where none ever did. */
    lastBootInOrder: (): number | null => inOrder.get()?.number ?? null,
  }
}

export function writeFootageOrder(database: Connection) {
  // Its fixes and anchors are gone with the catalogue that knew it; its number orders what is left.
  const rememberBoot = database.prepare(
    `INSERT INTO boots (number, bootId, closed) VALUES (@number, ${PLACEHOLDER}, 1)
     ON CONFLICT DO NOTHING`,
  )
  const add = database.prepare(
    `INSERT INTO segments (id, camera, number, bootNumber, rideNumber, startMonoMs, startUncertaintyMs, startUtcMs, durationMs,
       frames, sizeBytes, state, kept, file)
     VALUES (@id, @camera, @number, @bootNumber, (SELECT number FROM rides WHERE id = @rideId), @startMonoMs,
       @startUncertaintyMs, @startUtcMs, @durationMs, @frames, @sizeBytes, @state, @kept, @file)
     ON CONFLICT DO NOTHING`,
  )
  const mend = database.prepare(
    `UPDATE segments SET state = @state, file = @file, fileAsRecorded = @fileAsRecorded, durationMs = @durationMs,
       frames = @frames, sizeBytes = @sizeBytes
     WHERE id = @id AND state = @wasState AND file = @wasFile`,
  )
  const inOrder = database.prepare('UPDATE boots SET inOrder = 1 WHERE number = ?')
  return {
    /** Takes in a segment that has a file and no row; one whose number is known already stays as it is. */
    takeInSegment: (segment: SegmentFound): void => {
      rememberBoot.run({ number: segment.bootNumber })
      add.run({ ...segment, id: segmentId(segment.camera, segment.number), kept: segment.kept ? 1 : 0 })
    },
    /** Puts a row right unless it has changed since it was looked at; answers whether it did. */
    mendSegment: ({ was, ...segment }: SegmentMended): boolean =>
      mend.run({ ...segment, wasState: was.state, wasFile: was.file }).changes > 0,

    /** In this boot the whole footage folder was put in order. */
    footageIsInOrder: (bootNumber: number): void => {
      inOrder.run(bootNumber)
    },
  }
}
