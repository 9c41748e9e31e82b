/** What a device that is begun again in the same boot goes on with. */
import type { Anchor } from '../../core/ride/clock.js'
import type { LatLon } from '../../core/ride/geo.js'
import type { TrackPoint } from '../../core/ride/ride.js'
import type { Store } from '../../core/store/store.js'
import type { RideSoFar } from './tracker.js'

export interface LeftOff {
  /** The ride that had not ended, its start and its points so far. */
  readonly ride: RideSoFar | null
  readonly startedUtcMs: number | null
  readonly route: readonly LatLon[]
  /** Of this boot, in order. */
  readonly anchors: readonly Anchor[]
}

export async function leftOffAt(
  store: Pick<Store, 'anchorsOf' | 'pointsAfter' | 'ride' | 'rideInProgress'>,
  bootNumber: number,
): Promise<LeftOff> {
  const anchors = await store.anchorsOf(bootNumber)
  const ride = await store.rideInProgress(bootNumber)
  if (ride === null) return { ride: null, startedUtcMs: null, route: [], anchors }
  const route: LatLon[] = []
  let last: TrackPoint | null = null
  do {
    const points: TrackPoint[] = await store.pointsAfter(ride.id, last)
    route.push(...points.map(({ latDeg, lonDeg }) => ({ latDeg, lonDeg })))
    last = points.at(-1) ?? null
  } while (last !== null)
  const startedUtcMs = (await store.ride(ride.id))?.startedUtcMs ?? null
  return { ride: { ...ride, lastPosition: route.at(-1) ?? null }, startedUtcMs, route, anchors }
}
