/** Sends a track as a file, piece by piece and no faster than it is taken. */
import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { TrackPoint } from '../../core/ride/ride.js'
import { inPieces, TRACK_FORMATS, type TrackFormat } from '../../core/track/track-format.js'
import type { TrackHead } from '../../core/track/track-head.js'

export interface TrackFile {
  readonly format: TrackFormat
  readonly fileName: string
  readonly head: TrackHead
  /** Drawn as the file is sent: what they throw ends it in the middle, which the other end can tell. */
  readonly points: Iterable<TrackPoint>
}

export function sendTrack(
  { method }: FastifyRequest,
  reply: FastifyReply,
  { format, fileName, head, points }: TrackFile,
): FastifyReply {
  const { mime, write } = TRACK_FORMATS[format]
  reply.headers({
    'content-type': `${mime}; charset=utf-8`,
    'content-disposition': `attachment; filename="${fileName}"`,
    'cache-control': 'private, no-cache',
  })
  if (method === 'HEAD') return reply.send()
  return reply.send(Readable.from(inPieces(write(head, points))))
}

/**
 * A name that says which day and what: ASCII letters, digits and dashes only, so that it is safe in a header and on any card.
 * @param utcMs milliseconds since 1970; null where unknown
 */
export function fileNameOf(what: string, utcMs: number | null, name: string | null, format: TrackFormat): string {
  const day = utcMs === null ? null : `${new Date(utcMs).toISOString().slice(0, 19).replaceAll(':', '')}Z`
  const told = (name ?? '')
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .replace(/[^A-Za-z0-9]+/g, '-')
    .slice(0, 40)
    .replace(/^-+|-+$/g, '')
  return `${[what, day, told].filter(Boolean).join('-')}${TRACK_FORMATS[format].ending}`
}
