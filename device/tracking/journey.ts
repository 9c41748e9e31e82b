/** The life of a reading: dated, told to viewers at once, made part of a ride, written with the next commit. */
import type { News } from '../../core/link/messages.js'
import type { Log } from '../../core/process/log.js'
import { pause, type Service } from '../../core/process/service.js'
import type { Anchor } from '../../core/ride/clock.js'
import { type Fix, type PublicFix, publicFix, type Reading, type Sky, UNKNOWN_SKY } from '../../core/ride/fix.js'
import type { ReceiverNow, RideNow } from '../../core/ride/now.js'
import type { LeftOut, RideTotals } from '../../core/ride/ride.js'
import type { Batch } from '../../core/store/batch.js'
import { type Store, step } from '../../core/store/store.js'
import type { JudgedFix } from '../../core/store/track.js'
import { createDating, type DatedFix, utcOfFix } from './dating.js'
import type { LeftOff } from './left-off.js'
import { createRouteDrawing } from './route-drawing.js'
import { createTracker, type RideSoFar, type TrackerEvent } from './tracker.js'

export interface JourneyOptions {
  readonly bootId: string
  readonly bootNumber: number
  readonly readings: (signal: AbortSignal) => AsyncIterable<Reading>
  readonly simulated: boolean
  readonly splitAfterMs: number
  readonly newRideId: () => string
  readonly resumed: LeftOff
  readonly store: Pick<Store, 'ride'>
  readonly batch: Batch
  readonly tell: (news: News) => void
  /** What was recorded before can be dated now, or better. */
  readonly onAnchor: () => void
  readonly nowMonoMs: () => number
  readonly log: Log
}

export interface Journey {
  readonly service: Service
  readonly anchor: () => Anchor | null
  readonly rideId: () => string | null
  /** The parts of `Now` that receiver and ride fill. */
  readonly picture: () => {
    fix: PublicFix | null
    receiver: ReceiverNow
    ride: RideNow | null
    fixAgeMs: number | null
  }
}

/** A position older than this is not where the bicycle is. */
const FIX_HOLDS_MS = 5_000
const TELL_RIDE_EVERY_MS = 5_000

