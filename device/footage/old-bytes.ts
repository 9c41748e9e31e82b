/** Keeps the bytes a segment had before it was tagged for as long as a player may still read them. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { SegmentOnCard } from '../../core/store/footage.js'
import type { Store } from '../../core/store/store.js'
import { isThere } from './set-aside.js'

export interface OldBytes {
  /** A segment was replaced now. */
  readonly replaced: (id: string) => void
  /** Takes up what an earlier run left. Players outlive a restart of the device: the time begins anew. */
  readonly takeUp: () => Promise<void>
  /** Removes what has had its time. */
  readonly drop: () => Promise<void>
}

/** Of powered-on time. A playlist that names them is read again well within it. */
const STAY_MS = 10 * 60_000

export function keepOldBytes(
  footage: string,
  store: Pick<Store, 'forgetOldBytes' | 'segment' | 'segmentsWithOldBytes'>,
  nowMonoMs: () => number,
): OldBytes {
  const replacedAtMonoMs = new Map<string, number>()

  return {
    replaced: (id) => {
      replacedAtMonoMs.set(id, nowMonoMs())
    },
    takeUp: async () => {
      for (const { id } of await store.segmentsWithOldBytes()) {
        if (!replacedAtMonoMs.has(id)) replacedAtMonoMs.set(id, nowMonoMs())
      }
    },
    drop: async () => {
      for (const [id, atMonoMs] of replacedAtMonoMs) {
        // In the order they were replaced: the first that is too young ends it.
        if (nowMonoMs() - atMonoMs < STAY_MS) return
        const segment = await store.segment(id)
        if (segment !== null) await dropOldBytes(footage, store, segment)
        replacedAtMonoMs.delete(id)
      }
    },
  }
}

/** Removes the bytes a segment had before it was tagged, where there still are any. */
export async function dropOldBytes(
  footage: string,
  store: Pick<Store, 'forgetOldBytes'>,
  { id, file, fileAsRecorded }: SegmentOnCard,
): Promise<void> {
  if (fileAsRecorded === null) return
  // Whoever removed the tagged file left this as the only one: the next start goes back to it.
  if (!(await isThere(join(footage, file)))) return
  await rm(join(footage, fileAsRecorded), { force: true })
  await store.forgetOldBytes(id)
}
