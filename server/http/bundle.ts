/** The evidence bundle of a clip, streamed: nothing of it is written to the card first. */
import type { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ById } from '../../core/api/queries.js'
import type { Clip } from '../../core/ride/clip.js'
import { file } from './answers.js'
import type { App } from './app.js'
import type { Holding } from './holding.js'
import { Problem } from './problem.js'

export interface BundleDoor {
  /** Null for one that never was, or is not here any more. */
  readonly clip: (id: string) => Clip | null
  /** What the bundle of a clip that is ready is made of. */
  readonly bundleOf: (clip: Clip) => Promise<PlannedBundle>
  readonly holding: Pick<Holding, 'read'>
}

export interface PlannedBundle {
  /** What nobody may remove while it is sent. */
  readonly segmentIds: readonly string[]
  /** Null where the clip's files are gone. The signal: nobody waits for it any more. */
  readonly open: (signal: AbortSignal) => Promise<OpenedBundle | null>
}

export interface OpenedBundle {
  readonly fileName: string
  readonly sizeBytes: number
  /** Destroyed, it closes what it has open. */
  readonly stream: Readable
}

const GONE = 'this clip is not here, or not any more'

export function bundleRoutes(app: App, { clip: clipOf, bundleOf, holding }: BundleDoor): void {
  app.route({
    method: ['GET', 'HEAD'],
    url: '/api/clips/:id/bundle.zip',
    config: { role: 'owner' },
    schema: {
      summary: 'The clip with the original segments around it, their tracks, checksums and a draft of a statement',
      params: ById,
      response: file('application/zip', 'streamed, its size known beforehand'),
    },
    handler: async (request, reply) => {
      const clip = clipOf(request.params.id)
      if (clip === null) throw new Problem(404, GONE)
      if (clip.state !== 'ready') throw new Problem(409, whyNotReady(clip))
      const { segmentIds, open } = await bundleOf(clip)
      const gone = new AbortController()
      const leave = await holding.read(segmentIds)
      const end = (): void => {
        leave()
        gone.abort()
      }
      if (reply.raw.closed) end()
      else reply.raw.once('close', end)

      const bundle = await open(gone.signal).catch((error: unknown) => {
        if (gone.signal.aborted) return null // Nobody is there to be told.
        throw error
      })
      if (bundle === null) throw new Problem(404, GONE)
      return send(request, reply, bundle)
    },
  })
}

function send({ method }: FastifyRequest, reply: FastifyReply, bundle: OpenedBundle): FastifyReply {
  const { fileName, sizeBytes, stream } = bundle
  reply.headers({
    'content-type': 'application/zip',
    'content-length': sizeBytes,
    'content-disposition': `attachment; filename="${fileName}"`,
    'cache-control': 'private, no-store',
    'accept-ranges': 'none',
  })
  if (method === 'GET') return reply.send(stream)
  stream.destroy()
  return reply.send()
}

function whyNotReady({ state, progress, reason }: Clip): string {
  const because = reason === null ? '' : `: ${reason}`
  if (state === 'failed') return `this clip could not be made${because}`
  if (state === 'canceled') return 'this clip was canceled'
  if (state === 'queued') return 'this clip is not ready yet: it waits for its turn'
  return `this clip is not ready yet: ${Math.floor(progress * 100)} % of it is made`
}
