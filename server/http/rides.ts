/** Rides: listed, told one by one, renamed, kept. */
import type { FastifyRequest } from 'fastify'
import { ById, DEFAULT_ITEMS, RidesQuery } from '../../core/api/queries.js'
import { type Page, pageOf, RidePatch, RideShape } from '../../core/api/shapes.js'
import type { Ask } from '../../core/link/messages.js'
import type { Bounds } from '../../core/ride/geo.js'
import type { Ride } from '../../core/ride/ride.js'
import { json } from './answers.js'
import type { App } from './app.js'
import type { Catalogue } from './catalogue.js'
import { Problem } from './problem.js'
import { requireRide } from './roles.js'
import { askFor } from './wishing.js'

export interface RidesDoor {
  readonly catalogue: Catalogue
  readonly ask: Ask
}

const NONE: Page<Ride> = { items: [], next: null }
const NO_SUCH_RIDE = 'there is no such ride'

export function rideRoutes(app: App, { catalogue, ask }: RidesDoor): void {
  app.route({
    method: 'GET',
    url: '/api/rides',
    config: { role: 'owner' },
    schema: {
      summary: 'Rides, newest first, the one in progress included',
      querystring: RidesQuery,
      response: json(pageOf(RideShape)),
    },
    handler: async ({ query: { limit = DEFAULT_ITEMS, cursor = null, fromUtcMs, toUtcMs, bounds } }) => {
      const filter = { fromUtcMs, toUtcMs, bounds: bounds === undefined ? undefined : boundsIn(bounds) }
      return catalogue.askOr((reading) => reading.rides({ limit, cursor }, filter), NONE)
    },
  })

  app.route({
    method: 'GET',
    url: '/api/rides/:id',
    config: { role: 'viewer' },
    schema: { summary: 'One ride', params: ById, response: json(RideShape) },
    handler: async (request) => rideOf(request, catalogue, request.params.id),
  })

  app.route({
    method: 'PATCH',
    url: '/api/rides/:id',
    config: { role: 'owner' },
    schema: {
      summary: 'Renames a ride, or keeps all its video from making room',
      params: ById,
      body: RidePatch,
      response: json(RideShape),
    },
    handler: async (request) => {
      const { id } = request.params
      const { name, kept } = request.body
      if (name === undefined && kept === undefined) throw new Problem(400, 'name or kept must be given')
      if (name !== undefined) await askFor(ask, { kind: 'rename-ride', rideId: id, name }, NO_SUCH_RIDE)
      if (kept !== undefined) await askFor(ask, { kind: 'keep-ride', rideId: id, isKept: kept }, NO_SUCH_RIDE)
      return rideOf(request, catalogue, id)
    },
  })
}

/** A ride the visitor may see. @throws 404 */
export function rideOf(request: FastifyRequest, catalogue: Catalogue, id: string): Ride {
  requireRide(request, id)
  const ride = catalogue.ask((reading) => reading.ride(id))
  if (ride === null) throw new Problem(404, NO_SUCH_RIDE)
  return ride
}

/** @throws 400 where they are no four numbers, not on the earth, or the wrong way round */
function boundsIn(text: string): Bounds {
  const parts = text.split(',')
  const [west = 0, south = 0, east = 0, north = 0] = parts.map(Number)
  const isOnEarth = Math.abs(west) <= 180 && Math.abs(east) <= 180 && Math.abs(south) <= 90 && Math.abs(north) <= 90
  const areNumbers = parts.length === 4 && parts.every((part) => part.trim() !== '')
  if (areNumbers && isOnEarth && west <= east && south <= north) return [west, south, east, north]
  throw new Problem(400, 'bounds must be west,south,east,north in degrees, west not east of east')
}
