/** Moments saved over HTTP: kept before it is answered, once however often it is sent, and refused in words. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import type { LiveMessage } from '../../core/api/live.js'
import type { Segment } from '../../core/ride/footage.js'
import type { Incident } from '../../core/ride/incident.js'
import { openBatch } from '../../core/store/batch.js'
import type { Store } from '../../core/store/store.js'
import { createHolds } from '../../device/footage/holds.js'
import { createIncidents } from '../../device/incidents.js'
import { grant } from '../../device/wishes.js'
import { type DeviceUnderTest, startDevice } from '../fakes/a-device.js'
import { addRide, addSegment, openRides } from '../fakes/a-ride.js'
import { pairPhone, type ServerUnderTest, startServer } from '../fakes/a-server.js'
import { eventually } from '../fakes/eventually.js'
import { JUNE_UTC_MS } from '../fakes/readings.js'

const LONG_KEY = 'twenty letters, yes '.repeat(5).replace(/.$/, '!')
const SOON = { withinMs: 3_000 }
const quiet = { info: () => {}, warn: () => {}, error: () => {} }
let server: ServerUnderTest
let store: Store
let device: DeviceUnderTest
let nowMonoMs = 0
let isCardBroken = false
const told: LiveMessage[] = []

/** The device's own way of saving, over a real link; only the clock is the test's. */
function startSavingDevice(): DeviceUnderTest {
  const tellRide = async (id: string): Promise<void> => {
    const ride = await store.ride(id)
    if (ride !== null) device.tell({ kind: 'ride', ride })
  }
  const onCard: Store = new Proxy(store, {
    get: (target, name) =>
      isCardBroken && name === 'markIncident'
        ? () => Promise.reject(new Error('disk I/O error'))
        : Reflect.get(target, name),
  })
  const incidents = createIncidents({
    ...{ bootNumber: 1, settings: { beforeSeconds: 60, afterSeconds: 60 }, nowMonoMs: () => nowMonoMs },
    ...{ store: onCard, batch: openBatch(store, quiet), tell: (news) => device.tell(news), tellRide, log: quiet },
  })
  const nothing = async () => {}
  return startDevice(server.data, (wish, asker) =>
    grant(wish, asker, {
      ...{ store, incidents, tellRide, setRecording: nothing, offerClock: nothing, holds: createHolds() },
      recall: () => ({ points: [], isLast: true }),
      isInMemory: false,
      takeImport: async () => ({ kind: 'done' }),
      changeSettings: async () => ({ kind: 'done' }),
    }),
  )
}

