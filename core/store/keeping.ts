/** What keeps a segment from making room, as conditions of SQL on a row of `segments`. */
import { OWN_CAUSES } from '../ride/incident.js'

const own = OWN_CAUSES.map((cause) => `'${cause}'`).join(', ')

/** A row `span` of incidentSpans reaches into it, as far as its start is known. One that grows has no end yet. */
export const SPAN_REACHES_IT = `span.bootNumber = segments.bootNumber
    AND (segments.state = 'recording'
      OR span.fromMonoMs <= segments.startMonoMs + segments.durationMs + coalesce(segments.startUncertaintyMs, 0))
    AND span.toMonoMs >= segments.startMonoMs - coalesce(segments.startUncertaintyMs, 0)`

const isInIncident = (which: string): string => `EXISTS (
  SELECT 1 FROM incidentSpans AS span JOIN incidents ON incidents.number = span.incidentNumber
  WHERE ${SPAN_REACHES_IT}
    AND ${which})`

/** By the rider: the segment or its ride itself, or an incident of the rider's own. */
export const IS_KEPT_BY_RIDER = `(segments.kept
  OR coalesce((SELECT kept FROM rides AS own WHERE own.number = segments.rideNumber), 0)
  OR ${isInIncident(`incidents.cause IN (${own})`)})`

/** By an incident that the device noticed itself. */
export const IS_KEPT_BY_DEVICE = isInIncident(`incidents.cause NOT IN (${own})`)

/** By whomever. */
export const IS_KEPT = `(${IS_KEPT_BY_RIDER} OR ${IS_KEPT_BY_DEVICE})`
