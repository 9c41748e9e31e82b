/** What a receiver says at one epoch: where the bicycle is, or that it does not know. */
import type { Moment } from './clock.js'

/** The sky as the receiver last told it; each figure null until it has been told, and again when it is over 30 s old. */
export interface Sky {
  readonly satellitesUsed: number | null
  readonly satellitesInView: number | null
  /** Horizontal dilution of precision, no unit; under 2 is good. */
  readonly hdop: number | null
  /** CLOCK_MONOTONIC when a count of satellites was last told, in milliseconds; null before that. */
  readonly toldMonoMs: number | null
}

/** Degrees are WGS 84; every figure but the position is null where the receiver did not tell it. */
export interface Position {
  /** -90 to 90. */
  readonly latDeg: number
  /** -180 to 180. */
  readonly lonDeg: number
  /** Above mean sea level. */
  readonly altitudeM: number | null
  readonly speedMps: number | null
  /** Over ground, true north, 0 to 360. */
  readonly courseDeg: number | null
  /** Estimated horizontal error, 95 %. */
  readonly accuracyM: number | null
  readonly mode: 2 | 3
}

export interface Fix extends Position {
  readonly kind: 'fix'
  /** When the position held: follows from the receiver's time once the clock is trusted, from arrival before that. */
  readonly at: Moment
  /** The receiver's own time, milliseconds since 1970, believed or not; null where it told none. */
  readonly receiverUtcMs: number | null
  /**
   * CLOCK_MONOTONIC, in milliseconds, when the first byte of this epoch came from the receiver, where somebody nearer to
   * it than we are has taken down when; else null. Never later than its report came.
   */
  readonly firstByteMonoMs: number | null
  readonly receiver: string | null
  readonly sky: Sky
}

export interface NoFix {
  readonly kind: 'no-fix'
  readonly at: Moment
  /** absent: nothing to talk to; silent: connected, but its time stands still; no-fix: it says it does not know. */
  readonly state: 'absent' | 'silent' | 'no-fix'
  readonly receiverUtcMs: number | null
  /** As in a fix. */
  readonly firstByteMonoMs: number | null
  readonly receiver: string | null
  readonly sky: Sky
}

export type Reading = Fix | NoFix

export const UNKNOWN_SKY: Sky = { satellitesUsed: null, satellitesInView: null, hdop: null, toldMonoMs: null }

/** A fix as viewers, scripts and the store get it. */
export interface PublicFix extends Position {
  /** Milliseconds since 1970; null until the clock is trusted. */
  readonly utcMs: number | null
  readonly satellitesUsed: number | null
  readonly hdop: number | null
}

export function publicFix(fix: Fix, utcMs: number | null): PublicFix {
  const { latDeg, lonDeg, altitudeM, speedMps, courseDeg, accuracyM, mode, sky } = fix
  return {
    latDeg,
    lonDeg,
    utcMs: utcMs === null ? null : Math.round(utcMs),
    altitudeM,
    speedMps,
    courseDeg,
    accuracyM,
    mode,
    satellitesUsed: sky.satellitesUsed,
    hdop: sky.hdop,
  }
}
