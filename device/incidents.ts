/** Saves moments: once it is answered, the footage around one stays, over a power cut too. */
import { randomBytes } from 'node:crypto'
import type { MarkIncident, News, Outcome, OutcomeOf } from '../core/link/messages.js'
import { monoNowMs } from '../core/process/boot.js'
import type { Log } from '../core/process/log.js'
import type { Incident, IncidentCause } from '../core/ride/incident.js'
import type { Batch } from '../core/store/batch.js'
import { publicSegment } from '../core/store/footage.js'
import type { Store } from '../core/store/store.js'

export interface Marking {
  readonly cause: IncidentCause
  /** CLOCK_MONOTONIC of this boot; before it began where negative. */
  readonly atMonoMs: number
  /** The same key again means the same moment again; null where nobody repeats himself. */
  readonly key: string | null
  readonly note: string | null
}

/** refused: it cannot be written, in a sentence for the rider. */
export type MarkOutcome = OutcomeOf<MarkIncident>

export interface Incidents {
  /** Resolves once the moment and what is kept around it are on the card; it never throws. */
  readonly mark: (marking: Marking) => Promise<MarkOutcome>
  /** The same, so many seconds ago. */
  readonly markByRider: (wish: Pick<MarkIncident, 'key' | 'secondsAgo' | 'note'>) => Promise<MarkOutcome>
  /** The device noticed something itself. What cannot be saved is told in the log. */
  readonly notice: (moment: Pick<Marking, 'cause' | 'atMonoMs'>) => void
  /** A key on the handlebar was pressed. */
  readonly pressed: (atMonoMs: number) => void
  readonly note: (incidentId: string, note: string | null) => Promise<Outcome>
  readonly remove: (incidentId: string) => Promise<Outcome>
}

export interface IncidentsOptions {
  readonly bootNumber: number
  readonly settings: { readonly beforeSeconds: number; readonly afterSeconds: number }
  readonly store: Pick<Store, 'deleteIncident' | 'incident' | 'markIncident' | 'noteIncident' | 'segmentsNamed'>
  readonly batch: Pick<Batch, 'commit'>
  readonly tell: (news: News) => void
  /** Everybody hears how a ride is now. */
  readonly tellRide: (rideId: string) => Promise<void>
  readonly nowMonoMs?: () => number
  readonly newId?: () => string
  readonly log: Log
}

const SECOND_MS = 1_000
const CANNOT_BE_SAVED = 'the catalogue on the card cannot be written'

export function createIncidents(options: IncidentsOptions): Incidents {
  const { bootNumber, settings, store, batch, tell, tellRide, nowMonoMs = monoNowMs, newId = anId, log } = options
  const reach = { beforeMs: settings.beforeSeconds * SECOND_MS, afterMs: settings.afterSeconds * SECOND_MS }

  const mark = async (marking: Marking): Promise<MarkOutcome> => {
    // The fixes and the growing segments of the last second are rows then; what cannot be committed is told there.
    await batch.commit()
    try {
      const { incidentId, isNew } = await store.markIncident({ ...marking, ...reach, id: newId(), bootNumber })
      log.info('a moment is saved', { incident: incidentId, cause: marking.cause, isNew })
      await tellIncident(incidentId)
      return { kind: 'incident', incidentId }
    } catch (error) {
      log.error('a moment could not be saved', { cause: marking.cause, error })
      return { kind: 'refused', reason: CANNOT_BE_SAVED }
    }
  }

  /** What is saved stays saved, whether it can be told or not. */
  const tellIncident = async (incidentId: string): Promise<void> => {
    try {
      const incident = await store.incident(incidentId)
      if (incident === null) return
      tell({ kind: 'incident', incident })
      await tellAround(incident)
    } catch (error) {
      log.warn('a saved moment could not be told', { incident: incidentId, error })
    }
  }

  /** Whether they are kept may have changed, and how many moments the ride has. */
  const tellAround = async ({ rideId, segments }: Incident): Promise<void> => {
    for (const segment of await store.segmentsNamed(segments))
      tell({ kind: 'segment', segment: publicSegment(segment) })
    if (rideId !== null) await tellRide(rideId)
  }

  const notice: Incidents['notice'] = (moment) => void mark({ ...moment, key: null, note: null })

  return {
    mark,
    notice,
    pressed: (atMonoMs) => notice({ cause: 'button', atMonoMs }),
    markByRider: ({ key, secondsAgo, note }) =>
      mark({ cause: 'rider', atMonoMs: nowMonoMs() - secondsAgo * SECOND_MS, key, note }),
    note: async (incidentId, note) => {
      if (!(await store.noteIncident(incidentId, note))) return { kind: 'unknown' }
      await tellIncident(incidentId)
      return { kind: 'done' }
    },
    remove: async (incidentId) => {
      const incident = await store.incident(incidentId)
      if (incident === null || !(await store.deleteIncident(incidentId))) return { kind: 'unknown' }
      log.info('a saved moment is taken away', { incident: incidentId })
      await tellAround(incident).catch((error: unknown) => {
        log.warn('what a moment kept could not be told', { incident: incidentId, error })
      })
      return { kind: 'done' }
    },
  }
}

const anId = (): string => randomBytes(6).toString('hex')
