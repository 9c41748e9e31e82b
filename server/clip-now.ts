/** Makes one clip now, for the command line, whether device and server run or not. */
import { existsSync } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { openServerEnd, type ServerEnd } from '../core/link/server-end.js'
import { createBell } from '../core/process/bell.js'
import type { Log } from '../core/process/log.js'
import type { Clip, ClipWish } from '../core/ride/clip.js'
import type { Ride } from '../core/ride/ride.js'
import { settingsInForce } from '../core/ride/settings.js'
import { segmentsOfSpan, whyNoFootage } from '../core/store/clip-footage.js'
import { bundleOf } from './bundling.js'
import { type ClipMaking, makeOf, refusalOf } from './clip-making.js'
import { type ClipSettings, deviceSocketsOf, footageFolderOf, footageOf, isRecording, recordingOf } from './clipping.js'
import { segmentsAround } from './export/bundle-segments.js'
import { writeBundle } from './export/bundle-to-file.js'
import { TRACK_NAME, VIDEO_NAME } from './export/export-folder.js'
import { type AskCatalogue, type ClipFootage, type Hold, type Made, whileHeld } from './export/making.js'
import { bytesToMake, freeBytesOf, noRoomFor, type Recording } from './export/room.js'
import { openHolding } from './http/holding.js'

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

/** Makes one clip now, or the bundle of one. @throws a sentence for whoever asked where it cannot be made */
export async function cutClip(options: CutClipOptions): Promise<Made> {
  const { settings, ask, ride, wish, folder, bundle, signal, onProgress } = options
  return withDevice(settings.data, async ({ hold, lastNow }) => {
    const making: ClipMaking = {
      ask,
      footage: footageFolderOf(settings.data),
      inForce: () =>
        settingsInForce(
          settings,
          ask((reading) => reading.settings()),
        ),
      isRecording: () => isRecording(lastNow()),
    }
    const segments = ask((reading) => segmentsOfSpan(reading, ride.id, wish))
    const why = whyNoFootage(ride, segments, wish)?.reason ?? (await refusalOf(making, wish, ride))
    if (why !== null) throw new Error(why)
    const ended = { progress: 0, reason: null, sizeBytes: null, expiresInMs: null }
    const clip: Clip = { ...wish, id: 'clip', rideId: ride.id, state: 'cutting', ...ended }
    const footage = bundle ? aroundOf(ask, clip) : footageOf(ask, ride.id, wish)
    const needed = await neededOf(ask, settings, folder)
    const noRoom = noRoomFor(bytesToMake(footage.bytes), await freeBytesOf(folder), needed)
    if (noRoom !== null) throw new Error(noRoom)
    return whileHeld(footage, hold, async () => {
      const made = await makeOf(making)(clip, folder, signal, onProgress)
      return bundle ? bundled(making, { ...clip, ...made, state: 'ready' }, folder, signal) : made
    })
  })
}

/** What is sent with a clip for evidence. */
function aroundOf(ask: AskCatalogue, clip: Clip): ClipFootage {
  const segments = ask((reading) => segmentsAround(reading, clip)).filter(({ state }) => state !== 'swept')
  return {
    segmentIds: segments.map(({ id }) => id),
    bytes: segments.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  }
}

/** Puts a clip that is made, with what belongs to it, into one file. */
async function bundled(making: ClipMaking, clip: Clip, folder: string, signal: AbortSignal): Promise<Made> {
  const { fromUtcMs, toUtcMs, reason } = clip
  const planned = await bundleOf(making, clip, folder, SILENT)
  const bundle = await planned.open(signal)
  if (bundle === null) throw new Error('the clip is gone that was just made')
  await writeBundle(bundle, join(folder, BUNDLE_NAME), signal)
  for (const name of [VIDEO_NAME, TRACK_NAME]) await rm(join(folder, name), { force: true })
  return { fromUtcMs, toUtcMs, reason, sizeBytes: bundle.sizeBytes }
}

/** Elsewhere than on the card nobody records. */
async function neededOf(ask: AskCatalogue, { data }: ClipSettings, folder: string): Promise<Recording> {
  const [card, there] = await Promise.all([stat(data), stat(folder)])
  return card.dev === there.dev ? recordingOf(ask, null) : { bytesPerSecond: 0, sweepableBytes: 0 }
}

interface Device {
  readonly hold: Hold
  readonly lastNow: ServerEnd['lastNow']
}

const BUNDLE_NAME = 'bundle.zip'
const CONNECTS_WITHIN_MS = 300
/** What goes wrong is told by whoever asked. */
const SILENT: Log = { info: () => {}, warn: () => {}, error: () => {} }

/** Where no device runs, nobody removes any footage. */
async function withDevice<Answer>(data: string, work: (device: Device) => Promise<Answer>): Promise<Answer> {
  const paths = deviceSocketsOf(data).filter((path) => existsSync(path))
  if (paths.length === 0) return work({ hold: async () => () => {}, lastNow: () => null })
  const stop = new AbortController()
  const connected = createBell()
  const link = openServerEnd({
    paths,
    hear: () => {},
    onConnected: () => {
      holding.again()
      connected.ring()
    },
    log: SILENT,
  })
  const holding = openHolding(link.ask)
  const running = link.service.run(stop.signal)
  try {
    await connected.rung(CONNECTS_WITHIN_MS, stop.signal)
    return await work({ hold: holding.read, lastNow: link.lastNow })
  } finally {
    stop.abort()
    await running
  }
}
