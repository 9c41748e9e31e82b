/** Moments that stay, as the catalogue tells them: one by one, or newest first. */
import { type Anchor, utcOf } from '../ride/clock.js'
import type { SegmentState } from '../ride/footage.js'
import type { Incident } from '../ride/incident.js'
import type { Connection } from './connection.js'
import { SPAN_REACHES_IT } from './keeping.js'
import { type Listed, type Listing, listed, positionOf } from './listing.js'
import type { IncidentRecord } from './record-shapes.js'

const INCIDENT = `incidents.*, rides.id AS rideId FROM incidents LEFT JOIN rides ON rides.number = rideNumber`
const MOST_SEGMENTS = 500
/**
 * A video that made room is not kept any more. Named one by one, the states find a boot's segments by their index; CROSS JOIN has
 * SQLite look at the few spans first.
 */
const WITH_VIDEO: readonly SegmentState[] = ['recording', 'recorded', 'tagged']

export function readIncidents(database: Connection, anchorsOf: (bootNumber: number) => readonly Anchor[]) {
  const byId = database.prepare<[string], IncidentRow>(`SELECT ${INCIDENT} WHERE incidents.id = ?`)
  const newest = database.prepare<IncidentQuery, IncidentRow>(
    `SELECT ${INCIDENT} WHERE (incidents.bootNumber, atMonoMs, incidents.number) < (@boot, @mono, @number)
       AND (@ride IS NULL OR rides.id = @ride)
     ORDER BY incidents.bootNumber DESC, atMonoMs DESC, incidents.number DESC LIMIT @limit`,
  )
  const segments = database.prepare<[number], { id: string }>(
    `SELECT DISTINCT segments.id FROM incidentSpans AS span CROSS JOIN segments ON ${SPAN_REACHES_IT}
     WHERE incidentNumber = ? AND state IN (${WITH_VIDEO.map((state) => `'${state}'`).join(', ')}) AND frames > 0
     ORDER BY camera, segments.number LIMIT ${MOST_SEGMENTS}`,
  )

  const incidentOf = (row: IncidentRow, anchors = anchorsOf(row.bootNumber)): Incident => {
    const utcMs = utcOf({ bootId: anchors[0]?.bootId ?? '', monoMs: row.atMonoMs }, anchors)
    return {
      id: row.id,
      rideId: row.rideId,
      atUtcMs: utcMs === null ? null : Math.round(utcMs),
      latDeg: row.latDeg,
      lonDeg: row.lonDeg,
      cause: row.cause,
      beforeMs: Math.round(row.beforeMs),
      afterMs: Math.round(row.afterMs),
      note: row.note,
      segments: segments.all(row.number).map(({ id }) => id),
    }
  }

  return {
    incident: (id: string): Incident | null => {
      const row = byId.get(id)
      return row === undefined ? null : incidentOf(row)
    },

    /** A page of incidents, of one ride or of all, newest first by boot and by moment within it. @throws UnknownCursor */
    incidents: ({ limit, cursor }: Listing, rideId: string | null = null): Listed<Incident> => {
      const [boot, mono, number] = positionOf(cursor, 3) ?? [Number.MAX_SAFE_INTEGER, 0, 0]
      const rows = newest.all({
        boot: boot as number,
        mono: mono as number,
        number: number as number,
        ride: rideId,
        limit: limit + 1,
      })
      // Most of a page lie in the same few boots.
      const anchors = new Map([...new Set(rows.map(({ bootNumber }) => bootNumber))].map((n) => [n, anchorsOf(n)]))
      const itemOf = (row: IncidentRow): Incident => incidentOf(row, anchors.get(row.bootNumber))
      return listed(rows, limit, itemOf, (row) => [row.bootNumber, row.atMonoMs, row.number])
    },
  }
}

type IncidentRow = Omit<IncidentRecord, 'spans' | 'marks'>

interface IncidentQuery {
  readonly boot: number
  readonly mono: number
  readonly number: number
  readonly ride: string | null
  readonly limit: number
}
