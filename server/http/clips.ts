/** Clips: asked for, listed, canceled or removed. */
import { ClipRequest, ClipShape, ClipsQuery } from '../../core/api/clips.js'
import { ById, DEFAULT_ITEMS } from '../../core/api/queries.js'
import { pageOf } from '../../core/api/shapes.js'
import type { Clip, ClipWish } from '../../core/ride/clip.js'
import { spanFault } from '../../core/ride/clip-span.js'
import type { Ride } from '../../core/ride/ride.js'
import { segmentsOfSpan, whyNoFootage } from '../../core/store/clip-footage.js'
import type { Listed, Listing } from '../../core/store/listing.js'
import { accepted, json, nothing } from './answers.js'
import type { App } from './app.js'
import { cameraOf } from './camera.js'
import type { Catalogue } from './catalogue.js'
import { Problem } from './problem.js'
import { rideOf } from './rides.js'

/** Who makes clips, one after the other. */
export interface ClipQueue {
  readonly ask: (rideId: string, wish: ClipWish) => Promise<ClipAsked>
  readonly clip: (id: string) => Clip | null
  /** Newest first, of one ride or of all. */
  readonly clips: (listing: Listing, rideId: string | null) => Listed<Clip>
  readonly remove: (id: string) => Promise<'canceled' | 'removed' | 'unknown'>
}

export type ClipAsked =
  | { readonly kind: 'queued'; readonly clip: Clip }
  | { readonly kind: 'too-many' | 'no-room' | 'card'; readonly reason: string }

export interface ClipsDoor {
  readonly catalogue: Catalogue
  readonly clipQueue: ClipQueue
  /** Why no clip can be made of this, in words for the rider; null where one can. */
  readonly refusalOfClip: (wish: ClipWish, ride: Ride) => Promise<string | null>
  /** The cameras in the order they are configured in; empty where that is not known. */
  readonly camerasConfigured: () => readonly string[]
}

const REFUSED = { 'too-many': 429, 'no-room': 507, card: 503 } as const

export function clipRoutes(app: App, { catalogue, clipQueue, refusalOfClip, camerasConfigured }: ClipsDoor): void {
  app.route({
    method: 'POST',
    url: '/api/rides/:id/clips',
    config: { role: 'owner' },
    schema: {
      summary: 'Asks for a span of the video, to be taken along; it is made when those before it are',
      params: ById,
      body: ClipRequest,
      response: accepted(ClipShape),
    },
    handler: async (request, reply) => {
      const ride = rideOf(request, catalogue, request.params.id)
      const { fromUtcMs, toUtcMs, exact = false, overlay = false, privacy = false } = request.body
      const camera = cameraOf(ride, request.body.camera, camerasConfigured())
      const telemetry = request.body.telemetry ?? 'gpmf'
      const wish: ClipWish = { camera, fromUtcMs, toUtcMs, exact, overlay, telemetry, privacy }
      await refuseWhatCannotBe(wish, ride)
      const asked = await clipQueue.ask(ride.id, wish)
      if (asked.kind !== 'queued') throw new Problem(REFUSED[asked.kind], asked.reason)
      return reply.code(202).header('location', `/api/clips/${asked.clip.id}`).send(asked.clip)
    },
  })

  /** @throws Problem for what can be known before any work */
  const refuseWhatCannotBe = async (wish: ClipWish, ride: Ride): Promise<void> => {
    const fault = spanFault(wish)
    if (fault !== null) throw new Problem(400, fault)
    const segments = catalogue.ask((reading) => segmentsOfSpan(reading, ride.id, wish))
    const missing = whyNoFootage(ride, segments, wish)
    if (missing !== null) throw new Problem(missing.kind === 'outside' ? 400 : 409, missing.reason)
    const refusal = await refusalOfClip(wish, ride)
    if (refusal !== null) throw new Problem(409, refusal)
  }

  app.route({
    method: 'GET',
    url: '/api/clips',
    config: { role: 'owner' },
    schema: {
      summary: 'Clips, newest first, of one ride or of all',
      querystring: ClipsQuery,
      response: json(pageOf(ClipShape)),
    },
    handler: async ({ query: { limit = DEFAULT_ITEMS, cursor = null, ride = null } }) =>
      clipQueue.clips({ limit, cursor }, ride),
  })

  app.route({
    method: 'GET',
    url: '/api/clips/:id',
    config: { role: 'owner' },
    schema: { summary: 'One clip', params: ById, response: json(ClipShape) },
    handler: async ({ params: { id } }) => clipOf(clipQueue, id),
  })

  app.route({
    method: 'DELETE',
    url: '/api/clips/:id',
    config: { role: 'owner' },
    schema: {
      summary: 'Cancels a clip that is not made yet; removes one that is, or was not to be',
      params: ById,
      response: nothing,
    },
    handler: async ({ params: { id } }, reply) => {
      if ((await clipQueue.remove(id)) === 'unknown') throw new Problem(404, NO_SUCH_CLIP)
      return reply.code(204).send(null)
    },
  })
}

const NO_SUCH_CLIP = 'there is no such clip'

/** @throws 404 */
export function clipOf({ clip }: Pick<ClipQueue, 'clip'>, id: string): Clip {
  const found = clip(id)
  if (found === null) throw new Problem(404, NO_SUCH_CLIP)
  return found
}

/** A clip whose files can be had. @throws 404, and 409 for one that has none yet or never will */
export function readyClipOf(queue: Pick<ClipQueue, 'clip'>, id: string): Clip {
  const clip = clipOf(queue, id)
  switch (clip.state) {
    case 'ready':
      return clip
    case 'queued':
    case 'cutting':
      throw new Problem(409, 'this clip is not ready yet')
    case 'failed':
      throw new Problem(409, `this clip could not be made: ${clip.reason ?? 'nobody knows why'}`)
    case 'canceled':
      throw new Problem(409, 'this clip was canceled')
  }
}
