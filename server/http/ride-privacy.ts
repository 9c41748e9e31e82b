/** What an export with privacy on would leave out of a ride, told before anything leaves. */
import { MOST_HIDDEN_LISTED, type RidePrivacy, RidePrivacyShape } from '../../core/api/privacy.js'
import { ById, MOST_ITEMS } from '../../core/api/queries.js'
import { distanceM } from '../../core/ride/geo.js'
import { isGap, type TrackPoint } from '../../core/ride/ride.js'
import type { SegmentOnCard } from '../../core/store/footage.js'
import type { Listed } from '../../core/store/listing.js'
import { type HiddenSpan, hiddenMsOf, hidesBetween, isHidden } from '../../core/track/privacy.js'
import { isBehind } from '../../core/track/selection.js'
import { json } from './answers.js'
import type { App } from './app.js'
import type { Catalogue } from './catalogue.js'
import { rideOf } from './rides.js'
import type { TrackFilesDoor } from './track-files.js'
import { eachPoint, hiddenIn } from './track-points.js'

export function ridePrivacyRoutes(app: App, { catalogue, settingsInForce }: TrackFilesDoor): void {
  app.route({
    method: 'GET',
    url: '/api/rides/:id/privacy',
    config: { role: 'owner' },
    schema: {
      summary: 'What an export with privacy on would leave out',
      params: ById,
      response: json(RidePrivacyShape),
    },
    handler: async (request) => {
      const { id } = rideOf(request, catalogue, request.params.id)
      const settings = settingsInForce()
      const { hidden, until } = await hiddenIn(catalogue, id, settings)
      const track = tallyOf(hidden)
      await eachPoint(catalogue, id, (point) => {
        if (!isBehind(point, until)) track.take(point)
      })
      return {
        rideId: id,
        zones: [...settings.privacy.zones],
        hiddenSpans: hidden.length,
        hidden: hidden.slice(0, MOST_HIDDEN_LISTED).map(({ fromUtcMs, toUtcMs }) => ({ fromUtcMs, toUtcMs })),
        ...track.told(),
        video: videoOf(catalogue, id, hidden),
      }
    },
  })
}

function tallyOf(hidden: readonly HiddenSpan[]) {
  const points = { hidden: 0, visible: 0 }
  const distances = { hidden: 0, visible: 0 }
  let firstVisible: TrackPoint | null = null
  let lastVisible: TrackPoint | null = null
  let last: TrackPoint | null = null

  return {
    take: (point: TrackPoint): void => {
      const isVisible = !isHidden(point, hidden)
      points[isVisible ? 'visible' : 'hidden'] += 1
      if (last !== null && !isGap(last, point)) {
        const isTold = isVisible && last === lastVisible && !hidesBetween(hidden, last, point)
        distances[isTold ? 'visible' : 'hidden'] += distanceM(last, point)
      }
      if (isVisible) {
        firstVisible ??= point
        lastVisible = point
      }
      last = point
    },
    told: (): Pick<RidePrivacy, 'points' | 'distanceM' | 'firstVisibleUtcMs' | 'lastVisibleUtcMs'> => ({
      points,
      distanceM: { hidden: Math.round(distances.hidden), visible: Math.round(distances.visible) },
      firstVisibleUtcMs: firstVisible?.utcMs ?? null,
      lastVisibleUtcMs: lastVisible?.utcMs ?? null,
    }),
  }
}

/** Of what is there: what made room leaves with nobody. */
function videoOf(catalogue: Catalogue, rideId: string, hidden: readonly HiddenSpan[]): RidePrivacy['video'] {
  const cameras = new Map<string, { hiddenMs: number; visibleMs: number }>()
  let cursor: string | null = null
  do {
    const listing = { limit: MOST_ITEMS, cursor }
    const page: Listed<SegmentOnCard> = catalogue.ask((reading) => reading.segments(rideId, null, listing))
    for (const { camera, bootNumber, startMonoMs, durationMs, state } of page.items) {
      if (state === 'swept') continue
      const ms = hiddenMsOf({ part: bootNumber, monoMs: startMonoMs }, durationMs, hidden)
      const told = cameras.get(camera) ?? { hiddenMs: 0, visibleMs: 0 }
      cameras.set(camera, { hiddenMs: told.hiddenMs + ms, visibleMs: told.visibleMs + durationMs - ms })
    }
    cursor = page.next
  } while (cursor !== null)
  return [...cameras].map(([camera, { hiddenMs, visibleMs }]) => ({
    camera,
    hiddenMs: Math.round(hiddenMs),
    visibleMs: Math.round(visibleMs),
  }))
}
