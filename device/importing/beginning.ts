/** Where a log begins in truth: some receivers tell a wrong day before they know better. */
import type { Fix } from '../../core/ride/fix.js'

/** A receiver that picks the wrong week is off by 1024 of them, a clock that was never set by years; a tour has no such gap. */
const MOST_GAP_MS = 30 * 86_400_000

/** So many fixes are looked at: a minute at 1 Hz. */
export const BEGINNING_FIXES = 60

/** How many of the first fixes of a log are of another time than those that follow on them. */
export function misdatedAmong(fixes: readonly Fix[]): number {
  const last = fixes.findLastIndex((fix, index) => {
    const before = fixes[index - 1]
    return before !== undefined && Math.abs(fix.at.monoMs - before.at.monoMs) > MOST_GAP_MS
  })
  return Math.max(0, last)
}
