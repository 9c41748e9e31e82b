/** The fixes of the last seconds, about one a second however many come: what is judged over time is judged by these. */
import type { Fix } from '../../core/ride/fix.js'
import { STRETCH_GAP_MS } from '../../core/ride/ride.js'

export interface Recent {
  /** Answers whether it was taken in: not if one of the same second is there. After a gap it begins anew. */
  readonly take: (fix: Fix) => boolean
  /** What the receiver told later of the last one. */
  readonly complete: (fix: Fix) => void
  readonly forget: () => void
  /** Oldest first, those of the last so many ms. */
  readonly within: (ms: number) => readonly Fix[]
}

/** A little less than a second, for receivers whose seconds are not all as long. */
const EVERY_MS = 900

export function createRecent(longestMs: number, gapMs = STRETCH_GAP_MS): Recent {
  const fixes: Fix[] = []
  let lastMonoMs = Number.NEGATIVE_INFINITY

  const indexOfFirst = (monoMs: number): number => {
    let index = fixes.length
    while (index > 0 && (fixes[index - 1]?.at.monoMs ?? 0) >= monoMs) index -= 1
    return index
  }

  return {
    take: (fix) => {
      const { monoMs } = fix.at
      if (monoMs - lastMonoMs > gapMs) fixes.length = 0
      lastMonoMs = monoMs
      const newest = fixes.at(-1)
      if (newest !== undefined && monoMs - newest.at.monoMs < EVERY_MS) return false
      fixes.splice(0, indexOfFirst(monoMs - longestMs))
      fixes.push(fix)
      return true
    },
    complete: (fix) => {
      if (fixes.at(-1)?.at.monoMs === fix.at.monoMs) fixes[fixes.length - 1] = fix
    },
    forget: () => {
      fixes.length = 0
    },
    within: (ms) => fixes.slice(indexOfFirst(lastMonoMs - ms)),
  }
}

/** Null for none. */
export function median(values: readonly number[]): number | null {
  const sorted = values.length < 2 ? values : values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const above = sorted[middle]
  if (above === undefined) return null
  return sorted.length % 2 === 1 ? above : (above + (sorted[middle - 1] ?? above)) / 2
}

/** The speeds by Doppler that are known. */
export function speedsOf(fixes: readonly Fix[]): number[] {
  const speeds: number[] = []
  for (const { speedMps } of fixes) {
    if (speedMps !== null) speeds.push(speedMps)
  }
  return speeds
}
