/** A ride that never was, the same for the same seed: round and round a small town, with lights on the way. */
import { type LatLon, pointAhead } from '../../core/ride/geo.js'

export interface SimulatedEpoch extends LatLon {
  /** Since the ride began. */
  readonly elapsedMs: number
  readonly altitudeM: number
  readonly speedMps: number
  readonly climbMps: number
  /** 0 to 360. */
  readonly courseDeg: number
  readonly accuracyM: number
}

const SLOWEST_MPS = 15 / 3.6
const FASTEST_MPS = 30 / 3.6
const ACCELERATION_MPS2 = 0.8
const BRAKING_MPS2 = 1.2
const LIGHT_EVERY_M = [200, 700] as const
const RED_FOR_S = [4, 25] as const
const RED_SHARE = 0.6

/** Endless: one epoch every stepMs, the first, standing still, at 0. */
export function* simulatedRide(seed: number, stepMs: number): Generator<SimulatedEpoch, never, void> {
  const random = createRandom(seed)
  const between = ([low, high]: readonly [number, number]) => low + (high - low) * random()
  const nextLeg = () => ({
    cruiseMps: between([SLOWEST_MPS, FASTEST_MPS]),
    lightM: between(LIGHT_EVERY_M),
    isRed: random() < RED_SHARE,
  })
  const loop = createLoop(random)
  const stepS = stepMs / 1000
  let angle = 2 * Math.PI * random()
  let speedMps = 0
  let waitS = 0
  let isBraking = false
  let leg = nextLeg()

  for (let count = 0; ; count += 1) {
    const { slope, metresPerRadian, ...place } = loop(angle)
    const accuracyM = 3.5 + 1.5 * Math.sin((count * stepS) / 40)
    yield { elapsedMs: count * stepMs, ...place, speedMps, climbMps: speedMps * slope, accuracyM }
    if (waitS > 0) {
      waitS -= stepS
      continue
    }
    const stopsWithinM = (speedMps * speedMps) / (2 * BRAKING_MPS2) + speedMps * stepS
    // Whoever brakes for a light goes on until it stands, a little before the line if need be.
    isBraking ||= leg.isRed && leg.lightM <= stopsWithinM
    const targetMps = isBraking ? 0 : leg.cruiseMps
    const before = speedMps
    speedMps =
      targetMps < speedMps
        ? Math.max(targetMps, speedMps - BRAKING_MPS2 * stepS)
        : Math.min(targetMps, speedMps + ACCELERATION_MPS2 * stepS)
    const goneM = ((before + speedMps) / 2) * stepS
    angle += goneM / metresPerRadian
    leg = { ...leg, lightM: leg.lightM - goneM }
    const hasStopped = isBraking && speedMps === 0
    if (hasStopped) waitS = between(RED_FOR_S)
    if (!hasStopped && leg.lightM > 0) continue
    leg = nextLeg()
    isBraking = false
  }
}

const CENTRE: LatLon = { latDeg: 48.1, lonDeg: 11.5 }
/** Four to five kilometres once around. */
const RADIUS_M = 650
const BENDS = [2, 3, 5, 8]
const ALTITUDE_M = 520
const HILL_M = 12

interface OnTheLoop extends LatLon {
  readonly altitudeM: number
  readonly courseDeg: number
  readonly slope: number
  /** How far it is along the loop for one radian around its centre. */
  readonly metresPerRadian: number
}

/** A circle with bends: in polar coordinates r(a) = R + sum of h cos(k a + p), ridden clockwise. */
function createLoop(random: () => number): (angle: number) => OnTheLoop {
  const bends = BENDS.map((times) => ({
    times,
    heightM: (RADIUS_M * 0.35 * random()) / times,
    phase: 2 * Math.PI * random(),
  }))
  return (angle) => {
    let radiusM = RADIUS_M
    let growth = 0
    for (const { times, heightM, phase } of bends) {
      radiusM += heightM * Math.cos(times * angle + phase)
      growth -= times * heightM * Math.sin(times * angle + phase)
    }
    const eastward = growth * Math.sin(angle) + radiusM * Math.cos(angle)
    const northward = growth * Math.cos(angle) - radiusM * Math.sin(angle)
    const metresPerRadian = Math.hypot(radiusM, growth)
    return {
      ...pointAhead(CENTRE, degrees(angle), radiusM),
      altitudeM: ALTITUDE_M + HILL_M * Math.sin(angle),
      courseDeg: (degrees(Math.atan2(eastward, northward)) + 360) % 360,
      slope: (HILL_M * Math.cos(angle)) / metresPerRadian,
      metresPerRadian,
    }
  }
}

const degrees = (radians: number): number => (radians * 180) / Math.PI

/** 0 to 1, the same row for the same seed: Mulberry32 (Tommy Ettinger, public domain). */
function createRandom(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
