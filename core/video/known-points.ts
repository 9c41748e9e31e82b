/** What the fixes of a clip say of any moment of it. */
import type { ClipPoint } from '../ride/clip.js'
import { fixBetween } from '../ride/fix-between.js'
import { STRETCH_GAP_MS } from '../ride/ride.js'

/**
 * For each moment the fix of that moment, or what lies between the two around it; null where they are over 5 s apart, before the first
 * and after the last.
 * @param points in order of time
 * @param momentsMs since the clip's first frame, in order
 */
export function* knownAt(points: readonly ClipPoint[], momentsMs: Iterable<number>): Generator<ClipPoint | null> {
  let index = -1
  for (const atMs of momentsMs) {
    while ((points[index + 1]?.atMs ?? Number.POSITIVE_INFINITY) <= atMs) index++
    const [before, after] = [points[index], points[index + 1]]
    if (before?.atMs === atMs) yield before
    else if (before === undefined || after === undefined || after.atMs - before.atMs > STRETCH_GAP_MS) yield null
    else yield { ...fixBetween(before, after, (atMs - before.atMs) / (after.atMs - before.atMs)), atMs }
  }
}

/** What no receiver of a bicycle exceeds, and what readers are used to. */
const MOST_PER_SECOND = 20

/** How many fixes a second the receiver gave, 1 to 20, by the median time between two. */
export function fixesPerSecond(points: readonly ClipPoint[]): number {
  const steps = points.slice(1).map(({ atMs }, index) => atMs - (points[index]?.atMs ?? 0))
  // The first and the last point may lie between fixes, at the clip's ends.
  const whole = steps.slice(1, -1).sort((a, b) => a - b)
  const medianMs = whole[Math.floor(whole.length / 2)]
  if (medianMs === undefined || medianMs <= 0) return 1
  return Math.min(MOST_PER_SECOND, Math.max(1, Math.round(1_000 / medianMs)))
}
