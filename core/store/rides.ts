/** Rides as the catalogue tells them: one by one, newest first, or the one that goes on. */
import { type Anchor, utcOf } from '../ride/clock.js'
import type { Bounds } from '../ride/geo.js'
import type { Ride, RideTotals } from '../ride/ride.js'
import type { Connection, Flags } from './connection.js'
import { type Listed, type Listing, listed, positionOf } from './listing.js'
import type { RideRecord } from './record-shapes.js'

/** A ride that was not ended, as the tracker takes it up again. */
export interface RideInProgress {
  readonly id: string
  readonly beganMonoMs: number
  readonly totals: RideTotals
}

/** A ride of an earlier boot that one of this boot may turn out to be the continuation of. */
export interface RideBefore {
  readonly id: string
  readonly totals: RideTotals
  readonly startedUtcMs: number | null
  readonly preview: string | null
  readonly lastFixUtcMs: number
  readonly lastMovedUtcMs: number
  /** The rider ended it. */
  readonly isStopped: boolean
  readonly simulated: boolean
}

export interface RideFilter {
  readonly fromUtcMs?: number | undefined
  readonly toUtcMs?: number | undefined
  readonly bounds?: Bounds | undefined
}

const RIDE = `rides.*,
  (SELECT count(*) FROM segments WHERE rideNumber = rides.number AND frames > 0) AS segments,
  (SELECT count(*) FROM incidents WHERE rideNumber = rides.number) AS incidents,
  (SELECT group_concat(DISTINCT camera) FROM segments WHERE rideNumber = rides.number) AS cameras`

export function readRides(database: Connection, anchorsOf: (bootNumber: number) => readonly Anchor[]) {
  const byId = database.prepare<[string], RideRow>(`SELECT ${RIDE} FROM rides WHERE id = ? AND source <> 'importing'`)
  const open = database.prepare<[number], RideRow>(
    `SELECT ${RIDE} FROM rides WHERE lastBootNumber = ? AND NOT ended ORDER BY number DESC LIMIT 1`,
  )
  const before = database.prepare<[number], RideRow>(
    `SELECT ${RIDE} FROM rides WHERE lastBootNumber < ?
       AND lastBootNumber IN (SELECT bootNumber FROM anchors WHERE source = 'satellites')
     ORDER BY lastBootNumber DESC, number DESC LIMIT 1`,
  )
  const stoppedSince = database.prepare<[number, number], { found: 1 }>(
    'SELECT 1 AS found FROM rides WHERE lastBootNumber BETWEEN ? AND ? AND stopped LIMIT 1',
  )
  const anyOf = database.prepare<[number], { found: 1 }>(
    'SELECT 1 AS found FROM rides WHERE lastBootNumber = ? LIMIT 1',
  )
  const notEnded = database.prepare<[string], { number: number }>('SELECT number FROM rides WHERE id = ? AND NOT ended')
  const newest = database.prepare<RideQuery, RideRow>(
    `SELECT ${RIDE} FROM rides
     WHERE (bootNumber, beganMonoMs, number) < (@boot, @mono, @number) AND source <> 'importing'
       AND (@from IS NULL OR coalesce(endedUtcMs, startedUtcMs) >= @from)
       AND (@to IS NULL OR startedUtcMs < @to)
       AND (@west IS NULL OR (west <= @east AND east >= @west AND south <= @north AND north >= @south))
     ORDER BY bootNumber DESC, beganMonoMs DESC, number DESC LIMIT @limit`,
  )
  return {
    ride: (id: string): Ride | null => {
      const row = byId.get(id)
      return row === undefined ? null : rideOf(row)
    },

    /** The ride of this boot that has not ended. */
    rideInProgress: (bootNumber: number): RideInProgress | null => {
      const row = open.get(bootNumber)
      return row === undefined ? null : { id: row.id, beganMonoMs: row.beganMonoMs, totals: totalsOf(row) }
    },

    /** The last ride of the boots before this one that can be dated; boots without satellites may lie in between. */
    rideBefore: (bootNumber: number): RideBefore | null => {
      const row = before.get(bootNumber)
      if (row === undefined) return null
      const anchors = anchorsOf(row.lastBootNumber).map((anchor) => ({ ...anchor, bootId: '' }))
      const lastFixUtcMs = utcOf({ bootId: '', monoMs: row.lastFixMonoMs }, anchors)
      const lastMovedUtcMs = utcOf({ bootId: '', monoMs: row.lastMovedMonoMs }, anchors)
      if (lastFixUtcMs === null || lastMovedUtcMs === null) return null
      const { id, simulated, startedUtcMs, preview } = rideOf(row)
      const told = { id, simulated, startedUtcMs, preview, totals: totalsOf(row) }
      const isStopped = row.stopped === 1 || stoppedSince.get(row.lastBootNumber + 1, bootNumber - 1) !== undefined
      return { ...told, lastFixUtcMs, lastMovedUtcMs, isStopped }
    },

    /** Whether a boot has had a ride, ended or not. */
    hasRideOf: (bootNumber: number): boolean => anyOf.get(bootNumber) !== undefined,

    /** Whether a ride has not been ended, be the device there to carry it on or not. */
    isRideInProgress: (id: string): boolean => notEnded.get(id) !== undefined,

    /** A page of rides, newest first by boot and by monotonic start within it. @throws UnknownCursor */
    rides: ({ limit, cursor }: Listing, filter: RideFilter = {}): Listed<Ride> => {
      const [boot, mono, number] = positionOf(cursor, 3) ?? [Number.MAX_SAFE_INTEGER, 0, 0]
      const [west, south, east, north] = filter.bounds ?? [null, null, null, null]
      const rows = newest.all({
        boot: boot as number,
        mono: mono as number,
        number: number as number,
        from: filter.fromUtcMs ?? null,
        to: filter.toUtcMs ?? null,
        west,
        south,
        east,
        north,
        limit: limit + 1,
      })
      return listed(rows, limit, rideOf, (row) => [row.bootNumber, row.beganMonoMs, row.number])
    },
  }
}

