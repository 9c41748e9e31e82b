/** The bytes of a segment's video: whole, or one range at a time. */
import type { FileHandle } from 'node:fs/promises'
import { basename } from 'node:path'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ById, VideoQuery } from '../../core/api/queries.js'
import { segmentId } from '../../core/ride/footage.js'
import type { SegmentOnCard } from '../../core/store/footage.js'
import { file } from './answers.js'
import type { App } from './app.js'
import type { Catalogue } from './catalogue.js'
import type { Holding } from './holding.js'
import { Problem } from './problem.js'
import { hasAlready, isSameBytes, rangeOf } from './range.js'
import { segmentOf } from './segment.js'
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
      response: {
        ...file('video/mp4', 'the whole file'),
        206: { description: 'one range of its bytes', content: { 'video/mp4': { schema: { type: 'string' } } } },
      },
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
  const { ino, size, mtimeNs } = await handle.stat({ bigint: true })
  const sizeBytes = Number(size)
  // Of one file name and size there are no other bytes, as recordings only grow; the rest tells a new card's from the old.
  const etag = `"${segment.id}-${version}-${size.toString(36)}-${ino.toString(36)}-${mtimeNs.toString(36)}"`
  reply.headers({
    'accept-ranges': 'bytes',
    'content-type': 'video/mp4',
    'content-disposition': `inline; filename="${fileName}"`,
    'cache-control': segment.state === 'recording' ? 'no-store' : 'private, no-cache',
    etag,
  })

  const { headers, method } = request
  const isAsked = method === 'GET' && isSameBytes(headers['if-range'], etag)
  const range = rangeOf(isAsked ? headers.range : undefined, sizeBytes)
  const [from, to] = range.kind === 'part' ? [range.from, range.to] : [0, sizeBytes - 1]
  const isHad = hasAlready(headers['if-none-match'], etag)
  if (!isHad && range.kind === 'unsatisfiable') {
    await handle.close()
    reply.header('content-range', `bytes */${sizeBytes}`)
    throw new Problem(416, `the video has ${sizeBytes} bytes`)
  }
  if (!isHad) reply.header('content-length', to - from + 1)
  if (isHad || method === 'HEAD' || to < from) {
    await handle.close()
    return reply.code(isHad ? 304 : 200).send()
  }
  if (range.kind === 'part') reply.code(206).header('content-range', `bytes ${from}-${to}/${sizeBytes}`)
  return reply.send(handle.createReadStream({ start: from, end: to }))
}
