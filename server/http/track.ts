/** The track of a ride: simplified for a map, or whole as a GPX file. */
import { setImmediate as letOthersRun } from 'node:timers/promises'
import { ById, TrackFileQuery, TrackQuery } from '../../core/api/queries.js'
import { type Track, TrackShape, type TrackVertex } from '../../core/api/shapes.js'
import { stretchesOf, type TrackPoint } from '../../core/ride/ride.js'
import { isWithin, type Period } from '../../core/track/period.js'
import { simplified } from '../../core/track/simplify.js'
import { file, json } from './answers.js'
import type { App } from './app.js'
import type { Catalogue } from './catalogue.js'
import { fileNameOf, sendGpx } from './gpx-file.js'
import { rideOf } from './rides.js'

const MOST_VERTICES = 5_000
const DEFAULT_TOLERANCE_M = 2

export function trackRoutes(app: App, catalogue: Catalogue): void {
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
      const points: TrackPoint[] = []
      for (const page of pagesOf(catalogue, ride.id)) {
        points.push(...page)
        await letOthersRun()
      }
      return trackOf(ride.id, points, request.query.toleranceM ?? DEFAULT_TOLERANCE_M)
    },
  })

  app.route({
    method: ['GET', 'HEAD'],
    url: '/api/rides/:id/track.gpx',
    config: { role: 'viewer' },
    schema: {
      summary: 'Every kept point as GPX 1.1; with a period, those whose time is known and lies in it',
      params: ById,
      querystring: TrackFileQuery,
      response: file('application/gpx+xml', 'streamed'),
    },
    handler: async (request, reply) => {
      const ride = rideOf(request, catalogue, request.params.id)
      const { id, name, startedUtcMs, simulated } = ride
      const head = { name: name ?? `ride ${id}`, utcMs: startedUtcMs, simulated }
      const points = pointsOf(catalogue, id, request.query)
      return sendGpx(request, reply, fileNameOf('ride', startedUtcMs, name), head, points)
    },
  })
}

function trackOf(rideId: string, points: readonly TrackPoint[], askedM: number): Track {
  const { stretches, toleranceM } = simplified(stretchesOf(points), askedM, MOST_VERTICES)
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

/** Each page is a read of its own: none holds up a checkpoint, however slowly the other end takes them. */
function* pagesOf(catalogue: Catalogue, rideId: string): Generator<TrackPoint[]> {
  let last: TrackPoint | null = null
  for (;;) {
    const behind: TrackPoint | null = last
    const page: TrackPoint[] = catalogue.ask((reading) => reading.pointsAfter(rideId, behind))
    last = page.at(-1) ?? null
    if (last === null) return
    yield page
  }
}

function* pointsOf(catalogue: Catalogue, rideId: string, period: Period): Generator<TrackPoint> {
  for (const page of pagesOf(catalogue, rideId)) {
    for (const point of page) if (isWithin(point, period)) yield point
  }
}
