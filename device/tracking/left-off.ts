/** What a device that is begun again in the same boot goes on with. */
import type { Anchor } from '../../core/ride/clock.js'
import type { LatLon } from '../../core/ride/geo.js'
import type { Store } from '../../core/store/store.js'
import type { RideSoFar } from './tracker.js'

export interface LeftOff {
  /** The ride that had not ended, its start and its points so far. */
  readonly ride: RideSoFar | null
  readonly startedUtcMs: number | null
  readonly route: readonly LatLon[]
  /** The last one of this boot. */
  readonly anchor: Anchor | null
}

export async function leftOffAt(
  store: Pick<Store, 'anchorsOf' | 'pointsAfter' | 'ride' | 'rideInProgress'>,
  bootNumber: number,
): Promise<LeftOff> {
  const anchor = (await store.anchorsOf(bootNumber)).at(-1) ?? null
  const ride = await store.rideInProgress(bootNumber)
  if (ride === null) return { ride: null, startedUtcMs: null, route: [], anchor }
  const route: LatLon[] = []
  for (let afterMonoMs = -1; ; ) {
    const points = await store.pointsAfter(ride.id, afterMonoMs)
    route.push(...points.map(({ latDeg, lonDeg }) => ({ latDeg, lonDeg })))
    const last = points.at(-1)
    if (last === undefined) break
    afterMonoMs = last.monoMs
  }
  const startedUtcMs = (await store.ride(ride.id))?.startedUtcMs ?? null
  return { ride: { ...ride, lastPosition: route.at(-1) ?? null }, startedUtcMs, route, anchor }
}
