/** Moments that stay: saved, listed, noted, taken away. */
import { IncidentPatch, IncidentShape, MomentHeaders, MomentWish } from '../../core/api/incidents.js'
import { ById, DEFAULT_ITEMS, IncidentsQuery } from '../../core/api/queries.js'
import { type Page, pageOf } from '../../core/api/shapes.js'
import type { Ask } from '../../core/link/messages.js'
import type { Incident } from '../../core/ride/incident.js'
import { created, json, nothing } from './answers.js'
import type { App } from './app.js'
import type { Catalogue } from './catalogue.js'
import { Problem } from './problem.js'
import { visitorOf } from './roles.js'
import { askFor } from './wishing.js'

export interface IncidentsDoor {
  readonly catalogue: Catalogue
  readonly ask: Ask
}

const NONE: Page<Incident> = { items: [], next: null }
const NO_SUCH_INCIDENT = 'there is no such incident'

export function incidentRoutes(app: App, { catalogue, ask }: IncidentsDoor): void {
  const incidentOf = (id: string): Incident => {
    const incident = catalogue.ask((reading) => reading.incident(id))
    if (incident === null) throw new Problem(404, NO_SUCH_INCIDENT)
    return incident
  }

  app.route({
    method: 'GET',
    url: '/api/incidents',
    config: { role: 'owner' },
    schema: {
      summary: 'Saved moments, newest first, of one ride or of all',
      querystring: IncidentsQuery,
      response: json(pageOf(IncidentShape)),
    },
    handler: async ({ query: { limit = DEFAULT_ITEMS, cursor = null, ride = null } }) =>
      catalogue.askOr((reading) => reading.incidents({ limit, cursor }, ride), NONE),
  })

  app.route({
    method: 'POST',
    url: '/api/incidents',
    config: { role: 'owner' },
    // Whoever announces JSON and sends nothing saves the present moment all the same.
    onRequest: async ({ raw: { headers } }) => {
      if (headers['content-length'] === '0') delete headers['content-type']
    },
    schema: {
      summary: 'Saves a moment: the footage around it stays. The same Idempotency-Key again saves nothing more',
      headers: MomentHeaders,
      body: MomentWish,
      response: created(IncidentShape),
    },
    handler: async (request, reply) => {
      const { secondsAgo = 0, note = null } = request.body
      const outcome = await askFor(ask, {
        kind: 'mark-incident',
        key: keyOf(visitorOf(request).id, request.headers['idempotency-key']),
        secondsAgo,
        note: note === '' ? null : note,
      })
      if (outcome.kind !== 'incident') throw new Error(`a mark was answered with ${outcome.kind}`)
      // Whether it is new, known by its key or part of another by now: the rider's moment is saved.
      return reply.code(201).send(incidentOf(outcome.incidentId))
    },
  })

  app.route({
    method: 'PATCH',
    url: '/api/incidents/:id',
    config: { role: 'owner' },
    schema: {
      summary: 'Writes a note to a saved moment, or takes it away',
      params: ById,
      body: IncidentPatch,
      response: json(IncidentShape),
    },
    handler: async ({ params: { id }, body: { note } }) => {
      await askFor(ask, { kind: 'note-incident', incidentId: id, note: note === '' ? null : note }, NO_SUCH_INCIDENT)
      return incidentOf(id)
    },
  })

  app.route({
    method: 'DELETE',
    url: '/api/incidents/:id',
    config: { role: 'owner' },
    schema: { summary: 'Its footage makes room like any other again', params: ById, response: nothing },
    handler: async ({ params: { id } }, reply) => {
      await askFor(ask, { kind: 'delete-incident', incidentId: id }, NO_SUCH_INCIDENT)
      return reply.code(204).send(null)
    },
  })
}

/** Two phones may choose the same key and mean two moments. */
const keyOf = (phoneId: string, key: string | undefined): string | null =>
  key === undefined ? null : `${phoneId} ${key}`
