/** A ride of another device on its way into the catalogue. */
import type { LeftOut, RideTotals, TrackPoint } from './ride.js'

/** A ride that is being taken in. */
export interface ImportBegun {
  readonly id: string
  readonly name: string | null
}

export interface ImportDone {
  readonly id: string
  /** Nobody has ridden it. */
  readonly simulated: boolean
  /** Of the first and the last point, ms since 1970. */
  readonly startedUtcMs: number
  readonly endedUtcMs: number
  /** Moments are UTC. */
  readonly totals: RideTotals
  /** Encoded polyline, 5 digits. */
  readonly preview: string
  readonly timeZone: string | null
}

/** By what a ride is known to be here already, whoever recorded it. */
export interface SameRide {
  readonly simulated: boolean
  /** Of the first and the last point of the track, ms since 1970. */
  readonly startedUtcMs: number
  readonly endedUtcMs: number
  /** How many points the track has... */
  readonly taken: number
  /** ...and how many more it may have had, before some were set aside that cannot be true. */
  readonly leftOut: number
}

/** A point as a row, because there may be hundreds of thousands; its time, ms since 1970, is its monotonic time too. */
export type ImportedPoint = readonly [
  utcMs: number,
  latDeg: number,
  lonDeg: number,
  altitudeM: number | null,
  speedMps: number | null,
  courseDeg: number | null,
  accuracyM: number | null,
  mode: TrackPoint['mode'],
  satellitesUsed: number | null,
  hdop: number | null,
  leftOut: LeftOut | null,
]
