/** What happens to a moment that stays, as the catalogue is told: marked or merged into another, noted, taken away. */
import type { Anchor } from '../ride/clock.js'
import type { IncidentCause } from '../ride/incident.js'
import { STRETCH_GAP_MS } from '../ride/ride.js'
import type { Connection } from './connection.js'
import { type AskedMoment, type BootOfMoment, type PlacedMoment, placeMoment } from './incident-spans.js'

export interface MomentMarked extends AskedMoment {
  /** What it is called where it becomes an incident of its own. */
  readonly id: string
  /** The present boot. */
  readonly bootNumber: number
  readonly cause: IncidentCause
  /** The same key again means the same moment again; null where nobody repeats himself. */
  readonly key: string | null
  readonly note: string | null
}

export interface Marked {
  readonly incidentId: string
  /** False where it was marked already, or is part of an earlier one now. */
  readonly isNew: boolean
}

/** A battery that makes bad contact begins many boots; as far back as anybody asks, none of more than these matters. */
const MOST_BOOTS_BACK = 16
/** One that grew longer than so many marks lets the next begin anew: on cobbles all of a ride would become one. */
const MOST_MARKS_LONG = 5

export function writeIncidents(database: Connection, anchorsOf: (bootNumber: number) => readonly Anchor[]) {
  const marked = database.prepare<[string], { id: string }>(
    'SELECT id FROM incidents WHERE number = (SELECT incidentNumber FROM incidentMarks WHERE key = ?)',
  )
  const remember = database.prepare('INSERT INTO incidentMarks (key, incidentNumber) VALUES (?, ?)')
  const bootsBefore = database.prepare<[number], { number: number }>(
    `SELECT number FROM boots WHERE number > 0 AND number < ? ORDER BY number DESC LIMIT ${MOST_BOOTS_BACK}`,
  )
  const footageEnd = database.prepare<[number], { monoMs: number | null }>(
    `SELECT max(startMonoMs + durationMs) AS monoMs FROM segments WHERE bootNumber = ? AND startUncertaintyMs IS NOT NULL`,
  )
  // The nearest first: of several that hold a moment it belongs to that.
  const holding = database.prepare<MergeQuery, IncidentSoFar>(
    `SELECT number, id, atMonoMs, beforeMs, afterMs, cause FROM incidents
     WHERE bootNumber = @boot AND @at BETWEEN atMonoMs - beforeMs AND atMonoMs + afterMs
       AND max(@at + @after, atMonoMs + afterMs) - min(@at - @before, atMonoMs - beforeMs) <= @mostMs
     ORDER BY abs(atMonoMs - @at), number LIMIT 1`,
  )
  const grow = database.prepare(
    `UPDATE incidents SET beforeMs = @beforeMs, afterMs = @afterMs, cause = @cause, note = coalesce(@note, note)
     WHERE number = @number`,
  )
  const add = database.prepare(
    `INSERT INTO incidents (id, rideNumber, bootNumber, atMonoMs, cause, beforeMs, afterMs, latDeg, lonDeg, note)
     VALUES (@id, @rideNumber, @bootNumber, @atMonoMs, @cause, @beforeMs, @afterMs, @latDeg, @lonDeg, @note)`,
  )
  const span = database.prepare(
    `INSERT INTO incidentSpans VALUES (@number, @bootNumber, @fromMonoMs, @toMonoMs)
     ON CONFLICT DO UPDATE SET fromMonoMs = min(fromMonoMs, @fromMonoMs), toMonoMs = max(toMonoMs, @toMonoMs)`,
  )
  const place = database.prepare<Where, { latDeg: number; lonDeg: number }>(
    `SELECT latDeg, lonDeg FROM rides JOIN fixes ON rideNumber = rides.number
     WHERE bootNumber <= @boot AND lastBootNumber >= @boot AND part = @boot AND leftOut IS NULL
       AND monoMs BETWEEN @at - ${STRETCH_GAP_MS} AND @at + ${STRETCH_GAP_MS}
     ORDER BY abs(monoMs - @at) LIMIT 1`,
  )
  // By its fixes first; footage from before a ride began may be its own, too.
  const rideAt = database.prepare<Where, { number: number }>(
    `SELECT number FROM rides WHERE source = 'device' AND bootNumber <= @boot AND lastBootNumber >= @boot
       AND (bootNumber < @boot OR beganMonoMs <= @at)
       AND (lastBootNumber > @boot OR NOT ended OR lastFixMonoMs >= @at)
     ORDER BY bootNumber DESC, beganMonoMs DESC LIMIT 1`,
  )
  const rideOfFootageAt = database.prepare<Where, { number: number }>(
    `SELECT rideNumber AS number FROM segments
     WHERE bootNumber = @boot AND rideNumber IS NOT NULL AND @at BETWEEN startMonoMs AND startMonoMs + durationMs
     ORDER BY rideNumber DESC LIMIT 1`,
  )
  const adopt = database.prepare(
    `UPDATE incidents SET rideNumber = (SELECT number FROM rides WHERE id = @rideId)
     WHERE rideNumber IS NULL AND bootNumber = @boot AND EXISTS (
       SELECT 1 FROM segments WHERE segments.bootNumber = @boot
         AND segments.rideNumber = (SELECT number FROM rides WHERE id = @rideId)
         AND atMonoMs >= startMonoMs AND (state = 'recording' OR atMonoMs <= startMonoMs + durationMs))`,
  )
  const note = database.prepare('UPDATE incidents SET note = ? WHERE id = ?')
  const remove = database.prepare('DELETE FROM incidents WHERE id = ?')

  const bootOf = (bootNumber: number): BootOfMoment => ({
    bootNumber,
    anchors: anchorsOf(bootNumber),
    footageEndMonoMs: footageEnd.get(bootNumber)?.monoMs ?? 0,
  })

  const mergeInto = (known: IncidentSoFar, moment: PlacedMoment & MomentMarked): void => {
    const beforeMs = Math.max(known.beforeMs, known.atMonoMs - (moment.atMonoMs - moment.beforeMs))
    const afterMs = Math.max(known.afterMs, moment.atMonoMs + moment.afterMs - known.atMonoMs)
    const cause = WEIGHT[moment.cause] > WEIGHT[known.cause] ? moment.cause : known.cause
    grow.run({ number: known.number, beforeMs, afterMs, cause, note: moment.note })
  }

  const addNew = ({ spans: _spans, key: _key, ...moment }: PlacedMoment & MomentMarked): number => {
    const where = { boot: moment.bootNumber, at: moment.atMonoMs }
    const { latDeg = null, lonDeg = null } = place.get(where) ?? {}
    const ride = rideAt.get(where) ?? rideOfFootageAt.get(where)
    return Number(add.run({ ...moment, latDeg, lonDeg, rideNumber: ride?.number ?? null }).lastInsertRowid)
  }

  return {
    /** Marks a moment, or makes it part of the incident that holds it: the rider's cause wins then, and the last note. */
    markIncident: (asked: MomentMarked): Marked => {
      const already = asked.key === null ? undefined : marked.get(asked.key)
      if (already !== undefined) return { incidentId: already.id, isNew: false }
      const earlier = bootsBefore.all(asked.bootNumber).map(({ number }) => bootOf(number))
      const moment = { ...asked, ...placeMoment(asked, bootOf(asked.bootNumber), earlier) }
      const { atMonoMs: at, beforeMs: before, afterMs: after } = moment
      const mostMs = (before + after) * MOST_MARKS_LONG
      const known = holding.get({ boot: moment.bootNumber, at, before, after, mostMs })
      if (known !== undefined) mergeInto(known, moment)
      const number = known?.number ?? addNew(moment)
      for (const one of moment.spans) span.run({ number, ...one })
      if (asked.key !== null) remember.run(asked.key, number)
      return { incidentId: known?.id ?? asked.id, isNew: known === undefined }
    },

    /** A ride that begins takes the moments of its boot that lie in the footage it took. */
    adoptIncidents: (rideId: string, bootNumber: number): void => {
      adopt.run({ rideId, boot: bootNumber })
    },

    /** Answers whether there is such an incident. @param words null takes the note away */
    noteIncident: (id: string, words: string | null): boolean => note.run(words, id).changes > 0,

    /** Its footage makes room like any other from now on. Answers whether there was such an incident. */
    deleteIncident: (id: string): boolean => remove.run(id).changes > 0,
  }
}

/** What a moment is called that was marked for several reasons: the rider's own beats what the device noticed. */
const WEIGHT: Readonly<Record<IncidentCause, number>> = { braking: 0, crash: 1, rider: 2, button: 2 }

interface IncidentSoFar {
  readonly number: number
  readonly id: string
  readonly atMonoMs: number
  readonly beforeMs: number
  readonly afterMs: number
  readonly cause: IncidentCause
}

interface MergeQuery {
  readonly boot: number
  readonly at: number
  readonly before: number
  readonly after: number
  readonly mostMs: number
}

interface Where {
  readonly boot: number
  /** CLOCK_MONOTONIC of that boot in ms. */
  readonly at: number
}
