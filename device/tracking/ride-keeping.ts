/** Keeps what the tracker makes of the fixes: rides and their points go into the catalogue, and everyone is told. */
import type { News } from '../../core/link/messages.js'
import type { Log } from '../../core/process/log.js'
import type { Anchor } from '../../core/ride/clock.js'
import type { Fix } from '../../core/ride/fix.js'
import type { LatLon } from '../../core/ride/geo.js'
import type { RideNow } from '../../core/ride/now.js'
import { decodePolyline } from '../../core/ride/polyline.js'
import type { LeftOut } from '../../core/ride/ride.js'
import type { Batch } from '../../core/store/batch.js'
import { type Step, type Store, step } from '../../core/store/store.js'
import type { JudgedFix } from '../../core/store/track.js'
import { startOf, utcOfFix } from './dating.js'
import { createIncidentDetector, type NoticedIncident } from './incident-detector.js'
import type { LeftOff } from './left-off.js'
import { rideNowOf } from './ride-now.js'
import { createRouteDrawing } from './route-drawing.js'
import { createTracker, type RideBegins, type TrackerEvent } from './tracker.js'

export interface RideKeepingOptions {
  readonly bootNumber: number
  readonly simulated: boolean
  readonly begin: RideBegins
  readonly splitAfterMs: number
  readonly newRideId: () => string
  readonly resumed: LeftOff
  readonly store: Pick<Store, 'ride'>
  readonly batch: Batch
  readonly tell: (news: News) => void
  /** A fix is part of the track; the completed form of the last one comes again. */
  readonly onPoint: (fix: Fix) => void
  /** A ride is on from now on, or no longer. */
  readonly onRide: (isOn: boolean) => void
  /** Hard braking, or a crash, some seconds ago; null or absent: nobody looks for one. */
  readonly onIncident?: ((incident: NoticedIncident) => void) | null
  /** IANA name of the zone at a place; null where nobody knows. */
  readonly timeZoneAt: (place: LatLon) => string | null
  readonly satelliteAnchor: () => Anchor | null
  /** The best there is, a phone's where there are no satellites. */
  readonly anchor: () => Anchor | null
  readonly log: Log
}

export interface RideKeeping {
  readonly take: (fix: Fix) => void
  /** The receiver does not know where it is. */
  readonly lost: () => void
  /** Time passes, fixes or not. */
  readonly pass: (nowMonoMs: number) => void
  readonly begin: (atMonoMs: number) => void
  readonly stop: (atMonoMs: number) => void
  /** The time is known, or better: whether the ride goes on from before a power cut can be told now. */
  readonly look: (nowMonoMs: number) => void
  /** Keeps what the ride adds up to so far with the next commit: a power cut costs no more of it than of the track. */
  readonly writeTotals: () => void
  /** Commits the ride so far, and tells it. */
  readonly tellRide: () => Promise<void>
  /** Commits what waits, and tells a ride as the catalogue has it; never throws. */
  readonly tell: (rideId: string) => Promise<void>
  readonly rideId: () => string | null
  /** @param isHere whether a fix tells where it is at this moment: what nobody sees does not pause */
  readonly now: (nowMonoMs: number, isHere: boolean) => RideNow | null
}

