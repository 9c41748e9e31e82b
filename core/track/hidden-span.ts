/** Stretches of a ride that nobody but the rider is to see, on its monotonic time. */
import type { TrackPoint } from '../ride/ride.js'

/** The points at both ends are the last and the first visible one, and no part of it. */
export interface HiddenSpan {
  /** As in a TrackPoint: the number of the boot, and of the footage. */
  readonly part: number
  /** -Infinity: from the beginning of that part. */
  readonly fromMonoMs: number
  /** +Infinity: to its end. */
  readonly toMonoMs: number
  /** Milliseconds since 1970; null where that end is open, or its time unknown. */
  readonly fromUtcMs: number | null
  readonly toUtcMs: number | null
}

type Placed = Pick<TrackPoint, 'part' | 'monoMs'>

/** @param spans as hiddenSpansOf tells them: in order, none over another */
export function isHidden(point: Placed, spans: readonly HiddenSpan[]): boolean {
  if (spans.length === 0) return false
  const span = lastBegunBefore(point, spans)
  return span !== undefined && span.part === point.part && point.monoMs < span.toMonoMs
}

/** Whether something is hidden between two visible points. */
export function hidesBetween(spans: readonly HiddenSpan[], from: Placed, to: Placed): boolean {
  const span = lastBegunBefore(to, spans)
  return span !== undefined && span.part === to.part && (from.part !== to.part || span.fromMonoMs >= from.monoMs)
}

/** How many ms of a stretch of a boot are hidden, from fromMonoMs on. */
export function hiddenMsOf(
  { part, monoMs: fromMonoMs }: Placed,
  durationMs: number,
  spans: readonly HiddenSpan[],
): number {
  return spans
    .filter((span) => span.part === part)
    .map((span) => Math.min(span.toMonoMs, fromMonoMs + durationMs) - Math.max(span.fromMonoMs, fromMonoMs))
    .reduce((sum, ms) => sum + Math.max(0, ms), 0)
}

/** There may be a span for each of thousands of rounds, and hundreds of thousands of points: it is not looked for one by one. */
function lastBegunBefore({ part, monoMs }: Placed, spans: readonly HiddenSpan[]): HiddenSpan | undefined {
  let from = 0
  let to = spans.length
  while (from < to) {
    const middle = (from + to) >>> 1
    const span = spans[middle] as HiddenSpan
    if (span.part < part || (span.part === part && span.fromMonoMs < monoMs)) from = middle + 1
    else to = middle
  }
  return spans[from - 1]
}
