/** The life of a reading: dated, told to viewers at once, made part of a ride, written with the next commit. */
import { pause, type Service } from '../../core/process/service.js'
import type { Anchor } from '../../core/ride/clock.js'
import { type PublicFix, publicFix, type Reading } from '../../core/ride/fix.js'
import type { ReceiverNow, RideNow } from '../../core/ride/now.js'
import type { TrackPoint } from '../../core/ride/ride.js'
import { step } from '../../core/store/store.js'
import { createDating, type DatedFix } from './dating.js'
import { createMemoryTrack } from './memory-track.js'
import { FIX_HOLDS_MS, receiverNowOf } from './receiver-now.js'
import { createRideKeeping, type RideKeepingOptions } from './ride-keeping.js'

export interface JourneyOptions extends Omit<RideKeepingOptions, 'satelliteAnchor' | 'anchor' | 'onPoint'> {
  readonly bootId: string
  readonly readings: (signal: AbortSignal) => AsyncIterable<Reading>
  /** What was recorded before can be dated now, or better. */
  readonly onAnchor: () => void
  readonly nowMonoMs: () => number
}

export interface Journey {
  readonly service: Service
  readonly anchor: () => Anchor | null
  readonly rideId: () => string | null
  /** Tells everybody a ride as the catalogue has it; never throws. */
  readonly tellRide: (rideId: string) => Promise<void>
  /** Begins a ride, where none is on, whether there is a fix or not. */
  readonly begin: () => void
  /** Ends the ride; the next begins with begin() only. */
  readonly stop: () => void
  /** A page of the track of the last half hour, from memory: whether the card takes it or not. */
  readonly recall: (afterMonoMs: number | null) => { readonly points: readonly TrackPoint[]; readonly isLast: boolean }
  /** A phone says what time it is, ms since 1970. */
  readonly offerClock: (utcMs: number) => void
  /** The parts of `Now` that receiver and ride fill. */
  readonly picture: () => {
    fix: PublicFix | null
    receiver: ReceiverNow
    ride: RideNow | null
    fixAgeMs: number | null
  }
}

const SECOND_MS = 1_000
const TELL_RIDE_EVERY_S = 5

export function createJourney(options: JourneyOptions): Journey {
  const { bootId, bootNumber, batch, tell, nowMonoMs, log } = options
  const dating = createDating({ bootId, known: options.resumed.anchors, isLive: !options.simulated })
  const memory = createMemoryTrack(bootNumber)
  const { satelliteAnchor, anchor } = dating
  const rides = createRideKeeping({ ...options, satelliteAnchor, anchor, onPoint: memory.take })
  let lastReading: Reading | null = null
  let lastFix: { readonly dated: DatedFix; readonly arrivedMonoMs: number } | null = null
  let timeChangedMonoMs: number | null = null

  const take = (reading: Reading): void => {
    if (reading.receiverUtcMs !== null && reading.receiverUtcMs !== lastReading?.receiverUtcMs) {
      timeChangedMonoMs = reading.at.monoMs
    }
    lastReading = reading
    const { anchor, dated } = dating.take(reading)
    if (dated === null) rides.lost()
    else {
      tell({ kind: 'fix', fix: publicFix(dated.fix, dated.utcMs) })
      lastFix = { dated, arrivedMonoMs: nowMonoMs() }
      rides.take(dated.fix)
    }
    if (anchor !== null) {
      keepAnchor(anchor.anchor)
      if (anchor.because !== 'minute' && anchor.because !== 'refined')
        log.info('time from satellites', { because: anchor.because, byMs: anchor.byMs })
    }
    rides.look(reading.at.monoMs)
  }

  const keepAnchor = (anchor: Anchor): void => {
    batch.add(step('addAnchor', bootNumber, anchor))
    options.onAnchor()
  }

  const listen = async (signal: AbortSignal): Promise<void> => {
    for await (const reading of options.readings(signal)) take(reading)
  }

  const watchRide = async (signal: AbortSignal): Promise<void> => {
    for (let second = 1; !signal.aborted; second++) {
      await pause(SECOND_MS, signal)
      rides.pass(nowMonoMs())
      rides.writeTotals()
      if (second % TELL_RIDE_EVERY_S === 0 || signal.aborted) await rides.tellRide()
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
    recall: (afterMonoMs) => memory.after(afterMonoMs, satelliteAnchor()),
    rideId: rides.rideId,
    tellRide: rides.tell,
    begin: () => rides.begin(nowMonoMs()),
    stop: () => rides.stop(nowMonoMs()),
    offerClock: (utcMs) => {
      const anchor = dating.offer(utcMs, nowMonoMs())
      if (anchor === null) return
      keepAnchor(anchor)
      log.info('time from a phone', { utcMs })
    },
    picture: () => {
      const fixAgeMs = lastFix === null ? null : nowMonoMs() - lastFix.arrivedMonoMs
      const holds = lastFix !== null && fixAgeMs !== null && fixAgeMs < FIX_HOLDS_MS
      return {
        fix: holds && lastFix !== null ? publicFix(lastFix.dated.fix, lastFix.dated.utcMs) : null,
        fixAgeMs,
        receiver: receiverNowOf(lastReading, timeChangedMonoMs, nowMonoMs()),
        ride: rides.now(nowMonoMs(), holds),
      }
    },
  }
}
