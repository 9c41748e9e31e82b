/** Writes beside the footage what the catalogue holds, as it changes, so that the catalogue can be rebuilt from there. */
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createBell } from '../../../core/process/bell.js'
import { makeFolderDurably, UNFINISHED, writeDurably } from '../../../core/process/durable.js'
import type { Log } from '../../../core/process/log.js'
import { pause, type Service } from '../../../core/process/service.js'
import { ANCHOR_COLUMNS, type DueRecord, FIX_COLUMNS } from '../../../core/store/record-shapes.js'
import type { Store } from '../../../core/store/store.js'
import { createLineFiles, type LineSource } from './line-files.js'
import { type InRecords, RECORDS, recordPath } from './names.js'
import type { SegmentFiles } from './segment-files.js'

export interface RecordsOptions {
  /** Absolute path of the footage folder. */
  readonly footage: string
  /** Whose ride goes on; null where nothing is recorded now. */
  readonly bootNumber: number | null
  readonly store: Pick<
    Store,
    | 'anchorLines'
    | 'bootRecord'
    | 'fixLines'
    | 'incidentRecord'
    | 'recordsAreWritten'
    | 'rideInProgress'
    | 'rideRecord'
    | 'settingRecord'
    | 'takeDueRecords'
  >
  readonly segmentFiles: Pick<SegmentFiles, 'follow'>
  /** Puts into the catalogue what waits for the next commit. */
  readonly commit: () => Promise<void>
  readonly log: Log
  readonly pace?: Pace
}

export interface Pace {
  readonly firstAfterMs: number
  readonly everyMs: number
  /** Between two records: the card has time for the recorders. */
  readonly betweenMs: number
  /** The rest waits for the next time: a card full of video that makes room has thousands. */
  readonly most: number
}

export interface Records {
  /** Nothing is written before: what lies there may be all that is left of a lost catalogue. */
  readonly catalogueIsWhole: () => void
  /** Something is due that should not wait. */
  readonly look: () => void
  /** Writes all that is due, as far as it comes until the signal aborts; trouble is told once. */
  readonly writeDue: (signal: AbortSignal) => Promise<void>
  readonly service: Service
}

/**
 * The records matter once a card has lost its catalogue, and what is newer than they are only where the power went away with it:
 * two accidents at once. Half a minute of track is what that may cost; more often would be a flush more for each. A record takes
 * some 4 ms of the processor: one a second is under half a percent of it.
 */
const PACE: Pace = { firstAfterMs: 5_000, everyMs: 30_000, betweenMs: 50, most: 30 }
const AT_ONCE = 200
/** A card that fails everywhere is no matter of single files. */
const MOST_FAILURES = 20
/** The tracker judges the last few fixes anew; an anchor may lie up to a minute before the moment it is found. */
const FIXES_AGAIN_MS = 10_000
const ANCHORS_AGAIN_MS = 600_000

export function createRecords(options: RecordsOptions): Records {
  const { footage, bootNumber, store, segmentFiles, log } = options
  const pace = options.pace ?? PACE
  const lines = createLineFiles(pace.betweenMs)
  const bell = createBell()
  let isWhole = false
  let isFailing = false
  let isTidy = false
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
  const followRide = async (signal: AbortSignal): Promise<void> => {
    const ride = bootNumber === null ? null : await store.rideInProgress(bootNumber)
    if (ride === null || lastFix === `${ride.id} ${ride.totals.lastFixMonoMs}`) return
    const source = fixesOf(ride.id)
    const record = await store.rideRecord(ride.id)
    if (source === null || record === null) return
    await lines.append(source, signal)
    await write('ride', ride.id, record)
    lastFix = `${ride.id} ${ride.totals.lastFixMonoMs}`
  }

  const writeAll = async (signal: AbortSignal): Promise<void> => {
    await makeFolderDurably(join(footage, RECORDS))
    if (!isTidy) await removeUnfinished(join(footage, RECORDS))
    isTidy = true
    await options.commit()
    const gone: DueRecord[] = []
    const troubles: { readonly record: DueRecord; readonly error: unknown }[] = []
    let after: DueRecord | null = null
    let left = pace.most
    do {
      const asked = Math.min(AT_ONCE, left)
      const page: DueRecord[] = await store.takeDueRecords(after, asked)
      const written: DueRecord[] = []
      for (const record of page) {
        if (signal.aborted) break
        try {
          const isThere = await bringUp(record, signal)
          ;(isThere ? written : gone).push(record)
        } catch (error) {
          if (!signal.aborted) troubles.push({ record, error })
        }
        if (page.length > 1) await pause(pace.betweenMs, signal)
      }
      if (written.length > 0) await store.recordsAreWritten(written)
      left -= page.length
      after = page.length < asked ? null : (page.at(-1) ?? null)
    } while (after !== null && left > 0 && !signal.aborted && troubles.length < MOST_FAILURES)
    const [first] = troubles
    if (first !== undefined) throw new Error(`${first.record.kind} ${first.record.id}`, { cause: first.error })
    if (signal.aborted) return
    await followRide(signal)
    // Only now: what a ride was joined to has been written with all of it.
    if (after !== null) return
    for (const record of gone) await remove(record)
    if (gone.length > 0) await store.recordsAreWritten(gone)
  }

  const writeDue = async (signal: AbortSignal): Promise<void> => {
    if (!isWhole) return
    try {
      await writeAll(signal)
      if (isFailing) log.info('records of the catalogue are written again')
      isFailing = false
    } catch (error) {
      if (signal.aborted) return
      if (!isFailing) log.error('records of the catalogue cannot be written, tried again', { error })
      isFailing = true
    }
  }

  return {
    catalogueIsWhole: () => {
      isWhole = true
    },
    look: bell.ring,
    writeDue,
    service: {
      name: 'records',
      run: async (signal) => {
        await bell.rung(pace.firstAfterMs, signal)
        while (!signal.aborted) {
          await writeDue(signal)
          await bell.rung(pace.everyMs, signal)
        }
      },
    },
  }
}

/** What a power cut left of a writing. */
async function removeUnfinished(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.endsWith(UNFINISHED)) await rm(join(folder, name), { force: true })
  }
}
