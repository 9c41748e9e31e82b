/** Tells riding from standing, and counts how far and how long was ridden: noise at a standstill adds up to nothing. */
import type { Fix } from '../../core/ride/fix.js'
import { centreOf, distanceM, type LatLon, pointBetween } from '../../core/ride/geo.js'
import { STRETCH_GAP_MS } from '../../core/ride/ride.js'
import type { Whereabouts } from './plausibility.js'
import { createRecent, median, type Recent, speedsOf } from './recent.js'

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
const STEP_M = 4
/** Of fixes that come faster than one a second, those of the last second and this near are one. */
const ONE_PLACE_MS = 1_000
/** Slower than a walk is standing: by Doppler, and what is counted as time of riding at least. */
const WALKING_MPS = 0.5
/** Receivers tell up to this at a standstill, mostly less than half of it. */
const STILL_MPS = 0.3
/** Nobody walks that fast by noise of the Doppler alone. */
const CYCLING_MPS = 1.5
/** This far from where it stood it is ridden: at cycling pace, at any other, and where the Doppler says that it stands. */
const OFF_CYCLING_M = 8
const OFF_WALKING_M = 15
const OFF_STILL_M = 30
/** ...and still is a second later: one wild fix is no ride. */
const OFF_FOR_MS = 900
/** 95 % of a circular normal distribution lie within 2.45 standard deviations. */
const STANDARD_ERRORS_IN_95 = 2.45
/** Where it stands is the mean over this long: it follows the wander of a receiver, but not somebody who walks. */
const SETTLES_IN_MS = 60_000
/** Without Doppler, this near to where it stands it has not set off. */
const AT_REST_M = 3
/** Standing by Doppler: this long, all within this of each other. */
const STOPPED_MS = 5_000
const STOPPED_WITHIN_M = 5
/** Standing by the positions alone: this long, all within this of their centre; 3 km/h are 8.3 m. */
const STAYED_MS = 20_000
const STAYED_WITHIN_M = 7
/** A gap that was crossed at this pace on its straight line was ridden; a slower one holds a stop. */
const CROSSED_MPS = 1
const SPEED_OVER_MS = 3_500

type State =
  | { readonly kind: 'standing'; readonly at: LatLon; readonly fixes: number; readonly offMonoMs: number | null }
  /** Counted up to `from`. */
  | { readonly kind: 'riding'; readonly from: LatLon }

/** @param begun where a ride that is taken up again had got to; it stands there until it is seen to move */
export function createMovement(begun: Whereabouts | null): Movement {
  const recent = createRecent(STAYED_MS)
  let last: Whereabouts | null = begun
  let nearby: Fix[] = []
  let state: State | null = begun === null ? null : standingAt(begun)
  /** Of the way that is not counted yet. */
  let pendingMs = 0
  let counted: Ridden = { distanceM: 0, movingMs: 0, movedMonoMs: null }
  let told = counted

  const count = (wayM: number, monoMs: number): void => {
    counted = {
      distanceM: counted.distanceM + wayM,
      movingMs: counted.movingMs + timeFor(wayM, pendingMs),
      movedMonoMs: monoMs,
    }
    pendingMs = 0
  }

  const stand = (fix: Fix, at: LatLon, fixes: number, offMonoMs: number | null, sinceMs: number): State => {
    const awayM = distanceM(at, fix)
    const speeds = speedsOf([...recent.within(SPEED_OVER_MS), fix])
    if (awayM < offBy(fix, speeds.length === 0 ? positionSpeed(recent) : median(speeds), speeds.length > 0)) {
      const isAtRest = fix.speedMps === null ? awayM < AT_REST_M : fix.speedMps < WALKING_MPS
      if (isAtRest) pendingMs = 0
      const settles = fix.speedMps === null || fix.speedMps < STILL_MPS
      if (!settles || (sinceMs > STRETCH_GAP_MS && awayM > STEP_M)) return { ...standingAt(at), fixes }
      const share = Math.min(1, Math.max(1 / (fixes + 1), sinceMs / SETTLES_IN_MS))
      return { ...standingAt(pointBetween(at, fix, share)), fixes: fixes + 1 }
    }
    const sinceOffMs = sinceMs > STRETCH_GAP_MS ? sinceMs : fix.at.monoMs - (offMonoMs ?? fix.at.monoMs)
    if (sinceOffMs < OFF_FOR_MS) return { kind: 'standing', at, fixes, offMonoMs: offMonoMs ?? fix.at.monoMs }
    count(awayM, fix.at.monoMs)
    return { kind: 'riding', from: fix }
  }

  const ride = (fix: Fix, from: LatLon, isSampled: boolean): State => {
    const place = centreOf(nearby) ?? fix
    const wayM = distanceM(from, place)
    if (wayM >= STEP_M) count(wayM, fix.at.monoMs)
    const to = wayM >= STEP_M ? place : from
    const rest = isSampled ? restOf(recent, fix) : null
    if (rest === null) return { kind: 'riding', from: to }
    counted = { ...counted, distanceM: counted.distanceM + distanceM(to, rest) }
    pendingMs = 0
    return standingAt(rest)
  }

  const tell = (): void => {
    const wayM = state?.kind === 'riding' ? distanceM(state.from, centreOf(nearby) ?? state.from) : 0
    told = {
      distanceM: Math.max(told.distanceM, counted.distanceM + wayM),
      movingMs: Math.max(told.movingMs, counted.movingMs + Math.min(pendingMs, timeAtMost(wayM))),
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
      if (isGap ? isCrossed : seemsToMove(fix)) pendingMs += sinceMs
      if (isGap && !isCrossed && state?.kind === 'riding') state = standingAt(state.from)
      const isSampled = recent.take(fix)
      nearby = [...nearby.filter((near) => isOnePlace(near, fix)), fix]
      last = { latDeg: fix.latDeg, lonDeg: fix.lonDeg, monoMs: fix.at.monoMs }
      if (state === null) state = standingAt(fix)
      else if (state.kind === 'riding') state = ride(fix, state.from, isSampled)
      else state = stand(fix, state.at, state.fixes, state.offMonoMs, sinceMs)
      tell()
    },
    complete: (fix) => recent.complete(fix),
    skipWay: () => {
      recent.forget()
      nearby = []
      last = null
      pendingMs = 0
      counted = told
      state = null
    },
  }
}

