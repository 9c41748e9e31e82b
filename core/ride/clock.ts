/** Time on a machine without a battery clock: moments of one boot, the anchors that date them, and when a receiver is believed. */

/** A point on CLOCK_MONOTONIC of one boot. Comparable only with moments of the same boot. */
export interface Moment {
  readonly bootId: string
  /** Milliseconds since that boot, fractions allowed. */
  readonly monoMs: number
}

export type TimeSource = 'satellites' | 'phone'

/** What UTC was at one moment, how well that is known, and who said so. */
export interface Anchor {
  readonly bootId: string
  readonly monoMs: number
  /** Add to a monoMs of the same boot to get UTC in milliseconds since 1970. */
  readonly utcMinusMonoMs: number
  readonly uncertaintyMs: number
  readonly source: TimeSource
}

/** No receiver is believed that claims a time before this version was written... */
export const EARLIEST_UTC_MS = Date.UTC(2026, 0, 1)
/** ...or more than 15 years after: a GPS week number rolls over every 1024 weeks and old receivers pick the wrong one. */
export const LATEST_UTC_MS = Date.UTC(2041, 0, 1)

/** Whether a time can be true at all. */
export const isPlausibleUtc = (utcMs: number): boolean => utcMs >= EARLIEST_UTC_MS && utcMs < LATEST_UTC_MS

/**
 * UTC of a moment in milliseconds since 1970, or null where no anchor of its boot is known.
 * Between two anchors the offset is interpolated, because a crystal drifts by some 20 ppm; outside them the nearest holds.
 * Where they are further apart than any drift the receiver was put right between them (a leap second, a rollover, a step):
 * up to the later one the earlier holds, as it did then.
 * @param anchors of any boots, in the order of their monoMs within each boot
 */
export function utcOf(moment: Moment, anchors: readonly Anchor[]): number | null {
  const around = anchorsAround(moment, anchors)
  return around === null ? null : moment.monoMs + offsetBetween(moment.monoMs, around)
}

/** How far off utcOf() may be, in milliseconds: the worse of the two anchors it stands between. Null where UTC is unknown. */
export function utcUncertaintyOf(moment: Moment, anchors: readonly Anchor[]): number | null {
  const around = anchorsAround(moment, anchors)
  return around === null ? null : Math.max(around.before.uncertaintyMs, around.after.uncertaintyMs)
}

/** Crystals of small computers stay within 100 ppm, and the latencies of two anchors within half a second. */
const MOST_DRIFT = 100e-6
const MOST_NOISE_MS = 500

interface Around {
  readonly before: Anchor
  readonly after: Anchor
}

function anchorsAround(moment: Moment, anchors: readonly Anchor[]): Around | null {
  const ofBoot = anchors.filter((anchor) => anchor.bootId === moment.bootId)
  const first = ofBoot[0]
  if (first === undefined) return null
  const before = ofBoot.findLast((anchor) => anchor.monoMs <= moment.monoMs) ?? first
  const after = ofBoot.find((anchor) => anchor.monoMs >= moment.monoMs) ?? before
  return { before, after }
}

function offsetBetween(monoMs: number, { before, after }: Around): number {
  const spanMs = after.monoMs - before.monoMs
  const driftMs = after.utcMinusMonoMs - before.utcMinusMonoMs
  if (spanMs <= 0 || Math.abs(driftMs) > MOST_NOISE_MS + spanMs * MOST_DRIFT) return before.utcMinusMonoMs
  return before.utcMinusMonoMs + ((monoMs - before.monoMs) / spanMs) * driftMs
}
