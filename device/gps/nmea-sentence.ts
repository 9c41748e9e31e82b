/** What one NMEA 0183 sentence says, in our units; null where it does not say. */
import type { LatLon } from '../../core/ride/geo.js'

export type Sentence = Position | Day | Mode | Motion | InView | Errors | Unused | Nonsense

/** RMC, GGA, GNS or GLL: where it was at a time of day. Null where it does not say. */
export interface Position {
  readonly kind: 'position'
  readonly name: 'RMC' | 'GGA' | 'GNS' | 'GLL'
  /** Since midnight UTC; a leap second is 86,400,000 and more. */
  readonly timeMs: number | null
  /** The midnight its day begins with, milliseconds since 1970; only RMC tells it. */
  readonly dayUtcMs: number | null
  /** Whether the receiver vouches for the place; without that it can be anything, 0 N 0 E too. */
  readonly isFix: boolean
  readonly place: LatLon | null
  readonly altitudeM: number | null
  readonly speedMps: number | null
  readonly courseDeg: number | null
  readonly satellitesUsed: number | null
  readonly hdop: number | null
  /** Fields that were there, but can not be true. */
  readonly rejected: readonly string[]
}

/** ZDA. */
export interface Day {
  readonly kind: 'day'
  readonly timeMs: number
  readonly dayUtcMs: number
}

/** GSA: one for each satellite system; it tells no time. */
export interface Mode {
  readonly kind: 'mode'
  /** 1: no fix. */
  readonly mode: 1 | 2 | 3
  readonly hdop: number | null
}

/** VTG; it tells no time. */
export interface Motion {
  readonly kind: 'motion'
  readonly speedMps: number | null
  readonly courseDeg: number | null
}

/** GSV: what one satellite system has above the horizon; it tells no time. */
export interface InView {
  readonly kind: 'in-view'
  readonly talker: string
  readonly satellites: number
}

/** GST: how far off it may be. */
export interface Errors {
  readonly kind: 'errors'
  readonly timeMs: number
  /** Horizontal, 95 %. */
  readonly accuracyM: number
}

/** A right sentence that we have no use for. */
export interface Unused {
  readonly kind: 'unused'
}

export interface Nonsense {
  readonly kind: 'nonsense'
  readonly because: 'not-nmea' | 'no-checksum' | 'wrong-checksum' | 'malformed'
}

export const UNUSED: Unused = { kind: 'unused' }