function rideOf(row: RideRow): Ride {
  const { west, south, east, north, movingMs, distanceM } = row
  const bounds: Bounds | null =
    west === null || south === null || east === null || north === null ? null : [west, south, east, north]
  return {
    id: row.id,
    name: row.name,
    startedUtcMs: row.startedUtcMs,
    endedUtcMs: row.endedUtcMs,
    distanceM: tenths(distanceM),
    movingMs: Math.round(movingMs),
    elapsedMs: Math.round(row.elapsedMs),
    ascentM: row.ascentM,
    avgSpeedMps: movingMs > 0 ? tenths((distanceM * 10_000) / movingMs) / 10 : null,
    maxSpeedMps: row.maxSpeedMps,
    bounds,
    preview: row.preview,
    cameras: row.cameras?.split(',') ?? [],
    segments: row.segments,
    incidents: row.incidents,
    kept: row.kept === 1,
    simulated: row.simulated === 1,
    source: row.source,
    timeZone: row.timeZone,
    timeSource: row.timeSource,
  }
}

/** More digits would claim what no receiver knows. */
const tenths = (value: number): number => Math.round(value * 10) / 10

function totalsOf(row: RideRow): RideTotals {
  const { bounds } = rideOf(row)
  const { lastFixMonoMs, lastMovedMonoMs, distanceM, movingMs, elapsedMs, ascentM, maxSpeedMps } = row
  return { lastFixMonoMs, lastMovedMonoMs, distanceM, movingMs, elapsedMs, ascentM, maxSpeedMps, bounds }
}

interface RideRow extends Flags<Omit<RideRecord, 'ended'>> {
  readonly segments: number
  readonly incidents: number
  readonly cameras: string | null
}

interface RideQuery {
  readonly boot: number
  readonly mono: number
  readonly number: number
  readonly from: number | null
  readonly to: number | null
  readonly west: number | null
  readonly south: number | null
  readonly east: number | null
  readonly north: number | null
  readonly limit: number
}
