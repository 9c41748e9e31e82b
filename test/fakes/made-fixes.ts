/** Rides that were never ridden, with the noise of receivers: the same ones for the same seed. */
import type { Fix } from '../../core/ride/fix.js'
import { pointAhead } from '../../core/ride/geo.js'
import { fixAt, HOME } from './readings.js'

export interface Route {
  readonly seconds: number
  /** At a second of the ride. */
  readonly speedMps: (second: number) => number
  /** How fast it turns, in radians per second. */
  readonly turn?: (second: number) => number
  readonly altitudeM?: (second: number) => number
}

/**
 * Errors of a position wander as a first-order Gauss-Markov process does (an Ornstein-Uhlenbeck process, the model that
 * fits receivers at a standstill best in "Comparison of Enhanced Noise Model Performance Based on Analysis of Civilian GPS
 * Data", Sensors 2020, 20(21), 6050), and have a little white noise on top. Standard deviations, per axis.
 */
export interface Noise {
  readonly seed: number
  readonly wanderM: number
  readonly wanderS: number
  readonly whiteM: number
  /** Null: the receiver tells no speed. */
  readonly dopplerMps: number | null
}

export const NO_NOISE: Noise = { seed: 1, wanderM: 0, wanderS: 60, whiteM: 0, dopplerMps: 0 }
export const SOME_NOISE: Noise = { seed: 1, wanderM: 3, wanderS: 120, whiteM: 0.3, dopplerMps: 0.1 }

/** A standstill of an hour. */
export const PARKED: Route = { seconds: 3_600, speedMps: () => 0 }

export interface MadeRide {
  readonly fixes: Fix[]
  /** As it was ridden. */
  readonly distanceM: number
}

const STEPS_PER_SECOND = 10

export function madeRide(route: Route, noise: Noise, rateHz = 1): MadeRide {
  const { gauss } = randomOf(noise.seed)
  const turn = route.turn ?? (() => 0)
  const every = STEPS_PER_SECOND / rateHz
  const keeps = Math.exp(-1 / rateHz / noise.wanderS)
  const wander = { eastM: gauss() * noise.wanderM, northM: gauss() * noise.wanderM }
  const fixes: Fix[] = []
  let [eastM, northM, heading, distanceM] = [0, 0, 0, 0]
  for (let step = 0; step <= route.seconds * STEPS_PER_SECOND; step++) {
    const second = step / STEPS_PER_SECOND
    const speedMps = route.speedMps(second)
    if (step % every === 0) {
      const fresh = noise.wanderM * Math.sqrt(1 - keeps ** 2)
      wander.eastM = wander.eastM * keeps + gauss() * fresh
      wander.northM = wander.northM * keeps + gauss() * fresh
      const east = pointAhead(HOME, 90, eastM + wander.eastM + gauss() * noise.whiteM)
      const place = pointAhead(east, 0, northM + wander.northM + gauss() * noise.whiteM)
      const measuredMps = noise.dopplerMps === null ? null : Math.abs(speedMps + gauss() * noise.dopplerMps)
      const altitudeM = route.altitudeM?.(second) ?? 500
      fixes.push(fixAt(second, 0, { ...place, speedMps: measuredMps, altitudeM }))
    }
    heading += turn(second) / STEPS_PER_SECOND
    const stepM = speedMps / STEPS_PER_SECOND
    eastM += Math.sin(heading) * stepM
    northM += Math.cos(heading) * stepM
    if (step < route.seconds * STEPS_PER_SECOND) distanceM += stepM
  }
  return { fixes, distanceM }
}

/** 0 to 1, and normal with a standard deviation of 1 (Box and Muller, over Mulberry32). */
export function randomOf(seed: number): { readonly random: () => number; readonly gauss: () => number } {
  let state = seed | 0
  const random = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return { random, gauss: () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()) }
}
