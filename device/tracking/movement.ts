/** Tells riding from standing, and counts how far and how long was ridden: noise at a standstill adds up to nothing. */
import type { Fix } from '../../core/ride/fix.js'
import { centreOf, distanceM, type LatLon, pointBetween } from '../../core/ride/geo.js'
import { STRETCH_GAP_MS } from '../../core/ride/ride.js'
import { standardErrorM, type Whereabouts } from './plausibility.js'
import { createRecent } from './recent.js'
import { CYCLING_MPS, dopplerOf, goesSomewhere, hasStopped, LONG_MS, type Speed, speedOf, WALKING_MPS } from './way.js'

export interface Movement {
  /** Takes the next kept fix. */
  readonly take: (fix: Fix) => void
  /** What the receiver told later of the last one. */
  readonly complete: (fix: Fix) => void
  /** Nothing is known of the way to the next fix: it counts as no distance. */
  readonly skipWay: () => void
  readonly isStanding: () => boolean
  /** Where it stands; null while it is ridden. */
  readonly restsAt: () => LatLon | null
  /** Since this was created, up to the last fix. */
  readonly ridden: () => Ridden
}

export interface Ridden {
  readonly distanceM: number
  readonly movingMs: number
  /** When it last got ahead; null where it never did. */
  readonly movedMonoMs: number | null
}

/** Distance is counted in steps of at least this: noise adds little, bends lose little. */
const STEP_M = 3
/** A place is the mean of the fixes that are this young and this near: of many at 10 Hz, of one at speed. */
const ONE_PLACE_MS = 3_000
const ONE_PLACE_M = 2.5
/** Receivers tell up to this at a standstill, mostly less than half of it. */
const STILL_MPS = 0.3
const BRISK_MPS = 1
/** This far from where it stood it is ridden: at cycling pace, at a brisk walk, at any other pace... */
const OFF_CYCLING_M = 8
const OFF_BRISK_M = 10
const OFF_SLOWLY_M = 15
/** ...where the receiver tells no speed, and where it tells that it stands... */
const OFF_UNSAID_M = 20
const OFF_STILL_M = 30
/** ...and still is a second later, or that far a fix later: one wild fix is no ride. */
const OFF_FOR_MS = 900
const FAR_OFF_M = 30
/** A way from a stop counts as it was taken, but for what is noise more likely than a detour. */
const MOST_DETOUR = 2
/** Where it stands is the mean over this long, which follows the wander of a receiver, but not somebody who walks. */
const SETTLES_IN_MS = 60_000
const WANDERS_MPS = 0.15
/** Without Doppler, this near to where it stands it has not set off. */
const AT_REST_M = 3
/** A gap that was crossed at this pace on its straight line was ridden; a slower one holds a stop. */
const CROSSED_MPS = 1

interface Standing {
  readonly kind: 'standing'
  readonly at: LatLon
  /** How many that is the mean of. */
  readonly fixes: number
  /** Since when it is away from there. */
  readonly offMonoMs: number | null
  /** The way it took from there, should it turn out to have been ridden: so far, and up to where. */
  readonly wayM: number
  readonly wayTo: LatLon
}

/** Counted up to `from`. */
type State = Standing | { readonly kind: 'riding'; readonly from: LatLon }

