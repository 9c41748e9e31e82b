/** The track of a ride as a file for other programs: every kept point, or those that may be seen. */
import { ById, TrackFileQuery } from '../../core/api/queries.js'
import type { Ride, TrackPoint } from '../../core/ride/ride.js'
import type { SettingsInForce } from '../../core/ride/settings.js'
import type { Period } from '../../core/track/period.js'
import { selected } from '../../core/track/selection.js'
import { TRACK_FORMATS, trackFormats } from '../../core/track/track-format.js'
import type { TrackHead } from '../../core/track/track-head.js'
import { file } from './answers.js'
import type { App } from './app.js'
import type { Catalogue } from './catalogue.js'
import { Problem } from './problem.js'
import { rideOf } from './rides.js'
import { visitorOf } from './roles.js'
import { fileNameOf, sendTrack } from './track-file.js'
import { hiddenIn, NOTHING_HIDDEN, pointsOf } from './track-points.js'

export interface TrackFilesDoor {
  readonly catalogue: Catalogue
  readonly settingsInForce: () => SettingsInForce
}

export function trackFileRoutes(app: App, { catalogue, settingsInForce }: TrackFilesDoor): void {
  for (const format of trackFormats) {
    const { mime, standard } = TRACK_FORMATS[format]
    app.route({
      method: ['GET', 'HEAD'],
      url: `/api/rides/:id/track.${format}`,
      config: { role: 'viewer' },
      schema: {
        summary: `Every kept point as ${standard}; with a period, those whose time is known and lies in it`,
        params: ById,
        querystring: TrackFileQuery,
        response: file(mime, 'streamed'),
      },
      handler: async (request, reply) => {
        const ride = rideOf(request, catalogue, request.params.id)
        const { privacy, ...period } = request.query
        requireForward(period)
        const isHiding = privacy === 'on' || visitorOf(request).role === 'viewer'
        const { hidden, until } = isHiding ? await hiddenIn(catalogue, ride.id, settingsInForce()) : NOTHING_HIDDEN
        const points = selected(pointsOf(catalogue, ride.id), { period, hidden, until })
        const { head, all } = isHiding ? withoutBeginning(ride, points) : { head: headOf(ride), all: points }
        const fileName = fileNameOf('ride', head.utcMs, ride.name, format)
        return sendTrack(request, reply, { format, fileName, head: { ...head, hidden }, points: all })
      },
    })
  }
}

/** @throws 400 where it ends before it begins */
function requireForward({ fromUtcMs, toUtcMs }: Period): void {
  if (fromUtcMs !== undefined && toUtcMs !== undefined && toUtcMs < fromUtcMs)
    throw new Problem(400, 'toUtcMs is before fromUtcMs')
}

const headOf = ({ id, name, startedUtcMs, simulated }: Ride): TrackHead => ({
  name: name ?? `ride ${id}`,
  utcMs: startedUtcMs,
  simulated,
})

/** When the ride began in a zone is nobody's business: the file begins with its first visible point. */
function withoutBeginning(ride: Ride, points: Generator<TrackPoint>) {
  const first = points.next()
  const begun = first.done === true ? [] : [first.value]
  return { head: { ...headOf(ride), utcMs: begun[0]?.utcMs ?? null }, all: following(begun, points) }
}

function* following(begun: readonly TrackPoint[], points: Iterable<TrackPoint>): Generator<TrackPoint> {
  yield* begun
  yield* points
}
