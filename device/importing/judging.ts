/** Hands the fixes of a log to what makes a ride of them, and counts what became of each. */
import type { Fix } from '../../core/ride/fix.js'
import type { LeftOut, RideTotals } from '../../core/ride/ride.js'

/** What makes a ride of fixes. */
export interface RideMaker {
  /** The fix as it was judged; and with it those of the few before it that are judged anew. */
  readonly take: (fix: Fix) => readonly { readonly fix: Fix; readonly leftOut: LeftOut | null }[]
  /** Nothing is known of the way to the next fix. */
  readonly gap: () => void
  /** To be asked once, at the end. */
  readonly end: () => RideMade
}

export interface RideMade {
  /** Null where it had no fix. */
  readonly totals: RideTotals | null
  /** Encoded polyline, 5 digits. */
  readonly preview: string
  /** IANA name; null where it is not known. */
  readonly timeZone: string | null
}

export interface JudgedPoint {
  /** Nothing is known of the way from one part to the next. */
  readonly part: number
  readonly fix: Fix
  leftOut: LeftOut | null
}

export interface Judging {
  /** A fix that is not later than the one before is counted, and no more. */
  readonly take: (fix: Fix, part: number) => void
  /** What was judged, oldest first; whoever keeps it takes it out, the last STILL_OPEN of them only at the end. */
  readonly waiting: JudgedPoint[]
  /** How many were judged. */
  readonly count: () => number
  readonly judged: () => Judged
}

export interface Judged {
  /** Of the first and the last point of the track; null where it has none. */
  readonly startedUtcMs: number | null
  readonly endedUtcMs: number | null
  /** Points of the track. */
  readonly taken: number
  /** Fixes that are none, because they cannot be true. */
  readonly leftOut: number
  readonly outOfOrder: number
}

/** No more than these are ever judged anew: a new place is believed after three fixes. */
export const STILL_OPEN = 16
/** As long as a ride of our own is carried on: from one part to the next after that, it may have gone by train. */
const WAY_UNKNOWN_MS = 20 * 60_000

export function createJudging(maker: Pick<RideMaker, 'take' | 'gap'>): Judging {
  const waiting: JudgedPoint[] = []
  let lastUtcMs = Number.NEGATIVE_INFINITY
  let lastPart = 0
  let startedUtcMs: number | null = null
  let endedUtcMs: number | null = null
  let taken = 0
  let leftOut = 0
  let outOfOrder = 0

  const keep = (fix: Fix): void => {
    taken += 1
    startedUtcMs ??= fix.at.monoMs
    endedUtcMs = fix.at.monoMs
  }

  const judgeAnew = (fix: Fix): void => {
    const open = waiting.findLast((point) => point.fix === fix)
    if (open === undefined || open.leftOut === null) return
    open.leftOut = null
    leftOut -= 1
    keep(fix)
  }

  return {
    waiting,
    take: (fix, part) => {
      if (fix.at.monoMs <= lastUtcMs) {
        outOfOrder += 1
        return
      }
      if (part !== lastPart && fix.at.monoMs - lastUtcMs > WAY_UNKNOWN_MS) maker.gap()
      lastUtcMs = fix.at.monoMs
      lastPart = part
      for (const judged of maker.take(fix)) {
        if (judged.fix !== fix) {
          judgeAnew(judged.fix)
          continue
        }
        waiting.push({ part, fix, leftOut: judged.leftOut })
        if (judged.leftOut === null) keep(fix)
        else leftOut += 1
      }
    },
    count: () => taken + leftOut,
    judged: () => ({ startedUtcMs, endedUtcMs, taken, leftOut, outOfOrder }),
  }
}
