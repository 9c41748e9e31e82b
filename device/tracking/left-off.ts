/** What a device that is begun again in the same boot goes on with. */
import type { Anchor } from '../../core/ride/clock.js'
import type { LatLon } from '../../core/ride/geo.js'
import type { TrackPoint } from '../../core/ride/ride.js'
import type { RideBefore } from '../../core/store/rides.js'
import type { Store } from '../../core/store/store.js'
import type { RideSoFar } from './tracker.js'

export interface LeftOff {
  /** The ride that had not ended, its start and its points so far. */
  readonly ride: RideSoFar | null
  readonly startedUtcMs: number | null
  readonly route: readonly LatLon[]
  /** The last ride of an earlier boot, where it is still to be found out whether it goes on. */
  readonly before: RideBefore | null
  /** This boot has had a ride, in progress or not. */
  readonly hadRide: boolean
  /** What the rider last said in this boot of recording; null where he said nothing. */
  readonly word: boolean | null
  /** Of this boot, in order. */
  readonly anchors: readonly Anchor[]
}

type LeftOffStore = Pick<
  Store,
  'anchorsOf' | 'endRide' | 'hasRideOf' | 'pointsAfter' | 'recordingWord' | 'ride' | 'rideBefore' | 'rideInProgress'
>

/**
 * A ride whose last fix is older than the split time has ended meanwhile; of one that never had a fix nobody can tell.
 * @param splitAfterMs infinite where only the rider ends a ride
 */
export async function leftOffAt(
  store: LeftOffStore,
  bootNumber: number,
  nowMonoMs: number,
  splitAfterMs: number,
): Promise<LeftOff> {
  const anchors = await store.anchorsOf(bootNumber)
  const word = await store.recordingWord(bootNumber)
  const open = await store.rideInProgress(bootNumber)
  const hasEnded = open !== null && open.totals.bounds !== null && nowMonoMs - open.totals.lastFixMonoMs >= splitAfterMs
  if (hasEnded) await store.endRide(open.id)
  const ride = hasEnded ? null : open
  const known = {
    before: await store.rideBefore(bootNumber),
    hadRide: await store.hasRideOf(bootNumber),
    word,
    anchors,
  }
  if (ride === null) return { ...known, ride: null, startedUtcMs: null, route: [] }
  const route: LatLon[] = []
  let firstFixMonoMs: number | null = null
  let last: TrackPoint | null = null
  do {
    const points: TrackPoint[] = await store.pointsAfter(ride.id, last)
    route.push(...points.map(({ latDeg, lonDeg }) => ({ latDeg, lonDeg })))
    firstFixMonoMs ??= points.find(({ part }) => part === bootNumber)?.monoMs ?? null
    last = points.at(-1) ?? null
  } while (last !== null)
  const startedUtcMs = (await store.ride(ride.id))?.startedUtcMs ?? null
  return { ...known, ride: { ...ride, firstFixMonoMs, lastPosition: route.at(-1) ?? null }, startedUtcMs, route }
}
