/** Rides of other devices in the catalogue: unseen until they are whole, then among the others by their time. */
import type { ImportBegun, ImportDone, ImportedPoint, SameRide } from '../ride/imported.js'
import type { Connection } from './connection.js'

/** Deleted at once: no transaction may hold up the ride that is being recorded. */
const PAGE_FIXES = 10_000

export function readImports(database: Connection) {
  const same = database.prepare<Omit<SameRide, 'simulated'> & { readonly simulated: number }, { id: string }>(
    `SELECT id FROM rides WHERE startedUtcMs = @startedUtcMs AND endedUtcMs = @endedUtcMs AND simulated = @simulated
       AND (SELECT count(*) FROM fixes WHERE rideNumber = rides.number AND leftOut IS NULL)
         BETWEEN @taken AND @taken + @leftOut
     ORDER BY number LIMIT 1`,
  )
  return {
    /** The ride that is here with exactly this beginning and end, and as many points; null where there is none. */
    sameRide: (ride: SameRide): string | null => same.get({ ...ride, simulated: ride.simulated ? 1 : 0 })?.id ?? null,
  }
}

export function writeImports(database: Connection) {
  const begin = database.prepare(
    `INSERT INTO rides (id, name, bootNumber, lastBootNumber, beganMonoMs, lastFixMonoMs, lastMovedMonoMs, simulated, source, ended)
     VALUES (@id, @name, 0, 0, 0, 0, 0, 0, 'importing', 1)`,
  )
  const add = database.prepare(
    `INSERT OR IGNORE INTO fixes (rideNumber, part, monoMs, receiverUtcMs, utcMs, latDeg, lonDeg, altitudeM, speedMps, courseDeg,
       accuracyM, mode, satellitesUsed, hdop, leftOut)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const importing = database.prepare<[string], { number: number }>(
    `SELECT number FROM rides WHERE id = ? AND source = 'importing'`,
  )
  const before = database.prepare<[number], { bootNumber: number; beganMonoMs: number; startedUtcMs: number }>(
    `SELECT bootNumber, beganMonoMs, startedUtcMs FROM rides
     WHERE startedUtcMs <= ? AND NOT simulated ORDER BY startedUtcMs DESC LIMIT 1`,
  )
  const finish = database.prepare(
    `UPDATE rides SET source = 'import', simulated = @simulated, bootNumber = @bootNumber, beganMonoMs = @beganMonoMs, timeSource = 'satellites',
       startedUtcMs = @startedUtcMs, endedUtcMs = @endedUtcMs, lastFixMonoMs = @lastFixMonoMs,
       lastMovedMonoMs = @lastMovedMonoMs, distanceM = @distanceM, movingMs = @movingMs, elapsedMs = @elapsedMs,
       ascentM = @ascentM, maxSpeedMps = @maxSpeedMps, west = @west, south = @south, east = @east, north = @north,
       preview = @preview, timeZone = @timeZone
     WHERE id = @id AND source = 'importing'`,
  )
  const unfinished = database.prepare<{ id: string | null }, { number: number }>(
    `SELECT number FROM rides WHERE source = 'importing' AND id = coalesce(@id, id) LIMIT 1`,
  )
  const removeFixes = database.prepare(
    `DELETE FROM fixes WHERE rideNumber = @number AND (part, monoMs) IN
       (SELECT part, monoMs FROM fixes WHERE rideNumber = @number LIMIT ${PAGE_FIXES})`,
  )
  const remove = database.prepare('DELETE FROM rides WHERE number = ?')

  return {
    beginImport: (ride: ImportBegun): void => {
      begin.run(ride)
    },

    /** @param part from IMPORTED_PARTS_FROM on: the way from one part to the next is not known */
    addImported: (rideId: string, part: number, points: readonly ImportedPoint[]): void => {
      const ride = importing.get(rideId)
      if (ride === undefined) return
      for (const [utcMs, ...rest] of points) add.run(ride.number, part, utcMs, utcMs, utcMs, ...rest)
    },

    /** The ride is whole: everyone sees it, behind the ride that began before it; a replay has its times from elsewhere. */
    finishImport: ({ totals: { bounds, ...totals }, ...ride }: ImportDone): void => {
      const [west, south, east, north] = bounds ?? [null, null, null, null]
      const { bootNumber, beganMonoMs, startedUtcMs } = before.get(ride.startedUtcMs) ?? BEFORE_ALL_BOOTS
      const place = { bootNumber, beganMonoMs: beganMonoMs + ride.startedUtcMs - startedUtcMs }
      finish.run({ ...ride, simulated: ride.simulated ? 1 : 0, ...totals, ...place, west, south, east, north })
    },

    /** Removes a piece of what was begun and not finished, of one ride or of all; answers whether there is more. */
    abandonImports: (id: string | null = null): boolean => {
      const ride = unfinished.get({ id })
      if (ride === undefined) return false
      if (removeFixes.run(ride).changes === 0) remove.run(ride.number)
      return true
    },
  }
}

/** Its monotonic time is UTC. */
const BEFORE_ALL_BOOTS = { bootNumber: 0, beganMonoMs: 0, startedUtcMs: 0 }
