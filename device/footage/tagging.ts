/** Works off closed segments: described at once when their time is known, then tagged one by one behind the recorder. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { News } from '../../core/link/messages.js'
import { createBell } from '../../core/process/bell.js'
import { renameDurably, UNFINISHED } from '../../core/process/durable.js'
import type { Log } from '../../core/process/log.js'
import { runTogether, type Service } from '../../core/process/service.js'
import type { Batch } from '../../core/store/batch.js'
import { publicSegment, type SegmentOnCard } from '../../core/store/footage.js'
import type { Store } from '../../core/store/store.js'
import { codeOf } from '../../core/store/trouble.js'
import { copyTagged } from './copy-pass.js'
import { type DatedSegment, describeSegment, pathOf, pointsOf } from './describing.js'
import { keepOldBytes } from './old-bytes.js'
import type { SegmentFiles } from './records/segment-files.js'

export interface TaggingOptions {
  readonly bootNumber: number
  readonly footage: string
  readonly simulated: boolean
  /** There is a receiver: its time may still come, and is better than a phone's. */
  readonly hasReceiver: boolean
  readonly store: Pick<
    Store,
    | 'dateSegment'
    | 'forgetOldBytes'
    | 'pointsBetween'
    | 'segment'
    | 'segmentRecord'
    | 'segmentsWithOldBytes'
    | 'tagSegment'
    | 'undatedSegments'
    | 'untaggedSegments'
  >
  /** What lies beside each segment. */
  readonly segmentFiles: Pick<SegmentFiles, 'write'>
  readonly batch: Batch
  readonly nowMonoMs: () => number
  /** Whether files can be written: while they cannot nothing is tried in vain. */
  readonly isWritable: () => boolean
  /** Whether there is room for a second copy: the pass is left out while under an hour of recording fits. */
  readonly hasRoom: () => boolean
  readonly tell: (news: News) => void
  readonly log: Log
}

export interface Tagging {
  readonly service: Service
  /** Something changed: a segment closed, or the time became known. */
  readonly look: () => void
  /** Whether files of a segment are being written just now. */
  readonly isBusyWith: (id: string) => boolean
}

/** Where nobody says that there is something to do: old bytes may have had their time, and there may be room again. */
const LOOK_EVERY_MS = 5_000
/** While the last fix of a segment may still come. */
const LOOK_AGAIN_MS = 250
const AT_ONCE = 100
/** One that fails is tried again with the next that closes; after that it stays as recorded until the next start. */
const MOST_ATTEMPTS = 3
/** No fault of the segment's: what the card, or the catalogue on it, does not take now it takes later. */
const OF_THE_CARD = /^(ENOSPC|EDQUOT|EROFS|SQLITE_(FULL|BUSY|LOCKED|READONLY|IOERR|CANTOPEN))/
/** The last fix of a segment comes up to a second after its end, and a little later on a slow receiver. */
const LAST_FIX_WITHIN_MS = 1_500

export function createTagging(options: TaggingOptions): Tagging {
  const { bootNumber, footage, simulated, store, segmentFiles, batch, nowMonoMs, tell, log } = options
  const oldBytes = keepOldBytes(footage, store, nowMonoMs)
  const attempts = new Map<string, number>()
  const busy = new Set<string>()
  const toDescribe = createBell()
  const toTag = createBell()
  toDescribe.ring()
  toTag.ring()
  let isToldOfBursts = false
  let isToldOfCard = false

  const describing = async (signal: AbortSignal): Promise<void> => {
    let isWaitingForFixes = false
    while (!signal.aborted) {
      await toDescribe.rung(isWaitingForFixes ? LOOK_AGAIN_MS : LOOK_EVERY_MS, signal)
      isWaitingForFixes = false
      if (!options.isWritable()) continue
      for (const segment of (await store.undatedSegments(bootNumber, AT_ONCE, !options.hasReceiver)).filter(hasDate)) {
        if (mayStillGetFixes(segment)) isWaitingForFixes = true
        else await attempt(segment, 'described', () => describe(segment))
      }
    }
  }

  const mayStillGetFixes = ({ bootNumber: boot, startMonoMs, durationMs }: DatedSegment): boolean =>
    boot === bootNumber && nowMonoMs() < startMonoMs + durationMs + LAST_FIX_WITHIN_MS

  const describe = async (segment: DatedSegment): Promise<void> => {
    await batch.commit()
    await describeSegment(footage, segment, simulated, store, segmentFiles)
    toTag.ring()
  }

  const tagging = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      await toTag.rung(LOOK_EVERY_MS, signal)
      await oldBytes.drop()
      if (!options.hasRoom()) continue
      for (const segment of (await store.untaggedSegments(bootNumber, AT_ONCE)).filter(hasDate)) {
        if (!signal.aborted) await attempt(segment, 'tagged', () => tag(segment, signal), signal)
      }
    }
  }

  const tag = async (segment: DatedSegment, signal: AbortSignal): Promise<void> => {
    const file = `${pathOf(segment)}.mp4`
    const unfinished = join(footage, file + UNFINISHED)
    let picture: string | null = null
    try {
      const points = await pointsOf(segment, store)
      const copied = await copyTagged(join(footage, segment.file), unfinished, segment, points, signal)
      await renameDurably(unfinished, join(footage, file))
      await store.tagSegment({ id: segment.id, sizeBytes: copied.sizeBytes, file })
      picture = copied.picture
      if (!copied.isWrittenThrough && !isToldOfBursts) log.warn('the card takes tagged files in bursts', { footage })
      isToldOfBursts ||= !copied.isWrittenThrough
    } finally {
      await rm(unfinished, { force: true })
    }
    oldBytes.replaced(segment.id)
    const record = await store.segmentRecord(segment.id)
    if (record !== null) await segmentFiles.write(record, picture)
    const tagged = await store.segment(segment.id)
    if (tagged !== null) tell({ kind: 'segment', segment: publicSegment(tagged) })
  }

  /** One segment's trouble, a bad sector under its file, must not hold up the others. */
  const attempt = async (
    { id }: DatedSegment,
    done: 'described' | 'tagged',
    work: () => Promise<void>,
    signal?: AbortSignal,
  ): Promise<void> => {
    const before = attempts.get(id) ?? 0
    if (before >= MOST_ATTEMPTS) return
    busy.add(id)
    try {
      await work()
      attempts.delete(id)
      isToldOfCard = false
    } catch (error) {
      if (signal?.aborted === true) return
      if (OF_THE_CARD.test(codeOf(error) ?? '')) {
        if (!isToldOfCard) log.error(`a segment could not be ${done}, tried again`, { segment: id, error })
        isToldOfCard = true
        return
      }
      attempts.set(id, before + 1)
      log.error(`a segment could not be ${done}`, { segment: id, attempt: before + 1, error })
    } finally {
      busy.delete(id)
    }
  }

  return {
    look: () => {
      toDescribe.ring()
      toTag.ring()
    },
    isBusyWith: (id) => busy.has(id),
    service: {
      name: 'tagging',
      run: async (signal) => {
        await oldBytes.takeUp()
        await runTogether(
          [
            { name: 'describing', run: describing },
            { name: 'copy passes', run: tagging },
          ],
          signal,
        )
      },
    },
  }
}

const hasDate = (segment: SegmentOnCard): segment is DatedSegment => segment.startUtcMs !== null
