/** Segments: listed, as a playlist, and the track of one as a GPX file. */
import {
  ById,
  DEFAULT_ITEMS,
  LooseSegmentsQuery,
  MOST_ITEMS,
  PlaylistQuery,
  SegmentsQuery,
} from '../../core/api/queries.js'
import { type Page, pageOf, SegmentShape } from '../../core/api/shapes.js'
import type { Segment } from '../../core/ride/footage.js'
import type { SegmentOnCard } from '../../core/store/footage.js'
import type { Listed } from '../../core/store/listing.js'
import { file, json } from './answers.js'
import type { App } from './app.js'
import { cameraOf } from './camera.js'
import type { Catalogue } from './catalogue.js'
import { fileNameOf, sendGpx } from './gpx-file.js'
import type { Indexes } from './indexes.js'
import { type PlaylistFile, playlistOf } from './playlist.js'
import { Problem } from './problem.js'
import { rideOf } from './rides.js'
import { segmentOf } from './segment.js'
import { fileOf, presentVersion } from './versions.js'

export interface FootageDoor {
  readonly catalogue: Catalogue
  readonly indexes: Indexes
  /** The cameras in the order they are configured in; empty where that is not known. */
  readonly camerasConfigured: () => readonly string[]
}

export function footageRoutes(app: App, { catalogue, indexes, camerasConfigured }: FootageDoor): void {
  app.route({
    method: 'GET',
    url: '/api/rides/:id/segments',
    config: { role: 'viewer' },
    schema: {
      summary: 'The segments of a ride, camera by camera in order, the growing one included',
      params: ById,
      querystring: SegmentsQuery,
      response: json(pageOf(SegmentShape)),
    },
    handler: async (request) => {
      const { id } = rideOf(request, catalogue, request.params.id)
      const { camera = null, limit = DEFAULT_ITEMS, cursor = null } = request.query
      return publicPage(catalogue.ask((reading) => reading.segments(id, camera, { limit, cursor })))
    },
  })

  app.route({
    method: 'GET',
    url: '/api/segments',
    config: { role: 'owner' },
    schema: {
      summary: 'The segments that belong to no ride',
      querystring: LooseSegmentsQuery,
      response: json(pageOf(SegmentShape)),
    },
    handler: async ({ query: { limit = DEFAULT_ITEMS, cursor = null } }) =>
      publicPage(catalogue.askOr((reading) => reading.segmentsOfNoRide({ limit, cursor }), { items: [], next: null })),
  })

  app.route({
    method: 'GET',
    url: '/api/rides/:id/video.m3u8',
    config: { role: 'viewer' },
    schema: {
      summary: 'The video of a ride as HLS; it goes on while the ride is in progress',
      params: ById,
      querystring: PlaylistQuery,
      response: file('application/vnd.apple.mpegurl', 'a playlist of byte ranges'),
    },
    handler: async (request, reply) => {
      const ride = rideOf(request, catalogue, request.params.id)
      const camera = cameraOf(ride, request.query.camera, camerasConfigured())
      const segments = allSegmentsOf(catalogue, ride.id, camera)
      const isRecording = segments.some(({ state }) => state === 'recording')
      const mayGrow = isRecording || catalogue.ask((reading) => reading.isRideInProgress(ride.id))
      const files: PlaylistFile[] = []
      for (const [index, segment] of segments.entries()) {
        // The recorder closes a file before it begins the next: only the last one can still grow.
        const isGrowing = segment.state === 'recording' && index === segments.length - 1
        const told = await playlistFileOf(segment, isGrowing, catalogue, indexes)
        if (told !== null) files.push(told)
      }
      const playlist = playlistOf(files, mayGrow)
      if (playlist === null) throw new Problem(404, 'there is no video of this ride')
      reply.headers({ 'content-type': 'application/vnd.apple.mpegurl', 'cache-control': 'private, no-cache' })
      return playlist
    },
  })

  app.route({
    method: ['GET', 'HEAD'],
    url: '/api/segments/:id/track.gpx',
    config: { role: 'viewer' },
    schema: {
      summary: 'The points of exactly the span of a segment as GPX 1.1',
      params: ById,
      response: file('application/gpx+xml', 'without points where there was no fix'),
    },
    handler: async (request, reply) => {
      const segment = segmentOf(request, catalogue, request.params.id)
      const { camera, startUtcMs, startMonoMs, durationMs, bootNumber } = segment
      const span = { bootNumber, fromMonoMs: startMonoMs, toMonoMs: startMonoMs + durationMs }
      const { points, ride } = catalogue.ask((reading) => ({
        points: reading.pointsBetween(span),
        ride: segment.rideId === null ? null : reading.ride(segment.rideId),
      }))
      const head = { name: `${camera} ${segment.number}`, utcMs: startUtcMs, simulated: ride?.simulated ?? false }
      return sendGpx(request, reply, fileNameOf(camera, startUtcMs, String(segment.number)), head, points)
    },
  })
}

function publicPage({ items, next }: Listed<SegmentOnCard>): Page<Segment> {
  return { items: items.map(publicSegment), next }
}

/** Where a file lies stays in the house. */
function publicSegment({ bootNumber, startMonoMs, file, fileAsRecorded, ...segment }: SegmentOnCard): Segment {
  return segment
}

function allSegmentsOf(catalogue: Catalogue, rideId: string, camera: string): SegmentOnCard[] {
  const segments: SegmentOnCard[] = []
  let cursor: string | null = null
  do {
    const listing = { limit: MOST_ITEMS, cursor }
    const page: Listed<SegmentOnCard> = catalogue.ask((reading) => reading.segments(rideId, camera, listing))
    segments.push(...page.items)
    cursor = page.next
  } while (cursor !== null)
  return segments.filter(({ state }) => state !== 'swept')
}

/** A file that vanished since the catalogue was asked was tagged in between: then the catalogue knows where it went. */
async function playlistFileOf(
  segment: SegmentOnCard,
  isGrowing: boolean,
  catalogue: Catalogue,
  indexes: Indexes,
): Promise<PlaylistFile | null> {
  const told = await toldOf(segment, isGrowing, indexes)
  if (told !== null) return told
  const again = catalogue.ask((reading) => reading.segment(segment.id))
  return again === null ? null : toldOf(again, isGrowing, indexes)
}

async function toldOf(segment: SegmentOnCard, isGrowing: boolean, indexes: Indexes): Promise<PlaylistFile | null> {
  const version = presentVersion(segment)
  const lies = fileOf(segment, version)
  const index = lies === null ? null : await indexes.of(lies, isGrowing)
  if (index === null) return null
  const uri = `../../segments/${segment.id}/video.mp4?v=${version}`
  const { headerBytes, fragments } = index
  return { uri, headerBytes, fragments, startUtcMs: segment.startUtcMs, isGrowing }
}
