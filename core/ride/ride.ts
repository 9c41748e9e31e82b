/** A ride as people see it, and a kept point of its track. */

import type { TimeSource } from './clock.js'
import type { PublicFix } from './fix.js'
import type { Bounds } from './geo.js'

export interface Ride {
  readonly id: string
  readonly name: string | null
  /** Of the first fix; null while no receiver was believed in that boot. */
  readonly startedUtcMs: number | null
  /** Of the last fix; null while the ride is in progress or its time is unknown. */
  readonly endedUtcMs: number | null
  readonly distanceM: number
  readonly movingMs: number
  readonly elapsedMs: number
  readonly ascentM: number | null
  /** Distance over moving time; null before anything moved. */
  readonly avgSpeedMps: number | null
  readonly maxSpeedMps: number | null
  readonly bounds: Bounds | null
  /** Encoded polyline, 5 digits; null until the ride has one. */
  readonly preview: string | null
  readonly cameras: readonly string[]
  /** How many segments and incidents it has. */
  readonly segments: number
  readonly incidents: number
  readonly kept: boolean
  readonly simulated: boolean
  readonly source: 'device' | 'import'
  /** IANA name; null until it is known. */
  readonly timeZone: string | null
  /** Who dated its start; null while that is unknown. */
  readonly timeSource: TimeSource | null
}

/** What a ride adds up to so far; moments are CLOCK_MONOTONIC of its boot. */
export interface RideTotals {
  readonly lastFixMonoMs: number
  /** When it last got ahead; its first fix, where it never did. */
  readonly lastMovedMonoMs: number
  readonly distanceM: number
  readonly movingMs: number
  /** From its beginning to its last fix, over power cuts and stops; of a ride that has ended to its last movement. */
  readonly elapsedMs: number
  /** Null where no altitude is known. */
  readonly ascentM: number | null
  /** Null before anything moved. */
  readonly maxSpeedMps: number | null
  readonly bounds: Bounds | null
}

/** A fix of a ride's track. */
export interface TrackPoint extends PublicFix {
  /**
   * Parts follow one another, each on a monotonic time of its own: the number of the boot. Those of an imported track are its
   * segments, counted up from IMPORTED_PARTS_FROM, and their monotonic time is UTC.
   */
  readonly part: number
  readonly monoMs: number
}

/**
 * Why a raw fix is no part of the track; it is kept all the same.
 * - time-not-increasing: it holds for no later moment than the fix before
 * - implausible-jump: nothing that carries a bicycle could have got there in the time
 * - speed-disagrees: further away than the receiver's own speed, measured by Doppler, explains
 * - implausible-acceleration: further away than the pace so far explains, where the receiver tells no speed
 * - hopeless-accuracy: the receiver itself says that it does not know where it is
 */
export type LeftOut =
  | 'time-not-increasing'
  | 'implausible-jump'
  | 'speed-disagrees'
  | 'implausible-acceleration'
  | 'hopeless-accuracy'

/** Fixes further apart than this do not belong to one stretch. */
export const STRETCH_GAP_MS = 5_000

/** Below every boot number. */
export const IMPORTED_PARTS_FROM = -1_000_000

/**
 * Whether nothing is known of the way from one point to the next: fixes stopped for over 5 s, or the power was cut. Somebody
 * else's track may have a point a minute: it has its gaps where it says so.
 */
export const isGap = (from: Placed, to: Placed): boolean =>
  from.part !== to.part || (to.part >= 0 && to.monoMs - from.monoMs > STRETCH_GAP_MS)

type Placed = Pick<TrackPoint, 'part' | 'monoMs'>

/** The points in stretches: a stretch ends where fixes stop for over 5 s, or where somebody says otherwise. */
export function stretchesOf<Point extends Placed>(
  points: Iterable<Point>,
  isApart: (from: Point, to: Point) => boolean = isGap,
): Point[][] {
  const stretches: Point[][] = []
  let current: Point[] = []
  for (const point of points) {
    const last = current.at(-1)
    if (last !== undefined && isApart(last, point)) {
      stretches.push(current)
      current = []
    }
    current.push(point)
  }
  if (current.length > 0) stretches.push(current)
  return stretches
}
