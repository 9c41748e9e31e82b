/** Joins the rooms of the device for a log of another program: what is read of it is judged as on the road, and kept. */
import { randomBytes } from 'node:crypto'
import type { Fix } from '../core/ride/fix.js'
import { type LogCounts, openRideLog, type RideLog, readingsOf } from './gps/logs.js'
import { type ImportedRide, importRide, type Keeping } from './importing/ride-import.js'
import { createRouteDrawing } from './tracking/route-drawing.js'
import { timeZoneAt } from './tracking/time-zone.js'
import { createTracker } from './tracking/tracker.js'

export interface ImportedLog extends ImportedRide {
  readonly kind: RideLog['kind']
}

/**
 * Takes a log in as one ride, whatever gaps it has, by its own time alone.
 * @param openKeeping asked once the file is known to be a log: nothing is held up for one that is none
 * @throws one sentence that names the file; nothing of it is kept then
 */
export async function importLog(
  file: string,
  openKeeping: () => Promise<Keeping>,
  signal: AbortSignal,
): Promise<ImportedLog> {
  const log = await openRideLog(file)
  const { kind, name, simulated } = log
  const rideId = randomBytes(6).toString('hex')
  const imported = await importRide({
    file,
    rideId,
    name,
    simulated,
    recorded: (onEnd: (counts: LogCounts) => void) => readingsOf(log, onEnd),
    tellsParts: kind === 'gpx',
    maker: rideMaker(rideId),
    keeping: await openKeeping(),
    signal,
  })
  return { kind, ...imported }
}

/** The ride begins with the first fix, true or not, and ends with the last one. */
function rideMaker(rideId: string) {
  const tracker = createTracker({
    splitAfterMs: Number.POSITIVE_INFINITY,
    newRideId: () => rideId,
    begin: 'power',
    resumed: null,
  })
  const drawing = createRouteDrawing()
  let timeZone: string | null = null
  let lastMs = 0
  return {
    gap: tracker.gap,
    take: (fix: Fix) => {
      lastMs = fix.at.monoMs
      tracker.begin(lastMs)
      const judged = tracker.take(fix).filter((event) => event.kind === 'fix')
      for (const { fix: point, leftOut } of judged) {
        if (leftOut !== null) continue
        drawing.add(point)
        timeZone ??= timeZoneAt(point)
      }
      return judged
    },
    end: () => {
      const ended = tracker.stop(lastMs).find((event) => event.kind === 'ended')
      return { totals: ended?.totals ?? null, preview: drawing.encoded(), timeZone }
    },
  }
}
