/** A moment that stays: the footage around it is kept when other footage makes room. */

/** rider: on the page; button: a key or a GPIO on the handlebar; braking and crash: noticed by the device itself. */
export type IncidentCause = 'rider' | 'button' | 'braking' | 'crash'

export interface Incident {
  readonly id: string
  readonly rideId: string | null
  /** Null while the clock is not trusted. */
  readonly atUtcMs: number | null
  /** Of the fix nearest to the moment, at most 5 s away from it; null without one. */
  readonly latDeg: number | null
  readonly lonDeg: number | null
  readonly cause: IncidentCause
  /** How far it reaches back and forward from its moment. */
  readonly beforeMs: number
  readonly afterMs: number
  readonly note: string | null
  /** Ids of the segments it keeps, of all cameras in order, the first 500; one that is still to come joins them. */
  readonly segments: readonly string[]
}

/** What the rider saved himself never goes; what the device noticed goes beyond its share of the card. */
export const OWN_CAUSES: readonly IncidentCause[] = ['rider', 'button']
