/** A ride's track on the time of a clip: what subtitles, overlay and the track inside the file are made of. */
import type { ClipPoint } from '../ride/clip.js'
import { fixBetween } from '../ride/fix-between.js'
import { isGap, STRETCH_GAP_MS, type TrackPoint } from '../ride/ride.js'

/**
 * The fixes of a span, and where fixes surround its first and its last moment the one that lies between them there: so a clip's
 * track begins and ends with it. Over a gap, more than 5 s or a power cut, nothing is made up.
 * @param points in order, from at least 5 s before the span to 5 s after it; those whose time is unknown, or not after the one before, are passed over
 * @param fromUtcMs of the clip's first frame
 * @param toUtcMs of its end; a fix of that very moment is the last point
 */
export function clipPointsOf(points: Iterable<TrackPoint>, fromUtcMs: number, toUtcMs: number): ClipPoint[] {
  const found: ClipPoint[] = []
  let before: DatedPoint | null = null
  for (const point of points) {
    if (!isDated(point) || (before !== null && point.utcMs <= before.utcMs)) continue
    for (const edgeUtcMs of [fromUtcMs, toUtcMs]) {
      const isPassed = before !== null && before.utcMs < edgeUtcMs && edgeUtcMs < point.utcMs
      if (isPassed && before !== null && isOneStretch(before, point)) {
        found.push({ ...pointAt(edgeUtcMs, before, point), atMs: edgeUtcMs - fromUtcMs })
      }
    }
    if (point.utcMs > toUtcMs) break
    if (point.utcMs >= fromUtcMs) found.push({ ...fixOf(point), atMs: point.utcMs - fromUtcMs })
    before = point
  }
  return found
}

type DatedPoint = TrackPoint & { readonly utcMs: number }

const isDated = (point: TrackPoint): point is DatedPoint => point.utcMs !== null

/** An imported track is one stretch over minutes; where a camera was no such way is known. */
const isOneStretch = (from: DatedPoint, to: DatedPoint): boolean =>
  !isGap(from, to) && to.utcMs - from.utcMs <= STRETCH_GAP_MS

const pointAt = (utcMs: number, from: DatedPoint, to: DatedPoint) =>
  fixBetween(fixOf(from), fixOf(to), (utcMs - from.utcMs) / (to.utcMs - from.utcMs))

/** Without what ties it to its ride. */
function fixOf({ part: _part, monoMs: _monoMs, ...fix }: TrackPoint): Omit<ClipPoint, 'atMs'> {
  return fix
}
