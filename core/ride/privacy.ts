/** Where nobody but the rider is to see where a ride led. */

/** A circle on the ground. */
export interface PrivacyZone {
  readonly latDeg: number
  readonly lonDeg: number
  readonly radiusM: number
}
