/** Makes room: what nobody needs goes first, then the oldest video; tracks stay, and so does what is kept or read. */
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { News } from '../../core/link/messages.js'
import type { Log } from '../../core/process/log.js'
import { pause } from '../../core/process/service.js'
import { isDayFolder } from '../../core/ride/footage.js'
import { publicSegment } from '../../core/store/footage.js'
import type { Sweepable } from '../../core/store/making-room.js'
import type { Store } from '../../core/store/store.js'
import { footageFileOf } from './footage-name.js'
import { clearLeftover } from './leftovers.js'
import { dropOldBytes } from './old-bytes.js'
import { sizeOf } from './set-aside.js'

export interface RetentionOptions {
  /** Absolute path of the footage folder. */
  readonly footage: string
  /** Where exports lie that have had their time. */
  readonly expiredExports: string
  readonly store: Pick<
    Store,
    'forgetOldBytes' | 'segment' | 'segmentsNamed' | 'segmentsWithOldBytes' | 'sweepable' | 'sweepSegments'
  >
  /** Somebody reads a segment's video. */
  readonly isHeld: (segmentId: string) => boolean
  /** Files of a segment are being written just now. */
  readonly isBusyWith: (segmentId: string) => boolean
  readonly nowMonoMs: () => number
  readonly tell: (news: News) => void
  readonly log: Log
  readonly pauseMs?: number
}

export interface Retention {
  /**
   * Removes at least so many bytes, if there are as many that may go; for some ten seconds at most.
   * @param shareBytes what may be kept of that which the device alone keeps
   */
  readonly makeRoom: (surplusBytes: number, shareBytes: number, signal: AbortSignal) => Promise<RoomMade>
}

export interface RoomMade {
  readonly freedBytes: number
  /** Whether not all was removed that should be, and may. */
  readonly isMore: boolean
}

/** So that the card and the processor have time for the recorders: a commit and ten files, then a pause. */
const AT_ONCE = 10
const PAUSE_MS = 2_000
const MOST_ROUNDS = 5
/** What broke off is put away at each start: to look through all folders again is not worth it more often. */
const LOOK_FOR_LEFTOVERS_EVERY_MS = 10 * 60_000

export function createRetention(options: RetentionOptions): Retention {
  const { footage, expiredExports, store, isHeld, isBusyWith, nowMonoMs, tell, log } = options
  let lookedForLeftoversMonoMs = Number.NEGATIVE_INFINITY

  const isFree = (segmentId: string): boolean => !isHeld(segmentId) && !isBusyWith(segmentId)

  const clearLeftovers = async (): Promise<number> => {
    if (nowMonoMs() - lookedForLeftoversMonoMs < LOOK_FOR_LEFTOVERS_EVERY_MS) return 0
    lookedForLeftoversMonoMs = nowMonoMs()
    let freed = 0
    for (const folder of (await readdir(footage)).filter(isDayFolder)) {
      for (const name of await readdir(join(footage, folder))) {
        const file = `${folder}/${name}`
        const found = footageFileOf(file)
        if (found?.kind !== 'leftover' || isBusyWith(found.id)) continue
        const sizeBytes = (await sizeOf(join(footage, file))) ?? 0
        await clearLeftover(footage, file, await store.segment(found.id), log)
        if ((await sizeOf(join(footage, file))) === null) freed += sizeBytes
      }
    }
    return freed
  }

  /** A tagged segment has its bytes twice for a while, for players that read them still. */
  const dropOldOnes = async (): Promise<number> => {
    let freed = 0
    for (const segment of await store.segmentsWithOldBytes()) {
      if (!isFree(segment.id)) continue
      await dropOldBytes(footage, store, segment)
      freed += segment.sizeBytes
    }
    return freed
  }

  const removeExpiredExports = async (): Promise<number> => {
    let freed = 0
    // There may be none, as long as nothing was exported.
    for (const name of await readdir(expiredExports).catch(() => [])) {
      const path = join(expiredExports, name)
      freed += (await stat(path)).size
      await rm(path, { recursive: true, force: true })
      log.info('an expired export made room', { export: name })
    }
    return freed
  }

  /** What cannot be cleared away must not keep the video from making room. */
  const freedBy = async (clear: () => Promise<number>): Promise<number> => {
    try {
      return await clear()
    } catch (error) {
      log.warn('not all that nobody needs could be removed', { error })
      return 0
    }
  }

  /** The rows first: a file without a row is found again, a row without its file would be a lie. */
  const sweep = async (segments: readonly Sweepable[]): Promise<number> => {
    const swept = new Set(await store.sweepSegments(segments))
    let freed = 0
    for (const { file, fileAsRecorded, sizeBytes } of segments.filter(({ id }) => swept.has(id))) {
      const paths = [file, fileAsRecorded].filter((path) => path !== null)
      // One that cannot be removed now is found by the next start.
      freed += await freedBy(async () => {
        for (const path of paths) await rm(join(footage, path), { force: true })
        return sizeBytes
      })
    }
    for (const segment of await store.segmentsNamed([...swept]))
      tell({ kind: 'segment', segment: publicSegment(segment) })
    log.info('the oldest video made room', { segments: [...swept], freedBytes: freed })
    return freed
  }

  /** Only as many of them as are needed. */
  const enoughOf = (segments: readonly Sweepable[], bytes: number): Sweepable[] => {
    let sum = 0
    return segments.filter(({ sizeBytes }) => {
      const isNeeded = sum < bytes
      sum += sizeBytes
      return isNeeded
    })
  }

  return {
    makeRoom: async (surplusBytes, shareBytes, signal) => {
      let freedBytes = 0
      for (const clear of [clearLeftovers, dropOldOnes, removeExpiredExports]) {
        if (freedBytes < surplusBytes) freedBytes += await freedBy(clear)
      }
      let last: Sweepable | null = null
      for (let rounds = 0; freedBytes < surplusBytes && !signal.aborted; ) {
        const oldest: Sweepable[] = await store.sweepable(shareBytes, AT_ONCE, last)
        const free = oldest.filter(({ id }) => isFree(id))
        const wanted = enoughOf(free, surplusBytes - freedBytes)
        // Behind those that were taken: it may be that one of them stays.
        last = wanted.at(-1) ?? oldest.at(-1) ?? null
        if (last === null) break
        if (wanted.length === 0) continue
        if (++rounds > MOST_ROUNDS) return { freedBytes, isMore: true }
        freedBytes += await sweep(wanted)
        await pause(options.pauseMs ?? PAUSE_MS, signal)
      }
      return { freedBytes, isMore: false }
    },
  }
}
