/** What the fixes of the last seconds say together: how fast, how straight, and whether they got anywhere. */
import type { Fix } from '../../core/ride/fix.js'
import { centreOf, distanceM, type LatLon, stepOf } from '../../core/ride/geo.js'
import { median, type Recent, speedsOf } from './recent.js'

/** How long the fixes are kept that these questions are about. */
export const LONG_MS = 20_000
/** No receiver seen tells that much for long by noise alone. */
export const CYCLING_MPS = 1.5
/** Slower than a walk is standing. */
export const WALKING_MPS = 0.5

/** Standing by Doppler: this long, all within this of the last one. */
const STOPPED_MS = 8_000
const STOPPED_WITHIN_M = 5
/** Standing by the positions, all within this of their centre over the long time (3 km/h get 8.3 m)... */
const STAYED_WITHIN_M = 7
/** ...or this where the Doppler says that it stands; or where it says nothing and the ends are that near each other. */
const DRIFTED_WITHIN_M = 15
const UNSAID_WITHIN_M = 10
const UNSAID_ENDS_M = 8
/** Noise gets no further than this, and the ends of its way are apart by less than this share of it. */
const STRAYED_WITHIN_M = 60
const STRAYING = 0.25
const STRAIGHT = 0.3
/** Noise turns at random; what is ridden keeps its direction from second to second, in small circles too. */
const STEADY = 0.5
/** Slow ways take longer to tell from noise. */
const CLEAR_AFTER_MS = 15_000
const SPEED_OVER_MS = 4_500
const AHEAD_OVER_MS = 10_000

export interface Speed {
  readonly mps: number
  readonly isByDoppler: boolean
}

/** The speed of the last few seconds: the median by Doppler, else by position. Null where too little is known. */
export function speedOf(recent: Recent, fix: Fix): Speed | null {
  const fixes = recent.within(SPEED_OVER_MS)
  const dopplerMps = median(speedsOf([...fixes, fix]))
  if (dopplerMps !== null) return { mps: dopplerMps, isByDoppler: true }
  if (fixes.length < 4) return null
  // Wild positions are fast, but do not get ahead.
  const longer = recent.within(AHEAD_OVER_MS)
  const aheadMps = speedBetween(longer[0] ?? fix, longer.at(-1) ?? fix)
  return { mps: Math.min(medianStepMps(fixes), aheadMps), isByDoppler: false }
}

/** By Doppler: what it says now, or said last while the receiver has yet to complete the fix. Null where it says nothing. */
export function dopplerOf(recent: Recent, fix: Fix): number | null {
  return fix.speedMps ?? median(speedsOf(recent.within(SPEED_OVER_MS)))
}

/** Whether the way of the last seconds is more than noise. */
export function goesSomewhere(recent: Recent, fix: Fix): boolean {
  const fixes = recent.within(LONG_MS)
  const isClear = (speedOf(recent, fix)?.mps ?? 0) >= CYCLING_MPS || covers(fixes[0] ?? fix, fix, CLEAR_AFTER_MS)
  return isClear && (straightness(endsOf(fixes), recent.pathWithin(LONG_MS)) >= STRAIGHT || isSteady(fixes))
}

/** Whether it has come to a stand with this fix, the last of those. */
export function hasStopped(recent: Recent, fix: Fix): boolean {
  return hasHalted(recent, fix) || hasStayed(recent, fix)
}

/** Whether the receiver says so. What is asked first is seldom so on the way, and takes less than the rest. */
function hasHalted(recent: Recent, fix: Fix): boolean {
  const first = recent.firstWithin(STOPPED_MS) ?? fix
  if (!covers(first, fix, STOPPED_MS) || distanceM(first, fix) >= STOPPED_WITHIN_M) return false
  const fixes = recent.within(STOPPED_MS)
  const speeds = speedsOf(fixes)
  // A fix that the receiver has yet to complete tells no speed.
  if (speeds.length < fixes.length - 1 || !areWithin(STOPPED_WITHIN_M, fix, fixes)) return false
  return (median(speeds) ?? 0) < WALKING_MPS && (speedOf(recent, fix)?.mps ?? 0) < WALKING_MPS
}

/** Whether it got nowhere over the long time, whatever the receiver says of its speed. */
function hasStayed(recent: Recent, fix: Fix): boolean {
  const first = recent.firstWithin(LONG_MS) ?? fix
  const endsM = distanceM(first, fix)
  if (!covers(first, fix, LONG_MS) || endsM > 2 * STRAYED_WITHIN_M) return false
  const isStraying = straightness(endsM, recent.pathWithin(LONG_MS)) < STRAYING
  // Ends this far apart are not both within any distance below of one centre. That spares the way what takes longer.
  if (!isStraying && endsM > 2 * DRIFTED_WITHIN_M) return false
  const fixes = recent.within(LONG_MS)
  const speedMps = median(speedsOf(fixes))
  if ((speedMps ?? 0) >= CYCLING_MPS || isSteady(fixes)) return false
  const centre = centreOf(fixes) ?? fix
  if (isStraying && areWithin(STRAYED_WITHIN_M, centre, fixes)) return true
  if (speedMps !== null) return areWithin(speedMps < WALKING_MPS ? DRIFTED_WITHIN_M : STAYED_WITHIN_M, centre, fixes)
  return areWithin(UNSAID_WITHIN_M, centre, fixes) && endsM < UNSAID_ENDS_M
}

const areWithin = (metres: number, centre: LatLon, fixes: readonly Fix[]): boolean =>
  fixes.every((fix) => distanceM(centre, fix) < metres)

/** Whether the first is so long ago, but for the second or so until the next one. */
const covers = (first: Fix, fix: Fix, ms: number): boolean => fix.at.monoMs - first.at.monoMs > ms - 1_500

/** How far the ends of a way are apart, in metres. */
function endsOf(fixes: readonly Fix[]): number {
  const [first, last] = [fixes[0], fixes.at(-1)]
  return first === undefined || last === undefined ? 0 : distanceM(first, last)
}

/** How far the ends of a way are apart, as a share of its length: 1 on a line, near 0 for noise. */
const straightness = (endsM: number, pathM: number): number => (pathM === 0 ? 1 : endsM / pathM)

/**
 * Whether a way at cycling pace keeps its direction: the sum of the products of successive steps against that of their
 * squares, which is near 1 on a line, cos of the turn on a circle, 0 for a random walk and below for noise around a place.
 */
function isSteady(fixes: readonly Fix[]): boolean {
  const pairs = pairsOf(fixes)
  if (medianStepMps(fixes) < CYCLING_MPS) return false
  const steps = pairs.map(([from, to]) => stepOf(from, to))
  let together = 0
  let alone = 0
  for (const [before, after] of pairsOf(steps)) {
    together += before.northM * after.northM + before.eastM * after.eastM
    alone += (before.northM ** 2 + before.eastM ** 2 + after.northM ** 2 + after.eastM ** 2) / 2
  }
  return alone > 0 && together / alone >= STEADY
}

const medianStepMps = (fixes: readonly Fix[]): number =>
  median(pairsOf(fixes).map(([from, to]) => speedBetween(from, to))) ?? 0

const speedBetween = (from: Fix, to: Fix): number =>
  (distanceM(from, to) / Math.max(1, to.at.monoMs - from.at.monoMs)) * 1_000

const pairsOf = <Item>(items: readonly Item[]): (readonly [Item, Item])[] =>
  items.slice(1).map((item, index) => [items[index] ?? item, item] as const)
