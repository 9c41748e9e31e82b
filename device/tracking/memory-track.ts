/** The track of the last half hour in memory: what can still be had when the card takes nothing any more. */
import type { Anchor } from '../../core/ride/clock.js'
import { type Fix, publicFix } from '../../core/ride/fix.js'
import type { TrackPoint } from '../../core/ride/ride.js'
import { utcOfFix } from './dating.js'

export interface MemoryTrack {
  readonly take: (fix: Fix) => void
  /**
   * A page of points in order, behind a moment in ms of the monotonic clock; null: from the oldest on. Dated by the anchor of
   * now, where there is one.
   */
  readonly after: (monoMs: number | null, anchor: Anchor | null) => { points: TrackPoint[]; isLast: boolean }
}

const KEPT_MS = 30 * 60_000
/** Half an hour at 10 Hz, and some more. */
const MOST_POINTS = 20_000
/** Some 150 kB as JSON: less than a line of the link may have. */
const PAGE_POINTS = 500

export function createMemoryTrack(bootNumber: number): MemoryTrack {
  const fixes: Fix[] = []

  /** Many at once: to move the others up with each would take longer. */
  const dropOld = (nowMonoMs: number): void => {
    const isFull = fixes.length >= MOST_POINTS
    const oldestMonoMs = fixes[0]?.at.monoMs ?? nowMonoMs
    if (!isFull && nowMonoMs - oldestMonoMs < KEPT_MS * 1.1) return
    const young = fixes.findIndex(({ at }) => nowMonoMs - at.monoMs <= KEPT_MS)
    fixes.splice(0, Math.max(young, isFull ? MOST_POINTS / 10 : 0))
  }

  return {
    take: (fix) => {
      // The completed form of the last one takes its place.
      if (fixes.at(-1)?.at.monoMs === fix.at.monoMs) fixes.pop()
      dropOld(fix.at.monoMs)
      fixes.push(fix)
    },
    after: (monoMs, anchor) => {
      const nowMonoMs = fixes.at(-1)?.at.monoMs ?? 0
      const from = Math.max(monoMs ?? Number.NEGATIVE_INFINITY, nowMonoMs - KEPT_MS)
      const first = fixes.findIndex(({ at }) => at.monoMs > from)
      const page = first < 0 ? [] : fixes.slice(first, first + PAGE_POINTS)
      return {
        points: page.map((fix) => ({
          ...publicFix(fix, utcOfFix(fix, anchor)),
          part: bootNumber,
          monoMs: fix.at.monoMs,
        })),
        isLast: first < 0 || first + PAGE_POINTS >= fixes.length,
      }
    },
  }
}
