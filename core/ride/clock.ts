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

/** GPS counts weeks in ten bits. */
export const WEEK_ROLLOVER_MS = 1024 * 7 * 86_400_000

/**
 * The time a live receiver means that counts its weeks from an older rollover: the one time a multiple of 1024 weeks later
 * that can be true, or its own where that can be, or none can. Unique, because the plausible years are fewer than 1024 weeks.
 * Not for recorded logs, which may be old.
 */
export function unrolledUtc(utcMs: number): number {
  if (utcMs >= EARLIEST_UTC_MS) return utcMs
  const unrolledMs = utcMs + Math.ceil((EARLIEST_UTC_MS - utcMs) / WEEK_ROLLOVER_MS) * WEEK_ROLLOVER_MS
  return isPlausibleUtc(unrolledMs) ? unrolledMs : utcMs
}

/**
 * UTC of a moment in milliseconds since 1970, or null where no anchor of its boot is known.
 * Between two anchors the offset is interpolated, because a crystal drifts by some 20 ppm; outside them the nearest holds.
 * Where they are further apart than any drift the receiver was put right between them (a leap second, a rollover, a step):
 * up to the later one the earlier holds, as it did then. What a phone said counts only in a boot no satellite dates.
 * @param anchors of any boots, in the order of their monoMs within each boot
 */
export function utcOf(moment: Moment, anchors: readonly Anchor[]): number | null {
  const around = anchorsAround(moment, anchors)
  return around === null ? null : moment.monoMs + offsetBetween(moment.monoMs, around)
}

/**
 * How far off utcOf() may be, in milliseconds: the worse of the two anchors it stands between; before the first and after the
 * last it grows by what a crystal may have drifted since. Null where UTC is unknown.
 */
export function utcUncertaintyOf(moment: Moment, anchors: readonly Anchor[]): number | null {
  const around = anchorsAround(moment, anchors)
  if (around === null) return null
  const { before, after } = around
  const outsideMs = Math.max(0, before.monoMs - moment.monoMs, moment.monoMs - after.monoMs)
  return Math.max(before.uncertaintyMs, after.uncertaintyMs) + outsideMs * MOST_DRIFT
}

/** Crystals of small computers stay within 100 ppm, and the latencies of two anchors within half a second. */
const MOST_DRIFT = 100e-6
const MOST_NOISE_MS = 500

interface Around {
  readonly before: Anchor
  readonly after: Anchor
}

function anchorsAround(moment: Moment, anchors: readonly Anchor[]): Around | null {
  const ofBoot = bestOf(anchors.filter((anchor) => anchor.bootId === moment.bootId))
  const first = ofBoot[0]
  if (first === undefined) return null
  const before = ofBoot.findLast((anchor) => anchor.monoMs <= moment.monoMs) ?? first
  const after = ofBoot.find((anchor) => anchor.monoMs >= moment.monoMs) ?? before
  return { before, after }
}

function bestOf(anchors: readonly Anchor[]): readonly Anchor[] {
  const fromSatellites = anchors.filter(({ source }) => source === 'satellites')
  return fromSatellites.length > 0 ? fromSatellites : anchors
}

function offsetBetween(monoMs: number, { before, after }: Around): number {
  const spanMs = after.monoMs - before.monoMs
  const driftMs = after.utcMinusMonoMs - before.utcMinusMonoMs
  if (spanMs <= 0 || Math.abs(driftMs) > MOST_NOISE_MS + spanMs * MOST_DRIFT) return before.utcMinusMonoMs
  return before.utcMinusMonoMs + ((monoMs - before.monoMs) / spanMs) * driftMs
}