beforeAll(async () => {
  server = await startServer()
  expect(await (await server.get('/api/incidents')).json()).toEqual({ items: [], next: null })
  store = await openRides(server.data)
  await addRide(store, { fromSecond: 0, toSecond: 400, hasEnded: false })
  for (const [number, second] of [130, 200, 262, 390].entries())
    await addSegment(store, { number: number + 1, file: `boot-000001/${number}.mp4`, rideId: 'ride-a', second })
  device = startSavingDevice()
  await eventually(async () => (await server.get('/api/now')).ok, SOON)
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/api/live`, {
    headers: { authorization: `Bearer ${server.token}` },
  })
  socket.on('message', (text) => told.push(JSON.parse(String(text)) as LiveMessage))
  await eventually(() => told.length > 0, SOON)
})
afterAll(async () => {
  await device.stop()
  await store.close()
  await server.stop()
})
beforeEach(async () => {
  isCardBroken = false
  nowMonoMs = 200_000
  for (const { id } of await list()) await store.deleteIncident(id)
})

interface Sent {
  readonly key?: string
  readonly body?: unknown
  readonly token?: string
}
function post({ key, body, token = server.token }: Sent = {}): Promise<Response> {
  const headers: Record<string, string> = { authorization: `Bearer ${token}` }
  if (key !== undefined) headers['idempotency-key'] = key
  if (body === undefined) return fetch(`${server.url}/api/incidents`, { method: 'POST', headers })
  headers['content-type'] = 'application/json'
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return fetch(`${server.url}/api/incidents`, { method: 'POST', headers, body: text })
}
const saved = async (sent: Sent = {}): Promise<Incident> => {
  const answer = await post(sent)
  expect(answer.status).toBe(201)
  return (await answer.json()) as Incident
}
const list = async (query = ''): Promise<Incident[]> =>
  ((await (await server.get(`/api/incidents${query}`)).json()) as { items: Incident[] }).items
const change = (id: string, method: 'PATCH' | 'DELETE', body?: object) =>
  server.get(`/api/incidents/${id}`, {
    method,
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  })

describe('saving a moment', () => {
  it('with an empty request saves the present one, and what is around it is kept before the answer', async () => {
    const incident = await saved()
    const { items } = (await (await server.get('/api/rides/ride-a/segments')).json()) as { items: Segment[] }
    expect(items.map(({ kept }) => kept)).toEqual([false, true, false, false])
    expect(incident).toEqual({
      ...{ id: incident.id, rideId: 'ride-a', atUtcMs: JUNE_UTC_MS + 200_000, cause: 'rider', note: null },
      ...{ latDeg: expect.closeTo(48.1, 3), lonDeg: expect.any(Number), beforeMs: 60_000, afterMs: 60_000 },
      segments: ['front-000002'],
    })
    expect(await list()).toEqual([incident])
    expect(await list('?ride=ride-a')).toEqual([incident])
    expect(await list('?ride=ride-b')).toEqual([])
    expect(await (await server.get('/api/rides/ride-a')).json()).toMatchObject({ incidents: 1 })
  })

  it('is told live: the moment, what it keeps, and the ride that has it', async () => {
    const before = told.length
    const { id } = await saved()
    await eventually(() => told.slice(before).some(({ kind }) => kind === 'ride'), SOON)
    const news = told.slice(before)
    expect(news.find(({ kind }) => kind === 'incident')).toMatchObject({ incident: { id, segments: ['front-000002'] } })
    expect(news.find(({ kind }) => kind === 'segment')).toMatchObject({ segment: { id: 'front-000002', kept: true } })
    expect(news.find(({ kind }) => kind === 'ride')).toMatchObject({ ride: { id: 'ride-a', incidents: 1 } })
  })

  it.each([
    [{ secondsAgo: 0 }, 200_000],
    [{ secondsAgo: 12.5 }, 187_500],
    [{ secondsAgo: 200, note: null }, 0],
    [{ note: '' }, 200_000],
    ['', 200_000],
  ])('%j is a moment', async (body, monoMs) => {
    expect(await saved({ body })).toMatchObject({ atUtcMs: JUNE_UTC_MS + monoMs, note: null })
  })

  it('an hour ago is the most, and keeps what it can', async () => {
    nowMonoMs = 3_601_000
    expect(await saved({ body: { secondsAgo: 3_600 } })).toMatchObject({ atUtcMs: JUNE_UTC_MS + 1_000 })
  })

  it.each([
    [{ secondsAgo: -1 }, 'secondsAgo must be a number from 0 to 3600'],
    [{ secondsAgo: 3_600.1 }, 'secondsAgo must be'],
    [{ secondsAgo: '5' }, 'secondsAgo must be'],
    [{ secondsAgo: null }, 'secondsAgo must be'],
    ['{"secondsAgo": 1e999}', 'secondsAgo must be'],
    ['[]', 'the body must be a JSON object'],
    ['{', 'the body is no JSON'],
    [{ note: 7 }, 'note must be'],
    [{ at: 5 }, 'at is not known here'],
  ])('refuses %j: %s', async (body, detail) => {
    const answer = await post({ body })
    expect([answer.status, (await answer.json()).detail]).toEqual([400, expect.stringContaining(detail)])
    expect(await list()).toEqual([])
  })

  it.each(['', `${LONG_KEY}!`, 'ä', 'a\tb'])('refuses the key %j', async (key) => {
    const answer = await post({ key })
    expect(answer.status).toBe(400)
    expect((await answer.json()).detail).toContain('idempotency-key must be a text of 1 to 100 printable')
  })

  it('keeps a note as it is, whatever is in it', async () => {
    const note = `<img src=x onerror=alert(1)> ${'🚲'.repeat(900)}`
    expect((await saved({ body: { note } })).note).toBe(note)
    const { id } = await saved({ body: { note: 'x'.repeat(1_000) } })
    expect((await list())[0]?.note).toHaveLength(1_000)
    const tooLong = { note: 'x'.repeat(1_001) }
    for (const answer of [await post({ body: tooLong }), await change(id, 'PATCH', tooLong)]) {
      const said = [answer.status, (await answer.json()).detail]
      expect(said).toEqual([400, expect.stringContaining('note must be a text of at most 1000 characters')])
    }
  })

  it('twice with one key is one moment, whoever else uses that key', async () => {
    const first = await saved({ key: LONG_KEY })
    nowMonoMs += 200_000
    expect(await saved({ key: LONG_KEY, body: { secondsAgo: 1, note: 'late' } })).toEqual(first)
    const token = await pairPhone(server.url, server.data, 'another phone')
    expect((await saved({ key: LONG_KEY, token })).id).not.toBe(first.id)
    expect(await list()).toHaveLength(2)
  })

  it('at once from ten requests with one key is one moment', async () => {
    const all = await Promise.all(Array.from({ length: 10 }, () => saved({ key: 'once' })))
    expect(new Set(all.map(({ id }) => id)).size).toBe(1)
    expect(await list()).toHaveLength(1)
  })

  it('again within its reach makes both one', async () => {
    const first = await saved()
    nowMonoMs += 50_000
    expect(await saved({ body: { note: 'again' } })).toMatchObject({
      ...{ id: first.id, afterMs: 110_000, note: 'again', segments: ['front-000002', 'front-000003'] },
    })
    expect(await list()).toHaveLength(1)
  })

  it('that cannot be written is refused with a sentence, and can be saved later with the same key', async () => {
    isCardBroken = true
    const answer = await post({ key: 'later' })
    expect([answer.status, (await answer.json()).detail]).toEqual([409, 'the catalogue on the card cannot be written'])
    isCardBroken = false
    expect((await saved({ key: 'later', body: { secondsAgo: 5 } })).atUtcMs).toBe(JUNE_UTC_MS + 195_000)
  })

  it('while the device is away is answered with 503, and the same key works afterwards', async () => {
    await device.stop()
    await eventually(async () => (await post({ key: 'away' })).status === 503, SOON)
    device = startSavingDevice()
    await eventually(async () => (await post({ key: 'away' })).status === 201, SOON)
    await saved({ key: 'away' })
    expect(await list()).toHaveLength(1)
  })
})

describe('a saved moment', () => {
  it('takes a note, another, and none', async () => {
    const { id } = await saved({ body: { note: 'bus' } })
    expect(await (await change(id, 'PATCH', { note: 'red bus' })).json()).toMatchObject({ id, note: 'red bus' })
    expect(await (await change(id, 'PATCH', { note: null })).json()).toMatchObject({ id, note: null })
    expect((await list())[0]?.note).toBeNull()
  })

  it.each([{}, { note: 1 }, { note: 'x', cause: 'crash' }])('takes no %j', async (body) => {
    const { id } = await saved({ body: { note: 'bus' } })
    expect((await change(id, 'PATCH', body)).status).toBe(400)
    expect((await list())[0]?.note).toBe('bus')
  })

  it('is taken away, and its footage is kept no more', async () => {
    const { id } = await saved()
    const before = told.length
    expect((await change(id, 'DELETE')).status).toBe(204)
    expect(await list()).toEqual([])
    await eventually(() => told.slice(before).some(({ kind }) => kind === 'ride'), SOON)
    const news = told.slice(before)
    expect(news.find(({ kind }) => kind === 'segment')).toMatchObject({ segment: { id: 'front-000002', kept: false } })
    expect((await change(id, 'DELETE')).status).toBe(404)
    expect((await change(id, 'PATCH', { note: 'x' })).status).toBe(404)
  })

  it('is listed in pages, and no cursor is made up', async () => {
    for (const secondsAgo of [0, 100]) await saved({ body: { secondsAgo } })
    const page = await (await server.get('/api/incidents?limit=1')).json()
    const rest = await (await server.get(`/api/incidents?limit=1&cursor=${page.next}`)).json()
    expect([page.items[0].atUtcMs - rest.items[0].atUtcMs, rest.next]).toEqual([100_000, null])
    expect((await server.get('/api/incidents?cursor=WzEsMl0')).status).toBe(400)
    expect((await server.get('/api/incidents?limit=101')).status).toBe(400)
  })
})
