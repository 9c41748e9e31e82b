/** Joins what makes clips: for the server, which has a queue of them, and for the command line, which wants one now. */
import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { openServerEnd, type ServerEnd } from '../core/link/server-end.js'
import { createBell } from '../core/process/bell.js'
import type { Log } from '../core/process/log.js'
import { keepRunning, type Service } from '../core/process/service.js'
import { standInFolder } from '../core/process/stand-in.js'
import type { Clip, ClipWish } from '../core/ride/clip.js'
import type { Ride } from '../core/ride/ride.js'
import { bytesOfSpan, segmentsOfSpan, whyNoFootage } from '../core/store/clip-footage.js'
import type { ClipStore } from '../core/store/clips.js'
import type { ServerSettings } from './config.js'
import { type AskCatalogue, copyingMake } from './export/copying.js'
import { openExpiry } from './export/expiry.js'
import { openExportFolder } from './export/export-folder.js'
import { type Exporter, openExporter } from './export/exporter.js'
import { type ClipFootage, type Hold, type Made, type Make, whileHeld } from './export/making.js'
import { bytesToMake, freeBytesOf, noRoomFor, type Recording } from './export/room.js'
import { openHolding } from './http/holding.js'

export type ClipSettings = Pick<ServerSettings, 'data' | 'privacy' | 'display'>

/** How a clip is made: the one place where its parts are joined. */
function makeOf({ data }: ClipSettings, ask: AskCatalogue): Make {
  return copyingMake(ask, join(data, 'footage'))
}

/** Why no clip can be made of this, in words for the rider; null where one can. What needs no plan was asked before. */
function refusalOf(_ask: AskCatalogue, _wish: ClipWish, _ride: Ride): string | null {
  return null
}

export interface ClippingOptions {
  readonly settings: ClipSettings
  readonly ask: AskCatalogue
  readonly clips: ClipStore
  /** False where memory stands in for a card that cannot be written. */
  readonly isWritable: boolean
  readonly hold: Hold
  readonly lastNow: ServerEnd['lastNow']
  readonly tell: (clip: Clip) => void
  readonly log: Log
}

export interface Clipping {
  readonly queue: Exporter
  readonly refusalOf: (wish: ClipWish, ride: Ride) => string | null
  readonly services: readonly Service[]
}

/** Where the device may be found. */
export const deviceSocketsOf = (data: string): string[] =>
  [data, standInFolder(data, 'device')].map((folder) => join(folder, 'device.sock'))

export const exportsFolderOf = (data: string): string => join(data, 'exports')

export function openClipping(options: ClippingOptions): Clipping {
  const { settings, ask, clips, isWritable, hold, lastNow, tell, log } = options
  const folder = exportsFolderOf(settings.data)
  const files = openExportFolder(folder)
  const queue = openExporter({
    ...{ clips, folder, files, isWritable, hold, tell, log },
    make: makeOf(settings, ask),
    footageOf: (rideId, wish) => footageOf(ask, rideId, wish),
    recording: () => recordingOf(ask, lastNow()?.cameras.map(({ name }) => name) ?? null),
  })
  const expiry = openExpiry({ clips, files, isWritable, tell, log })
  return {
    queue,
    refusalOf: (wish, ride) => refusalOf(ask, wish, ride),
    services: [keepRunning(queue.service, log), keepRunning(expiry, log)],
  }
}

export interface CutClipOptions {
  readonly settings: ClipSettings
  /** The catalogue, open to read. */
  readonly ask: AskCatalogue
  readonly ride: Ride
  readonly wish: ClipWish
  /** An empty folder of the caller's own: clip.mp4 and track.gpx are made in it, or with `bundle` bundle.zip alone. */
  readonly folder: string
  readonly bundle: boolean
  readonly signal: AbortSignal
  /** How much is done, 0 to 1. */
  readonly onProgress: (part: number) => void
}

/** Makes one clip now, whether device and server run or not. @throws a sentence for whoever asked where it cannot be made */
export async function cutClip(options: CutClipOptions): Promise<Made> {
  const { settings, ask, ride, wish, folder, bundle, signal, onProgress } = options
  const segments = ask((reading) => segmentsOfSpan(reading, ride.id, wish))
  const why = whyNoFootage(ride, segments, wish)?.reason ?? refusalOf(ask, wish, ride)
  if (why !== null) throw new Error(why)
  if (bundle) throw new Error('bundles cannot be made yet')
  const footage = footageOf(ask, ride.id, wish)
  const noRoom = noRoomFor(bytesToMake(footage.bytes), await freeBytesOf(folder), await neededOf(ask, settings, folder))
  if (noRoom !== null) throw new Error(noRoom)
  const ended = { progress: 0, reason: null, sizeBytes: null, expiresInMs: null }
  const clip: Clip = { ...wish, id: 'clip', rideId: ride.id, state: 'cutting', ...ended }
  return withDevice(settings.data, (hold) =>
    whileHeld(footage, hold, () => makeOf(settings, ask)(clip, folder, signal, onProgress)),
  )
}

function footageOf(ask: AskCatalogue, rideId: string, wish: ClipWish): ClipFootage {
  const segments = ask((reading) => segmentsOfSpan(reading, rideId, wish))
  return { segmentIds: segments.map(({ id }) => id), bytes: bytesOfSpan(segments, wish) }
}

/** @param cameras null where nobody knows which record: those of the last ride may again */
function recordingOf(ask: AskCatalogue, cameras: readonly string[] | null): Recording {
  return ask((reading) => {
    const recording = cameras ?? reading.rides({ limit: 1, cursor: null }).items[0]?.cameras ?? []
    const { all, keptByRider, keptByDevice } = reading.footageBytes()
    return {
      bytesPerSecond: recording.reduce((sum, camera) => sum + (reading.measuredBytesPerSecond(camera) ?? 0), 0),
      sweepableBytes: Math.max(0, all - keptByRider - keptByDevice),
    }
  })
}

/** Elsewhere than on the card nobody records. */
async function neededOf(ask: AskCatalogue, { data }: ClipSettings, folder: string): Promise<Recording> {
  const [card, there] = await Promise.all([stat(data), stat(folder)])
  return card.dev === there.dev ? recordingOf(ask, null) : { bytesPerSecond: 0, sweepableBytes: 0 }
}

const CONNECTS_WITHIN_MS = 300

/** Where no device runs, nobody removes any footage. */
async function withDevice<Answer>(data: string, work: (hold: Hold) => Promise<Answer>): Promise<Answer> {
  const paths = deviceSocketsOf(data).filter((path) => existsSync(path))
  if (paths.length === 0) return work(async () => () => {})
  const stop = new AbortController()
  const connected = createBell()
  const link = openServerEnd({
    paths,
    hear: () => {},
    onConnected: () => {
      holding.again()
      connected.ring()
    },
    log: { info: () => {}, warn: () => {}, error: () => {} },
  })
  const holding = openHolding(link.ask)
  const running = link.service.run(stop.signal)
  try {
    await connected.rung(CONNECTS_WITHIN_MS, stop.signal)
    return await work(holding.read)
  } finally {
    stop.abort()
    await running
  }
}