export function createRideKeeping(options: RideKeepingOptions): RideKeeping {
  const { bootNumber, simulated, splitAfterMs, resumed, store, batch, tell, satelliteAnchor, log } = options
  const tracker = createTracker({
    splitAfterMs,
    newRideId: options.newRideId,
    begin: options.begin,
    resumed: resumed.ride,
    hadRide: resumed.hadRide,
  })
  const { onIncident = null } = options
  const detector = onIncident === null ? null : createIncidentDetector()
  let drawing = createRouteDrawing(resumed.route)
  let startedUtcMs = resumed.startedUtcMs
  let first: Fix | null = null
  /** The ride of an earlier boot, until it is known whether it goes on. */
  let before = resumed.before

  const keep = (event: TrackerEvent, isStopped = false): void => {
    const { rideId } = event
    switch (event.kind) {
      case 'begun':
        batch.add(
          step('beginRide', {
            ...{ id: rideId, bootNumber, simulated, beganMonoMs: event.atMonoMs },
            ...startOf(event.atMonoMs, options.anchor()),
          }),
          // All footage from before the first ride belongs to it; later rides take what reaches into them.
          step('adoptFootage', rideId, bootNumber, event.isFirst ? 0 : event.atMonoMs),
          step('adoptIncidents', rideId, bootNumber),
        )
        drawing = createRouteDrawing()
        startedUtcMs = null
        first = null
        log.info('a ride begins', { ride: rideId })
        options.onRide(true)
        return
      case 'fix':
        if (event.leftOut === null) addToRide(rideId, event.fix)
        batch.add(step('addFixes', rideId, bootNumber, [judgedOf(event.fix, event.leftOut)]))
        return
      case 'joined':
        batch.add(step('joinRides', rideId, event.part))
        log.info('the ride goes on from before the power cut', { ride: rideId })
        return
      case 'ended':
        batch.add(step('carryOnRide', rideId, event.totals), ...drawn(rideId))
        batch.add(step('endRide', rideId, isStopped))
        log.info('the ride has ended', { ride: rideId })
        options.onRide(false)
        void tellRide(rideId)
    }
  }

  const addToRide = (rideId: string, fix: Fix): void => {
    drawing.add(fix)
    options.onPoint(fix)
    const incident = detector?.take(fix) ?? null
    if (incident !== null) onIncident?.(incident)
    if (first !== null) return
    first = fix
    const timeZone = options.timeZoneAt(fix)
    if (timeZone !== null) batch.add(step('setTimeZone', rideId, timeZone))
  }

  /** An earlier fix may be judged again: its time is its own. */
  const judgedOf = (fix: Fix, leftOut: LeftOut | null): JudgedFix => ({
    fix,
    utcMs: utcOfFix(fix, satelliteAnchor()),
    leftOut,
  })

  const drawn = (rideId: string): Step[] =>
    drawing.points().length === 0 ? [] : [step('drawRide', rideId, drawing.encoded())]

  /** Commits what belongs to a ride and tells everyone; its trouble is the log's, not the ride's. */
  const tellRide = async (rideId: string): Promise<void> => {
    try {
      await batch.commit()
      const ride = await store.ride(rideId)
      if (ride !== null) tell({ kind: 'ride', ride })
    } catch (error) {
      log.warn('a ride could not be told', { ride: rideId, error })
    }
  }

  const keepAll = (events: readonly TrackerEvent[], isStopped = false): void => {
    for (const event of events) keep(event, isStopped)
  }

  const begin = (atMonoMs: number): void => keepAll(tracker.begin(atMonoMs))

  /** Whether a ride of this boot that began then is the same as the one before the power was cut. */
  const goesOn = (beganUtcMs: number): boolean => {
    if (before === null || before.isStopped || before.simulated !== simulated) return false
    const restedMs = beganUtcMs - before.lastMovedUtcMs
    return restedMs >= 0 && restedMs < splitAfterMs
  }

  const look = (nowMonoMs: number): void => {
    const offsetMs = satelliteAnchor()?.utcMinusMonoMs
    if (before === null || offsetMs === undefined) return
    // Somebody who begins rides by hand has not ended this one.
    if (options.begin === 'manual' && resumed.word === null && goesOn(nowMonoMs + offsetMs)) begin(nowMonoMs)
    const ride = tracker.ride()
    if (ride === null || ride.firstFixMonoMs === null) return
    const earlier = before
    const isSame = goesOn(ride.beganMonoMs + offsetMs)
    before = null
    if (!isSame) return
    const sinceLastFixMs = ride.firstFixMonoMs + offsetMs - earlier.lastFixUtcMs
    keepAll(tracker.join({ id: earlier.id, totals: earlier.totals, sinceLastFixMs }))
    drawing = createRouteDrawing([...decodePolyline(earlier.preview ?? ''), ...drawing.points()])
    startedUtcMs = earlier.startedUtcMs
    void tellRide(earlier.id)
  }

  return {
    begin,
    look,
    stop: (atMonoMs) => {
      before = null
      keepAll(tracker.stop(atMonoMs), true)
    },
    take: (fix) => keepAll(tracker.take(fix)),
    lost: () => detector?.lost(),
    pass: (nowMonoMs) => keepAll(tracker.pass(nowMonoMs)),
    writeTotals: () => {
      const ride = tracker.ride()
      if (ride !== null) batch.add(step('carryOnRide', ride.id, ride.totals))
    },
    tellRide: async () => {
      const rideId = tracker.ride()?.id
      if (rideId === undefined) return
      batch.add(...drawn(rideId))
      await tellRide(rideId)
    },
    tell: tellRide,
    rideId: () => tracker.ride()?.id ?? null,
    now: (nowMonoMs, isHere) => {
      const ride = tracker.ride()
      if (ride === null) return null
      startedUtcMs ??= first === null ? null : utcOfFix(first, satelliteAnchor())
      return rideNowOf(ride, startedUtcMs, isHere && tracker.isPaused(), nowMonoMs)
    },
  }
}
