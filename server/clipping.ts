/** Joins what makes clips in the server: the queue, what each is made of, and how long they stay. */
import { join } from 'node:path'
import type { ServerEnd } from '../core/link/server-end.js'
import type { Log } from '../core/process/log.js'
import { keepRunning, type Service } from '../core/process/service.js'
import { standInFolder } from '../core/process/stand-in.js'
import type { Clip, ClipWish } from '../core/ride/clip.js'
import type { Now } from '../core/ride/now.js'
import type { Ride } from '../core/ride/ride.js'
import type { SettingsInForce } from '../core/ride/settings.js'
import { bytesOfSpan, segmentsOfSpan } from '../core/store/clip-footage.js'
import type { ClipStore } from '../core/store/clips.js'
import { bundleOf } from './bundling.js'
import { type ClipMaking, makeOf, refusalOf } from './clip-making.js'
import type { ServerSettings } from './config.js'
import { openExpiry } from './export/expiry.js'
import { openExportFolder } from './export/export-folder.js'
import { type Exporter, openExporter } from './export/exporter.js'
import type { AskCatalogue, ClipFootage, Hold } from './export/making.js'
import type { Recording } from './export/room.js'
import type { PlannedBundle } from './http/bundle.js'

export type ClipSettings = Pick<ServerSettings, 'data' | 'privacy' | 'display'>

export interface ClippingOptions {
  readonly settings: ClipSettings
  readonly ask: AskCatalogue
  readonly clips: ClipStore
  /** False where memory stands in for a card that cannot be written. */
  readonly isWritable: boolean
  readonly inForce: () => SettingsInForce
  readonly hold: Hold
  readonly lastNow: ServerEnd['lastNow']
  readonly tell: (clip: Clip) => void
  readonly log: Log
}

export interface Clipping {
  readonly queue: Exporter
  readonly refusalOf: (wish: ClipWish, ride: Ride) => Promise<string | null>
  readonly bundleOf: (clip: Clip) => Promise<PlannedBundle>
  readonly services: readonly Service[]
}

/** Where the device may be found. */
export const deviceSocketsOf = (data: string): string[] =>
  [data, standInFolder(data, 'device')].map((folder) => join(folder, 'device.sock'))

export const footageFolderOf = (data: string): string => join(data, 'footage')

export const isRecording = (now: Now | null): boolean =>
  now?.cameras.some(({ state }) => state === 'recording') ?? false

export const exportsFolderOf = (data: string): string => join(data, 'exports')

export function openClipping(options: ClippingOptions): Clipping {
  const { settings, ask, clips, isWritable, inForce, hold, lastNow, tell, log } = options
  const folder = exportsFolderOf(settings.data)
  const making: ClipMaking = {
    ask,
    inForce,
    footage: footageFolderOf(settings.data),
    isRecording: () => isRecording(lastNow()),
  }
  const files = openExportFolder(folder)
  const queue = openExporter({
    ...{ clips, folder, files, isWritable, hold, tell, log },
    make: makeOf(making),
    footageOf: (rideId, wish) => footageOf(ask, rideId, wish),
    recording: () => recordingOf(ask, lastNow()?.cameras.map(({ name }) => name) ?? null),
  })
  const expiry = openExpiry({ clips, files, isWritable, tell, log })
  return {
    queue,
    refusalOf: (wish, ride) => refusalOf(making, wish, ride),
    bundleOf: (clip) => bundleOf(making, clip, join(folder, clip.id), log),
    services: [keepRunning(queue.service, log), keepRunning(expiry, log)],
  }
}

/** What a clip is cut from. */
export function footageOf(ask: AskCatalogue, rideId: string, wish: ClipWish): ClipFootage {
  const segments = ask((reading) => segmentsOfSpan(reading, rideId, wish))
  return { segmentIds: segments.map(({ id }) => id), bytes: bytesOfSpan(segments, wish) }
}

/** What recording needs of the card. @param cameras null where nobody knows which record: those of the last ride may again */
export function recordingOf(ask: AskCatalogue, cameras: readonly string[] | null): Recording {
  return ask((reading) => {
    const recording = cameras ?? reading.rides({ limit: 1, cursor: null }).items[0]?.cameras ?? []
    const { all, keptByRider, keptByDevice } = reading.footageBytes()
    return {
      bytesPerSecond: recording.reduce((sum, camera) => sum + (reading.measuredBytesPerSecond(camera) ?? 0), 0),
      sweepableBytes: Math.max(0, all - keptByRider - keptByDevice),
    }
  })
}
