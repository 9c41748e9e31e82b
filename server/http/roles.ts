/** Who may use a route: each one under /api declares a role, and a request without that role does not reach it. */
import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyRequest } from 'fastify'
import { maySeeRide, type Role, type SignedIn, type Visitor } from '../../core/api/access.js'
import type { App } from './app.js'
import { Problem } from './problem.js'

declare module 'fastify' {
  interface FastifyContextConfig {
    role?: Role
  }
  interface FastifyRequest {
    visitor: Visitor | null
  }
}

export interface RolesOptions {
  readonly signedIn: (headers: IncomingHttpHeaders) => SignedIn | null
  readonly isOwnOrigin: (headers: IncomingHttpHeaders) => boolean
}

/** To be called before any route is registered: registering one without a role throws from then on. */
export function requireRoles(app: App, { signedIn, isOwnOrigin }: RolesOptions): void {
  app.decorateRequest('visitor', null)

  app.addHook('onRoute', ({ method, url, config }) => {
    if (isApi(url) && config?.role === undefined) throw new Error(`${method} ${url} declares no role`)
  })

  app.addHook('onRequest', async (request, reply) => {
    const { role } = request.routeOptions.config
    if (role === undefined) return // The page's files, and addresses where nothing is.
    const isMutation = !['GET', 'HEAD'].includes(request.method)
    const signed = role === 'anyone' ? null : signedIn(request.headers)
    if (role !== 'anyone' && signed === null) {
      reply.header('www-authenticate', 'Bearer')
      throw new Problem(401, 'not signed in')
    }
    if (isMutation && signed?.by !== 'bearer') refuseForeignPages(request, signed, isOwnOrigin)
    if (role === 'owner' && signed?.visitor.role === 'viewer') {
      throw isMutation ? new Problem(403, 'a shared ride can only be looked at') : new Problem(404, 'nothing is here')
    }
    request.visitor = signed?.visitor ?? null
  })
}

/** Whose request this is. @throws 401 on a route for anyone */
export function visitorOf({ visitor }: FastifyRequest): Visitor {
  if (visitor === null) throw new Problem(401, 'not signed in')
  return visitor
}

/** @throws 404 where the visitor was shown another ride */
export function requireRide(request: FastifyRequest, rideId: string | null): void {
  if (!maySeeRide(visitorOf(request), rideId)) throw new Problem(404, 'there is no such ride')
}

/** A browser sends its cookie whoever made the page: only a page of ours can set this header and has this origin. */
function refuseForeignPages(
  request: FastifyRequest,
  signed: SignedIn | null,
  isOwnOrigin: RolesOptions['isOwnOrigin'],
) {
  if (!isOwnOrigin(request.headers)) throw new Problem(403, 'this comes from a page of another site')
  if (signed !== null && request.headers['x-spokecam'] !== '1') {
    throw new Problem(403, 'a change made with the cookie needs the header X-Spokecam: 1')
  }
}

const isApi = (url: string): boolean => url === '/api' || url.startsWith('/api/')
