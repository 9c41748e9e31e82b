/** How many metres a ride climbs: swings of the altitude that are more than a receiver's noise. */
import type { Fix } from '../../core/ride/fix.js'
import { createRecent, sort } from './recent.js'

export interface Climb {
  /** Takes the next kept fix. */
  readonly take: (fix: Fix) => void
  /** What the receiver told later of the last one. */
  readonly complete: (fix: Fix) => void
  /** Nothing is known of the way to the next fix. */
  readonly skipWay: () => void
  /** Null where no altitude was told. */
  readonly ascentM: () => number | null
}

/**
 * Climbs and descents smaller than this are noise: without a barometer altitudes are off by some metres and wander. Sites
 * for rides go by the same rule (a gain must exceed a threshold) and figure for tracks without one.
 */
const LEAST_SWING_M = 10
/** Altitudes are smoothed over this long, and over as many fixes at least, which must not be older than the longest. */
const SMOOTHED_OVER_MS = 20_000
const LEAST_FIXES = 5
const LONGEST_MS = 75_000

/** A climb counts from its lowest to its highest point, once they are further apart than noise. */
export function createClimb(): Climb {
  const recent = createRecent(LONGEST_MS, LONGEST_MS)
  let ascentM: number | null = null
  let isClimbing = false
  /** The lowest since the last descent, or the highest of the climb. */
  let turnM: number | null = null

  const follow = (levelM: number): void => {
    if (turnM === null) {
      turnM = levelM
      return
    }
    const upM = levelM - turnM
    if (isClimbing) {
      if (upM > 0) ascentM = (ascentM ?? 0) + upM
      isClimbing = upM > -LEAST_SWING_M
      if (upM > 0 || !isClimbing) turnM = levelM
      return
    }
    isClimbing = upM >= LEAST_SWING_M
    if (isClimbing) ascentM = (ascentM ?? 0) + upM
    if (isClimbing || upM < 0) turnM = levelM
  }

  return {
    ascentM: () => ascentM,
    take: (fix) => {
      if (altitudeOf(fix) !== null) ascentM ??= 0
      if (!recent.take(fix)) return
      const near = recent.within(SMOOTHED_OVER_MS)
      const altitudes = altitudesOf(near.length < LEAST_FIXES ? recent.within(LONGEST_MS).slice(-LEAST_FIXES) : near)
      if (altitudes.length >= LEAST_FIXES) follow(middleOf(altitudes))
    },
    complete: (fix) => {
      if (altitudeOf(fix) !== null) ascentM ??= 0
      recent.complete(fix)
    },
    skipWay: () => {
      recent.forget()
      isClimbing = false
      turnM = null
    },
  }
}

/** A fix of mode 2 has no altitude of its own: the receiver took the last one, or sea level. */
const altitudeOf = ({ mode, altitudeM }: Fix): number | null => (mode === 3 ? altitudeM : null)

function altitudesOf(fixes: readonly Fix[]): number[] {
  const altitudes: number[] = []
  for (const fix of fixes) {
    const altitudeM = altitudeOf(fix)
    if (altitudeM !== null) altitudes.push(altitudeM)
  }
  return altitudes
}

/** The mean without the eighth on either side: some wild altitudes do not count. Sorts them. */
function middleOf(altitudes: number[]): number {
  sort(altitudes)
  const aside = altitudes.length >> 3
  let sum = 0
  for (let index = aside; index < altitudes.length - aside; index += 1) sum += altitudes[index] ?? 0
  return sum / (altitudes.length - 2 * aside)
}
