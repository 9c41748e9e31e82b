/** Judges one fall of speed: an ordinary stop, hard braking, a crash, or nothing that was measured. docs/incidents.md argues. */
import { distanceM, type LatLon } from '../../core/ride/geo.js'

export interface NoticedIncident {
  readonly cause: 'braking' | 'crash'
  /** CLOCK_MONOTONIC of this boot, in milliseconds: when the speed began to fall. */
  readonly atMonoMs: number
}

/** A fix that tells its speed. */
export interface Measured extends LatLon {
  readonly monoMs: number
  readonly speedMps: number
}

/** Fixes further apart say nothing of what was between them. */
export const GAP_MS = 2_500
/** So long after a fall it must not go on as if nothing had been. */
export const STAYS_FOR_MS = 3_000

/** 15 km/h: who walks or pushes has nothing to brake from. */
const RIDES_MPS = 15 / 3.6
/** Receivers tell less than this at a standstill. */
const STANDS_MPS = 1
/** What EN 14764 (ISO 4210) asks of a bicycle's two brakes: from 25 km/h to a stand within 7 m, v^2 / 2s = 3.44 m/s2. */
const HARD_MPS2 = 3.4
/** From 0.56 g = 5.5 m/s2 on a rider goes over the handlebars (Wilson, Bicycling Science): no brakes do this. */
const CRASH_MPS2 = 6
/** Over this long at least: a little less than the second from fix to fix, since not all seconds are as long. */
const FALLS_FOR_MS = 900
/** Riders seldom gain more: a speed that would need it was not ridden, but is a reflection of the signal. */
const GAINS_MPS2 = 2
/** Two speeds differ by no more without meaning it. */
const NOISE_MPS = 1
/** It was ridden for so long before, and positions bear that out. */
const RODE_FOR_MS = 1_900
const RODE_WITHIN_MS = 4_000
/** It began to brake when it was last at the highest speed of so long, but for noise. */
const BEGAN_WITHIN_MS = 4_000

/**
 * Deceleration is (v0 - v1) / t from the latest fix at least 0.9 s before, where v0 is no more than can have been gained
 * since any fix of the 1.9 s before it. At 3.4 m/s2 it is hard braking, if it began at 15 km/h and the speed stays down for
 * 3 s; a crash if the last speed of 15 km/h and the first standstill are less apart than 6 m/s2 takes, and it stands then.
 * @param index where the speed may have fallen to, in fixes without gaps, in order, with those of the 3 s after it
 */
export function fallTo(index: number, measured: readonly Measured[]): NoticedIncident | null {
  const to = measured[index]
  if (to === undefined) return null
  const fromIndex = lastIndexUpTo(to.monoMs - FALLS_FOR_MS, index, measured)
  // Nearly every fix ends here.
  if (!isHard(measured[fromIndex]?.speedMps ?? 0, measured[fromIndex], to)) return null

  const fromMps = riddenAt(fromIndex, measured)
  if (fromMps === null || !isHard(fromMps, firstToldAt(fromIndex, measured), to)) return null
  const beganIndex = beganAt(fromIndex, measured)
  const began = measured[beganIndex]
  if (began === undefined || (riddenAt(beganIndex, measured) ?? 0) < RIDES_MPS) return null
  const after = measured.slice(index, lastIndexUpTo(to.monoMs + STAYS_FOR_MS, measured.length, measured) + 1)
  if (!isBorneOut(beganIndex, measured) || !staysDown(after, fromMps)) return null
  const cause = isCrash(measured.slice(beganIndex, index + after.length)) ? 'crash' : 'braking'
  return { cause, atMonoMs: began.monoMs }
}

const isHard = (fromMps: number, from: Measured | undefined, to: Measured): boolean =>
  from !== undefined && fromMps - to.speedMps >= HARD_MPS2 * secondsBetween(from, to)

