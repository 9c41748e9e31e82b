/** The segment a request is about. */
import type { FastifyRequest } from 'fastify'
import type { SegmentOnCard } from '../../core/store/footage.js'
import type { Catalogue } from './catalogue.js'
import { Problem } from './problem.js'
import { requireRide, visitorOf } from './roles.js'

/** A segment the visitor may see. @throws 404 */
export function segmentOf(request: FastifyRequest, catalogue: Catalogue, id: string): SegmentOnCard {
  const segment = catalogue.ask((reading) => reading.segment(id))
  if (segment === null) throw new Problem(404, 'there is no such segment')
  if (visitorOf(request).role === 'viewer') requireRide(request, segment.rideId)
  return segment
}
