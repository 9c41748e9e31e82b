/** Fixes in the catalogue: every raw one is kept, those of the track are read back in order, page by page. */
import type { Fix } from '../ride/fix.js'
import type { LeftOut, TrackPoint } from '../ride/ride.js'
import type { Connection } from './connection.js'

/** A raw fix as the tracker judged it. */
export interface JudgedFix {
  readonly fix: Fix
  /** Null until the clock is trusted; the first anchor of the boot dates it afterwards. */
  readonly utcMs: number | null
  readonly leftOut: LeftOut | null
}

/** Where in a ride a page of points begins: behind this one; null: at the ride's beginning. */
export type PointKey = Pick<TrackPoint, 'part' | 'monoMs'>

/** A stretch of a boot's monotonic time, from (inclusive) and to (exclusive) in ms. */
export interface Span {
  readonly bootNumber: number
  readonly fromMonoMs: number
  readonly toMonoMs: number
}

const POINT =
  'part, monoMs, utcMs, latDeg, lonDeg, altitudeM, speedMps, courseDeg, accuracyM, mode, satellitesUsed, hdop'
/** What is held at once of a track of any length: with pages of 2,000 the memory of whoever reads it grows by 20 MiB more. */
const PAGE_POINTS = 250

/** The columns of POINT. Rows as objects take better-sqlite3 twice the time, and a track has hundreds of thousands. */
type PointRow = readonly [
  part: number,
  monoMs: number,
  utcMs: number | null,
  latDeg: number,
  lonDeg: number,
  altitudeM: number | null,
  speedMps: number | null,
  courseDeg: number | null,
  accuracyM: number | null,
  mode: TrackPoint['mode'],
  satellitesUsed: number | null,
  hdop: number | null,
]

const pointOf = (row: PointRow): TrackPoint => ({
  part: row[0],
  monoMs: row[1],
  utcMs: row[2],
  latDeg: row[3],
  lonDeg: row[4],
  altitudeM: row[5],
  speedMps: row[6],
  courseDeg: row[7],
  accuracyM: row[8],
  mode: row[9],
  satellitesUsed: row[10],
  hdop: row[11],
})

export function readTrack(database: Connection) {
  const page = database
    .prepare<[string, number, number, number], PointRow>(
      `SELECT ${POINT} FROM fixes WHERE rideNumber = (SELECT number FROM rides WHERE id = ?)
       AND (part, monoMs) > (?, ?) AND leftOut IS NULL ORDER BY part, monoMs LIMIT ?`,
    )
    .raw()
  const between = database.prepare<{ boot: number; from: number; to: number }, TrackPoint>(
    `SELECT ${POINT} FROM rides JOIN fixes ON rideNumber = rides.number
     WHERE bootNumber <= @boot AND lastBootNumber >= @boot
       AND (lastBootNumber > @boot OR NOT ended OR lastFixMonoMs >= @from)
       AND part = @boot AND monoMs >= @from AND monoMs < @to AND leftOut IS NULL ORDER BY monoMs`,
  )

  /** A page of kept points behind one of them, at most 250: no read holds up a checkpoint for long. */
  const pointsAfter = (rideId: string, after: PointKey | null): TrackPoint[] =>
    page.all(rideId, after?.part ?? Number.MIN_SAFE_INTEGER, after?.monoMs ?? 0, PAGE_POINTS).map(pointOf)

  return {
    pointsAfter,

    /** Kept points of a span, in order; of one segment's length, not of a whole ride. */
    pointsBetween: ({ bootNumber: boot, fromMonoMs: from, toMonoMs: to }: Span): TrackPoint[] =>
      between.all({ boot, from, to }),

    /** Every kept point of a ride, in order; each page is a read of its own. */
    *pointsOf(rideId: string): Generator<TrackPoint> {
      let last: TrackPoint | null = null
      for (;;) {
        const points = pointsAfter(rideId, last)
        yield* points
        last = points.at(-1) ?? null
        if (last === null || points.length < PAGE_POINTS) return
      }
    },
  }
}

export function writeTrack(database: Connection) {
  const add = database.prepare(
    `INSERT OR REPLACE INTO fixes VALUES ((SELECT number FROM rides WHERE id = ?), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  return {
    /**
     * Keeps fixes of a ride; one at the moment of an earlier one is its completed form and takes its place.
     * @param part the number of the boot; of an imported ride's fixes, whose monotonic time is UTC, that of the track segment
     */
    addFixes: (rideId: string, part: number, fixes: readonly JudgedFix[]): void => {
      for (const { fix, utcMs, leftOut } of fixes) {
        add.run(
          rideId,
          part,
          fix.at.monoMs,
          fix.receiverUtcMs === null ? null : Math.round(fix.receiverUtcMs),
          utcMs === null ? null : Math.round(utcMs),
          fix.latDeg,
          fix.lonDeg,
          fix.altitudeM,
          fix.speedMps,
          fix.courseDeg,
          fix.accuracyM,
          fix.mode,
          fix.sky.satellitesUsed,
          fix.sky.hdop,
          leftOut,
        )
      }
    },
  }
}
