/** Hands the fixes of a log to what makes a ride of them, and counts what became of each. */
import type { Fix } from '../../core/ride/fix.js'
import type { LeftOut, RideTotals } from '../../core/ride/ride.js'
import type { JudgedFix } from '../../core/store/track.js'

/** What makes a ride of fixes. */
export interface RideMaker {
  /** The fix as it was judged; and with it those before it that are judged anew. */
  readonly take: (fix: Fix) => readonly { readonly fix: Fix; readonly leftOut: LeftOut | null }[]
  /** Null before the first fix. */
  readonly totals: () => RideTotals | null
  readonly preview: () => string
}

export interface Judging {
  /** A fix that is not later than the one before is counted, and no more. */
  readonly take: (fix: Fix) => void
  /** What was judged, oldest first; whoever keeps it takes it out. */
  readonly waiting: JudgedFix[]
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

export function createJudging(maker: RideMaker): Judging {
  const waiting: JudgedFix[] = []
  let lastUtcMs = Number.NEGATIVE_INFINITY
  let startedUtcMs: number | null = null
  let endedUtcMs: number | null = null
  let taken = 0
  let leftOut = 0
  let outOfOrder = 0

  return {
    waiting,
    take: (fix) => {
      if (fix.at.monoMs <= lastUtcMs) {
        outOfOrder += 1
        return
      }
      lastUtcMs = fix.at.monoMs
      for (const judged of maker.take(fix)) {
        const utcMs = judged.fix.at.monoMs
        if (judged.fix !== fix) leftOut -= 1
        if (judged.leftOut === null) {
          taken += 1
          startedUtcMs ??= utcMs
          endedUtcMs = utcMs
        } else leftOut += 1
        waiting.push({ fix: judged.fix, utcMs, leftOut: judged.leftOut })
      }
    },
    count: () => taken + leftOut,
    judged: () => ({ startedUtcMs, endedUtcMs, taken, leftOut, outOfOrder }),
  }
}