const standingAt = ({ latDeg, lonDeg }: LatLon): State & { kind: 'standing' } => ({
  kind: 'standing',
  at: { latDeg, lonDeg },
  fixes: 1,
  offMonoMs: null,
})

/** How far from where it stands it must be to have set off, in metres. */
function offBy({ accuracyM }: Fix, speedMps: number | null, isDoppler: boolean): number {
  if (speedMps !== null && speedMps >= CYCLING_MPS) return OFF_CYCLING_M
  const isStill = isDoppler && speedMps !== null && speedMps < STILL_MPS
  return Math.max(isStill ? OFF_STILL_M : OFF_WALKING_M, (accuracyM ?? 0) / STANDARD_ERRORS_IN_95)
}

/** The time of riding a way took: as long as it seemed to move, but nobody rides slower than at a walk. */
function timeFor(wayM: number, pendingMs: number): number {
  return pendingMs === 0 ? timeAtMost(wayM) : Math.min(pendingMs, timeAtMost(wayM))
}

const timeAtMost = (wayM: number): number => (wayM / WALKING_MPS) * 1_000

const seemsToMove = ({ speedMps }: Fix): boolean => speedMps === null || speedMps >= WALKING_MPS

const isOnePlace = (before: Fix, fix: Fix): boolean =>
  fix.at.monoMs - before.at.monoMs < ONE_PLACE_MS && distanceM(before, fix) < STEP_M

/** From the last few positions, where the receiver tells no speed; null where they are too few. */
function positionSpeed(recent: Recent): number | null {
  const fixes = recent.within(SPEED_OVER_MS)
  const [first, newest] = [fixes[0], fixes.at(-1)]
  if (first === undefined || newest === undefined || fixes.length < 4) return null
  return (distanceM(first, newest) / (newest.at.monoMs - first.at.monoMs)) * 1_000
}

/** Where it has come to a stand; null while it has not. */
function restOf(recent: Recent, fix: Fix): LatLon | null {
  const stopped = recent.within(STOPPED_MS)
  const speeds = speedsOf(stopped)
  const isStopped =
    covers(stopped, fix, STOPPED_MS - 1_000) &&
    speeds.length === stopped.length &&
    (median(speeds) ?? 0) < WALKING_MPS &&
    stopped.every((before) => distanceM(before, fix) < STOPPED_WITHIN_M)
  if (isStopped) return centreOf(stopped)
  const stayed = recent.within(STAYED_MS)
  if (!covers(stayed, fix, STAYED_MS - 1_000) || (median(speedsOf(stayed)) ?? 0) >= CYCLING_MPS) return null
  const centre = centreOf(stayed)
  const isStaying = centre !== null && stayed.every((before) => distanceM(centre, before) < STAYED_WITHIN_M)
  return isStaying ? centreOf(stopped) : null
}

const covers = (fixes: readonly Fix[], fix: Fix, ms: number): boolean => {
  const first = fixes[0]
  return first !== undefined && fix.at.monoMs - first.at.monoMs >= ms
}
