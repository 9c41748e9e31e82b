/** A ride whose place, speed and altitude change evenly, so that between two fixes it is known exactly where it was. */
import type { TrackPoint } from '../../core/ride/ride.js'
import { JUNE_UTC_MS } from './readings.js'

export interface EvenRide {
  readonly latDeg: number
  readonly lonDeg: number
  readonly altitudeM: number
  readonly hz: number
  /** The first fix comes so long after a whole second. */
  readonly phaseMs: number
  /** No fix between these, in ms since JUNE_UTC_MS. */
  readonly gapsMs?: readonly (readonly [fromMs: number, toMs: number])[]
  /** What the receiver does not tell. */
  readonly without?: Partial<TrackPoint>
}

const NORTH_DEG_PER_S = 3e-5
const EAST_DEG_PER_S = 4e-5
const UP_M_PER_S = -0.25
const SPEEDS_UP_MPS_PER_S = 0.02

export interface Truth {
  readonly latDeg: number
  readonly lonDeg: number
  readonly altitudeM: number
  readonly speedMps: number
}

export function truthAt(ride: EvenRide, utcMs: number): Truth {
  const second = (utcMs - JUNE_UTC_MS) / 1_000
  return {
    latDeg: ride.latDeg + second * NORTH_DEG_PER_S,
    lonDeg: ((ride.lonDeg + second * EAST_DEG_PER_S + 540) % 360) - 180,
    altitudeM: ride.altitudeM + second * UP_M_PER_S,
    speedMps: 5 + second * SPEEDS_UP_MPS_PER_S,
  }
}

/** Its fixes from 10 s before JUNE_UTC_MS on. */
export function fixesOf(ride: EvenRide, seconds: number): TrackPoint[] {
  const count = Math.round((seconds + 20) * ride.hz)
  return Array.from({ length: count }, (_, index) => -10_000 + ride.phaseMs + Math.round((index * 1_000) / ride.hz))
    .filter((atMs) => !(ride.gapsMs ?? []).some(([fromMs, toMs]) => fromMs < atMs && atMs < toMs))
    .map((atMs) => ({
      ...truthAt(ride, JUNE_UTC_MS + atMs),
      ...{ courseDeg: 30, accuracyM: 4, mode: 3, satellitesUsed: 9, hdop: 0.9 },
      ...{ utcMs: JUNE_UTC_MS + atMs, part: 7, monoMs: 500_000 + atMs },
      ...ride.without,
    }))
}

/** Whether a moment is that of a fix, or lies between two that are 5 s apart at most: looked for in all of them. */
export function isKnownAt(fixes: readonly TrackPoint[], utcMs: number): boolean {
  const timesMs = fixes.map((fix) => fix.utcMs ?? 0)
  const beforeMs = Math.max(...timesMs.filter((ms) => ms <= utcMs))
  const afterMs = Math.min(...timesMs.filter((ms) => ms >= utcMs))
  return afterMs - beforeMs <= 5_000
}
