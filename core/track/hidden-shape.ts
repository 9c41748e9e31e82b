/** What is really hidden around a privacy zone: more than the zone, and not centred on it, so that its edge does not tell where it is. */
import { distanceM, type LatLon, pointAhead, stepOf } from '../ride/geo.js'
import type { PrivacyZone } from '../ride/privacy.js'
import { sha256 } from './sha-256.js'

export interface HiddenShape {
  readonly contains: (place: LatLon) => boolean
  /** Metres to its edge; 0 inside. */
  readonly distanceM: (place: LatLon) => number
}

/** How far its centre lies from the zone's, in radii of the zone. */
const LEAST_OFFSET = 0.5
const MOST_OFFSET = 0.75
/** How much further out its edge may be in one direction than in another. */
const EDGE_VARIES = 0.2
/** Waves round the edge, with their weights; none of one wave a round, which would only move the centre. */
const WAVES = [
  [2, 0.45],
  [3, 0.35],
  [5, 0.2],
] as const
/** A smaller zone hides no house from somebody who looks at where a track breaks off. */
const LEAST_RADIUS_M = 50
const RADIANS = Math.PI / 180
const METRES_PER_DEGREE = 111_000
const MARGIN = 1.001

/**
 * The same for the same zone and secret, whichever ride it is: of many rides nobody learns more than of one. Whoever finds the
 * centre of this shape knows the zone's no better than to within half its radius, in any direction.
 * @param secret of this device; never told to anybody
 */
export function hiddenShapeOf(zone: PrivacyZone, secret: string): HiddenShape {
  const radiusM = Math.max(zone.radiusM, LEAST_RADIUS_M)
  const [direction = 0, offset = 0, ...phases] = Array.from(
    sha256(`${secret}\n${zone.latDeg} ${zone.lonDeg} ${zone.radiusM}`),
    (word) => word / 2 ** 32,
  )
  const offsetM = (LEAST_OFFSET + (MOST_OFFSET - LEAST_OFFSET) * offset) * radiusM
  const centre = pointAhead(zone, direction * 360, offsetM)
  /** Out to here in every direction, or some of the zone would be outside. */
  const leastM = (distanceM(zone, centre) + radiusM) * MARGIN
  const mostM = leastM * (1 + EDGE_VARIES)
  const mostDeg = mostM / METRES_PER_DEGREE

  const edgeM = (place: LatLon): number => {
    const { northM, eastM } = stepOf(centre, place)
    const bearing = Math.atan2(eastM, northM)
    const wave = WAVES.reduce(
      (sum, [waves, weight], at) => sum + weight * Math.cos(waves * bearing + (phases[at] ?? 0) * 360 * RADIANS),
      0,
    )
    return leastM * (1 + (EDGE_VARIES * (1 + wave)) / 2)
  }
  return {
    contains: (place) => {
      // Most points are nowhere near: nothing more is worked out for them.
      if (Math.abs(place.latDeg - centre.latDeg) > mostDeg) return false
      const awayM = distanceM(centre, place)
      return awayM <= leastM || (awayM <= mostM && awayM <= edgeM(place))
    },
    distanceM: (place) => Math.max(0, distanceM(centre, place) - edgeM(place)),
  }
}
