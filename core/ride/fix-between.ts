/** What was in all likelihood so between two fixes of a receiver. */
import type { PublicFix } from './fix.js'
import { pointBetween } from './geo.js'

/**
 * The fix a share of the time from one to the next, 0 to 1: on the straight way between them, so for a few seconds only.
 * What one of the two does not know is unknown between them, and it is as good as the worse of them.
 */
export function fixBetween(from: PublicFix, to: PublicFix, share: number): PublicFix {
  const utcMs = between(from.utcMs, to.utcMs, share)
  return {
    ...pointBetween(from, to, share),
    utcMs: utcMs === null ? null : Math.round(utcMs),
    altitudeM: between(from.altitudeM, to.altitudeM, share),
    speedMps: between(from.speedMps, to.speedMps, share),
    courseDeg: courseBetween(from.courseDeg, to.courseDeg, share),
    accuracyM: either(Math.max, from.accuracyM, to.accuracyM),
    mode: from.mode === 3 && to.mode === 3 ? 3 : 2,
    satellitesUsed: either(Math.min, from.satellitesUsed, to.satellitesUsed),
    hdop: either(Math.max, from.hdop, to.hdop),
  }
}

type Figure = number | null

const between = (from: Figure, to: Figure, share: number): Figure =>
  from === null || to === null ? null : from + (to - from) * share

const either = (worse: (a: number, b: number) => number, a: Figure, b: Figure): Figure =>
  a === null || b === null ? null : worse(a, b)

/** The shorter way round: between 350 and 10 degrees lies north. */
function courseBetween(fromDeg: Figure, toDeg: Figure, share: number): Figure {
  if (fromDeg === null || toDeg === null) return null
  const turnDeg = ((toDeg - fromDeg + 540) % 360) - 180
  return (fromDeg + turnDeg * share + 360) % 360
}
