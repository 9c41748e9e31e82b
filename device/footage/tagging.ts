/** Works off closed segments: described at once when their time is known, then tagged one by one behind the recorder. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { News } from '../../core/link/messages.js'
import { renameDurably, UNFINISHED } from '../../core/process/durable.js'
import type { Log } from '../../core/process/log.js'
import { pause, runTogether, type Service } from '../../core/process/service.js'
import type { Batch } from '../../core/store/batch.js'
import { publicSegment, type SegmentOnCard } from '../../core/store/footage.js'
import type { Store } from '../../core/store/store.js'
import { copyTagged } from './copy-pass.js'
import { type DatedSegment, describeSegment, isDescribed, pathOf, pointsOf, writeRecord } from './describing.js'

export interface TaggingOptions {
  readonly bootNumber: number
  readonly footage: string
  readonly simulated: boolean
  readonly store: Pick<
    Store,
    | 'dateSegment'
    | 'forgetOldBytes'
    | 'pointsBetween'
    | 'segment'
    | 'segmentsInState'
    | 'segmentsWithOldBytes'
    | 'tagSegment'
  >
  readonly batch: Batch
  readonly nowMonoMs: () => number
  /** Whether there is room for a second copy: the pass is left out while under an hour of recording fits. */
  readonly hasRoom: () => boolean
  readonly tell: (news: News) => void
  readonly log: Log
}

export interface Tagging {
  readonly service: Service
  /** Something changed: a segment closed, or the time became known. */
  readonly look: () => void
}

const LOOK_EVERY_MS = 250
const AT_ONCE = 100
/** A segment that cannot be tagged stays as recorded: the next start tries again. */
const MOST_ATTEMPTS = 3
/** The last fix of a segment comes up to a second after its end, and a little later on a slow receiver. */
const LAST_FIX_WITHIN_MS = 1_500
/** A player may still be reading the bytes from before: they stay this long. */
const OLD_BYTES_STAY_MS = 10 * 60_000

export function createTagging(options: TaggingOptions): Tagging {
  const { bootNumber, footage, simulated, store, batch, nowMonoMs, tell, log } = options
  const described = new Set<string>()
  const replacedAtMonoMs = new Map<string, number>()
  const attempts = new Map<string, number>()
  let isDue = true

  const waiting = async (): Promise<DatedSegment[]> =>
    (await store.segmentsInState('recorded', bootNumber, AT_ONCE)).filter(hasDate)

  const describing = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      await pause(LOOK_EVERY_MS, signal)
      if (!isDue) continue
      isDue = false
      for (const segment of await waiting()) {
        if (described.has(segment.id) || isGivenUp(segment)) continue
        if (mayStillGetFixes(segment)) isDue = true
        else await describeOne(segment)
      }
    }
  }

  const isGivenUp = ({ id }: DatedSegment): boolean => (attempts.get(id) ?? 0) >= MOST_ATTEMPTS

  const mayStillGetFixes = ({ bootNumber: boot, startMonoMs, durationMs }: DatedSegment): boolean =>
    boot === bootNumber && nowMonoMs() < startMonoMs + durationMs + LAST_FIX_WITHIN_MS

  const describeOne = async (segment: DatedSegment): Promise<void> => {
    if (!(await isDescribed(footage, segment))) {
      await batch.commit()
      await describeSegment(footage, segment, simulated, store)
    }
    described.add(segment.id)
  }

  const tagging = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      await pause(LOOK_EVERY_MS, signal)
      await dropOldBytes()
      if (described.size === 0 || !options.hasRoom()) continue
      for (const segment of await waiting()) {
        if (signal.aborted) return
        if (described.has(segment.id)) await tagOne(segment, signal)
      }
    }
  }

  const tagOne = async (segment: DatedSegment, signal: AbortSignal): Promise<void> => {
    const from = join(footage, segment.file)
    const file = `${pathOf(segment)}.mp4`
    const unfinished = join(footage, file + UNFINISHED)
    try {
      const sizeBytes = await copyTagged(from, unfinished, segment, await pointsOf(segment, store), signal)
      await renameDurably(unfinished, join(footage, file))
      await store.tagSegment({ id: segment.id, sizeBytes, file })
    } catch (error) {
      await rm(unfinished, { force: true })
      if (signal.aborted) return
      const attempt = (attempts.get(segment.id) ?? 0) + 1
      attempts.set(segment.id, attempt)
      if (isGivenUp(segment)) described.delete(segment.id)
      log.error('a segment could not be tagged', { segment: segment.id, attempt, error })
      return
    }
    described.delete(segment.id)
    replacedAtMonoMs.set(segment.id, nowMonoMs())
    const tagged = await store.segment(segment.id)
    if (tagged === null || !hasDate(tagged)) return
    await writeRecord(footage, tagged, simulated)
    tell({ kind: 'segment', segment: publicSegment(tagged) })
  }

  const dropOldBytes = async (): Promise<void> => {
    const dueBeforeMonoMs = nowMonoMs() - OLD_BYTES_STAY_MS
    for (const [id, atMonoMs] of replacedAtMonoMs) {
      if (atMonoMs > dueBeforeMonoMs) return
      const segment = await store.segment(id)
      if (segment !== null) await dropOne(segment)
      replacedAtMonoMs.delete(id)
    }
  }

  const dropOne = async ({ id, fileAsRecorded }: SegmentOnCard): Promise<void> => {
    if (fileAsRecorded === null) return
    await rm(join(footage, fileAsRecorded), { force: true })
    await store.forgetOldBytes(id)
  }

  return {
    look: () => {
      isDue = true
    },
    service: {
      name: 'tagging',
      run: async (signal) => {
        // Nobody plays what was replaced before this start.
        for (const segment of await store.segmentsWithOldBytes()) await dropOne(segment)
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
