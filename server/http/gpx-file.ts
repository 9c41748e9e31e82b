/** Sends a track as a GPX file, piece by piece and no faster than it is taken. */
import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { TrackPoint } from '../../core/ride/ride.js'
import { type GpxHead, gpxOf } from '../../core/track/gpx.js'

const PIECE_CHARACTERS = 16 * 1024

/** @param points are drawn as the file is sent: what they throw ends it in the middle, which the other end can tell */
export function sendGpx(
  request: FastifyRequest,
  reply: FastifyReply,
  fileName: string,
  head: GpxHead,
  points: Iterable<TrackPoint>,
): FastifyReply {
  reply.headers({
    'content-type': 'application/gpx+xml; charset=utf-8',
    'content-disposition': `attachment; filename="${fileName}"`,
    'cache-control': 'private, no-cache',
  })
  if (request.method === 'HEAD') return reply.send()
  return reply.send(Readable.from(inPieces(gpxOf(head, points))))
}

/**
 * A name that says which day and what: ASCII letters, digits and dashes only, so that it is safe in a header and on any card.
 * @param utcMs milliseconds since 1970; null where unknown
 */
export function fileNameOf(what: string, utcMs: number | null, name: string | null): string {
  const day = utcMs === null ? null : `${new Date(utcMs).toISOString().slice(0, 19).replaceAll(':', '')}Z`
  const told = (name ?? '')
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .replace(/[^A-Za-z0-9]+/g, '-')
    .slice(0, 40)
    .replace(/^-+|-+$/g, '')
  return `${[what, day, told].filter(Boolean).join('-')}.gpx`
}

/** A point is some 200 characters: alone each would be a packet of its own. */
function* inPieces(texts: Iterable<string>): Generator<string> {
  let piece = ''
  for (const text of texts) {
    piece += text
    if (piece.length < PIECE_CHARACTERS) continue
    yield piece
    piece = ''
  }
  if (piece !== '') yield piece
}
