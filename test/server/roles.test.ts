/** Nothing but the few open routes answers a stranger, and no foreign page changes anything. */
import { rm } from 'node:fs/promises'
import type { IncomingHttpHeaders } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SignedIn, Visitor } from '../../core/api/access.js'
import type { Track } from '../../core/api/shapes.js'
import type { Ask } from '../../core/link/messages.js'
import { NOTHING_KEPT, settingsInForce } from '../../core/ride/settings.js'
import { isOwnOrigin } from '../../server/access/origin.js'
import type { App } from '../../server/http/app.js'
import { createApplication } from '../../server/http/application.js'
import { openCatalogue } from '../../server/http/catalogue.js'
import { openHolding } from '../../server/http/holding.js'
import { addRide, openRides } from '../fakes/a-ride.js'
import { makeDataFolder, SHARED } from '../fakes/a-server.js'
import { HOME } from '../fakes/readings.js'

const OWNER: Visitor = { role: 'owner', id: 'phone-1', name: 'phone' }
const VIEWER: Visitor = { role: 'viewer', id: 'share-1', name: 'share', rideId: 'ride-a' }
const signedOut: string[] = []
const routes: { method: string; url: string; role: string }[] = []
const told: unknown[][] = []
let fault: Error | null = null
let data: string
let app: App

/** Says who it is by two headers, so that every way of being signed in can be tried. */
function signedIn(headers: IncomingHttpHeaders): SignedIn | null {
  const [visitor, by] = [headers['x-visitor'], headers['x-by']]
  if (visitor === undefined) return null
  return { visitor: visitor === 'owner' ? OWNER : VIEWER, by: by === 'cookie' ? 'cookie' : 'bearer' }
}

const never = () => Promise.reject(new Error('nobody asked for that'))
const ask = (async () => ({ kind: 'done' })) as Ask

beforeAll(async () => {
  data = await makeDataFolder()
  const store = await openRides(data)
  await addRide(store)
  await addRide(store, { id: 'ride-b', fromSecond: 5_000, toSecond: 5_010 })
  await store.close()
  const log = { info: () => {}, warn: () => {}, error: (...said: unknown[]) => void told.push(said) }
  app = await createApplication({
    signedIn,
    isOwnOrigin,
    settingsInForce: () => settingsInForce({ ...SHARED, privacy: { zones: [{ ...HOME, radiusM: 60 }] } }, NOTHING_KEPT),
    pair: () => ({ kind: 'closed' }),
    signOut: (id) => void signedOut.push(id),
    cookieOf: (token) => token,
    forgottenCookie: '',
    catalogue: openCatalogue(`${data}/rides.db`, log),
    ask,
    holding: openHolding(ask),
    lastNow: () => {
      if (fault !== null) throw fault
      return null
    },
    footageFolder: `${data}/footage`,
    exportsFolder: `${data}/exports`,
    clipQueue: { ask: never, clip: () => null, clips: () => ({ items: [], next: null }), remove: never },
    refusalOfClip: async () => null,
    bundleOf: never,
    pageFolder: `${data}/none`,
    log,
    onRoute: ({ method, url, config }) => {
      for (const one of [method].flat()) routes.push({ method: one, url, role: config?.role ?? 'none' })
    },
  })
})

afterAll(async () => {
  await app.close()
  await rm(data, { recursive: true })
})

describe('a route', () => {
  it('answers a stranger with 401 unless it is one of the open ones', async () => {
    const open = routes.filter(({ role }) => role === 'anyone').map(({ method, url }) => `${method} ${url}`)
    expect(open.filter((name) => !name.startsWith('HEAD ')).sort()).toEqual([
      'GET /api/health',
      'GET /api/openapi.json',
      'POST /api/pair',
    ])
    const closed = routes.filter(({ url, role }) => url.startsWith('/api') && role !== 'anyone')
    expect(closed.length).toBeGreaterThan(10)
    for (const { method, url } of closed) {
      const answer = await app.inject({
        method: method as 'GET',
        url: url.replace(':id', 'ride-a'),
      })
      expect(`${method} ${url} ${answer.statusCode}`).toBe(`${method} ${url} 401`)
    }
  })

  it('cannot be registered without a role', async () => {
    const { fastify } = await import('fastify')
    const { requireRoles } = await import('../../server/http/roles.js')
    const bare = fastify() as unknown as App
    requireRoles(bare, { signedIn, isOwnOrigin })
    expect(() => bare.get('/api/open-by-mistake', async () => 'secret')).toThrow('declares no role')
    expect(() => bare.get('/page.html', async () => 'public')).not.toThrow()
  })
})

