/** The track of the last half hour as the device has it in memory: it can be had while the card fails. */
import type { Ask } from '../../core/link/messages.js'
import type { Now } from '../../core/ride/now.js'
import type { TrackPoint } from '../../core/ride/ride.js'
import { file } from './answers.js'
import type { App } from './app.js'
import { fileNameOf, sendGpx } from './gpx-file.js'
import { askFor } from './wishing.js'

/** Half an hour at 10 Hz is 18,000 points. */
const MOST_POINTS = 40_000

export function recalledTrackRoutes(app: App, ask: Ask, lastNow: () => Now | null): void {
  app.route({
    method: ['GET', 'HEAD'],
    url: '/api/live/track.gpx',
    config: { role: 'owner' },
    schema: {
      summary:
        'The track of the last half hour from the memory of the device, as GPX 1.1: there even where the card fails',
      response: file('application/gpx+xml', 'without points where there was no fix'),
    },
    handler: async (request, reply) => {
      const points = await recalled(ask)
      const utcMs = points.find((point) => point.utcMs !== null)?.utcMs ?? null
      const head = { name: 'the last half hour', utcMs, simulated: lastNow()?.simulated ?? false }
      return sendGpx(request, reply, fileNameOf('track', utcMs, null), head, points)
    },
  })
}

/** @throws Problem where the device is away */
async function recalled(ask: Ask): Promise<TrackPoint[]> {
  const points: TrackPoint[] = []
  while (points.length < MOST_POINTS) {
    const outcome = await askFor(ask, { kind: 'recall-track', afterMonoMs: points.at(-1)?.monoMs ?? null })
    points.push(...outcome.points)
    if (outcome.isLast) break
  }
  return points
}
