/** Takes a log in as one ride: judges its fixes, adds them up, and hands them on page by page to where they are kept. */
import type { Fix, Reading } from '../../core/ride/fix.js'
import { BEGINNING_FIXES, misdatedAmong } from './beginning.js'
import { createJudging, type RideMaker } from './judging.js'
import { PAGE_POINTS, type RideKeeper } from './keeper.js'

export interface RideImport {
  /** How sentences name the log. */
  readonly file: string
  readonly rideId: string
  /**
   * What was recorded, in the order of the log, `at.monoMs` being its own time in milliseconds since 1970; at its end it
   * tells what else is to be said of it.
   */
  readonly readings: (onEnd: (rest: LogRest) => void) => AsyncIterable<readonly Reading[]>
  readonly maker: RideMaker
  readonly keeper: RideKeeper
  readonly mostPoints?: number
  readonly signal: AbortSignal
}

/** What of a log is no reading. */
export interface LogRest {
  readonly name: string | null
  readonly undated: number
  readonly unplaced: number
  readonly nonsense: number
}

/** What was made of a log. */
export interface ImportedRide {
  readonly rideId: string
  readonly name: string | null
  readonly startedUtcMs: number
  readonly endedUtcMs: number
  /** Points of its track. */
  readonly taken: number
  /** Fixes that are kept, but are no part of the track: they cannot be true. */
  readonly leftOut: number
  readonly skipped: Skipped
}

/** What was not kept, by why. */
export interface Skipped {
  readonly withoutTime: number
  readonly withoutPosition: number
  /** Not later than the one before. */
  readonly outOfOrder: number
  /** At the beginning, under the date of another month. */
  readonly misdated: number
  /** Lines that are nothing a receiver says. */
  readonly nonsense: number
}

/** More than six days at 4 Hz; who recorded more of them recorded several rides. */
const MOST_POINTS = 2_000_000

/**
 * Resolves once the ride is kept. Needs the same memory for a log of any length.
 * @throws one sentence that names the log, or what its readings or the keeper threw; nothing of the ride is kept then
 */
export async function importRide(options: RideImport): Promise<ImportedRide> {
  const { file, rideId, readings, maker, keeper, mostPoints = MOST_POINTS, signal } = options
  const judging = createJudging(maker)
  let beginning: Fix[] | null = []
  let misdated = 0
  let rest: LogRest = { name: null, undated: 0, unplaced: 0, nonsense: 0 }
  let sending = Promise.resolve()

  const begin = async (fixes: readonly Fix[]): Promise<void> => {
    beginning = null
    misdated = misdatedAmong(fixes)
    await keeper.begin(rideId)
    for (const fix of fixes.slice(misdated)) judging.take(fix)
  }

  const take = async (some: readonly Reading[]): Promise<void> => {
    for (const reading of some) {
      if (reading.kind === 'no-fix') continue
      if (beginning === null) judging.take(reading)
      else if (beginning.push(reading) === BEGINNING_FIXES) await begin(beginning)
    }
    if (judging.count() > mostPoints) {
      throw new Error(`${file} has over ${mostPoints.toLocaleString('en')} points: too many for one ride`)
    }
    while (judging.waiting.length >= PAGE_POINTS) await send()
  }

  /** The next page is read while this one is written. */
  const send = async (): Promise<void> => {
    await sending
    sending = keeper.points(rideId, judging.waiting.splice(0, PAGE_POINTS))
    // Whoever waits for it next is told.
    sending.catch(() => {})
  }

  try {
    for await (const some of readings((told) => (rest = told))) {
      signal.throwIfAborted()
      await take(some)
    }
    if (beginning !== null) await begin(beginning)
    while (judging.waiting.length > 0) await send()
    await sending
    signal.throwIfAborted()
    const { startedUtcMs, endedUtcMs, taken, leftOut, outOfOrder } = judging.judged()
    const totals = maker.totals()
    if (startedUtcMs === null || endedUtcMs === null || totals === null) {
      throw new Error(`${file} has no position that has a time`)
    }
    const { name, undated, unplaced, nonsense } = rest
    await keeper.end(rideId, { name, startedUtcMs, endedUtcMs, totals, preview: maker.preview() })
    const skipped = { withoutTime: undated, withoutPosition: unplaced, outOfOrder, misdated, nonsense }
    return { rideId, name, startedUtcMs, endedUtcMs, taken, leftOut, skipped }
  } catch (error) {
    // Why it failed is told already; and what cannot be abandoned now is swept later, like what a power cut leaves.
    await sending.catch(() => {})
    await keeper.abandon(rideId).catch(() => {})
    throw error
  }
}
