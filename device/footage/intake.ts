/** Takes segments in as cameras make them: a row when a file opens, how far it has grown, and the order of its close. */
import { join } from 'node:path'
import type { News } from '../../core/link/messages.js'
import { syncFile, syncFolder } from '../../core/process/durable.js'
import type { Log } from '../../core/process/log.js'
import { pause, type Service } from '../../core/process/service.js'
import { segmentId } from '../../core/ride/footage.js'
import type { Batch } from '../../core/store/batch.js'
import { publicSegment } from '../../core/store/footage.js'
import { type Store, step } from '../../core/store/store.js'
import { durationMsOf, EMPTY_INDEX, framesIn, readIndexOf, type VideoIndex } from '../../core/video/video-index.js'
import { createFrameTally, type FrameTally, type Recorded } from './frame-tally.js'

export interface IntakeOptions {
  readonly bootNumber: number
  /** Absolute path of the footage folder, and the folder of this boot relative to it. */
  readonly footage: string
  readonly folder: string
  readonly rideId: () => string | null
  /** Frames a second that are due from each camera. */
  readonly fps: ReadonlyMap<string, number>
  readonly nowMonoMs: () => number
  readonly store: Pick<Store, 'segment'>
  readonly batch: Batch
  readonly tell: (news: News) => void
  readonly onClosed: () => void
  readonly log: Log
}

/** The moment of a first frame. */
interface Start {
  readonly monoMs: number
  readonly uncertaintyMs: number
}

export interface Begun {
  readonly camera: string
  readonly number: number
  readonly file: string
  readonly start: Start
}

export interface Ended {
  readonly camera: string
  readonly number: number
  readonly file: string
  /** Null where its beginning was not seen. */
  readonly start: Start | null
}

export interface Intake {
  /** The camera's own rate, in frames a second, turns out to be another than the settings say. */
  readonly runsAt: (camera: string, framesPerSecond: number) => void
  readonly begun: (segment: Begun) => void
  /** Resolves when the segment is on the card and its row too, or could not be put there. */
  readonly ended: (segment: Ended) => Promise<void>
  /** The camera's recorder is gone although it should record: nothing grows there any more. */
  readonly fallen: (camera: string) => Promise<void>
  /** The camera is not to record now, and its recorder is gone: nothing grows there any more. */
  readonly off: (camera: string) => Promise<void>
  /** The growing file of each camera, with the one before. */
  readonly growingFiles: () => { camera: string; folder: string; growing: string; before: string | null }[]
  readonly recorded: (camera: string) => Recorded
  /** Follows how far the growing files have come. */
  readonly service: Service
}

interface Growing extends Begun {
  readonly index: VideoIndex
  readonly before: string | null
}

const USUAL_FPS = 30
const FOLLOW_EVERY_MS = 1_000
/** Of a segment of which no opening was seen: it began within a segment's length or so. */
const UNSEEN_UNCERTAINTY_MS = 60_000

export function createIntake(options: IntakeOptions): Intake {
  const { bootNumber, footage, folder, batch, store, tell, log } = options
  const absoluteFolder = join(footage, folder)
  const growing = new Map<string, Growing>()
  const fps = new Map(options.fps)
  const tallies = new Map<string, FrameTally>()
  const tallyOf = (camera: string): FrameTally => {
    const tally = tallies.get(camera) ?? createFrameTally(() => fps.get(camera) ?? USUAL_FPS)
    tallies.set(camera, tally)
    return tally
  }

  const tellSegment = async (id: string): Promise<void> => {
    const segment = await store.segment(id)
    if (segment !== null) tell({ kind: 'segment', segment: publicSegment(segment) })
  }

  const keepOpened = async ({ camera, number, file, start }: Begun): Promise<void> => {
    batch.add(
      step('openSegment', {
        camera,
        number,
        bootNumber,
        rideId: options.rideId(),
        startMonoMs: start.monoMs,
        startUncertaintyMs: start.uncertaintyMs,
        file: `${folder}/${file}`,
      }),
    )
    await batch.commit()
    await tellSegment(segmentId(camera, number))
  }

  const follow = async (camera: string): Promise<void> => {
    const file = growing.get(camera)
    if (file === undefined) return
    const index = await readIndexOf(join(absoluteFolder, file.file), file.index)
    if (growing.get(camera) !== file || index.endBytes === file.index.endBytes) return
    growing.set(camera, { ...file, index })
    tallyOf(camera).grew(file.number, index)
    const id = segmentId(camera, file.number)
    batch.add(step('growSegment', id, durationMsOf(index), framesIn(index), index.endBytes))
  }

  /** What came since the last look is on the card, too. */
  const lastLook = async (camera: string): Promise<void> => {
    // A file that cannot be read now is read when it is taken in.
    await follow(camera).catch(() => {})
    growing.delete(camera)
  }

  const close = async ({ camera, number, file, start }: Ended): Promise<void> => {
    const path = join(absoluteFolder, file)
    await syncFile(path)
    await syncFolder(absoluteFolder)
    const current = growing.get(camera)
    const isStillGrowing = current?.number === number
    const index = await readIndexOf(path, isStillGrowing ? current.index : EMPTY_INDEX)
    if (isStillGrowing) growing.delete(camera)
    // It is on the card: the sync loop need not ask for it again and again.
    if (current?.before === path) growing.set(camera, { ...current, before: null })

    const id = segmentId(camera, number)
    const opened = start === null ? await store.segment(id) : null
    const startMonoMs = start?.monoMs ?? opened?.startMonoMs ?? 0
    tallyOf(camera).closed(number, startMonoMs, index)
    batch.add(
      step('closeSegment', {
        id,
        startMonoMs,
        startUncertaintyMs: start?.uncertaintyMs ?? UNSEEN_UNCERTAINTY_MS,
        durationMs: durationMsOf(index),
        frames: framesIn(index),
        sizeBytes: index.endBytes,
      }),
    )
    await batch.commit()
    await tellSegment(id)
    options.onClosed()
  }

  return {
    runsAt: (camera, framesPerSecond) => fps.set(camera, framesPerSecond),

    begun: (segment) => {
      const { camera, number, start } = segment
      tallyOf(camera).begun(number, start.monoMs)
      const last = growing.get(camera)
      const before = last === undefined ? null : join(absoluteFolder, last.file)
      growing.set(camera, { ...segment, index: EMPTY_INDEX, before })
      keepOpened(segment).catch((error) => log.error('a new segment is not in the catalogue', { error }))
    },

    ended: (segment) =>
      close(segment).catch((error) => {
        log.error('a closed segment is not in the catalogue, the next start takes it in', { file: segment.file, error })
      }),

    fallen: async (camera) => {
      await lastLook(camera)
      tallyOf(camera).fell(options.nowMonoMs())
    },

    off: async (camera) => {
      await lastLook(camera)
      tallyOf(camera).off(options.nowMonoMs())
    },

    growingFiles: () =>
      [...growing.values()].map(({ camera, file, before }) => ({
        camera,
        folder: absoluteFolder,
        growing: join(absoluteFolder, file),
        before,
      })),

    recorded: (camera) => tallyOf(camera).now(options.nowMonoMs()),

    service: {
      name: 'intake',
      run: async (signal) => {
        while (!signal.aborted) {
          await pause(FOLLOW_EVERY_MS, signal)
          for (const camera of [...growing.keys()]) {
            // A file that cannot be read now is read when it closes; the sync loop says what ails the card.
            await follow(camera).catch(() => {})
          }
        }
      },
    },
  }
}
