/** What happens to a ride, as the catalogue is told: begun, carried on, ended, found to be the continuation of another. */
import type { TimeSource } from '../ride/clock.js'
import type { RideTotals } from '../ride/ride.js'
import type { Connection } from './connection.js'

export interface RideBegun {
  readonly id: string
  readonly bootNumber: number
  readonly beganMonoMs: number
  readonly simulated: boolean
  /** Null where nobody knows yet what time it was. */
  readonly startedUtcMs: number | null
  readonly timeSource: TimeSource | null
}

/** A ride whose first fix is this near to its beginning began with it. */
const BEGAN_WITH_FIX_MS = 1_000

export function writeRides(database: Connection) {
  const begin = database.prepare(
    `INSERT INTO rides (id, bootNumber, lastBootNumber, beganMonoMs, lastFixMonoMs, lastMovedMonoMs, startedUtcMs, timeSource,
       simulated, source)
     VALUES (@id, @bootNumber, @bootNumber, @beganMonoMs, @beganMonoMs, @beganMonoMs, @startedUtcMs, @timeSource,
       @simulated, 'device')`,
  )
  const carryOn = database.prepare(
    `UPDATE rides SET lastFixMonoMs = @lastFixMonoMs, lastMovedMonoMs = @lastMovedMonoMs, distanceM = @distanceM,
       movingMs = @movingMs, elapsedMs = @elapsedMs, ascentM = @ascentM, maxSpeedMps = @maxSpeedMps,
       west = @west, south = @south, east = @east, north = @north
     WHERE id = @id`,
  )
  const firstFix = database.prepare<[string], { utcMs: number | null }>(
    `SELECT utcMs FROM fixes WHERE rideNumber = (SELECT number FROM rides WHERE id = ?) AND leftOut IS NULL
     ORDER BY part, monoMs LIMIT 1`,
  )
  // A ride that began before its first fix keeps its beginning; one that began with it has the receiver's own time.
  const dateByFirstFix = database.prepare(
    `UPDATE rides SET timeSource = 'satellites', startedUtcMs = @utcMs
     WHERE id = @id AND (timeSource IS NOT 'satellites'
       OR (startedUtcMs <> @utcMs AND abs(startedUtcMs - @utcMs) < ${BEGAN_WITH_FIX_MS}))`,
  )
  const end = database.prepare(
    `UPDATE rides SET ended = 1, stopped = @isStopped, endedUtcMs =
       (SELECT utcMs FROM fixes WHERE rideNumber = number AND leftOut IS NULL ORDER BY part DESC, monoMs DESC LIMIT 1)
     WHERE id = @id`,
  )
  const leftOpen = database.prepare<[number], { id: string }>(
    'SELECT id FROM rides WHERE NOT ended AND lastBootNumber <> ?',
  )
  const removeEmpty = database.prepare(
    `DELETE FROM rides WHERE lastBootNumber <> ? AND source = 'device'
       AND NOT EXISTS (SELECT 1 FROM fixes WHERE rideNumber = number)
       AND NOT EXISTS (SELECT 1 FROM segments WHERE rideNumber = rides.number)
       AND NOT EXISTS (SELECT 1 FROM incidents WHERE rideNumber = rides.number)`,
  )
  const join = ['fixes', 'segments', 'incidents'].map((table) =>
    database.prepare(
      `UPDATE ${table} SET rideNumber = (SELECT number FROM rides WHERE id = @id)
       WHERE rideNumber = (SELECT number FROM rides WHERE id = @partId)`,
    ),
  )
  const reopen = database.prepare(
    `UPDATE rides SET ended = 0, endedUtcMs = NULL,
       name = coalesce(name, (SELECT name FROM rides WHERE id = @partId)),
       lastBootNumber = (SELECT lastBootNumber FROM rides WHERE id = @partId)
     WHERE id = @id`,
  )
  const between = database.prepare<{ id: string; partId: string }, { id: string }>(
    `SELECT id FROM rides WHERE source = 'device'
       AND lastBootNumber > (SELECT lastBootNumber FROM rides WHERE id = @id)
       AND lastBootNumber < (SELECT lastBootNumber FROM rides WHERE id = @partId)`,
  )
  const remove = database.prepare('DELETE FROM rides WHERE id = ?')
  const rename = database.prepare('UPDATE rides SET name = ? WHERE id = ?')
  const keep = database.prepare('UPDATE rides SET kept = ? WHERE id = ?')
  const draw = database.prepare('UPDATE rides SET preview = ? WHERE id = ?')
  const zone = database.prepare('UPDATE rides SET timeZone = coalesce(timeZone, ?) WHERE id = ?')

  return {
    beginRide: (ride: RideBegun): void => {
      begin.run({ ...ride, simulated: ride.simulated ? 1 : 0 })
    },
    carryOnRide: (id: string, { bounds, ...totals }: RideTotals): void => {
      const [west, south, east, north] = bounds ?? [null, null, null, null]
      carryOn.run({ id, ...totals, west, south, east, north })
      const utcMs = firstFix.get(id)?.utcMs ?? null
      if (utcMs !== null) dateByFirstFix.run({ id, utcMs })
    },
    /** @param isStopped the rider ended it: whatever follows is another ride */
    endRide: (id: string, isStopped = false): void => {
      end.run({ id, isStopped: isStopped ? 1 : 0 })
    },
    /**
     * Ends what other boots left open: their monotonic time went away with them. A boot that left neither a fix nor a picture
     * leaves no ride. Answers the ids of those that ended.
     */
    endRidesOfOtherBoots: (bootNumber: number): string[] => {
      removeEmpty.run(bootNumber)
      const ids = leftOpen.all(bootNumber).map((ride) => ride.id)
      for (const id of ids) end.run({ id, isStopped: 0 })
      return ids
    },
    /**
     * A ride of this boot turns out to be the continuation of an earlier one, which takes over its fixes and its footage, and
     * those of the boots in between, which were too short to know their time.
     */
    joinRides: (id: string, partId: string): void => {
      const parts = [...between.all({ id, partId }).map((ride) => ride.id), partId]
      reopen.run({ id, partId })
      for (const part of parts) {
        for (const take of join) take.run({ id, partId: part })
        remove.run(part)
      }
    },
    /** Answers whether there is such a ride. */
    renameRide: (id: string, name: string | null): boolean => rename.run(name, id).changes > 0,
    /** Its footage stays, or makes room like any other. Answers whether there is such a ride. */
    keepRide: (id: string, isKept: boolean): boolean => keep.run(isKept ? 1 : 0, id).changes > 0,
    /** Keeps the small drawing of the route, an encoded polyline. */
    drawRide: (id: string, preview: string): void => {
      draw.run(preview, id)
    },
    /** Keeps the zone a ride began in, an IANA name. */
    setTimeZone: (id: string, timeZone: string): void => {
      zone.run(timeZone, id)
    },
  }
}
