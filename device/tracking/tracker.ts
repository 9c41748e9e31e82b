/** Decides which fixes are a ride: where it begins and ends, and which points belong to it. */
import type { Fix } from '../../core/ride/fix.js'
import { distanceM, type LatLon } from '../../core/ride/geo.js'
import type { LeftOut, RideTotals } from '../../core/ride/ride.js'
import { type AddingUp, createAddingUp, nothingSince, upToTheLastMovement } from './adding-up.js'
import { createMovement } from './movement.js'
import { createJudge, type Whereabouts } from './plausibility.js'

/** power: with the device; motion: with movement; manual: when the rider says so, who alone ends it then. */
export type RideBegins = 'power' | 'motion' | 'manual'

export interface TrackerOptions {
  /** A ride ends after standing for so long. */
  readonly splitAfterMs: number
  readonly newRideId: () => string
  readonly begin: RideBegins
  readonly resumed: RideSoFar | null
  /** The boot has had a ride before this tracker: the next one begins as any later one does. */
  readonly hadRide?: boolean
}

/** A ride that goes on: after a restart of the device it is the same ride. */
export interface RideSoFar {
  readonly id: string
  readonly beganMonoMs: number
  /** Null before it had one. */
  readonly firstFixMonoMs: number | null
  readonly totals: RideTotals
  /** Of the last fix that the totals have counted. */
  readonly lastPosition: LatLon | null
}

/** What is known of a ride from before the device lost its power. */
export interface EarlierPart {
  readonly id: string
  readonly totals: RideTotals
  /** From its last fix to the first fix of the ride in progress. */
  readonly sinceLastFixMs: number
}

export type TrackerEvent =
  | { readonly kind: 'begun'; readonly rideId: string; readonly atMonoMs: number; readonly isFirst: boolean }
  | { readonly kind: 'fix'; readonly rideId: string; readonly fix: Fix; readonly leftOut: LeftOut | null }
  /** The ride in progress turned out to be part of an earlier one, whose name it has from now on. */
  | { readonly kind: 'joined'; readonly rideId: string; readonly part: string; readonly totals: RideTotals }
  | { readonly kind: 'ended'; readonly rideId: string; readonly totals: RideTotals }

export interface Tracker {
  /** Takes the next fix, or the completed form of the last one: the same moment again. */
  readonly take: (fix: Fix) => TrackerEvent[]
  /** Ends the ride where it has been seen to stand for long enough. Without fixes nothing is seen. */
  readonly pass: (nowMonoMs: number) => TrackerEvent[]
  /** Begins a ride if none is on: no fix is needed. */
  readonly begin: (atMonoMs: number) => TrackerEvent[]
  /** Ends the ride; none begins by itself until one is begun. */
  readonly stop: (atMonoMs: number) => TrackerEvent[]
  /** Makes the ride in progress, which must have had a fix, the continuation of an earlier one. */
  readonly join: (earlier: EarlierPart) => TrackerEvent[]
  /** Nothing is known of the way to the next fix: it counts for nothing but the time. */
  readonly gap: () => void
  readonly ride: () => RideSoFar | null
  /** Whether a ride is on and stands. */
  readonly isPaused: () => boolean
}

/** Away from where it rested by this much, a bicycle has been moved: receivers wander less than that at standstill. */
const MOVED_M = 25
/** A fix as recent as this tells where the bicycle is. */
const FIX_HOLDS_MS = 5_000

/**
 * A ride ends after standing for `splitAfterMs`, and at the first fix after as long without any; the next one begins with
 * movement. While nothing is known it goes on: no fix is no standstill. A manual one has no end but stop().
 */
