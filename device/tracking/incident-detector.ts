/** Notices hard braking and crashes in the kept fixes of a ride, a few seconds behind them and each once. */
import type { Fix } from '../../core/ride/fix.js'
import { fallTo, GAP_MS, type Measured, type NoticedIncident, STAYS_FOR_MS } from './speed-fall.js'

export type { NoticedIncident } from './speed-fall.js'

export interface IncidentDetector {
  /**
   * Takes the next kept fix, or the completed form of the last one; answers what happened some 3 s before it. Where the
   * receiver tells no speed nothing is noticed: positions that are off by metres would have to be differentiated twice.
   */
  readonly take: (fix: Fix) => NoticedIncident | null
  /** The receiver does not know where it is: what it says next is compared with nothing before. */
  readonly lost: () => void
}

/** After one incident there is none for so long: the same braking is seen at many fixes. */
const QUIET_MS = 10_000
/** What judging a fall of speed looks back and forward on, with room to spare. */
const REMEMBERED_MS = 15_000

export function createIncidentDetector(): IncidentDetector {
  let measured: Measured[] = []
  /** Index of the first one that is not judged yet. */
  let next = 0
  let quietUntilMonoMs = Number.NEGATIVE_INFINITY

  const lost = (): void => {
    measured = []
    next = 0
  }

  const remember = (fix: Measured): void => {
    const last = measured.at(-1)
    if (last?.monoMs === fix.monoMs) measured.pop()
    else if (last !== undefined && fix.monoMs - last.monoMs > GAP_MS) lost()
    measured.push(fix)
    while ((measured[0]?.monoMs ?? fix.monoMs) < fix.monoMs - REMEMBERED_MS) {
      measured.shift()
      next -= 1
    }
  }

  const judgeNext = (): NoticedIncident | null => {
    const monoMs = measured[next]?.monoMs ?? 0
    const noticed = monoMs < quietUntilMonoMs ? null : fallTo(next, measured)
    if (noticed !== null) quietUntilMonoMs = monoMs + QUIET_MS
    next += 1
    return noticed
  }

  return {
    lost,
    take: ({ at, speedMps, latDeg, lonDeg }) => {
      if (speedMps === null || at.monoMs < (measured.at(-1)?.monoMs ?? at.monoMs)) return null
      remember({ monoMs: at.monoMs, speedMps, latDeg, lonDeg })
      let noticed: NoticedIncident | null = null
      while ((measured[next]?.monoMs ?? at.monoMs) <= at.monoMs - STAYS_FOR_MS) noticed = judgeNext() ?? noticed
      return noticed
    },
  }
}
