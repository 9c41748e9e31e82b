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

export interface IntakeOptions {
  readonly bootNumber: number
  /** Absolute path of the footage folder, and the folder of this boot relative to it. */
  readonly footage: string
  readonly folder: string
  readonly rideId: () => string | null
  readonly store: Pick<Store, 'segment'>
  readonly batch: Batch
  readonly tell: (news: News) => void
  readonly onClosed: () => void
  readonly log: Log
}

export interface Begun {
  readonly camera: string
  readonly number: number
  readonly file: string
  readonly openedMonoMs: number
}

export interface Ended {
  readonly camera: string
  readonly number: number
  readonly file: string
  readonly startMonoMs: number | null
}

/** What a camera has on the card since the device began. */
export interface Recorded {
  readonly frames: number
  readonly durationMs: number
  readonly sizeBytes: number
  /** Between a recorder that fell and the next: nothing was recorded. */
  readonly missedMs: number
}

export interface Intake {
  readonly begun: (segment: Begun) => void
  /** Resolves when the segment is on the card and its row too, or could not be put there. */
  readonly ended: (segment: Ended) => Promise<void>
  /** The camera's recorder is gone without closing its file: nothing grows there any more. */
  readonly fallen: (camera: string) => void
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

const FOLLOW_EVERY_MS = 1_000
/** An opening is seen this much after the first frame at most: a frame's worth of parsing and a busy machine. */
const START_UNCERTAINTY_MS = 200

export function createIntake(options: IntakeOptions): Intake {
  const { bootNumber, footage, folder, batch, store, tell, log } = options
  const absoluteFolder = join(footage, folder)
  const growing = new Map<string, Growing>()
  const closed = new Map<string, Recorded>()
  const fellAtMonoMs = new Map<string, number>()

  const tellSegment = async (id: string): Promise<void> => {
    const segment = await store.segment(id)
    if (segment !== null) tell({ kind: 'segment', segment: publicSegment(segment) })
  }

  const keepOpened = async ({ camera, number, file, openedMonoMs }: Begun): Promise<void> => {
    batch.add(
      step('openSegment', {
        camera,
        number,
        bootNumber,
        rideId: options.rideId(),
        startMonoMs: openedMonoMs,
        startUncertaintyMs: START_UNCERTAINTY_MS,
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
    const id = segmentId(camera, file.number)
    batch.add(step('growSegment', id, durationMsOf(index), framesIn(index), index.endBytes))
  }

  const close = async ({ camera, number, file, startMonoMs }: Ended): Promise<void> => {
    const path = join(absoluteFolder, file)
    await syncFile(path)
    await syncFolder(absoluteFolder)
    const current = growing.get(camera)
    const isStillGrowing = current?.number === number
    const index = await readIndexOf(path, isStillGrowing ? current.index : EMPTY_INDEX)
    if (isStillGrowing) growing.delete(camera)

    const id = segmentId(camera, number)
    const [frames, durationMs, sizeBytes] = [framesIn(index), durationMsOf(index), index.endBytes]
    const before = closed.get(camera) ?? NOTHING
    closed.set(camera, sum(before, { ...NOTHING, frames, durationMs, sizeBytes }))
    const opened = startMonoMs ?? (await store.segment(id))?.startMonoMs ?? 0
    batch.add(
      step('closeSegment', {
        id,
        startMonoMs: opened,
        startUncertaintyMs: START_UNCERTAINTY_MS,
        durationMs,
        frames,
        sizeBytes,
      }),
    )
    await batch.commit()
    await tellSegment(id)
    options.onClosed()
  }

  const recorded = (camera: string): Recorded => {
    const index = growing.get(camera)?.index ?? EMPTY_INDEX
    const open = { ...NOTHING, frames: framesIn(index), durationMs: durationMsOf(index), sizeBytes: index.endBytes }
    return sum(closed.get(camera) ?? NOTHING, open)
  }

  return {
    begun: (segment) => {
      const fellMonoMs = fellAtMonoMs.get(segment.camera)
      if (fellAtMonoMs.delete(segment.camera) && fellMonoMs !== undefined) {
        const missedMs = Math.max(0, segment.openedMonoMs - fellMonoMs)
        closed.set(segment.camera, sum(closed.get(segment.camera) ?? NOTHING, { ...NOTHING, missedMs }))
      }
      const last = growing.get(segment.camera)
      const before = last === undefined ? null : join(absoluteFolder, last.file)
      growing.set(segment.camera, { ...segment, index: EMPTY_INDEX, before })
      keepOpened(segment).catch((error) => log.error('a new segment is not in the catalogue', { error }))
    },

    ended: (segment) =>
      close(segment).catch((error) => {
        log.error('a closed segment is not in the catalogue, the next start takes it in', { file: segment.file, error })
      }),

    fallen: (camera) => {
      const last = growing.get(camera)
      if (last !== undefined) fellAtMonoMs.set(camera, last.openedMonoMs + durationMsOf(last.index))
      closed.set(camera, recorded(camera))
      growing.delete(camera)
    },

    growingFiles: () =>
      [...growing.values()].map(({ camera, file, before }) => ({
        camera,
        folder: absoluteFolder,
        growing: join(absoluteFolder, file),
        before,
      })),

    recorded,

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

const NOTHING: Recorded = { frames: 0, durationMs: 0, sizeBytes: 0, missedMs: 0 }

const sum = (one: Recorded, other: Recorded): Recorded => ({
  frames: one.frames + other.frames,
  durationMs: one.durationMs + other.durationMs,
  sizeBytes: one.sizeBytes + other.sizeBytes,
  missedMs: one.missedMs + other.missedMs,
})