export function createTracker(options: TrackerOptions): Tracker {
  const { splitAfterMs, newRideId, begin: begins, resumed, hadRide = false } = options
  const resumedAt = whereaboutsOf(resumed)
  const judge = createJudge(resumedAt)
  const movement = createMovement(resumedAt)
  let ride: Riding | null =
    resumed === null ? null : { ...resumed, sums: createAddingUp(movement, resumed.totals, resumed.firstFixMonoMs) }
  let isFirst = resumed === null && !hadRide
  let waits = isFirst ? waitsAtFirst(begins) : waitsAfterwards(begins)
  let restedAt: LatLon | null = null
  let last: Fix | null = null

  const begin = (atMonoMs: number): TrackerEvent[] => {
    if (ride !== null) return []
    const id = newRideId()
    const sums = createAddingUp(movement, nothingSince(atMonoMs), null)
    ride = { id, beganMonoMs: atMonoMs, lastPosition: null, sums }
    const begun: TrackerEvent = { kind: 'begun', rideId: id, atMonoMs, isFirst }
    isFirst = false
    waits = waitsAfterwards(begins)
    return [begun]
  }

  const end = (): TrackerEvent[] => {
    if (ride === null) return []
    const { id, lastPosition, sums } = ride
    restedAt = movement.restsAt() ?? lastPosition
    ride = null
    return [{ kind: 'ended', rideId: id, totals: upToTheLastMovement(sums.totals()) }]
  }

  const hasStood = (nowMonoMs: number): boolean => {
    if (ride === null || begins === 'manual' || ride.sums.firstFixMonoMs() === null) return false
    return nowMonoMs - ride.sums.totals().lastMovedMonoMs >= splitAfterMs
  }

  const wasLost = (fix: Fix): boolean => {
    if (ride === null || begins === 'manual' || ride.sums.firstFixMonoMs() === null) return false
    return fix.at.monoMs - ride.sums.totals().lastFixMonoMs >= splitAfterMs
  }

  const hasBegun = (fix: Fix): boolean => {
    if (waits !== 'for-movement') return waits === 'for-a-fix'
    restedAt = movement.restsAt() ?? restedAt ?? fix
    return !movement.isStanding() && distanceM(restedAt, fix) > MOVED_M
  }

  const follow = (fix: Fix, events: TrackerEvent[]): void => {
    if (wasLost(fix)) events.push(...end())
    movement.take(fix)
    if (ride === null && hasBegun(fix)) events.push(...begin(fix.at.monoMs))
    if (ride === null) return
    ride.sums.take(fix)
    ride.lastPosition = { latDeg: fix.latDeg, lonDeg: fix.lonDeg }
    events.push({ kind: 'fix', rideId: ride.id, fix, leftOut: null })
    if (hasStood(fix.at.monoMs)) events.push(...end())
  }

  const complete = (fix: Fix): TrackerEvent[] => {
    judge.complete(fix)
    movement.complete(fix)
    ride?.sums.complete(fix)
    return ride === null ? [] : [{ kind: 'fix', rideId: ride.id, fix, leftOut: null }]
  }

  const skipWay = (): void => {
    movement.skipWay()
    ride?.sums.skipWay()
  }

  return {
    begin,
    stop: () => {
      waits = 'for-the-rider'
      return end()
    },
    join: ({ id, totals, sinceLastFixMs }) => {
      if (ride === null || ride.sums.firstFixMonoMs() === null) return []
      const part = ride.id
      ride.sums.join(totals, sinceLastFixMs)
      ride = { ...ride, id }
      return [{ kind: 'joined', rideId: id, part, totals: ride.sums.totals() }]
    },
    gap: skipWay,
    ride: () => {
      if (ride === null) return null
      const { id, beganMonoMs, lastPosition, sums } = ride
      return { id, beganMonoMs, lastPosition, firstFixMonoMs: sums.firstFixMonoMs(), totals: sums.totals() }
    },
    isPaused: () => ride !== null && movement.isStanding(),
    pass: (nowMonoMs) => {
      const isKnown = last !== null && nowMonoMs - last.at.monoMs < FIX_HOLDS_MS
      return isKnown && hasStood(nowMonoMs) ? end() : []
    },
    take: (fix) => {
      if (last !== null && isSameMoment(fix, last)) return complete(fix)
      const verdict = judge.judge(fix)
      if (verdict.kind === 'left-out') {
        return ride === null ? [] : [{ kind: 'fix', rideId: ride.id, fix, leftOut: verdict.because }]
      }
      last = fix
      if (verdict.isElsewhere) skipWay()
      const events: TrackerEvent[] = []
      for (const kept of verdict.fixes) follow(kept, events)
      return events
    },
  }
}

interface Riding extends Pick<RideSoFar, 'id' | 'beganMonoMs'> {
  lastPosition: LatLon | null
  readonly sums: AddingUp
}

/** What begins the next ride, where it is not begun from outside. */
type Waits = 'for-a-fix' | 'for-movement' | 'for-the-rider'

function waitsAtFirst(begins: RideBegins): Waits {
  switch (begins) {
    case 'power':
      return 'for-a-fix'
    case 'motion':
      return 'for-movement'
    case 'manual':
      return 'for-the-rider'
  }
}

const waitsAfterwards = (begins: RideBegins): Waits => (begins === 'manual' ? 'for-the-rider' : 'for-movement')

function whereaboutsOf(ride: RideSoFar | null): Whereabouts | null {
  const position = ride?.lastPosition ?? null
  return ride === null || position === null ? null : { ...position, monoMs: ride.totals.lastFixMonoMs }
}

const isSameMoment = (fix: Fix, last: Fix): boolean =>
  fix.at.monoMs === last.at.monoMs && fix.receiverUtcMs === last.receiverUtcMs
