/** The time zone at a place, for the day and the hour of a ride as its rider knew them. */
import lookUp from '@photostructure/tz-lookup'
import type { LatLon } from '../../core/ride/geo.js'

/** IANA name, such as Europe/Ljubljana. The outlines are simplified: near a border it may name the neighbour. */
export function timeZoneAt({ latDeg, lonDeg }: LatLon): string | null {
  try {
    return lookUp(latDeg, lonDeg)
  } catch {
    return null // It throws a RangeError for what is not on the earth: there is no zone.
  }
}
