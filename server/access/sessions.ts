/** Sessions of paired phones: a token of 256 bits, of which only the SHA-256 is kept. */
import { createHash, randomBytes } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { SignedIn } from '../../core/api/access.js'
import type { AccessStore } from '../../core/store/access.js'

const TOKEN_BYTES = 32
const TOKEN = /^[A-Za-z0-9_-]{43}$/
const COOKIE = /(?:^|;\s*)spokecam=([^;]*)/
/** Browsers forget a cookie after 400 days at the latest. */
const COOKIE_SECONDS = 400 * 86_400

export type Sessions = ReturnType<typeof openSessions>

export function openSessions(store: Pick<AccessStore, 'addPhone' | 'phoneByToken' | 'removePhone'>) {
  return {
    /** Who sent a request, or null. Where there are both a bearer token and a cookie, the token counts. */
    signedIn: (headers: IncomingHttpHeaders): SignedIn | null => {
      const { authorization } = headers
      const by = authorization === undefined ? 'cookie' : 'bearer'
      const token = by === 'bearer' ? bearerIn(authorization ?? '') : COOKIE.exec(headers.cookie ?? '')?.[1]
      if (token === undefined || !TOKEN.test(token)) return null
      const phone = store.phoneByToken(hashOf(token))
      return phone === null ? null : { visitor: { role: 'owner', ...phone }, by }
    },

    /** A new session for a phone of this name; its token is not kept and cannot be told again. */
    signIn: (name: string): string => {
      const token = randomBytes(TOKEN_BYTES).toString('base64url')
      store.addPhone(name, hashOf(token))
      return token
    },

    signOut: (id: string): void => void store.removePhone(id),
  }
}

const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest()

const bearerIn = (authorization: string): string | undefined => /^Bearer +(\S+)$/i.exec(authorization)?.[1]

/** Set-Cookie for a token: no script can read it, no other site's page sends it. */
export const cookieOf = (token: string): string =>
  `spokecam=${token}; Path=/; Max-Age=${COOKIE_SECONDS}; HttpOnly; SameSite=Strict`

/** Set-Cookie that takes it away. */
export const FORGOTTEN_COOKIE = 'spokecam=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict'
