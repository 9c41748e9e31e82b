/** The files of a clip that is ready, to be taken along. */
import type { FileHandle } from 'node:fs/promises'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ById } from '../../core/api/queries.js'
import { clipFileName } from '../../core/ride/clip-span.js'
import { bytes } from './answers.js'
import type { App } from './app.js'
import { type ClipQueue, readyClipOf } from './clips.js'
import { Problem } from './problem.js'
import { sendFile } from './send-file.js'

export interface ClipFilesDoor {
  readonly clipQueue: Pick<ClipQueue, 'clip'>
  /** A file of the exports folder; null where there is no such file. */
  readonly openExport: (file: string) => Promise<FileHandle | null>
}

interface ClipFile {
  readonly name: string
  readonly ending: string
  readonly contentType: string
}

const VIDEO: ClipFile = { name: 'clip.mp4', ending: 'mp4', contentType: 'video/mp4' }
const TRACK: ClipFile = { name: 'track.gpx', ending: 'gpx', contentType: 'application/gpx+xml' }

export function clipFileRoutes(app: App, { clipQueue, openExport }: ClipFilesDoor): void {
  const send = async (request: FastifyRequest, reply: FastifyReply, id: string, { name, ...file }: ClipFile) => {
    const clip = readyClipOf(clipQueue, id)
    const handle = await openExport(`${clip.id}/${name}`)
    if (handle === null) throw new Problem(404, 'this file is not on the card any more')
    return sendFile(request, reply, {
      handle,
      tag: `clip-${clip.id}`,
      contentType: file.contentType,
      disposition: `attachment; filename="${clipFileName(clip)}.${file.ending}"`,
      cacheControl: 'private, no-cache',
    })
  }

  app.route({
    method: ['GET', 'HEAD'],
    url: '/api/clips/:id/video.mp4',
    config: { role: 'owner' },
    schema: { summary: 'The video of a clip that is ready', params: ById, response: bytes(VIDEO.contentType) },
    handler: (request, reply) => send(request, reply, request.params.id, VIDEO),
  })

  app.route({
    method: ['GET', 'HEAD'],
    url: '/api/clips/:id/track.gpx',
    config: { role: 'owner' },
    schema: { summary: 'The track of a clip that is ready', params: ById, response: bytes(TRACK.contentType) },
    handler: (request, reply) => send(request, reply, request.params.id, TRACK),
  })
}
