/** Which fixes can be true: a wrong one is left out, and a new place is believed once several fixes in a row agree on it. */
import type { Fix } from '../../core/ride/fix.js'
import { distanceM, type LatLon, stepOf } from '../../core/ride/geo.js'
import { type LeftOut, STRETCH_GAP_MS } from '../../core/ride/ride.js'

/** Where the bicycle was last known to be. */
export interface Whereabouts extends LatLon {
  readonly monoMs: number
}

export type Verdict =
  | { readonly kind: 'left-out'; readonly because: LeftOut }
  /** The fixes that are part of the track now, in order: mostly this one alone. */
  | { readonly kind: 'kept'; readonly fixes: readonly Fix[]; readonly isElsewhere: boolean }

export interface Judge {
  readonly judge: (fix: Fix) => Verdict
  /** What the receiver told later of the last fix that was kept. */
  readonly complete: (fix: Fix) => void
}

/** Faster than anything that carries a bicycle; the slack lets a receiver settle. */
const FASTEST_MPS = 70
const JUMP_SLACK_M = 100
/** As many as the clock asks of a receiver before it believes its time. */
const FIXES_TO_BELIEVE = 3
/** Around 1 g, which not even tyres of cars hold; a bicycle gains 3 m/s2 at best. */
const MOST_ACCELERATION_MPS2 = 10
/** Positions a second apart may be off against each other by this much, and by their standard error where that is more. */
const NOISE_M = 25
/** 95 % of a circular normal distribution lie within 2.45 standard deviations (Rayleigh: sqrt(-2 ln 0.05)). */
const STANDARD_ERRORS_IN_95 = 2.45
/** In the customary table a dilution of precision over 20 is "poor" and to be discarded... */
const HOPELESS_HDOP = 20
/** ...but what says 50 or 99.99 says that it does not know, and often right beside a good position. */
const UNKNOWN_HDOP = 50
/** gpsd guesses an error of 19 m for each 1 of HDOP. */
const GUESSED_M = 19
/** The pace so far is taken over this long. */
const PACE_OVER_MS = 5_000
const LEAST_PACE_MS = 900

/** @param begun where a ride that is taken up again had got to */
export function createJudge(begun: Whereabouts | null): Judge {
  let last: Known | null = begun === null ? null : { ...begun, speedMps: null, paceMps: null, isHopeless: false }
  /** Of the last few seconds, to take the pace. */
  let recent: Whereabouts[] = []
  let elsewhere: Fix[] = []

  const keep = (fix: Fix): void => {
    const here = whereaboutsOf(fix)
    if (last !== null && here.monoMs - last.monoMs > STRETCH_GAP_MS) recent = []
    recent.push(here)
    while ((recent[0]?.monoMs ?? here.monoMs) < here.monoMs - PACE_OVER_MS) recent.shift()
    const { monoMs, latDeg, lonDeg } = here
    const paceMps = paceFrom(recent[0], here)
    last = { monoMs, latDeg, lonDeg, speedMps: fix.speedMps, paceMps, isHopeless: isHopeless(fix) }
  }

  return {
    judge: (fix) => {
      if (last !== null && fix.at.monoMs <= last.monoMs) return { kind: 'left-out', because: 'time-not-increasing' }
      const suspicion = suspicionOf(last, fix)
      if (suspicion === null) {
        elsewhere = []
        keep(fix)
        return { kind: 'kept', fixes: [fix], isElsewhere: false }
      }
      // The same moment again is the completed form of the one before.
      const before = elsewhere.at(-1)?.at.monoMs === fix.at.monoMs ? elsewhere.slice(0, -1) : elsewhere
      elsewhere = agrees(before, fix) ? [...before, fix] : [fix]
      if (elsewhere.length < FIXES_TO_BELIEVE) return { kind: 'left-out', because: suspicion }
      const fixes = elsewhere
      elsewhere = []
      recent = []
      for (const believed of fixes) keep(believed)
      return { kind: 'kept', fixes, isElsewhere: true }
    },
    complete: (fix) => {
      if (last?.monoMs === fix.at.monoMs) last = { ...last, speedMps: fix.speedMps ?? last.speedMps }
    },
  }
}

interface Known extends Whereabouts {
  readonly speedMps: number | null
  /** From its positions of the last seconds; null where they are too few. */
  readonly paceMps: number | null
  readonly isHopeless: boolean
}

