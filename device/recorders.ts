/** Joins cameras and the footage folder: what they record is synced, taken in, counted and put in order. */
import { join } from 'node:path'
import type { News } from '../core/link/messages.js'
import { monoNowMs } from '../core/process/boot.js'
import type { Log } from '../core/process/log.js'
import { keepRunning, type Service } from '../core/process/service.js'
import { watchWallClock } from '../core/process/wall-clock.js'
import { bootFolder } from '../core/ride/footage.js'
import type { PowerCut } from '../core/ride/now.js'
import type { Batch } from '../core/store/batch.js'
import type { SegmentOnCard } from '../core/store/footage.js'
import type { Store } from '../core/store/store.js'
import { createCameraLife } from './camera/life.js'
import { syncLoop } from './camera/sync-loop.js'
import type { DeviceSettings } from './config.js'
import { folderOrder } from './footage/folder-order.js'
import { createIntake } from './footage/intake.js'
import { openNumbers } from './footage/numbers.js'
import { takeInOrphans } from './footage/orphans.js'
import { rebuildBeside } from './footage/records/rebuilding.js'
import type { CameraParts } from './picture.js'

export interface RecordersOptions {
  readonly settings: Pick<DeviceSettings, 'cameras' | 'recording'>
  /** Absolute path of the footage folder, in which that of this boot is there. */
  readonly footage: string
  readonly bootNumber: number
  readonly store: Store
  readonly batch: Batch
  readonly tell: (news: News) => void
  readonly rideId: () => string | null
  /** Whether cameras shall record. */
  readonly isOn: () => boolean
  /** Resolves once cameras shall record, and can, with a signal that aborts when they shall not any more. */
  readonly whenOn: (signal: AbortSignal) => Promise<AbortSignal>
  /** Why nothing can be recorded at the moment, in words for the rider; null where it can. */
  readonly refusal: () => string | null
  /** The card did not take something, or a recorder fell: it may have. */
  readonly onTrouble: () => void
  /** There are segments that were not there before. */
  readonly onSegments: () => void
  /** Whether a segment is being written about just now. */
  readonly isBusyWith: (id: string) => boolean
  /** The catalogue was restored from a time before. */
  readonly isRestored: boolean
  /** Whatever lies beside the footage is in the catalogue. */
  readonly onCatalogueWhole: () => void
  readonly log: Log
}

export interface Recorders {
  readonly services: readonly Service[]
  readonly cameras: () => readonly CameraParts[]
  /** What the power cut before this boot cost, as far as it is known by now; null where there was none. */
  readonly lastPowerCut: () => PowerCut | null
}

/** @throws where the footage folder cannot be read */
export async function openRecorders(options: RecordersOptions): Promise<Recorders> {
  const { settings, footage, bootNumber, store, batch, tell, isRestored, log } = options
  const names = settings.cameras.map(({ name }) => name)
  const numbers = await openNumbers(footage, bootNumber, names, store)
  let lastPowerCut = await store.powerCutBefore(bootNumber)

  const intake = createIntake({
    bootNumber,
    footage,
    folder: bootFolder(bootNumber),
    rideId: options.rideId,
    fps: new Map(settings.cameras.map(({ name, fps }) => [name, fps])),
    nowMonoMs: monoNowMs,
    store,
    batch,
    tell,
    onClosed: options.onSegments,
    log,
  })
  const leftOpen = new Set<string>()
  const takeInOwn = async (camera: string, signal: AbortSignal): Promise<void> => {
    const isItsOwn = (segment: SegmentOnCard): boolean =>
      segment.camera === camera && !numbers.isFromBefore(camera, segment.number)
    await takeInOrphans(footage, bootNumber, store, log, isItsOwn, signal)
    options.onSegments()
  }
  /** While the card fails it cannot be: then when recording begins again, or by the next start. */
  const takeInLater = async (camera: string, signal: AbortSignal): Promise<void> => {
    try {
      await takeInOwn(camera, signal)
    } catch (error) {
      leftOpen.add(camera)
      log.error('what a camera left open is taken in later', { camera, error })
    }
  }
  const cameras = settings.cameras.map((camera) =>
    createCameraLife({
      settings: camera,
      sourceText: camera.source,
      folder: join(footage, bootFolder(bootNumber)),
      segmentSeconds: settings.recording.segmentSeconds,
      nextNumber: () => numbers.next(camera.name),
      nowMonoMs: monoNowMs,
      whenOn: async (signal) => {
        const on = await options.whenOn(signal)
        if (!on.aborted && leftOpen.delete(camera.name)) await takeInLater(camera.name, on)
        return on
      },
      onRate: (fps) => intake.runsAt(camera.name, fps),
      onBegun: intake.begun,
      onEnded: intake.ended,
      onFallen: async (signal) => {
        options.onTrouble()
        await intake.fallen(camera.name)
        await takeInOwn(camera.name, signal)
      },
      // One that hung, or was killed, as it was told to end has left its file open.
      onOff: async (signal) => {
        await intake.off(camera.name)
        await takeInLater(camera.name, signal)
      },
      recordedBytes: () => intake.recorded(camera.name).sizeBytes,
      log,
    }),
  )
  const order = folderOrder({
    footage,
    bootNumber,
    store,
    isFromBefore: numbers.isFromBefore,
    isRestored,
    rebuild: (signal) =>
      rebuildBeside({ footage, bootNumber, isFromBefore: numbers.isFromBefore, store, isRestored, log }, signal),
    isBusyWith: options.isBusyWith,
    onCatalogueWhole: options.onCatalogueWhole,
    onMended: options.onSegments,
    onSettled: async () => {
      lastPowerCut = await store.powerCutBefore(bootNumber)
    },
    log,
  })
  const wallClockSet = (): void => {
    for (const camera of cameras) camera.wallClockSet()
  }

  return {
    services: [
      ...cameras.map((camera) => camera.service),
      syncLoop({ growingFiles: intake.growingFiles, onRefused: options.onTrouble, log }),
      intake.service,
      keepRunning(order, log),
      watchWallClock(log, wallClockSet),
    ],
    cameras: () =>
      cameras.map((camera) => {
        const { sizeBytes: _size, ...recorded } = intake.recorded(camera.now().name)
        const refused = options.isOn() ? options.refusal() : null
        const life = camera.now()
        return { ...life, ...(refused === null ? {} : { state: 'failed', reason: refused }), ...recorded }
      }),
    lastPowerCut: () => lastPowerCut,
  }
}