describe('a change', () => {
  const cookie = { 'x-visitor': 'owner', 'x-by': 'cookie', host: 'spokecam.local:8080' }
  const own = 'http://spokecam.local:8080'
  it.each([
    ['by token needs nothing else', { 'x-visitor': 'owner', origin: 'http://evil.example' }, 200],
    ['by cookie needs the header', { ...cookie, origin: own }, 403],
    ['by cookie needs the header to be 1', { ...cookie, origin: own, 'x-spokecam': '0' }, 403],
    ['by cookie with header and own origin is made', { ...cookie, origin: own, 'x-spokecam': '1' }, 200],
    ['by cookie with header and no origin is made', { ...cookie, 'x-spokecam': '1' }, 200],
    ['by cookie from another site is refused', { ...cookie, origin: 'http://evil.example', 'x-spokecam': '1' }, 403],
    ['by cookie from another port is refused', { ...cookie, origin: 'http://spokecam.local', 'x-spokecam': '1' }, 403],
    ['by cookie from a sandboxed page is refused', { ...cookie, origin: 'null', 'x-spokecam': '1' }, 403],
    ['by a viewer is refused', { 'x-visitor': 'viewer' }, 403],
  ])('%s', async (_, headers, expected) => {
    const answer = await app.inject({ method: 'PATCH', url: '/api/rides/ride-a', headers, payload: { name: 'home' } })
    expect(answer.statusCode).toBe(expected)
  })

  it('by a stranger from another site is refused before the code is looked at', async () => {
    const headers = { origin: 'http://evil.example', host: 'spokecam.local' }
    const payload = { code: '12345678', name: 'x' }
    const answer = await app.inject({ method: 'POST', url: '/api/pair', headers, payload })
    expect([answer.statusCode, answer.json().detail]).toEqual([403, 'this comes from a page of another site'])
  })

  it('is not needed to look: a cookie alone reads', async () => {
    const answer = await app.inject({ url: '/api/rides', headers: { 'x-visitor': 'owner', 'x-by': 'cookie' } })
    expect(answer.statusCode).toBe(200)
  })
})

describe('a viewer', () => {
  it.each([
    ['/api/rides/ride-a', 200],
    ['/api/rides/ride-a/track', 200],
    ['/api/rides/ride-a/track.gpx', 200],
    ['/api/rides/ride-a/segments', 200],
    ['/api/session', 200],
    ['/api/rides/ride-b', 404],
    ['/api/rides/ride-b/track', 404],
    ['/api/rides/ride-b/track.gpx', 404],
    ['/api/rides/ride-b/segments', 404],
    ['/api/rides/ride-b/video.m3u8', 404],
    ['/api/rides', 404],
    ['/api/rides/ride-a/privacy', 404],
    ['/api/settings', 404],
    ['/api/now', 404],
    ['/api/segments?ride=none', 404],
    ['/api/incidents', 404],
    ['/api/clips', 404],
    ['/api/clips/x', 404],
    ['/api/clips/x/video.mp4', 404],
    ['/api/clips/x/track.gpx', 404],
    ['/api/incidents?ride=ride-a', 404],
  ])('gets of %s: %d', async (url, expected) => {
    const answer = await app.inject({ url, headers: { 'x-visitor': 'viewer' } })
    expect(answer.statusCode).toBe(expected)
  })

  it.each(['track.gpx', 'track.gpx?privacy=off', 'track.geojson', 'track.csv'])(
    'is shown nothing of the privacy zones by %s, whatever is asked',
    async (file) => {
      const get = (visitor: string) =>
        app.inject({ url: `/api/rides/ride-a/${file}`, headers: { 'x-visitor': visitor } })
      const lines = async (visitor: string) => (await get(visitor)).body.match(/2026-06-06T08:0[12]:\d\d/g)?.length ?? 0
      expect(await lines('viewer')).toBeGreaterThan(0)
      expect(await lines('viewer')).toBeLessThan((await lines('owner')) - 10)
    },
  )

  it('is shown nothing of them on the map either', async () => {
    const track = async (visitor: string) =>
      (await app.inject({ url: '/api/rides/ride-a/track', headers: { 'x-visitor': visitor } })).json<Track>()
    const [seen, all] = [await track('viewer'), await track('owner')]
    expect(seen.ofPoints).toBeLessThan(all.ofPoints - 10)
    expect(seen.ofPoints).toBeGreaterThan(0)
    expect(seen.stretches[0]?.[0]?.[0]).toBeGreaterThan(all.stretches[0]?.[0]?.[0] ?? 180)
  })
})

describe('a viewer, too,', () => {
  it.each([
    ['POST', '/api/incidents'],
    ['PATCH', '/api/incidents/x'],
    ['DELETE', '/api/incidents/x'],
    ['PATCH', '/api/rides/ride-a'],
    ['POST', '/api/rides/ride-a/clips'],
    ['DELETE', '/api/clips/x'],
    ['PATCH', '/api/settings'],
  ] as const)('may not %s %s', async (method, url) => {
    const answer = await app.inject({ method, url, headers: { 'x-visitor': 'viewer' }, payload: { note: 'x' } })
    expect(answer.statusCode).toBe(403)
  })
})

describe('a fault of ours', () => {
  it.each([{}, { statusCode: 500 }])(
    'is told in the log with all there is to say, and to nobody else: %j',
    async (known) => {
      const inner = Object.assign(new Error('disk I/O error in /var/lib/spokecam/rides.db'), known)
      fault = inner
      const answer = await app.inject({ url: '/api/now', headers: { 'x-visitor': 'owner' } })
      fault = null
      expect(answer.statusCode).toBe(500)
      expect(answer.json()).toEqual({
        ...{ type: 'about:blank', title: 'Internal Server Error', status: 500 },
        detail: 'something failed here: the log of the server says what',
      })
      expect(answer.headers['content-security-policy']).toBeDefined()
      expect(told.at(-1)).toEqual(['a request failed', { route: '/api/now', error: inner }])
    },
  )
})

describe('signing out', () => {
  it('is done for the session that asks', async () => {
    const answer = await app.inject({ method: 'DELETE', url: '/api/session', headers: { 'x-visitor': 'owner' } })
    expect([answer.statusCode, signedOut]).toEqual([204, ['phone-1']])
  })
})
