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

/** A stretch of a boot's monotonic time, from (inclusive) and to (exclusive) in ms. */
export interface Span {
  readonly bootNumber: number
  readonly fromMonoMs: number
  readonly toMonoMs: number
}

const POINT = 'monoMs, utcMs, latDeg, lonDeg, altitudeM, speedMps, courseDeg, accuracyM, mode, satellitesUsed, hdop'
const PAGE_POINTS = 2_000

export function readTrack(database: Connection) {
  const page = database.prepare<[string, number, number], TrackPoint>(
    `SELECT ${POINT} FROM fixes WHERE rideNumber = (SELECT number FROM rides WHERE id = ?)
     AND monoMs > ? AND leftOut IS NULL ORDER BY monoMs LIMIT ?`,
  )
  const between = database.prepare<[number, number, number, number], TrackPoint>(
    `SELECT ${POINT} FROM rides JOIN fixes ON rideNumber = rides.number
     WHERE bootNumber = ? AND (NOT ended OR lastFixMonoMs >= ?) AND monoMs >= ? AND monoMs < ? AND leftOut IS NULL ORDER BY monoMs`,
  )

  /** A page of kept points after a moment, at most 2,000: no read holds up a checkpoint for long. */
  const pointsAfter = (rideId: string, monoMs: number): TrackPoint[] => page.all(rideId, monoMs, PAGE_POINTS)

  return {
    pointsAfter,

    /** Kept points of a span, in order; of one segment's length, not of a whole ride. */
    pointsBetween: ({ bootNumber, fromMonoMs, toMonoMs }: Span): TrackPoint[] =>
      between.all(bootNumber, fromMonoMs, fromMonoMs, toMonoMs),

    /** Every kept point of a ride, in order; each page is a read of its own. */
    *pointsOf(rideId: string): Generator<TrackPoint> {
      let afterMonoMs = -1
      for (;;) {
        const points = pointsAfter(rideId, afterMonoMs)
        yield* points
        const last = points.at(-1)
        if (last === undefined || points.length < PAGE_POINTS) return
        afterMonoMs = last.monoMs
      }
    },
  }
}

export function writeTrack(database: Connection) {
  const add = database.prepare(
    `INSERT OR REPLACE INTO fixes VALUES ((SELECT number FROM rides WHERE id = ?), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  return {
    /** Keeps fixes of a ride; one at the moment of an earlier one is its completed form and takes its place. */
    addFixes: (rideId: string, fixes: readonly JudgedFix[]): void => {
      for (const { fix, utcMs, leftOut } of fixes) {
        add.run(
          rideId,
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
