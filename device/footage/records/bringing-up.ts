/** Writes one record as the catalogue has it now, whatever its kind, and takes away what is gone from there. */
import { rm } from 'node:fs/promises'
import { writeDurably } from '../../../core/process/durable.js'
import { ANCHOR_COLUMNS, type DueRecord, FIX_COLUMNS } from '../../../core/store/record-shapes.js'
import type { Store } from '../../../core/store/store.js'
import { createLineFiles, type LineSource } from './line-files.js'
import { type InRecords, recordPath } from './names.js'
import type { SegmentFiles } from './segment-files.js'

export interface BringingUpOptions {
  /** Absolute path of the footage folder. */
  readonly footage: string
  readonly store: Pick<
    Store,
    'anchorLines' | 'bootRecord' | 'fixLines' | 'incidentRecord' | 'rideInProgress' | 'rideRecord' | 'settingRecord'
  >
  readonly segmentFiles: Pick<SegmentFiles, 'follow'>
}

/** The tracker judges the last few fixes anew; an anchor may lie up to a minute before the moment it is found. */
const FIXES_AGAIN_MS = 10_000
const ANCHORS_AGAIN_MS = 600_000

/** @param betweenMs between two pieces of a file that is written anew */
export function createBringingUp({ footage, store, segmentFiles }: BringingUpOptions, betweenMs: number) {
  const lines = createLineFiles(betweenMs)
  let lastFix = ''

  const write = async (kind: InRecords, id: string, record: object): Promise<void> => {
    const path = recordPath(footage, kind, id)
    if (path !== null) await writeDurably(path, `${JSON.stringify(record, null, 2)}\n`)
  }

  const fixesOf = (rideId: string): LineSource | null => {
    const path = recordPath(footage, 'fixes', rideId)
    const page: LineSource['page'] = (after) => store.fixLines(rideId, after)
    return path === null ? null : { path, head: { rideId, columns: FIX_COLUMNS }, page, againMs: FIXES_AGAIN_MS }
  }

  const anchorsOf = (number: number): LineSource | null => {
    const path = recordPath(footage, 'anchors', String(number))
    const page: LineSource['page'] = (after) => store.anchorLines(number, after)
    const head = { bootNumber: number, columns: ANCHOR_COLUMNS }
    return path === null ? null : { path, head, page, againMs: ANCHORS_AGAIN_MS }
  }

  /** Answers whether there is anything to write: what is gone from the catalogue goes from here, too, but last. */
  const bringUp = async ({ kind, id }: DueRecord, signal: AbortSignal): Promise<boolean> => {
    switch (kind) {
      case 'boot': {
        const record = await store.bootRecord(Number(id))
        if (record !== null) await write(kind, id, record)
        return true
      }
      case 'anchors': {
        const source = anchorsOf(Number(id))
        if (source !== null) await lines.append(source, signal)
        return true
      }
      case 'ride':
      case 'incident': {
        const record = await (kind === 'ride' ? store.rideRecord(id) : store.incidentRecord(id))
        if (record !== null) await write(kind, id, record)
        return record !== null
      }
      case 'fixes': {
        const source = fixesOf(id)
        const ride = await store.rideRecord(id)
        if (source === null || ride === null) return true
        await lines.rewrite(source, signal)
        if (ride.ended) lines.forget(source.path)
        return true
      }
      case 'setting': {
        const record = await store.settingRecord(id)
        if (record !== null) await write(kind, id, record)
        return true
      }
      case 'segment':
        await segmentFiles.follow(id)
        return true
    }
  }

  const remove = async ({ kind, id }: DueRecord): Promise<void> => {
    for (const one of kind === 'ride' ? (['ride', 'fixes'] as const) : (['incident'] as const)) {
      const path = recordPath(footage, one, id)
      if (path !== null) await rm(path, { force: true })
    }
  }

  /** What changes with every fix is due to nobody: the ride that goes on is looked at each time. */
  const followRide = async (bootNumber: number, signal: AbortSignal): Promise<void> => {
    const ride = await store.rideInProgress(bootNumber)
    if (ride === null || lastFix === `${ride.id} ${ride.totals.lastFixMonoMs}`) return
    const source = fixesOf(ride.id)
    const record = await store.rideRecord(ride.id)
    if (source === null || record === null) return
    await lines.append(source, signal)
    await write('ride', ride.id, record)
    lastFix = `${ride.id} ${ride.totals.lastFixMonoMs}`
  }

  return { bringUp, remove, followRide }
}
