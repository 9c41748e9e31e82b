/** The bytes of a segment's video: whole, or one range at a time. */
import type { FileHandle } from 'node:fs/promises'
import { basename } from 'node:path'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ById, VideoQuery } from '../../core/api/queries.js'
import { segmentId } from '../../core/ride/footage.js'
import type { SegmentOnCard } from '../../core/store/footage.js'
import { bytes } from './answers.js'
import type { App } from './app.js'
import type { Catalogue } from './catalogue.js'
import type { Holding } from './holding.js'
import { Problem } from './problem.js'
import { segmentOf } from './segment.js'
import { sendFile } from './send-file.js'
import { fileOf, presentVersion, type Version } from './versions.js'

export interface VideoDoor {
  readonly catalogue: Catalogue
  readonly holding: Holding
  /** Null where there is no such file. */
  readonly openFile: (file: string) => Promise<FileHandle | null>
}

export function videoRoutes(app: App, door: VideoDoor): void {
  app.route({
    method: ['GET', 'HEAD'],
    url: '/api/segments/:id/video.mp4',
    config: { role: 'viewer' },
    schema: {
      summary: 'The video of a segment; a growing one as far as it is',
      params: ById,
      querystring: VideoQuery,
      response: bytes('video/mp4'),
    },
    handler: async (request, reply) => {
      const { id, camera, number } = segmentOf(request, door.catalogue, request.params.id)
      // A player that has come so far goes on to the next.
      const leave = await door.holding.read([id, segmentId(camera, number + 1)])
      if (reply.raw.closed) leave()
      else reply.raw.once('close', leave)
      const opened = await openVersion(request, door, request.query.v)
      return sendVideo(request, reply, opened)
    },
  })
}

interface Opened {
  readonly handle: FileHandle
  readonly segment: SegmentOnCard
  readonly version: Version
  readonly fileName: string
}

/** Looks twice: a file may be tagged between the catalogue's answer and its opening. @throws 404 */
async function openVersion(
  request: FastifyRequest<{ Params: { id: string } }>,
  { catalogue, openFile }: VideoDoor,
  asked: Version | undefined,
): Promise<Opened> {
  for (const _ of ['once', 'again']) {
    const segment = segmentOf(request, catalogue, request.params.id)
    const version = asked ?? presentVersion(segment)
    const lies = fileOf(segment, version)
    const handle = lies === null ? null : await openFile(lies)
    if (handle !== null && lies !== null) return { handle, segment, version, fileName: basename(lies) }
  }
  throw new Problem(404, 'this video is not here, or not any more')
}

async function sendVideo(request: FastifyRequest, reply: FastifyReply, opened: Opened): Promise<FastifyReply> {
  const { handle, segment, version, fileName } = opened
  return sendFile(request, reply, {
    handle,
    // Of one file name and size there are no other bytes, as recordings only grow.
    tag: `${segment.id}-${version}`,
    contentType: 'video/mp4',
    disposition: `inline; filename="${fileName}"`,
    cacheControl: segment.state === 'recording' ? 'no-store' : 'private, no-cache',
  })
}
