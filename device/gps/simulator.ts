/** A receiver without a plug: rides the simulated ride, and says so in the words of gpsd. */
import { monoNowMs } from '../../core/process/boot.js'
import { pause } from '../../core/process/service.js'
import { EARLIEST_UTC_MS } from '../../core/ride/clock.js'
import type { Play } from './gpsd-server.js'
import { type SimulatedEpoch, simulatedRide } from './simulated-ride.js'

export interface SimulatorOptions {
  readonly rateHz: number
  /** The same seed rides the same ride. */
  readonly seed: number
  /** How long it looks for satellites, beyond the few epochs it always needs. */
  readonly startDelayS: number
}

export const SIMULATOR = 'simulator'

const EPOCHS_WITHOUT_FIX = 3
/** Held up longer than this, it leaves out what it missed: a receiver does not wait either. */
const CATCHES_UP_MS = 1_000
const SKY_EVERY_MS = 1_000

/**
 * @param wallClockMs what the host believes, asked once. It plays the satellites here, so it must give a time of day from
 *   outside our own clock; nothing else may. A host that believes it is 1970 gets the earliest time a receiver may tell.
 */
export function simulatorOf(options: SimulatorOptions, wallClockMs: () => number = Date.now): Play {
  const periodMs = 1000 / options.rateHz
  return {
    device: SIMULATOR,
    lines: async function* (signal) {
      const hostMs = Math.max(wallClockMs(), EARLIEST_UTC_MS)
      // Receivers tell round times; the monotonic clock then carries on from there, whatever the host's clock does.
      const startUtcMs = Math.ceil(hostMs / periodMs) * periodMs
      const startMonoMs = monoNowMs() + startUtcMs - hostMs
      for (const { elapsedMs, lines } of simulatedEpochs(options, startUtcMs)) {
        const lateMs = monoNowMs() - startMonoMs - elapsedMs
        if (lateMs > CATCHES_UP_MS) continue
        if (lateMs < 0) await pause(-lateMs, signal)
        if (signal.aborted) return
        yield* lines
      }
    },
  }
}

interface SimulatedLines {
  readonly elapsedMs: number
  readonly lines: readonly string[]
}

/** What is to be said of each epoch and when, without waiting for it. Endless. */
export function* simulatedEpochs(
  options: SimulatorOptions,
  startUtcMs: number,
): Generator<SimulatedLines, never, void> {
  const { rateHz, seed, startDelayS } = options
  const periodMs = 1000 / rateHz
  const searching = EPOCHS_WITHOUT_FIX + Math.ceil(startDelayS * rateHz)
  const ride = simulatedRide(seed, periodMs)
  for (let count = 0; ; count += 1) {
    const elapsedMs = count * periodMs
    const time = new Date(startUtcMs + elapsedMs).toISOString()
    const hasFix = count >= searching
    const isSkyDue =
      count === 0 || Math.floor(elapsedMs / SKY_EVERY_MS) > Math.floor((elapsedMs - periodMs) / SKY_EVERY_MS)
    const tpv = hasFix
      ? tpvLine(time, ride.next().value)
      : `{"class":"TPV","device":"${SIMULATOR}","mode":1,"time":"${time}"}`
    yield { elapsedMs, lines: isSkyDue ? [tpv, skyLine(hasFix)] : [tpv] }
  }
}

/** Mean sea level against the ellipsoid around 48 N 11 E. */
const GEOID_M = 46.5

function tpvLine(time: string, epoch: SimulatedEpoch): string {
  const { latDeg, lonDeg, altitudeM, speedMps, climbMps, courseDeg, accuracyM } = epoch
  const altMsl = altitudeM.toFixed(4)
  const place = `"lat":${latDeg.toFixed(9)},"lon":${lonDeg.toFixed(9)}`
  const height = `"altHAE":${(altitudeM + GEOID_M).toFixed(4)},"altMSL":${altMsl},"alt":${altMsl}`
  const motion = `"track":${courseDeg.toFixed(4)},"speed":${speedMps.toFixed(3)},"climb":${climbMps.toFixed(3)}`
  const head = `{"class":"TPV","device":"${SIMULATOR}","status":8,"mode":3,"time":"${time}","ept":0.005`
  return `${head},${place},${height},${motion},"leapseconds":18,"eph":${accuracyM.toFixed(3)}}`
}

const SATELLITES = Array.from({ length: 12 }, (_, index) => ({
  PRN: 2 + index * 2,
  el: 5 + ((index * 29) % 80),
  az: (index * 67) % 360,
  ss: 18 + ((index * 11) % 28),
}))

function skyLine(hasFix: boolean): string {
  const satellites = SATELLITES.map((satellite) => ({ ...satellite, used: hasFix && satellite.el > 15 }))
  const uSat = satellites.filter(({ used }) => used).length
  const dops = hasFix ? { hdop: 0.9, vdop: 1.3, pdop: 1.6 } : {}
  return JSON.stringify({ class: 'SKY', device: SIMULATOR, ...dops, nSat: satellites.length, uSat, satellites })
}
