/** Sends a track as a GPX file. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { TrackPoint } from '../../core/ride/ride.js'
import type { TrackHead } from '../../core/track/track-head.js'
import * as track from './track-file.js'

/** @param points are drawn as the file is sent: what they throw ends it in the middle, which the other end can tell */
export const sendGpx = (
  request: FastifyRequest,
  reply: FastifyReply,
  fileName: string,
  head: TrackHead,
  points: Iterable<TrackPoint>,
): FastifyReply => track.sendTrack(request, reply, { format: 'gpx', fileName, head, points })

/** As for every track. @param utcMs milliseconds since 1970; null where unknown */
export const fileNameOf = (what: string, utcMs: number | null, name: string | null): string =>
  track.fileNameOf(what, utcMs, name, 'gpx')
