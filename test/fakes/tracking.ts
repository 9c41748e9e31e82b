/** A tracker as most tests want it, and what came of a whole ride. */
import type { Fix } from '../../core/ride/fix.js'
import type { LeftOut, RideTotals } from '../../core/ride/ride.js'
import { createTracker, type Tracker, type TrackerEvent, type TrackerOptions } from '../../device/tracking/tracker.js'

export const TWENTY_MINUTES_MS = 20 * 60_000

export function trackerOf(options: Partial<TrackerOptions> = {}): Tracker {
  let rides = 0
  return createTracker({
    splitAfterMs: TWENTY_MINUTES_MS,
    newRideId: () => `ride-${++rides}`,
    begin: 'power',
    resumed: null,
    ...options,
  })
}

export interface Tracked {
  readonly totals: RideTotals
  /** Of the fixes whose last word that was, by reason. */
  readonly leftOut: Readonly<Partial<Record<LeftOut, number>>>
  readonly kept: number
}

/** What one ride adds up to, which no standstill ends. */
export function tracked(fixes: readonly Fix[]): Tracked {
  const tracker = trackerOf({ splitAfterMs: Number.POSITIVE_INFINITY })
  const judged = new Map<number, LeftOut | null>()
  for (const event of fixes.flatMap(tracker.take)) {
    if (event.kind === 'fix') judged.set(event.fix.at.monoMs, event.leftOut)
  }
  const totals = tracker.ride()?.totals
  if (totals === undefined) throw new Error('no ride came of it')
  const leftOut: Partial<Record<LeftOut, number>> = {}
  for (const because of judged.values()) {
    if (because !== null) leftOut[because] = (leftOut[because] ?? 0) + 1
  }
  return { totals, leftOut, kept: [...judged.values()].filter((because) => because === null).length }
}

export const inWords = (events: readonly TrackerEvent[]): string[] =>
  events.map(
    (event) => `${event.kind} ${event.rideId}${event.kind === 'fix' && event.leftOut ? ` ${event.leftOut}` : ''}`,
  )
