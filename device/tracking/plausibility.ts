/** Which fixes can be true: a wrong one is left out, and a new place is believed once several fixes in a row agree on it. */
import type { Fix } from '../../core/ride/fix.js'
import { distanceM, type LatLon } from '../../core/ride/geo.js'
import type { LeftOut } from '../../core/ride/ride.js'

/** Where the bicycle was last known to be. */
export interface Whereabouts extends LatLon {
  readonly monoMs: number
}

export type Verdict =
  | { readonly kind: 'left-out'; readonly because: LeftOut }
  /** The fixes that are part of the track now, in order: mostly this one alone. */
  | { readonly kind: 'kept'; readonly fixes: readonly Fix[]; readonly isElsewhere: boolean }

/** Faster than anything that carries a bicycle; the slack lets a receiver settle. */
const FASTEST_MPS = 70
const JUMP_SLACK_M = 100
/** As many as the clock asks of a receiver before it believes its time. */
const FIXES_TO_BELIEVE = 3

/** @param begun where a ride that is taken up again had got to */
export function createJudge(begun: Whereabouts | null): (fix: Fix) => Verdict {
  let last = begun
  let elsewhere: Fix[] = []

  return (fix) => {
    if (last !== null && fix.at.monoMs <= last.monoMs) return { kind: 'left-out', because: 'time-not-increasing' }
    if (last === null || isReachable(last, fix)) {
      elsewhere = []
      last = whereaboutsOf(fix)
      return { kind: 'kept', fixes: [fix], isElsewhere: false }
    }
    const before = elsewhere.at(-1)
    const agrees = before !== undefined && fix.at.monoMs > before.at.monoMs && isReachable(whereaboutsOf(before), fix)
    elsewhere = agrees ? [...elsewhere, fix] : [fix]
    if (elsewhere.length < FIXES_TO_BELIEVE) return { kind: 'left-out', because: 'implausible-jump' }
    const fixes = elsewhere
    elsewhere = []
    last = whereaboutsOf(fix)
    return { kind: 'kept', fixes, isElsewhere: true }
  }
}

const whereaboutsOf = ({ at, latDeg, lonDeg }: Fix): Whereabouts => ({ monoMs: at.monoMs, latDeg, lonDeg })

function isReachable(from: Whereabouts, fix: Fix): boolean {
  const sinceMs = fix.at.monoMs - from.monoMs
  return distanceM(from, fix) <= (FASTEST_MPS * sinceMs) / 1_000 + JUMP_SLACK_M
}
