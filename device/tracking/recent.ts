/** The fixes of the last seconds, about one a second however many come: what is judged over time is judged by these. */
import type { Fix } from '../../core/ride/fix.js'
import { distanceM } from '../../core/ride/geo.js'
import { STRETCH_GAP_MS } from '../../core/ride/ride.js'

export interface Recent {
  /** Answers whether it was taken in: not if one of the same second is there. After a gap it begins anew. */
  readonly take: (fix: Fix) => boolean
  /** What the receiver told later of the last one. */
  readonly complete: (fix: Fix) => void
  readonly forget: () => void
  /** Oldest first, those of the last so many ms. */
  readonly within: (ms: number) => readonly Fix[]
  /** The oldest of those; null for none. */
  readonly firstWithin: (ms: number) => Fix | null
  /** How long the way is from one of those to the next, up to the last, in metres. */
  readonly pathWithin: (ms: number) => number
}

/** A little less than a second, for receivers whose seconds are not all as long. */
const EVERY_MS = 900

export function createRecent(longestMs: number, gapMs = STRETCH_GAP_MS): Recent {
  const fixes: Fix[] = []
  /** Old ones are dropped as many at once as are needed: to move the others up with each takes longer. */
  const mostKept = 2 * Math.ceil(longestMs / EVERY_MS)
  /** How far each is from the one before; null where nobody has asked yet. Asked again with every fix, it is reckoned once. */
  const stepsM: (number | null)[] = []
  let lastMonoMs = Number.NEGATIVE_INFINITY

  const indexOfFirst = (monoMs: number): number => {
    let index = fixes.length
    while (index > 0 && (fixes[index - 1]?.at.monoMs ?? 0) >= monoMs) index -= 1
    return index
  }

  const stepTo = (index: number): number => {
    const [from, to] = [fixes[index - 1], fixes[index]]
    return from === undefined || to === undefined ? 0 : distanceM(from, to)
  }

  const drop = (count: number): void => {
    fixes.splice(0, count)
    stepsM.splice(0, count)
  }

  return {
    forget: () => drop(fixes.length),
    take: (fix) => {
      const { monoMs } = fix.at
      if (monoMs - lastMonoMs > gapMs) drop(fixes.length)
      lastMonoMs = monoMs
      const newest = fixes.at(-1)
      if (newest !== undefined && monoMs - newest.at.monoMs < EVERY_MS) return false
      if (fixes.length >= mostKept) drop(indexOfFirst(monoMs - longestMs))
      fixes.push(fix)
      stepsM.push(null)
      return true
    },
    complete: (fix) => {
      if (fixes.at(-1)?.at.monoMs !== fix.at.monoMs) return
      fixes[fixes.length - 1] = fix
      stepsM[fixes.length - 1] = null
    },
    within: (ms) => fixes.slice(indexOfFirst(lastMonoMs - ms)),
    firstWithin: (ms) => fixes[indexOfFirst(lastMonoMs - ms)] ?? null,
    pathWithin: (ms) => {
      let pathM = 0
      for (let index = indexOfFirst(lastMonoMs - ms) + 1; index < fixes.length; index += 1) {
        const stepM = stepsM[index] ?? stepTo(index)
        stepsM[index] = stepM
        pathM += stepM
      }
      return pathM
    },
  }
}

/** Null for none. Sorts the values. */
export function median(values: number[]): number | null {
  sort(values)
  const middle = values.length >> 1
  const above = values[middle]
  if (above === undefined) return null
  return values.length % 2 === 1 ? above : (above + (values[middle - 1] ?? above)) / 2
}

/** Ascending, in place, by insertion: the few numbers of some seconds are sorted in a fraction of the time of Array's own. */
export function sort(values: number[]): void {
  for (let index = 1; index < values.length; index += 1) {
    const value = values[index] ?? 0
    let at = index
    while (at > 0 && (values[at - 1] ?? 0) > value) {
      values[at] = values[at - 1] ?? 0
      at -= 1
    }
    values[at] = value
  }
}

/** The speeds by Doppler that are known. */
export function speedsOf(fixes: readonly Fix[]): number[] {
  const speeds: number[] = []
  for (const { speedMps } of fixes) {
    if (speedMps !== null) speeds.push(speedMps)
  }
  return speeds
}
