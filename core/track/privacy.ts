/** What of a ride is hidden by privacy zones: its points in and around them, and what nobody can say was not there. */
import type { LatLon } from '../ride/geo.js'
import type { PrivacyZone } from '../ride/privacy.js'
import { STRETCH_GAP_MS, type TrackPoint } from '../ride/ride.js'
import { type HiddenShape, hiddenShapeOf } from './hidden-shape.js'
import type { HiddenSpan } from './hidden-span.js'

export { type HiddenSpan, hiddenMsOf, hidesBetween, isHidden } from './hidden-span.js'

/** As fast as anybody goes for minutes in a town: further away than this allows nobody was in a zone meanwhile. */
const PACE_MPS = 10
/** Nobody knows how long it took to the first fix, or how long it went on behind the last: this near it may have been a zone. */
const NEAR_M = 2_000
/** Of boots without a fix between two with one. */
const MOST_BOOTS_BETWEEN = 1_000

/**
 * In order, none over another. A span reaches from the last visible point to the next, so that nothing of the way between two
 * points is told, and where no fix tells that a zone was far, it is hidden too: before the first fix, behind the last, in a gap.
 * @param points of a whole ride, in order; each is looked at once
 * @param secret of this device, so that the edges tell nobody where the zone is; the same each time
 */
export function hiddenSpansOf(
  points: Iterable<TrackPoint>,
  zones: readonly PrivacyZone[],
  secret: string,
): HiddenSpan[] {
  const watch = watchForZones(zones, secret)
  for (const point of points) watch.look(point)
  return watch.spans()
}

/** The same for somebody who has the points little by little, in order; `spans` is called once, behind the last. */
export function watchForZones(zones: readonly PrivacyZone[], secret: string) {
  const shapes = zones.map((zone) => hiddenShapeOf(zone, secret))
  const spans: HiddenSpan[] = []
  /** Hidden since `from`, the last visible point; null: since the part began. */
  let open: { readonly from: TrackPoint | null } | null = null
  let last: TrackPoint | null = null

  const close = (part: number, to: TrackPoint | null): void => {
    if (open !== null) spans.push(spanOf(part, open.from, to))
    open = null
  }

  const look = (point: TrackPoint): void => {
    const isHere = isIn(point, shapes)
    if (last === null) {
      if (isHere || isNear(point, shapes)) open = { from: null }
    } else if (last.part !== point.part) {
      if (isHere || open !== null || mayHaveBeenIn(last, point, shapes)) {
        open ??= { from: last }
        close(last.part, null)
        spans.push(...partsBetween(last.part, point.part))
        open = { from: null }
      }
    } else if (open === null && (isHere || mayHaveBeenIn(last, point, shapes))) {
      open = { from: last }
    }
    if (!isHere) close(point.part, point)
    last = point
  }

  return {
    look,
    spans: (): HiddenSpan[] => {
      if (last === null) return []
      if (open === null && isNear(last, shapes)) open = { from: last }
      close(last.part, null)
      return spans
    },
  }
}

const isIn = (place: LatLon, shapes: readonly HiddenShape[]): boolean => shapes.some(({ contains }) => contains(place))
const isNear = (place: LatLon, shapes: readonly HiddenShape[]): boolean =>
  shapes.some(({ distanceM }) => distanceM(place) <= NEAR_M)

/** Whether the way between two points, of which nothing is known, may have led through one of them. */
function mayHaveBeenIn(from: TrackPoint, to: TrackPoint, shapes: readonly HiddenShape[]): boolean {
  const ms = msBetween(from, to)
  if (ms === null) return isNear(from, shapes) || isNear(to, shapes)
  if (ms <= STRETCH_GAP_MS) return false
  const reachM = (PACE_MPS * ms) / 1_000
  return shapes.some(({ distanceM }) => distanceM(from) + distanceM(to) <= reachM)
}

/** Null where nobody knows. */
function msBetween(from: TrackPoint, to: TrackPoint): number | null {
  if (from.part === to.part) return to.monoMs - from.monoMs
  return from.utcMs === null || to.utcMs === null ? null : to.utcMs - from.utcMs
}

function spanOf(part: number, from: TrackPoint | null, to: TrackPoint | null): HiddenSpan {
  return {
    part,
    fromMonoMs: from?.monoMs ?? Number.NEGATIVE_INFINITY,
    toMonoMs: to?.monoMs ?? Number.POSITIVE_INFINITY,
    fromUtcMs: from?.utcMs ?? null,
    toUtcMs: to?.utcMs ?? null,
  }
}

/** A ride may have gone on through boots that never had a fix. */
function partsBetween(from: number, to: number): HiddenSpan[] {
  const count = Math.min(MOST_BOOTS_BETWEEN, to - from - 1)
  return Array.from({ length: Math.max(0, count) }, (_, index) => spanOf(from + 1 + index, null, null))
}
