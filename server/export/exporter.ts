/** Makes the clips that wait, one at a time and the oldest first; what a stop or a crash interrupted is made anew. */
import { dirname } from 'node:path'
import { createBell } from '../../core/process/bell.js'
import { monoNowMs } from '../../core/process/boot.js'
import type { Log } from '../../core/process/log.js'
import type { Service } from '../../core/process/service.js'
import type { Clip, ClipWish } from '../../core/ride/clip.js'
import type { ClipStore } from '../../core/store/clips.js'
import type { Listed, Listing } from '../../core/store/listing.js'
import { cardTroubleOf } from './card-trouble.js'
import type { ExportFolder } from './export-folder.js'
import { type ClipFootage, type Hold, type Made, type Make, whileHeld } from './making.js'
import { bytesToMake, freeBytesOf, leastFreeBytes, noRoomFor, type Recording } from './room.js'

export interface ExporterOptions {
  readonly clips: ClipStore
  /** Absolute path of the folder that `files` is of. */
  readonly folder: string
  readonly files: ExportFolder
  /** False where memory stands in for a card that cannot be written: then nothing is made, and nothing touched. */
  readonly isWritable: boolean
  readonly make: Make
  readonly hold: Hold
  /** @throws where the catalogue cannot be read */
  readonly footageOf: (rideId: string, wish: ClipWish) => ClipFootage
  readonly recording: () => Recording
  /** Hears of a clip at each change of its state, and at most twice a second of its progress. */
  readonly tell: (clip: Clip) => void
  readonly log: Log
  readonly nowMonoMs?: () => number
  readonly freeBytes?: (folder: string) => Promise<number>
  /** How often it is looked, while a clip is made, whether there is room still. */
  readonly looksEveryMs?: number
}

/** What came of asking for a clip; the reason is a sentence for the rider. */
export type Asked =
  | { readonly kind: 'queued'; readonly clip: Clip }
  | { readonly kind: 'too-many' | 'no-room' | 'card'; readonly reason: string }

export interface Exporter {
  /** It is on the card when this resolves. */
  readonly ask: (rideId: string, wish: ClipWish) => Promise<Asked>
  readonly clip: (id: string) => Clip | null
  /** Newest first. @throws UnknownCursor */
  readonly clips: (listing: Listing, rideId: string | null) => Listed<Clip>
  /** Cancels what is not made yet; of what has ended nothing stays, and it is told once more with nothing left of its time. */
  readonly remove: (id: string) => Promise<'canceled' | 'removed' | 'unknown'>
  readonly service: Service
}

const MOST_WAITING = 100
const PROGRESS_EVERY_MS = 500
const LOOKS_EVERY_MS = 1_000
const SLEEPS_MS = 60_000
/** One that ends the server each time it is made would be made for ever. */
const MOST_TRIES = 5

const UNWRITABLE = 'the card cannot be written: no clip can be made'

interface Making {
  readonly clip: Clip
  readonly cancel: AbortController
  progress: number
  toldMonoMs: number
}

