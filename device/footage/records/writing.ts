/** Writes beside the footage what the catalogue holds, as it changes, so that the catalogue can be rebuilt from there. */
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createBell } from '../../../core/process/bell.js'
import { makeFolderDurably, UNFINISHED } from '../../../core/process/durable.js'
import type { Log } from '../../../core/process/log.js'
import { pause, type Service } from '../../../core/process/service.js'
import type { DueRecord } from '../../../core/store/record-shapes.js'
import type { Store } from '../../../core/store/store.js'
import { type BringingUpOptions, createBringingUp } from './bringing-up.js'
import { RECORDS } from './names.js'

export interface RecordsOptions extends BringingUpOptions {
  /** Whose ride goes on; null where nothing is recorded now. */
  readonly bootNumber: number | null
  readonly store: BringingUpOptions['store'] & Pick<Store, 'recordsAreWritten' | 'takeDueRecords'>
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
  /** Writes what is due at its pace, as far as it comes until the signal aborts; trouble is told once. */
  readonly writeDue: (signal: AbortSignal) => Promise<void>
  /** The same at the end, when nobody records any more: all of it, as fast as it goes. */
  readonly writeLast: (signal: AbortSignal) => Promise<void>
  readonly service: Service
}

/**
 * The records matter once a card has lost its catalogue, and what is newer than they are only where the power went away with it:
 * two accidents at once. Half a minute of track is what that may cost; more often would be a flush more for each. A record takes
 * some 4 ms of the processor: one a second is under half a percent of it.
 */
const PACE: Pace = { firstAfterMs: 5_000, everyMs: 30_000, betweenMs: 50, most: 30 }
const IN_HASTE: Pick<Pace, 'betweenMs' | 'most'> = { betweenMs: 0, most: Number.POSITIVE_INFINITY }
const AT_ONCE = 200
/** A card that fails everywhere is no matter of single files. */
const MOST_FAILURES = 20

export function createRecords(options: RecordsOptions): Records {
  const { footage, bootNumber, store, log } = options
  const pace = options.pace ?? PACE
  const { bringUp, remove, followRide } = createBringingUp(options, pace.betweenMs)
  const bell = createBell()
  let isWhole = false
  let isFailing = false
  let isTidy = false

  const writeAll = async (signal: AbortSignal, { betweenMs, most }: typeof IN_HASTE): Promise<void> => {
    await makeFolderDurably(join(footage, RECORDS))
    if (!isTidy) await removeUnfinished(join(footage, RECORDS))
    isTidy = true
    await options.commit()
    const gone: DueRecord[] = []
    const troubles: { readonly of: string; readonly error: unknown }[] = []
    const meet = (of: string, error: unknown): void => {
      if (!signal.aborted) troubles.push({ of, error })
    }
    // What is worth most comes first.
    if (bootNumber !== null)
      await followRide(bootNumber, signal).catch((error) => meet('of the ride that goes on', error))
    let after: DueRecord | null = null
    let left = most
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
          meet(`${record.kind} ${record.id}`, error)
        }
        if (page.length > 1 && betweenMs > 0) await pause(betweenMs, signal)
      }
      if (written.length > 0) await store.recordsAreWritten(written)
      left -= page.length
      after = page.length < asked ? null : (page.at(-1) ?? null)
    } while (after !== null && left > 0 && !signal.aborted && troubles.length < MOST_FAILURES)
    const [first] = troubles
    if (first !== undefined) throw new Error(first.of, { cause: first.error })
    if (signal.aborted) return
    // Only now: what a ride was joined to has been written with all of it.
    if (after !== null) return
    for (const record of gone) await remove(record)
    if (gone.length > 0) await store.recordsAreWritten(gone)
  }

  const write = async (signal: AbortSignal, at: typeof IN_HASTE): Promise<void> => {
    if (!isWhole) return
    try {
      await writeAll(signal, at)
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
    writeDue: (signal) => write(signal, pace),
    writeLast: (signal) => write(signal, IN_HASTE),
    service: {
      name: 'records',
      run: async (signal) => {
        await bell.rung(pace.firstAfterMs, signal)
        while (!signal.aborted) {
          await write(signal, pace)
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
