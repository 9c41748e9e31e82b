/** The points of a ride's track, page by page out of the catalogue, whole or without what privacy zones hide. */
import { setImmediate as letOthersRun } from 'node:timers/promises'
import type { TrackPoint } from '../../core/ride/ride.js'
import type { SettingsInForce } from '../../core/ride/settings.js'
import { watchForZones } from '../../core/track/privacy.js'
import type { Selection } from '../../core/track/selection.js'
import type { Catalogue } from './catalogue.js'

/** Each page is a read of its own: none holds up a checkpoint, however slowly the other end takes them. */
export function* pagesOf(catalogue: Pick<Catalogue, 'ask'>, rideId: string): Generator<TrackPoint[]> {
  let last: TrackPoint | null = null
  for (;;) {
    const behind: TrackPoint | null = last
    const page: TrackPoint[] = catalogue.ask((reading) => reading.pointsAfter(rideId, behind))
    last = page.at(-1) ?? null
    if (last === null) return
    yield page
  }
}

export function* pointsOf(catalogue: Pick<Catalogue, 'ask'>, rideId: string): Generator<TrackPoint> {
  for (const page of pagesOf(catalogue, rideId)) yield* page
}

/** Hands on all points of a ride; between two pages others have their turn. */
export async function eachPoint(
  catalogue: Pick<Catalogue, 'ask'>,
  rideId: string,
  take: (point: TrackPoint) => void,
): Promise<void> {
  for (const page of pagesOf(catalogue, rideId)) {
    for (const point of page) take(point)
    await letOthersRun()
  }
}

export type Hiding = Pick<Selection, 'hidden' | 'until'>
export const NOTHING_HIDDEN: Hiding = { hidden: [], until: null }

/** What of a ride, as far as it goes now, the zones in force hide. */
export async function hiddenIn(
  catalogue: Pick<Catalogue, 'ask'>,
  rideId: string,
  { privacy, privacySecret }: SettingsInForce,
): Promise<Hiding> {
  if (privacy.zones.length === 0) return NOTHING_HIDDEN
  const watch = watchForZones(privacy.zones, privacySecret)
  let until: TrackPoint | null = null
  await eachPoint(catalogue, rideId, (point) => {
    watch.look(point)
    until = point
  })
  return { hidden: watch.spans(), until }
}
