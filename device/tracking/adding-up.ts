/** Adds up one ride: from each of its fixes, and from an earlier part of it. */
import type { Fix } from '../../core/ride/fix.js'
import { boundsOfBoth, widen } from '../../core/ride/geo.js'
import type { RideTotals } from '../../core/ride/ride.js'
import { createClimb } from './climb.js'
import type { Movement, Ridden } from './movement.js'
import { createTopSpeed } from './top-speed.js'

export interface AddingUp {
  /** Takes the next fix of the ride, which the movement has taken already. */
  readonly take: (fix: Fix) => void
  /** What the receiver told later of the last one. */
  readonly complete: (fix: Fix) => void
  /** Nothing is known of the way to the next fix. */
  readonly skipWay: () => void
  /** Goes on from where an earlier part had got to, that much time before the first fix of this one. */
  readonly join: (earlier: RideTotals, sinceLastFixMs: number) => void
  readonly totals: () => RideTotals
  /** When it had its first fix, null before that. */
  readonly firstFixMonoMs: () => number | null
}

/** Nothing yet, from a moment on. */
export function nothingSince(atMonoMs: number): RideTotals {
  return {
    lastFixMonoMs: atMonoMs,
    lastMovedMonoMs: atMonoMs,
    distanceM: 0,
    movingMs: 0,
    elapsedMs: 0,
    ascentM: null,
    maxSpeedMps: null,
    bounds: null,
  }
}

/**
 * @param before what the ride added up to already
 * @param begunWithFixMonoMs when it had its first fix; null if it had none yet
 */
export function createAddingUp(
  movement: Pick<Movement, 'ridden' | 'isStanding'>,
  before: RideTotals,
  begunWithFixMonoMs: number | null,
): AddingUp {
  const climb = createClimb()
  const topSpeed = createTopSpeed()
  const from: Ridden = movement.ridden()
  let base = before
  let { lastFixMonoMs, lastMovedMonoMs, elapsedMs, bounds } = before
  let firstFixMonoMs = begunWithFixMonoMs
  /** At the first fix: what was before it in this part. */
  let elapsedBeforeMs = firstFixMonoMs === null ? 0 : Math.max(0, elapsedMs - (lastFixMonoMs - firstFixMonoMs))

  const totals = (): RideTotals => {
    const { distanceM, movingMs } = movement.ridden()
    return {
      lastFixMonoMs,
      lastMovedMonoMs,
      distanceM: base.distanceM + distanceM - from.distanceM,
      movingMs: base.movingMs + movingMs - from.movingMs,
      elapsedMs,
      ascentM: sumOf(base.ascentM, climb.ascentM()),
      maxSpeedMps: mostOf(base.maxSpeedMps, topSpeed.mps()),
      bounds,
    }
  }

  return {
    totals,
    firstFixMonoMs: () => firstFixMonoMs,
    take: (fix) => {
      const { monoMs } = fix.at
      elapsedMs += Math.max(0, monoMs - lastFixMonoMs)
      if (firstFixMonoMs === null) {
        firstFixMonoMs = monoMs
        lastMovedMonoMs = monoMs
        elapsedBeforeMs = elapsedMs
      }
      lastFixMonoMs = monoMs
      const { movedMonoMs } = movement.ridden()
      if (movedMonoMs !== null && movedMonoMs > (from.movedMonoMs ?? Number.NEGATIVE_INFINITY)) {
        lastMovedMonoMs = Math.max(lastMovedMonoMs, movedMonoMs)
      }
      bounds = widen(bounds, fix)
      climb.take(fix)
      topSpeed.take(fix, movement.isStanding())
    },
    complete: (fix) => {
      climb.complete(fix)
      topSpeed.complete(fix)
    },
    skipWay: () => {
      climb.skipWay()
      topSpeed.skipWay()
    },
    join: (earlier, sinceLastFixMs) => {
      base = {
        ...base,
        distanceM: base.distanceM + earlier.distanceM,
        movingMs: base.movingMs + earlier.movingMs,
        ascentM: sumOf(base.ascentM, earlier.ascentM),
        maxSpeedMps: mostOf(base.maxSpeedMps, earlier.maxSpeedMps),
      }
      bounds = boundsOfBoth(bounds, earlier.bounds)
      elapsedMs += earlier.elapsedMs + sinceLastFixMs - elapsedBeforeMs
      elapsedBeforeMs = earlier.elapsedMs + sinceLastFixMs
    },
  }
}

/** Of a ride that is over: it took until it last got ahead, not until somebody noticed. */
export function upToTheLastMovement(totals: RideTotals): RideTotals {
  const standingMs = totals.lastFixMonoMs - totals.lastMovedMonoMs
  return { ...totals, elapsedMs: Math.max(0, totals.elapsedMs - standingMs) }
}

const sumOf = (a: number | null, b: number | null): number | null => (a === null || b === null ? (a ?? b) : a + b)

const mostOf = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? (a ?? b) : Math.max(a, b)
