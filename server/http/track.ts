/** The track of a ride, simplified for a map. */
import { ById, TrackQuery } from '../../core/api/queries.js'
import { type Track, TrackShape, type TrackVertex } from '../../core/api/shapes.js'
import { isGap, stretchesOf, type TrackPoint } from '../../core/ride/ride.js'
import { type HiddenSpan, hidesBetween, isHidden } from '../../core/track/privacy.js'
import { isBehind } from '../../core/track/selection.js'
import { simplified } from '../../core/track/simplify.js'
import { json } from './answers.js'
import type { App } from './app.js'
import { rideOf } from './rides.js'
import { visitorOf } from './roles.js'
import type { TrackFilesDoor } from './track-files.js'
import { eachPoint, hiddenIn, NOTHING_HIDDEN } from './track-points.js'

const MOST_VERTICES = 5_000
const DEFAULT_TOLERANCE_M = 2

export function trackRoutes(app: App, { catalogue, settingsInForce }: TrackFilesDoor): void {
  app.route({
    method: 'GET',
    url: '/api/rides/:id/track',
    config: { role: 'viewer' },
    schema: {
      summary: 'The track, simplified: at most 5,000 vertices in stretches, and the tolerance that took',
      params: ById,
      querystring: TrackQuery,
      response: json(TrackShape),
    },
    // The serialiser that is made of the schema would ask of 15,000 values whether each is a number or null.
    serializerCompiler: () => JSON.stringify,
    handler: async (request) => {
      const ride = rideOf(request, catalogue, request.params.id)
      const isShared = visitorOf(request).role === 'viewer'
      const { hidden, until } = isShared ? await hiddenIn(catalogue, ride.id, settingsInForce()) : NOTHING_HIDDEN
      const points: TrackPoint[] = []
      await eachPoint(catalogue, ride.id, (point) => {
        if (!isBehind(point, until) && !isHidden(point, hidden)) points.push(point)
      })
      return trackOf(ride.id, points, hidden, request.query.toleranceM ?? DEFAULT_TOLERANCE_M)
    },
  })
}

function trackOf(rideId: string, points: readonly TrackPoint[], hidden: readonly HiddenSpan[], askedM: number): Track {
  const known = stretchesOf(points, (from, to) => isGap(from, to) || hidesBetween(hidden, from, to))
  const { stretches, toleranceM } = simplified(known, askedM, MOST_VERTICES)
  return {
    rideId,
    toleranceM,
    points: stretches.reduce((sum, stretch) => sum + stretch.length, 0),
    ofPoints: points.length,
    stretches: stretches.map((stretch) => stretch.map(vertexOf)),
  }
}

const vertexOf = ({ lonDeg, latDeg, utcMs, altitudeM, speedMps }: TrackPoint): TrackVertex => [
  lonDeg,
  latDeg,
  utcMs,
  altitudeM,
  speedMps,
]
