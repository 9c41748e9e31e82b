/** What the first fixes of a log say of all of it: where it begins in truth, and how often its receiver speaks. */
import type { Fix } from '../../core/ride/fix.js'
import { STRETCH_GAP_MS } from '../../core/ride/ride.js'

/** A receiver that picks the wrong week is off by 1024 of them, a clock that was never set by years; a tour has no such gap. */
const MOST_GAP_MS = 30 * 86_400_000
/** A logger that keeps a point every ten seconds has lost its fix when several are missing. */
const POINTS_MISSING = 4

/** So many fixes are looked at: a minute at 1 Hz. */
export const BEGINNING_FIXES = 60

/** How many of the first fixes are of another time than those that follow on them: some tell a wrong day at first. */
export function misdatedAmong(fixes: readonly Fix[]): number {
  const last = fixes.findLastIndex((fix, index) => Math.abs(stepBefore(fixes, index, fix) ?? 0) > MOST_GAP_MS)
  return Math.max(0, last)
}

/** How long fixes must stop, in ms, until nothing is known of the way. */
export function gapAmong(fixes: readonly Fix[]): number {
  const steps = fixes.flatMap((fix, index) => stepBefore(fixes, index, fix) ?? []).filter((stepMs) => stepMs > 0)
  const usualMs = steps.sort((a, b) => a - b)[Math.floor(steps.length / 2)] ?? 0
  return Math.max(STRETCH_GAP_MS, usualMs * POINTS_MISSING)
}

function stepBefore(fixes: readonly Fix[], index: number, fix: Fix): number | null {
  const before = fixes[index - 1]
  return before === undefined ? null : fix.at.monoMs - before.at.monoMs
}
