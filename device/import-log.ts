/** Joins the rooms of the device for a log of another program: what is read of it is judged as on the road, and kept. */
import { randomBytes } from 'node:crypto'
import type { Fix } from '../core/ride/fix.js'
import { type LogCounts, openRideLog, type RideLog, readingsOf } from './gps/logs.js'
import type { RideKeeper } from './importing/keeper.js'
import { type ImportedRide, importRide } from './importing/ride-import.js'
import { createRouteDrawing } from './tracking/route-drawing.js'
import { createTracker } from './tracking/tracker.js'

export interface ImportedLog extends ImportedRide {
  readonly kind: RideLog['kind']
}

/**
 * Takes a log in as one ride, whatever gaps it has, by its own time alone.
 * @throws one sentence that names the file; nothing of it is kept then
 */
export async function importLog(file: string, keeper: RideKeeper, signal: AbortSignal): Promise<ImportedLog> {
  const log = await openRideLog(file)
  const rideId = randomBytes(6).toString('hex')
  const readings = (onEnd: (counts: LogCounts) => void) => readingsOf(log, onEnd)
  const imported = await importRide({ file, rideId, readings, maker: rideMaker(rideId), keeper, signal })
  return { kind: log.kind, ...imported }
}

function rideMaker(rideId: string) {
  const tracker = createTracker({
    splitAfterMs: Number.POSITIVE_INFINITY,
    newRideId: () => rideId,
    begin: 'power',
    resumed: null,
  })
  const drawing = createRouteDrawing()
  return {
    take: (fix: Fix) => {
      const judged = tracker.take(fix).filter((event) => event.kind === 'fix')
      for (const { fix: point, leftOut } of judged) if (leftOut === null) drawing.add(point)
      return judged
    },
    totals: () => tracker.ride()?.totals ?? null,
    preview: drawing.encoded,
  }
}
