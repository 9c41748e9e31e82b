/** How a phone comes in, whose session a request has, and how it ends. */
import type { PairingOutcome } from '../../core/api/access.js'
import { PairingAnswer, PairingWish, SessionShape } from '../../core/api/shapes.js'
import { json, nothing } from './answers.js'
import type { App } from './app.js'
import { Problem } from './problem.js'
import { visitorOf } from './roles.js'

export interface SessionDoor {
  readonly pair: (code: string, name: string) => PairingOutcome
  readonly signOut: (visitorId: string) => void
  /** Set-Cookie for a token. */
  readonly cookieOf: (token: string) => string
  /** Set-Cookie that takes it away. */
  readonly forgottenCookie: string
}

export function sessionRoutes(app: App, { pair, signOut, cookieOf, forgottenCookie }: SessionDoor): void {
  app.route({
    method: 'POST',
    url: '/api/pair',
    config: { role: 'anyone' },
    schema: { summary: 'Pairs a phone while pairing is open', body: PairingWish, response: json(PairingAnswer) },
    handler: async ({ body: { code, name } }, reply) => {
      const outcome = pair(code, name)
      switch (outcome.kind) {
        case 'paired':
          reply.headers({ 'set-cookie': cookieOf(outcome.token), 'cache-control': 'no-store' })
          return { token: outcome.token }
        case 'wrong':
          throw new Problem(401, 'this is not the code')
        case 'closed':
          throw new Problem(403, 'pairing is not open: begin it on the device')
        case 'too-many':
          reply.header('retry-after', Math.ceil(outcome.againInMs / 1_000))
          throw new Problem(429, 'too many codes were tried: wait a minute')
      }
    },
  })

  app.route({
    method: 'GET',
    url: '/api/session',
    config: { role: 'viewer' },
    schema: { summary: 'Whose session this is', response: json(SessionShape) },
    handler: async (request) => {
      const { role, name } = visitorOf(request)
      return { role, name }
    },
  })

  app.route({
    method: 'DELETE',
    url: '/api/session',
    config: { role: 'owner' },
    schema: { summary: 'Signs this phone out; it has to be paired again', response: nothing },
    handler: async (request, reply) => {
      signOut(visitorOf(request).id)
      return reply.code(204).header('set-cookie', forgottenCookie).send(null)
    },
  })
}
