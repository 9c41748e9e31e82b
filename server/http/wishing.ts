/** What the rider asks of the device: the answer to a wish as an answer over HTTP. */
import { ClockOffer, RecordingWish } from '../../core/api/shapes.js'
import type { Ask, Away, NotDone, OutcomeOf, Wish } from '../../core/link/messages.js'
import { nothing } from './answers.js'
import type { App } from './app.js'
import { Problem } from './problem.js'

/** What came of it. @throws Problem where the device does not do it. @param unknown what is said where it knows no such thing */
export async function askFor<W extends Wish>(
  ask: Ask,
  wish: W,
  unknown = 'there is no such thing',
): Promise<Exclude<OutcomeOf<W>, NotDone>> {
  const outcome = await ask(wish)
  if (isNotDone(outcome)) refuse(outcome, unknown)
  return outcome as Exclude<OutcomeOf<W>, NotDone>
}

const isNotDone = (outcome: OutcomeOf<Wish> | Away): outcome is NotDone | Away =>
  outcome.kind === 'unknown' || outcome.kind === 'refused' || outcome.kind === 'away'

/** @throws Problem, always: what was asked was not done */
export function refuse(outcome: NotDone | Away, unknown: string): never {
  switch (outcome.kind) {
    case 'unknown':
      throw new Problem(404, unknown)
    case 'refused':
      throw new Problem(409, outcome.reason)
    case 'away':
      throw new Problem(503, 'the device does not answer at the moment')
  }
}

export function wishRoutes(app: App, ask: Ask): void {
  app.route({
    method: 'POST',
    url: '/api/recording',
    config: { role: 'owner' },
    schema: { summary: 'Begins or ends a ride and its recording', body: RecordingWish, response: nothing },
    handler: async (request, reply) => {
      await askFor(ask, { kind: 'set-recording', isOn: request.body.on })
      return reply.code(204).send(null)
    },
  })

  app.route({
    method: 'POST',
    url: '/api/clock',
    config: { role: 'owner' },
    schema: {
      summary: 'Offers the time of a phone; used only while nothing better is known, as Now.timeSource tells',
      body: ClockOffer,
      response: nothing,
    },
    handler: async (request, reply) => {
      await askFor(ask, { kind: 'offer-clock', utcMs: request.body.utcMs })
      return reply.code(204).send(null)
    },
  })
}