export function openExporter(options: ExporterOptions): Exporter {
  const { clips, folder, files, isWritable, make, hold, footageOf, recording, log } = options
  const { nowMonoMs = monoNowMs, freeBytes = freeBytesOf, looksEveryMs = LOOKS_EVERY_MS } = options
  const bell = createBell()
  let making: Making | null = null

  const asItIs = (clip: Clip): Clip =>
    clip.state === 'cutting' && making?.clip.id === clip.id ? { ...clip, progress: making.progress } : clip

  const find = (id: string): Clip | null => {
    const clip = clips.clip(id)
    return clip === null ? null : asItIs(clip)
  }

  const tell = (id: string): void => {
    const clip = find(id)
    if (clip !== null) options.tell(clip)
  }

  const whyNoRoom = async ({ bytes }: ClipFootage): Promise<string | null> =>
    noRoomFor(bytesToMake(bytes), await freeBytes(dirname(folder)), recording())

  const advance = (of: Making, part: number): void => {
    if (!(part > of.progress)) return
    of.progress = Math.min(part, 1)
    const now = nowMonoMs()
    if (now - of.toldMonoMs < PROGRESS_EVERY_MS || making !== of) return
    of.toldMonoMs = now
    tell(of.clip.id)
  }

  /** Recording goes first: whatever was estimated, nothing is made on when the card gets full. */
  const whileThereIsRoom = async (of: Making, signal: AbortSignal): Promise<Made> => {
    const full = new AbortController()
    const leastBytes = leastFreeBytes(recording())
    const look = async (): Promise<void> => {
      if ((await freeBytes(dirname(folder))) < leastBytes) full.abort()
    }
    // A folder that is gone is told by whoever writes there.
    const timer = setInterval(() => void look().catch(() => {}), looksEveryMs)
    const stop = AbortSignal.any([signal, of.cancel.signal, full.signal])
    try {
      stop.throwIfAborted()
      const path = await files.begin(of.clip.id)
      const made = await make(of.clip, path, stop, (part) => advance(of, part))
      stop.throwIfAborted()
      return made
    } catch (error) {
      throw full.signal.aborted ? new Error('the card got full', { cause: error }) : error
    } finally {
      clearInterval(timer)
    }
  }

  /** @throws why it cannot be made */
  const makeOne = async (of: Making, tries: number, signal: AbortSignal): Promise<void> => {
    const { id, rideId } = of.clip
    if (tries > MOST_TRIES) throw new Error(`it was begun ${MOST_TRIES} times, and the server ended each time`)
    const footage = footageOf(rideId, of.clip)
    const why = await whyNoRoom(footage)
    if (why !== null) throw new Error(why)
    const made = await whileHeld(footage, hold, () => whileThereIsRoom(of, signal))
    await files.publish(id)
    if (!clips.endClip(id, { state: 'ready', ...made })) await files.discard(id)
  }

  const work = async (clip: Clip, signal: AbortSignal): Promise<void> => {
    const tries = clips.beginClip(clip.id)
    if (tries === null) return
    const of: Making = { clip, cancel: new AbortController(), progress: 0, toldMonoMs: nowMonoMs() }
    making = of
    try {
      tell(clip.id)
      await makeOne(of, tries, signal)
    } catch (error) {
      await files.discard(clip.id)
      if (of.cancel.signal.aborted) return
      if (signal.aborted) return clips.putClipBack(clip.id)
      log.warn('a clip could not be made', { clip: clip.id, error })
      clips.endClip(clip.id, { state: 'failed', reason: whyOf(error), sizeBytes: null })
    } finally {
      making = null
    }
    tell(clip.id)
  }

  return {
    ask: async (rideId, wish) => {
      if (!isWritable) return { kind: 'card', reason: UNWRITABLE }
      const why = await whyNoRoom(footageOf(rideId, wish))
      if (why !== null) return { kind: 'no-room', reason: why }
      if (clips.clipsWaiting() >= MOST_WAITING) {
        return { kind: 'too-many', reason: `${MOST_WAITING} clips wait already: wait until some are made` }
      }
      try {
        const clip = clips.askForClip(rideId, wish)
        options.tell(clip)
        bell.ring()
        return { kind: 'queued', clip }
      } catch (error) {
        const trouble = cardTroubleOf(error)
        if (trouble === null) throw error
        log.warn('a clip could not be queued', { error })
        return { kind: trouble.isFull ? 'no-room' : 'card', reason: `${trouble.words}: no clip can be made` }
      }
    },
    clip: find,
    clips: (listing, rideId) => {
      const { items, next } = clips.clips(listing, rideId)
      return { items: items.map(asItIs), next }
    },
    remove: async (id) => {
      if (clips.cancelClip(id)) {
        if (making?.clip.id === id) making.cancel.abort()
        tell(id)
        return 'canceled'
      }
      const clip = clips.clip(id)
      if (clip === null || !clips.removeClip(id)) return 'unknown'
      options.tell({ ...clip, expiresInMs: 0 })
      // Whatever cannot be removed now nobody finds any more, and the next start does it.
      await files.discard(id).catch((error: unknown) => log.warn('a clip is not removed yet', { clip: id, error }))
      return 'removed'
    },
    service: {
      name: 'exporter',
      run: async (signal) => {
        if (isWritable) {
          clips.queueCutClipsAgain()
          const left = await files.clearLeftovers((id) => clips.clip(id)?.state === 'ready')
          if (left.length > 0) log.info('what was left of exports is cleared away', { names: left })
        }
        while (!signal.aborted) {
          const next = isWritable ? clips.clipNextInLine() : null
          if (next === null) await bell.rung(SLEEPS_MS, signal)
          else await work(next, signal)
        }
      },
    },
  }
}

function whyOf(error: unknown): string {
  const trouble = cardTroubleOf(error)
  if (trouble !== null) return trouble.words
  return error instanceof Error ? error.message : String(error)
}