export function createJourney(options: JourneyOptions): Journey {
  const { bootId, bootNumber, batch, store, tell, nowMonoMs, log } = options
  const dating = createDating({ bootId, known: options.resumed.anchors, isLive: !options.simulated })
  const tracker = createTracker(options.splitAfterMs, options.newRideId, options.resumed.ride)
  let drawing = createRouteDrawing()
  for (const point of options.resumed.route) drawing.add(point)
  let first: Fix | null = null
  let lastReading: Reading | null = null
  let lastFix: { readonly dated: DatedFix; readonly arrivedMonoMs: number } | null = null
  let timeChangedMonoMs: number | null = null

  const take = (reading: Reading): void => {
    if (reading.receiverUtcMs !== null && reading.receiverUtcMs !== lastReading?.receiverUtcMs) {
      timeChangedMonoMs = reading.at.monoMs
    }
    lastReading = reading
    const { anchor, dated } = dating.take(reading)
    if (dated !== null) {
      tell({ kind: 'fix', fix: publicFix(dated.fix, dated.utcMs) })
      lastFix = { dated, arrivedMonoMs: nowMonoMs() }
      for (const event of tracker.take(dated.fix)) keep(event)
    }
    if (anchor === null) return
    batch.add(step('addAnchor', bootNumber, anchor.anchor))
    options.onAnchor()
    if (anchor.because !== 'minute') log.info('time from satellites', { because: anchor.because, byMs: anchor.byMs })
  }

  const keep = (event: TrackerEvent): void => {
    const { rideId } = event
    switch (event.kind) {
      case 'begun':
        batch.add(
          step('beginRide', { id: rideId, bootNumber, beganMonoMs: event.atMonoMs, simulated: options.simulated }),
          // All footage from before the first fix belongs to the first ride; later rides take what reaches into them.
          step('adoptFootage', rideId, bootNumber, event.isFirst ? 0 : event.atMonoMs),
        )
        drawing = createRouteDrawing()
        first = null
        log.info('a ride begins', { ride: rideId })
        return
      case 'fix':
        first ??= event.fix
        if (event.leftOut === null) drawing.add(event.fix)
        batch.add(step('addFixes', rideId, bootNumber, [judgedOf(event.fix, event.leftOut)]))
        return
      case 'ended':
        carryOn(rideId, event.totals)
        batch.add(step('endRide', rideId))
        log.info('the ride has ended', { ride: rideId })
        void tellRide(rideId)
    }
  }

  /** An earlier fix may be judged again: its time is its own. */
  const judgedOf = (fix: Fix, leftOut: LeftOut | null): JudgedFix => ({
    fix,
    utcMs: utcOfFix(fix, dating.satelliteAnchor()),
    leftOut,
  })

  const carryOn = (rideId: string, totals: RideTotals): void =>
    batch.add(step('carryOnRide', rideId, totals), step('drawRide', rideId, drawing.encoded()))

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

  const startedUtcMs = (): number | null => {
    const { ride, startedUtcMs: known } = options.resumed
    if (ride !== null && tracker.ride()?.id === ride.id && known !== null) return known
    return first === null ? null : utcOfFix(first, dating.satelliteAnchor())
  }

  const listen = async (signal: AbortSignal): Promise<void> => {
    for await (const reading of options.readings(signal)) take(reading)
  }

  const watchRide = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      await pause(TELL_RIDE_EVERY_MS, signal)
      for (const event of tracker.pass(nowMonoMs())) keep(event)
      const ride = tracker.ride()
      if (ride === null) continue
      carryOn(ride.id, ride.totals)
      await tellRide(ride.id)
    }
  }

  return {
    service: {
      name: 'journey',
      run: async (signal) => {
        await Promise.all([listen(signal), watchRide(signal)])
      },
    },
    anchor: dating.anchor,
    rideId: () => tracker.ride()?.id ?? null,
    picture: () => {
      const fixAgeMs = lastFix === null ? null : nowMonoMs() - lastFix.arrivedMonoMs
      const holds = lastFix !== null && fixAgeMs !== null && fixAgeMs < FIX_HOLDS_MS
      return {
        fix: holds && lastFix !== null ? publicFix(lastFix.dated.fix, lastFix.dated.utcMs) : null,
        fixAgeMs,
        receiver: receiverOf(lastReading, timeChangedMonoMs === null ? null : nowMonoMs() - timeChangedMonoMs),
        ride: rideNowOf(tracker.ride(), startedUtcMs()),
      }
    },
  }
}

function receiverOf(reading: Reading | null, ageMs: number | null): ReceiverNow {
  const sky: Sky = reading?.sky ?? UNKNOWN_SKY
  return {
    state: stateOf(reading, ageMs),
    name: reading?.receiver ?? null,
    ...sky,
    ageMs: ageMs === null ? null : Math.round(ageMs),
  }
}

function stateOf(reading: Reading | null, ageMs: number | null): ReceiverNow['state'] {
  if (reading === null) return 'absent'
  if (reading.kind === 'no-fix') return reading.state
  if (ageMs !== null && ageMs > FIX_HOLDS_MS) return 'silent'
  return reading.mode === 3 ? 'fix-3d' : 'fix-2d'
}

function rideNowOf(ride: RideSoFar | null, startedUtcMs: number | null): RideNow | null {
  if (ride === null) return null
  const { distanceM, movingMs, lastFixMonoMs } = ride.totals
  return {
    id: ride.id,
    startedUtcMs: startedUtcMs === null ? null : Math.round(startedUtcMs),
    distanceM: Math.round(distanceM),
    movingMs: Math.round(movingMs),
    elapsedMs: Math.round(lastFixMonoMs - ride.beganMonoMs),
  }
}