/** @param begun where a ride that is taken up again had got to; it stands there until it is seen to move */
export function createMovement(begun: Whereabouts | null): Movement {
  const recent = createRecent(LONG_MS)
  let last: Whereabouts | null = begun
  let nearby: Fix[] = []
  let state: State | null = begun === null ? null : standingAt(begun)
  let wasRiding = false
  /** Of the way that is not counted yet: as long as it seemed to move, and all the time that was seen. */
  let pendingMs = 0
  let seenMs = 0
  let counted: Ridden = { distanceM: 0, movingMs: 0, movedMonoMs: null }
  let told = counted

  const count = (wayM: number, monoMs: number): void => {
    // A receiver whose speed stays at 0 was ridden all the same.
    const tookMs = Math.min(pendingMs === 0 ? seenMs : pendingMs, longestFor(wayM))
    counted = {
      distanceM: counted.distanceM + wayM,
      movingMs: counted.movingMs + tookMs,
      movedMonoMs: monoMs,
    }
    pendingMs = 0
    seenMs = 0
  }

  const stand = (fix: Fix, place: LatLon, standing: Standing, sinceMs: number): State => {
    const { at } = standing
    const awayM = distanceM(at, fix)
    const isGap = sinceMs > STRETCH_GAP_MS
    if (awayM < offBy(fix, speedOf(recent, fix)) || !(isGap || goesSomewhere(recent, fix))) {
      const speedMps = dopplerOf(recent, fix)
      if (speedMps === null ? awayM < AT_REST_M : speedMps < WALKING_MPS) pendingMs = 0
      const isStill = speedMps === null || speedMps < STILL_MPS
      return {
        ...(isStill ? settled(standing, fix, awayM, sinceMs) : standing),
        ...wayOf(standing, place),
        offMonoMs: null,
      }
    }
    const offMonoMs = standing.offMonoMs ?? fix.at.monoMs
    const offMs = isGap ? sinceMs : fix.at.monoMs - offMonoMs
    if (offMs < OFF_FOR_MS && !(offMs > 0 && awayM > FAR_OFF_M))
      return { ...standing, ...wayOf(standing, place), offMonoMs }
    const straightM = distanceM(at, place)
    const wayM = standing.wayM + distanceM(standing.wayTo, place)
    count(Math.max(straightM, Math.min(wayM, straightM * MOST_DETOUR)), fix.at.monoMs)
    return { kind: 'riding', from: place }
  }

  const ride = (fix: Fix, place: LatLon, from: LatLon, isSampled: boolean): State => {
    const wayM = distanceM(from, place)
    const isStep = wayM >= STEP_M
    if (isStep) count(wayM, fix.at.monoMs)
    if (!isSampled || !hasStopped(recent, fix)) return { kind: 'riding', from: isStep ? place : from }
    if (!isStep) counted = { ...counted, distanceM: counted.distanceM + wayM }
    pendingMs = 0
    return standingAt(place)
  }

  const tell = (place: LatLon): void => {
    const wayM = state?.kind === 'riding' ? distanceM(state.from, place) : 0
    told = {
      distanceM: Math.max(told.distanceM, counted.distanceM + wayM),
      movingMs: Math.max(told.movingMs, counted.movingMs + Math.min(pendingMs, longestFor(wayM))),
      movedMonoMs: counted.movedMonoMs,
    }
  }

  return {
    isStanding: () => state?.kind !== 'riding',
    restsAt: () => (state?.kind === 'standing' ? state.at : null),
    ridden: () => told,
    take: (fix) => {
      const sinceMs = last === null ? 0 : fix.at.monoMs - last.monoMs
      const isGap = sinceMs > STRETCH_GAP_MS
      const isCrossed = isGap && last !== null && distanceM(last, fix) >= (CROSSED_MPS * sinceMs) / 1_000
      const isSampled = recent.take(fix)
      if (isGap ? isCrossed : (dopplerOf(recent, fix) ?? WALKING_MPS) >= WALKING_MPS) pendingMs += sinceMs
      if (!isGap || isCrossed) seenMs += sinceMs
      if (isGap && !isCrossed && state?.kind === 'riding') state = standingAt(state.from)
      nearby = [...nearby.filter((near) => isOnePlace(near, fix)), fix]
      last = { latDeg: fix.latDeg, lonDeg: fix.lonDeg, monoMs: fix.at.monoMs }
      const place = centreOf(nearby) ?? fix
      if (state === null) state = wasRiding ? { kind: 'riding', from: fix } : standingAt(fix)
      else if (state.kind === 'riding') state = ride(fix, place, state.from, isSampled)
      else state = stand(fix, place, state, sinceMs)
      tell(place)
    },
    complete: (fix) => recent.complete(fix),
    skipWay: () => {
      recent.forget()
      nearby = []
      last = null
      pendingMs = 0
      seenMs = 0
      counted = told
      wasRiding = state?.kind === 'riding'
      state = null
    },
  }
}

const standingAt = ({ latDeg, lonDeg }: LatLon): Standing => ({
  kind: 'standing',
  at: { latDeg, lonDeg },
  fixes: 1,
  offMonoMs: null,
  wayM: 0,
  wayTo: { latDeg, lonDeg },
})

/** How far from where it stands it must be to have set off, in metres: the standard error of its position at least. */
function offBy(fix: Fix, speed: Speed | null): number {
  if (speed !== null && speed.mps >= CYCLING_MPS) return OFF_CYCLING_M
  if (speed !== null && speed.mps >= BRISK_MPS) return OFF_BRISK_M
  const errorM = standardErrorM(fix) ?? 0
  if (speed === null || !speed.isByDoppler) return Math.max(OFF_UNSAID_M, errorM)
  return Math.max(speed.mps < STILL_MPS ? OFF_STILL_M : OFF_SLOWLY_M, errorM)
}

/** The way from where it stands to a place, in steps; none while it is there. */
function wayOf({ at, wayM, wayTo }: Standing, place: LatLon): Pick<Standing, 'wayM' | 'wayTo'> {
  if (distanceM(at, place) < STEP_M) return { wayM: 0, wayTo: at }
  const stepM = distanceM(wayTo, place)
  return stepM < STEP_M ? { wayM, wayTo } : { wayM: wayM + stepM, wayTo: place }
}

/** Where it stands, after one more fix there. */
function settled(standing: Standing, fix: Fix, awayM: number, sinceMs: number): Standing {
  const { at, fixes } = standing
  const isUnseen = sinceMs > STRETCH_GAP_MS && awayM > STEP_M
  if (isUnseen || awayM === 0) return standing
  const share = Math.min(1, Math.max(1 / (fixes + 1), sinceMs / SETTLES_IN_MS))
  const byM = Math.min(awayM * share, (WANDERS_MPS * sinceMs) / 1_000)
  return { ...standing, at: pointBetween(at, fix, byM / awayM), fixes: fixes + 1 }
}

const isOnePlace = (before: Fix, fix: Fix): boolean =>
  fix.at.monoMs - before.at.monoMs < ONE_PLACE_MS && distanceM(before, fix) < ONE_PLACE_M

/** Nobody rides slower than at a walk. */
const longestFor = (wayM: number): number => (wayM / WALKING_MPS) * 1_000
