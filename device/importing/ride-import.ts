/** Takes a log in as one ride: judges its fixes, adds them up, and hands them on to be kept. */
import type { Importing, Outcome } from '../../core/link/messages.js'
import type { Fix, Reading } from '../../core/ride/fix.js'
import type { SameRide } from '../../core/ride/imported.js'
import { BEGINNING_FIXES, gapAmong, misdatedAmong } from './beginning.js'
import { createJudging, type RideMaker, STILL_OPEN } from './judging.js'
import { createPages } from './pages.js'

export interface RideImport {
  /** How sentences name the log. */
  readonly file: string
  readonly rideId: string
  /** What the log calls it; null where it has no name. */
  readonly name: string | null
  /** Nobody has ridden it, it says. */
  readonly simulated: boolean
  /**
   * What was recorded, in the order of the log, `at.monoMs` being its own time in milliseconds since 1970; at its end it
   * tells what else there was.
   */
  readonly recorded: (onEnd: (rest: LogRest) => void) => AsyncIterable<Recorded>
  /** Whether the log says itself where nothing is known of the way; else that is where fixes stop. */
  readonly tellsParts: boolean
  readonly maker: RideMaker
  readonly keeping: Keeping
  readonly mostPoints?: number
  readonly signal: AbortSignal
}

export interface Recorded {
  readonly part: number
  readonly readings: readonly Reading[]
}

/** The catalogue, through the device that runs or under its lock. */
export interface Keeping {
  readonly ask: (wish: Importing) => Promise<Outcome | { readonly kind: 'away' }>
  /** The ride that is here already; null where there is none. */
  readonly sameRide: (ride: SameRide) => Promise<string | null>
}

/** What of a log is no reading. */
export interface LogRest {
  readonly undated: number
  readonly unplaced: number
  readonly nonsense: number
}

/** What was made of a log. */
export interface ImportedRide {
  readonly rideId: string
  /** It was here already: nothing was taken again. */
  readonly isKnown: boolean
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
 * @throws one sentence that names the log, or what its readings threw; nothing of the ride is kept then
 */
export async function importRide(options: RideImport): Promise<ImportedRide> {
  const {
    file,
    rideId,
    name,
    simulated,
    recorded,
    tellsParts,
    maker,
    keeping,
    mostPoints = MOST_POINTS,
    signal,
  } = options
  let isBegun = false
  let rest: LogRest = { undated: 0, unplaced: 0, nonsense: 0 }

  const keep = async (wish: Importing): Promise<void> => {
    const outcome = await keeping.ask(wish)
    if (outcome.kind === 'done') return
    // It has been cleared away there, and what is there now may be somebody else's.
    if (outcome.kind === 'unknown') isBegun = false
    throw new Error(`${file} was not taken in: ${outcome.kind === 'refused' ? outcome.reason : WHY[outcome.kind]}`)
  }
  const judging = createJudging(maker)
  const pages = createPages(rideId, keep)
  const start = createStart(judging.take, tellsParts)

  const goOn = (): void => {
    if (signal.aborted) throw new Error(`${file} was not taken in: it was stopped, and nothing of it is kept`)
  }

  const takeIn = async (): Promise<ImportedRide> => {
    for await (const { part, readings } of recorded((told) => (rest = told))) {
      goOn()
      for (const reading of readings) if (reading.kind === 'fix') start.take(reading, part)
      if (judging.count() > mostPoints) {
        throw new Error(`${file} has over ${mostPoints.toLocaleString('en')} points: too many for one ride`)
      }
      await pages.send(judging.waiting, STILL_OPEN)
    }
    start.end()
    const { startedUtcMs, endedUtcMs, taken, leftOut, outOfOrder } = judging.judged()
    const { totals, preview, timeZone } = maker.end()
    if (startedUtcMs === null || endedUtcMs === null || totals === null) {
      throw new Error(`${file} has no position that has a time`)
    }
    const skipped = {
      withoutTime: rest.undated,
      withoutPosition: rest.unplaced,
      outOfOrder,
      misdated: start.misdated(),
      nonsense: rest.nonsense,
    }
    const made = { name, startedUtcMs, endedUtcMs, taken, leftOut, skipped }
    const known = await keeping.sameRide({ simulated, startedUtcMs, endedUtcMs, taken, leftOut })
    if (known !== null) {
      await abandon()
      return { rideId: known, isKnown: true, ...made }
    }
    await pages.send(judging.waiting, 0)
    await pages.settled()
    goOn()
    await keep({
      kind: 'import-end',
      ride: { id: rideId, simulated, startedUtcMs, endedUtcMs, totals, preview, timeZone },
    })
    return { rideId, isKnown: false, ...made }
  }

  /** What cannot be removed now is removed when the device begins, like what a power cut leaves. */
  const abandon = async (): Promise<void> => {
    await pages.settled().catch(() => {})
    if (isBegun) await keeping.ask({ kind: 'import-abandon', rideId }).catch(() => {})
  }

  try {
    await keep({ kind: 'import-begin', ride: { id: rideId, name } })
    isBegun = true
    return await takeIn()
  } catch (error) {
    await abandon()
    throw error
  }
}

const WHY = { unknown: 'another import has taken its place', away: 'the device went away' } as const

/** Holds the first fixes back until they say how the rest is to be read. */
function createStart(take: (fix: Fix, part: number) => void, tellsParts: boolean) {
  let first: { readonly fix: Fix; readonly part: number }[] | null = []
  let misdated = 0
  let gapMs = 0
  let lastUtcMs: number | null = null
  let parts = 0

  const follow = (fix: Fix, part: number): void => {
    if (lastUtcMs !== null && fix.at.monoMs - lastUtcMs > gapMs) parts += 1
    lastUtcMs = fix.at.monoMs
    take(fix, tellsParts ? part : parts)
  }
  const end = (): void => {
    if (first === null) return
    const held = first
    first = null
    const fixes = held.map(({ fix }) => fix)
    misdated = misdatedAmong(fixes)
    gapMs = gapAmong(fixes.slice(misdated))
    for (const { fix, part } of held.slice(misdated)) follow(fix, part)
  }

  return {
    misdated: () => misdated,
    end,
    take: (fix: Fix, part: number): void => {
      if (first === null) follow(fix, part)
      else if (first.push({ fix, part }) === BEGINNING_FIXES) end()
    },
  }
}