function suspicionOf(last: Known | null, fix: Fix): LeftOut | null {
  // A receiver that never tells better was believed already: then it is as good as it gets.
  if (isHopeless(fix) && last?.isHopeless !== true) return 'hopeless-accuracy'
  if (last === null) return null
  if (!isReachable(last, fix)) return 'implausible-jump'
  if (isExplained(last, fix, last.paceMps)) return null
  return fix.speedMps === null && last.speedMps === null ? 'implausible-acceleration' : 'speed-disagrees'
}

/**
 * With two known ends a way of dt seconds is at most (v + a dt) dt + noise, v being the fastest that is known of it: by
 * Doppler at either end, or by the positions before, which a log that is played faster than life has nothing else to say
 * against. Over a gap too much can happen to tell.
 */
function isExplained(from: Known, fix: Fix, paceMps: number | null): boolean {
  const sinceS = (fix.at.monoMs - from.monoMs) / 1_000
  const known = [from.speedMps, fix.speedMps, paceMps].filter((speedMps) => speedMps !== null)
  if (known.length === 0 || sinceS * 1_000 > STRETCH_GAP_MS) return true
  const noiseM = Math.max(NOISE_M, standardErrorM(fix) ?? 0)
  return distanceM(from, fix) <= (Math.max(...known) + MOST_ACCELERATION_MPS2 * sinceS) * sinceS + noiseM
}

/** Whether a fix goes on where the ones of a new place before it left off: as their speed says, or steadily at a pace. */
function agrees(before: readonly Fix[], fix: Fix): boolean {
  const last = before.at(-1)
  if (last === undefined || fix.at.monoMs <= last.at.monoMs) return false
  const from = { ...whereaboutsOf(last), speedMps: last.speedMps, paceMps: null, isHopeless: false }
  if (!isReachable(from, fix)) return false
  return isExplained(from, fix, null) || isSteady(before.at(-2), last, fix)
}

/** The second way is much like the first: velocities that differ by less than the faster one. One way alone is steady. */
function isSteady(first: Fix | undefined, second: Fix, third: Fix): boolean {
  if (first === undefined) return true
  const before = stepOf(first, second)
  const after = stepOf(second, third)
  const beforeS = (second.at.monoMs - first.at.monoMs) / 1_000
  const afterS = (third.at.monoMs - second.at.monoMs) / 1_000
  const northMps = after.northM / afterS - before.northM / beforeS
  const eastMps = after.eastM / afterS - before.eastM / beforeS
  const fasterMps = Math.max(distanceM(first, second) / beforeS, distanceM(second, third) / afterS)
  return Math.hypot(northMps, eastMps) < fasterMps
}

function paceFrom(first: Whereabouts | undefined, here: Whereabouts): number | null {
  const sinceMs = first === undefined ? 0 : here.monoMs - first.monoMs
  return first === undefined || sinceMs < LEAST_PACE_MS ? null : (distanceM(first, here) / sinceMs) * 1_000
}

function isHopeless(fix: Fix): boolean {
  const { hdop } = fix.sky
  const isPoor = hdop !== null && hdop > HOPELESS_HDOP && hdop < UNKNOWN_HDOP
  return isPoor || (hdop === null && (accuracyOf(fix) ?? 0) > HOPELESS_HDOP * GUESSED_M)
}

/** Of its position, in metres; null where the receiver told none that means anything. */
export function standardErrorM(fix: Fix): number | null {
  const accuracyM = accuracyOf(fix)
  return accuracyM === null ? null : accuracyM / STANDARD_ERRORS_IN_95
}

/** Null where it was guessed from a dilution that says nothing. */
const accuracyOf = ({ accuracyM }: Fix): number | null =>
  accuracyM === null || accuracyM >= UNKNOWN_HDOP * GUESSED_M ? null : accuracyM

const whereaboutsOf = ({ at, latDeg, lonDeg }: Fix): Whereabouts => ({ monoMs: at.monoMs, latDeg, lonDeg })

function isReachable(from: Whereabouts, fix: Fix): boolean {
  const sinceMs = fix.at.monoMs - from.monoMs
  return distanceM(from, fix) <= (FASTEST_MPS * sinceMs) / 1_000 + JUMP_SLACK_M
}
