/** Decides which fixes are a ride: where it begins and ends, which points belong to it, what it adds up to. */
import type { Fix } from '../../core/ride/fix.js'
import { distanceM, type LatLon, widen } from '../../core/ride/geo.js'
import { type LeftOut, type RideTotals, STRETCH_GAP_MS } from '../../core/ride/ride.js'
import { createJudge, type Whereabouts } from './plausibility.js'

/** A ride that goes on: after a restart of the device it is the same ride. */
export interface RideSoFar {
  readonly id: string
  readonly beganMonoMs: number
  readonly totals: RideTotals
  readonly lastPosition: LatLon | null
}

export type TrackerEvent =
  | { readonly kind: 'begun'; readonly rideId: string; readonly atMonoMs: number; readonly isFirst: boolean }
  | { readonly kind: 'fix'; readonly rideId: string; readonly fix: Fix; readonly leftOut: LeftOut | null }
  | { readonly kind: 'ended'; readonly rideId: string; readonly totals: RideTotals }

export interface Tracker {
  /** Takes the next fix, or the completed form of the last one: the same moment again. */
  readonly take: (fix: Fix) => TrackerEvent[]
  /** Ends the ride where nothing has moved for long enough, fixes or not. */
  readonly pass: (nowMonoMs: number) => TrackerEvent[]
  readonly ride: () => RideSoFar | null
}

/** Away from where it rested by this much, a bicycle has been moved: receivers wander less than that at standstill. */
const MOVED_M = 25
/** Distance is counted in steps of at least this: noise at standstill adds up to nothing, 10 Hz to no more than 1 Hz. */
const STEP_M = 4
/** Slower than a walk is standing. */
const MOVING_MPS = 0.5
/** Climbs shorter than this are noise of the altitude. */
const CLIMB_M = 3

/**
 * The first ride of a device begins with its first fix, each later one with the first movement; a ride ends after
 * `splitAfterMs` without movement or fix.
 */
export function createTracker(splitAfterMs: number, newRideId: () => string, resumed: RideSoFar | null): Tracker {
  let ride = resumed
  const judge = createJudge(whereaboutsOf(resumed))
  let isFirst = resumed === null
  let last: Fix | null = null
  let restsAt: LatLon | null = resumed?.lastPosition ?? null
  let countedAt: LatLon | null = resumed?.lastPosition ?? null
  let lowestM: number | null = null

  const begin = (fix: Fix): TrackerEvent => {
    const atMonoMs = fix.at.monoMs
    const totals: RideTotals = {
      lastFixMonoMs: atMonoMs,
      lastMovedMonoMs: atMonoMs,
      distanceM: 0,
      movingMs: 0,
      elapsedMs: 0,
      ascentM: null,
      maxSpeedMps: null,
      bounds: null,
    }
    const begun: TrackerEvent = { kind: 'begun', rideId: newRideId(), atMonoMs, isFirst }
    ride = { id: begun.rideId, beganMonoMs: atMonoMs, totals, lastPosition: null }
    isFirst = false
    countedAt = fix
    lowestM = fix.altitudeM
    return begun
  }

  const addUp = (soFar: RideSoFar, fix: Fix, hasMoved: boolean): RideSoFar => {
    const { totals } = soFar
    const stepM = countedAt === null ? 0 : distanceM(countedAt, fix)
    if (stepM >= STEP_M || countedAt === null) countedAt = fix
    const sinceLastMs = fix.at.monoMs - totals.lastFixMonoMs
    const isMoving = fix.speedMps === null ? stepM >= STEP_M : fix.speedMps >= MOVING_MPS
    return {
      ...soFar,
      lastPosition: { latDeg: fix.latDeg, lonDeg: fix.lonDeg },
      totals: {
        lastFixMonoMs: fix.at.monoMs,
        lastMovedMonoMs: hasMoved ? fix.at.monoMs : totals.lastMovedMonoMs,
        distanceM: totals.distanceM + (stepM >= STEP_M ? stepM : 0),
        movingMs: totals.movingMs + (isMoving && sinceLastMs <= STRETCH_GAP_MS ? sinceLastMs : 0),
        elapsedMs: totals.elapsedMs + sinceLastMs,
        ascentM: climb(totals.ascentM, fix.altitudeM),
        maxSpeedMps: fix.speedMps === null ? totals.maxSpeedMps : Math.max(totals.maxSpeedMps ?? 0, fix.speedMps),
        bounds: widen(totals.bounds, fix),
      },
    }
  }

  const climb = (ascentM: number | null, altitudeM: number | null): number | null => {
    if (altitudeM === null) return ascentM
    if (lowestM === null || altitudeM < lowestM) {
      lowestM = altitudeM
      return ascentM ?? 0
    }
    const climbedM = altitudeM - lowestM
    if (climbedM < CLIMB_M) return ascentM ?? 0
    lowestM = altitudeM
    return (ascentM ?? 0) + climbedM
  }

  const pass = (nowMonoMs: number): TrackerEvent[] => {
    if (ride === null || nowMonoMs - ride.totals.lastMovedMonoMs < splitAfterMs) return []
    const ended: TrackerEvent = { kind: 'ended', rideId: ride.id, totals: ride.totals }
    ride = null
    return [ended]
  }

  const follow = (fix: Fix): TrackerEvent[] => {
    const events: TrackerEvent[] = []
    const hasMoved = restsAt === null || distanceM(restsAt, fix) > MOVED_M
    if (hasMoved) restsAt = fix
    if (ride === null && (isFirst || hasMoved)) events.push(begin(fix))
    if (ride === null) return events
    ride = addUp(ride, fix, hasMoved)
    return [...events, { kind: 'fix', rideId: ride.id, fix, leftOut: null }]
  }

  return {
    ride: () => ride,
    pass,
    take: (fix) => {
      const events = pass(fix.at.monoMs)
      if (ride !== null && last !== null && isSameMoment(fix, last)) {
        return [...events, { kind: 'fix', rideId: ride.id, fix, leftOut: null }]
      }
      const verdict = judge(fix)
      if (verdict.kind === 'left-out') {
        return ride === null ? events : [...events, { kind: 'fix', rideId: ride.id, fix, leftOut: verdict.because }]
      }
      last = fix
      // Nothing is known of the way to a new place: it counts as no distance.
      if (verdict.isElsewhere) countedAt = null
      return [...events, ...verdict.fixes.flatMap(follow)]
    },
  }
}

function whereaboutsOf(ride: RideSoFar | null): Whereabouts | null {
  const position = ride?.lastPosition ?? null
  return ride === null || position === null ? null : { ...position, monoMs: ride.totals.lastFixMonoMs }
}

const isSameMoment = (fix: Fix, last: Fix): boolean =>
  fix.at.monoMs === last.at.monoMs && fix.receiverUtcMs === last.receiverUtcMs
