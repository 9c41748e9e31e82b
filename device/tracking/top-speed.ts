/** The highest speed of a ride: what lasted for seconds and what its positions bear out, not one spike of the receiver. */
import type { Fix } from '../../core/ride/fix.js'
import { distanceM } from '../../core/ride/geo.js'
import { createRecent, median, speedsOf } from './recent.js'

export interface TopSpeed {
  /** Takes the next kept fix. */
  readonly take: (fix: Fix, isStanding: boolean) => void
  /** What the receiver told later of the last one. */
  readonly complete: (fix: Fix) => void
  /** Nothing is known of the way to the next fix. */
  readonly skipWay: () => void
  /** Null before anything moved. */
  readonly mps: () => number | null
}

/** A speed counts by Doppler if it was the median of this many fixes, by positions if it was kept over this many. */
const FIXES_BY_DOPPLER = 3
const FIXES_BY_POSITION = 5
/** Positions are cut off at bends and noisy: they bear out a speed up to twice theirs and a walk more. */
const BORNE_OUT = { times: 2, plusMps: 1 } as const
const LONGEST_MS = 30_000
/** Fixes further apart say nothing of the speed between them. */
const GAP_MS = 15_000

export function createTopSpeed(): TopSpeed {
  const recent = createRecent(LONGEST_MS, GAP_MS)
  let topMps: number | null = null
  return {
    mps: () => topMps,
    take: (fix, isStanding) => {
      if (!recent.take(fix) || isStanding) return
      const speedMps = steadySpeed(recent.within(LONGEST_MS))
      if (speedMps !== null) topMps = Math.max(topMps ?? 0, speedMps)
    },
    complete: (fix) => recent.complete(fix),
    skipWay: () => recent.forget(),
  }
}

function steadySpeed(fixes: readonly Fix[]): number | null {
  // A fix that the receiver has yet to complete tells no speed.
  const newest = fixes.filter(({ speedMps }) => speedMps !== null).slice(-FIXES_BY_DOPPLER)
  if (newest.length > 0) {
    const speedMps = median(speedsOf(newest))
    if (newest.length < FIXES_BY_DOPPLER || speedMps === null) return null
    return speedMps <= pathSpeed(newest) * BORNE_OUT.times + BORNE_OUT.plusMps ? speedMps : null
  }
  const longer = fixes.slice(-FIXES_BY_POSITION)
  const [first, last] = [longer[0], longer.at(-1)]
  if (first === undefined || last === undefined || longer.length < FIXES_BY_POSITION) return null
  return distanceM(first, last) / secondsBetween(first, last)
}

/** Along the positions, in metres per second. */
function pathSpeed(fixes: readonly Fix[]): number {
  const [first, last] = [fixes[0], fixes.at(-1)]
  if (first === undefined || last === undefined) return 0
  const pathM = fixes.slice(1).reduce((sum, fix, index) => sum + distanceM(fixes[index] ?? fix, fix), 0)
  return pathM / secondsBetween(first, last)
}

const secondsBetween = (first: Fix, last: Fix): number => (last.at.monoMs - first.at.monoMs) / 1_000
