/** Privacy zones as the page shows them: a circle on the map, and in words. */
import { pointAhead } from '../core/ride/geo.js'
import type { PrivacyZone } from '../core/ride/privacy.js'
import type { Place } from './outline.js'

export const RADII_M = [200, 300, 500, 1_000] as const
const CIRCLE_STEP_DEG = 10

/** A circle, and a cross in its middle. */
export const linesOfZone = (zone: PrivacyZone): Place[][] => [
  circleOf(zone),
  ...[0, 90].map((courseDeg) => [courseDeg, courseDeg + 180].map((way) => placeAt(zone, way, zone.radiusM / 12))),
]

function circleOf(zone: PrivacyZone): Place[] {
  return Array.from({ length: 360 / CIRCLE_STEP_DEG + 1 }, (_, step) =>
    placeAt(zone, step * CIRCLE_STEP_DEG, zone.radiusM),
  )
}

function placeAt(zone: PrivacyZone, courseDeg: number, distanceM: number): Place {
  const { latDeg, lonDeg } = pointAhead(zone, courseDeg, distanceM)
  return [lonDeg, latDeg]
}

/** `300 m`, `1.5 km`. */
export const radiusWords = (radiusM: number): string =>
  radiusM < 1_000 ? `${Math.round(radiusM)} m` : `${Number((radiusM / 1_000).toFixed(1))} km`

/** `48.1372° N, 11.5755° E`: to some ten metres, as nobody reads more. */
export const placeWords = ({ latDeg, lonDeg }: Pick<PrivacyZone, 'latDeg' | 'lonDeg'>): string =>
  `${Math.abs(latDeg).toFixed(4)}° ${latDeg < 0 ? 'S' : 'N'}, ${Math.abs(lonDeg).toFixed(4)}° ${lonDeg < 0 ? 'W' : 'E'}`