function lastIndexUpTo(monoMs: number, before: number, measured: readonly Measured[]): number {
  let index = before - 1
  while (index >= 0 && (measured[index]?.monoMs ?? 0) > monoMs) index -= 1
  return index
}

/** A speed that is repeated to the last digit was not measured anew: receivers hold one, logs tell the mean of a way. */
function firstToldAt(index: number, measured: readonly Measured[]): Measured | undefined {
  let first = index
  while (first > 0 && measured[first - 1]?.speedMps === measured[index]?.speedMps) first -= 1
  return measured[first]
}

/** How fast it was ridden then, at most: one wild speed is not. Null where too little is known of before. */
function riddenAt(index: number, measured: readonly Measured[]): number | null {
  const at = measured[index]
  const first = lastIndexUpTo((at?.monoMs ?? 0) - RODE_FOR_MS, index, measured)
  if (at === undefined || first < 0) return null
  const speeds = measured.slice(first, index + 1).map((fix) => fix.speedMps + GAINS_MPS2 * secondsBetween(fix, at))
  return Math.min(...speeds)
}

/** Whether positions moved as the speeds before say, half to twice as fast: those of a log played faster than life do not. */
function isBorneOut(index: number, measured: readonly Measured[]): boolean {
  const last = measured[index]
  if (last === undefined) return false
  const before = measured.slice(0, index + 1).filter(({ monoMs }) => monoMs >= last.monoMs - RODE_WITHIN_MS)
  const toldMps = meanOf(before)
  const movedMps = paceOf(before)
  return movedMps >= toldMps / 2 && movedMps <= toldMps * 2
}

/** @param after from the fix it fell to, with that one */
function staysDown(after: readonly Measured[], fromMps: number): boolean {
  const [to] = after
  if (to === undefined || after.length < 2) return false
  const most = (fix: Measured): number => to.speedMps + GAINS_MPS2 * secondsBetween(to, fix) + NOISE_MPS
  if (after.slice(1).some((fix) => fix.speedMps > most(fix))) return false
  // Where the speed says one thing and the positions go on as before, the speed is wrong.
  return paceOf(after) <= meanOf(after) + (fromMps - to.speedMps) / 2
}

/** @param fell from a speed that is ridden at, with what is known of after it */
function isCrash(fell: readonly Measured[]): boolean {
  const rode = fell.findLastIndex(({ speedMps }) => speedMps >= RIDES_MPS)
  const standing = fell.slice(rode + 1)
  const [last, first] = [fell[rode], standing.find(({ speedMps }) => speedMps < STANDS_MPS)]
  if (last === undefined || first === undefined) return false
  const stays = standing.slice(standing.indexOf(first)).every(({ speedMps }) => speedMps < STANDS_MPS)
  return stays && last.speedMps - first.speedMps >= CRASH_MPS2 * secondsBetween(last, first)
}

/** When it was last about as fast as it had been. */
function beganAt(index: number, measured: readonly Measured[]): number {
  const first = lastIndexUpTo((measured[index]?.monoMs ?? 0) - BEGAN_WITHIN_MS, index, measured) + 1
  const before = measured.slice(first, index + 1)
  const fastestMps = Math.max(...before.map(({ speedMps }) => speedMps))
  return first + before.findLastIndex(({ speedMps }) => speedMps >= fastestMps - NOISE_MPS)
}

/** From the first to the last along a straight line, in m/s; 0 for less than two. */
function paceOf(measured: readonly Measured[]): number {
  const [first, last] = [measured[0], measured.at(-1)]
  if (first === undefined || last === undefined || first === last) return 0
  return distanceM(first, last) / secondsBetween(first, last)
}

const meanOf = (measured: readonly Measured[]): number =>
  measured.reduce((sum, { speedMps }) => sum + speedMps, 0) / measured.length

const secondsBetween = (from: Measured, to: Measured): number => (to.monoMs - from.monoMs) / 1_000
