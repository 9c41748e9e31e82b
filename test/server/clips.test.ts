/** Clips over HTTP and WebSocket, of a real server over real footage: asked for, told of, taken along, taken away. */
import { readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Page } from '../../core/api/shapes.js'
import type { Wish } from '../../core/link/messages.js'
import type { Clip, ClipWish } from '../../core/ride/clip.js'
import { LONGEST_CLIP_MS } from '../../core/ride/clip-span.js'
import { openAccessStore } from '../../core/store/access.js'
import type { Store } from '../../core/store/store.js'
import { type DeviceUnderTest, startDevice } from '../fakes/a-device.js'
import { addRide, addSegment, openRides, recordFootage } from '../fakes/a-ride.js'
import { makeDataFolder, postJson, type ServerUnderTest, startServer } from '../fakes/a-server.js'
import { aWish } from '../fakes/clips.js'
import { eventually } from '../fakes/eventually.js'
import { type LiveClient, openLiveClient } from '../fakes/live-client.js'
import { BOOT, JUNE_UTC_MS } from '../fakes/readings.js'

const SOON = { withinMs: 5_000 }
/** The ride begins here, its video with it. */
const BEGIN = JUNE_UTC_MS + 100_000
const wishes: Wish[] = []
let server: ServerUnderTest
let device: DeviceUnderTest
let store: Store
let live: LiveClient

beforeAll(async () => {
  server = await startServer({ data: await makeDataFolder() })
  store = await openRides(server.data)
  const files = await recordFootage(server.data, 'front', 4)
  await addRide(store)
  for (const [index, file] of files.slice(0, 3).entries()) {
    await addSegment(store, { number: index + 1, file, rideId: 'ride-a', second: 100 + index * 2 })
  }
  await addSegment(store, { camera: 'rear', number: 1, file: files[3] ?? '', rideId: 'ride-a', second: 100 })
  const swept = await addSegment(store, { number: 9, file: 'none.mp4', rideId: 'ride-a', second: 150 })
  await store.sweepSegments([{ id: swept, file: 'none.mp4', isBeyondShare: 0 }])
  await addRide(store, { id: 'ride-b', fromSecond: 5_000, toSecond: 5_010 })
  await addRide(store, { id: 'ride-c', bootId: `${BOOT}-undated`, isDated: false, fromSecond: 10, toSecond: 20 })
  device = startDevice(server.data, async (wish) => {
    wishes.push(wish)
    return { kind: 'done' }
  })
  await eventually(async () => (await server.get('/api/now')).status === 200, SOON)
  live = openLiveClient(server.url, server.token)
  await eventually(() => live.messages.length > 0, SOON)
}, 30_000)
afterAll(async () => {
  live.close()
  await device.stop()
  await store.close()
  await server.stop()
  await rm(server.data, { recursive: true })
})

type Body = Partial<Record<keyof ClipWish, unknown>>
const { camera: _camera, exact: _exact, overlay: _overlay, telemetry: _telemetry, privacy: _, ...SPAN } = aWish()
const ask = (body: Body = SPAN, ride = 'ride-a') =>
  postJson(`${server.url}/api/rides/${ride}/clips`, body, { authorization: `Bearer ${server.token}` })
const told = (id: string): Clip[] =>
  live.messages.flatMap((each) => (each.kind === 'clip' && each.clip.id === id ? [each.clip] : []))
const clip = async (id: string): Promise<Clip> => (await (await server.get(`/api/clips/${id}`)).json()) as Clip
const file = (id: string, name: string, init: RequestInit = {}) => server.get(`/api/clips/${id}/${name}`, init)
const remove = (id: string) => server.get(`/api/clips/${id}`, { method: 'DELETE' })

async function ready(body: Body = SPAN): Promise<Clip> {
  const { id } = (await (await ask(body)).json()) as Clip
  await eventually(async () => (await clip(id)).state === 'ready', SOON)
  return clip(id)
}

describe('asking for a clip', () => {
  it('is answered with the clip that waits, of the first camera configured and with GPMF where nothing is said', async () => {
    const answer = await ask()
    const asked = (await answer.json()) as Clip
    expect([answer.status, answer.headers.get('location')]).toEqual([202, `/api/clips/${asked.id}`])
    expect(asked).toEqual({
      ...aWish(),
      ...{ id: expect.any(String), rideId: 'ride-a', state: 'queued', progress: 0 },
      ...{ reason: null, sizeBytes: null, expiresInMs: null },
    })
    await eventually(() => told(asked.id).at(-1)?.state === 'ready', SOON)
    expect([...new Set(told(asked.id).map(({ state }) => state))]).toEqual(['queued', 'cutting', 'ready'])
    expect(told(asked.id).at(-1)).toEqual(await clip(asked.id))
  })

  it('takes what is said', async () => {
    const wish = aWish({
      camera: 'rear',
      exact: true,
      overlay: true,
      telemetry: 'camm',
      privacy: true,
      toUtcMs: BEGIN + 1_900,
    })
    expect(await (await ask(wish)).json()).toMatchObject(wish)
  })

  it.each([
    ['of a ride nobody knows', 'ride-x', {}, 404, /no such ride/],
    ['of a camera nobody knows', 'ride-a', { camera: 'left' }, 404, /no camera left: it has front, rear/],
    [
      'of a ride without video',
      'ride-b',
      { fromUtcMs: JUNE_UTC_MS + 5_001_000, toUtcMs: JUNE_UTC_MS + 5_002_000 },
      404,
      /no video/,
    ],
    ['the wrong way round', 'ride-a', { toUtcMs: BEGIN }, 400, /toUtcMs is before fromUtcMs/],
    ['of no length', 'ride-a', { toUtcMs: SPAN.fromUtcMs }, 400, /some length/],
    ['of over ten hours', 'ride-a', { toUtcMs: SPAN.fromUtcMs + LONGEST_CLIP_MS + 1 }, 400, /10 hours/],
    [
      'before the ride',
      'ride-a',
      { fromUtcMs: BEGIN - 9_000, toUtcMs: BEGIN - 8_000 },
      400,
      /began at 2026-06-06T08:01:40.000Z and ended at/,
    ],
    ['after the ride', 'ride-a', { fromUtcMs: BEGIN + 3.6e6, toUtcMs: BEGIN + 3.7e6 }, 400, /outside of the ride/],
    ['at the end of time', 'ride-a', { fromUtcMs: 8.7e15, toUtcMs: 8.7e15 + 1_000 }, 400, /outside of the ride/],
    ['without video of it', 'ride-a', { fromUtcMs: BEGIN + 20_000, toUtcMs: BEGIN + 30_000 }, 409, /no video of front/],
    ['whose video is gone', 'ride-a', { fromUtcMs: BEGIN + 50_500, toUtcMs: BEGIN + 51_000 }, 409, /make room/],
    ['without an end', 'ride-a', { toUtcMs: undefined }, 400, /toUtcMs is missing/],
    ['at half a millisecond', 'ride-a', { toUtcMs: SPAN.toUtcMs + 0.5 }, 400, /milliseconds since 1970/],
    ['with telemetry nobody writes', 'ride-a', { telemetry: 'nmea' }, 400, /telemetry must be/],
    ['with a word nobody knows', 'ride-a', { speed: 2 } as Body, 400, /speed/],
    ['with a camera that is a path', 'ride-a', { camera: '../front' }, 400, /name of a camera/],
    ['with yes for true', 'ride-a', { overlay: 'yes' }, 400, /overlay must be/],
  ])('%s is refused', async (_, ride, body, status, words) => {
    const answer = await ask({ ...SPAN, ...body }, ride)
    const problem = (await answer.json()) as { detail: string }
    expect([answer.status, problem.detail]).toEqual([status, expect.stringMatching(words)])
    expect(answer.headers.get('content-type')).toMatch(/problem\+json/)
  })

  it('has the device leave the footage alone while it is cut', async () => {
    await ready()
    expect(wishes).toContainEqual({ kind: 'hold', segmentIds: ['front-000001', 'front-000002'] })
  })
})

describe('a clip that is ready', () => {
  let made: Clip
  let onCard: Buffer
  beforeAll(async () => {
    made = await ready()
    onCard = await readFile(join(server.data, 'exports', made.id, 'clip.mp4'))
  })

  it('comes whole, under a name that tells what it is', async () => {
    const answer = await file(made.id, 'video.mp4')
    expect(answer.status).toBe(200)
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'video/mp4',
      'content-length': String(made.sizeBytes),
      'accept-ranges': 'bytes',
      'content-disposition': 'attachment; filename="front-2026-06-06T080141Z-3s.mp4"',
      etag: expect.stringMatching(/^"clip-[^"]+"$/),
    })
    expect(Buffer.from(await answer.arrayBuffer()).equals(onCard)).toBe(true)
  })

  it('comes in part, not again, and not behind its end', async () => {
    const etag = (await file(made.id, 'video.mp4', { method: 'HEAD' })).headers.get('etag') ?? ''
    const part = await file(made.id, 'video.mp4', { headers: { range: 'bytes=10-19', 'if-range': etag } })
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 10-19/${onCard.length}`])
    expect(Buffer.from(await part.arrayBuffer()).equals(onCard.subarray(10, 20))).toBe(true)
    expect((await file(made.id, 'video.mp4', { headers: { 'if-none-match': etag } })).status).toBe(304)
    expect((await file(made.id, 'video.mp4', { headers: { range: `bytes=${onCard.length}-` } })).status).toBe(416)
  })

  it('brings its track', async () => {
    const answer = await file(made.id, 'track.gpx')
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="front-2026-06-06T080141Z-3s.gpx"')
    expect([...(await answer.text()).matchAll(/<trkpt/g)]).toHaveLength(3)
  })

  it('is in the lists, newest first, page by page', async () => {
    const newer = await ready()
    const page = async (query: string) => (await (await server.get(`/api/clips${query}`)).json()) as Page<Clip>
    const first = await page('?limit=1')
    expect(first.items).toEqual([newer])
    expect((await page(`?limit=1&cursor=${first.next}`)).items).toEqual([made])
    expect((await page('?ride=ride-a')).items[0]).toEqual(newer)
    expect(await page('?ride=ride-b')).toEqual({ items: [], next: null })
    expect((await server.get('/api/clips?limit=101')).status).toBe(400)
    expect((await server.get('/api/clips?cursor=x')).status).toBe(400)
  })

  it('is gone with its files when it is taken away, and everybody who watches hears of it', async () => {
    const doomed = await ready()
    expect((await remove(doomed.id)).status).toBe(204)
    expect(await stat(join(server.data, 'exports', doomed.id)).catch(() => null)).toBeNull()
    for (const path of ['', '/video.mp4', '/track.gpx']) {
      expect((await server.get(`/api/clips/${doomed.id}${path}`)).status).toBe(404)
    }
    expect((await remove(doomed.id)).status).toBe(404)
    await eventually(() => told(doomed.id).at(-1)?.expiresInMs === 0, SOON)
  })

  it('whose file somebody took from the card is said to be gone', async () => {
    const robbed = await ready()
    await rm(join(server.data, 'exports', robbed.id, 'clip.mp4'))
    expect((await file(robbed.id, 'video.mp4')).status).toBe(404)
  })
})

describe('a clip that is not ready', () => {
  it('gives no file, and says why', async () => {
    const footage = join(server.data, 'footage')
    await rename(footage, `${footage}.away`)
    const { id } = (await (await ask()).json()) as Clip
    await eventually(async () => (await clip(id)).state === 'failed', SOON)
    await rename(`${footage}.away`, footage)
    const answer = await file(id, 'video.mp4')
    expect([answer.status, ((await answer.json()) as { detail: string }).detail]).toEqual([
      409,
      expect.stringMatching(/could not be made: /),
    ])
    expect((await remove(id)).status).toBe(204)
  })

  it('of an id nobody gave out is not found', async () => {
    for (const id of ['x', '..%2Fserver.db', '0123456789ab']) {
      expect((await file(id, 'video.mp4')).status).toBe(404)
      expect((await remove(id)).status).toBe(404)
    }
  })
})

describe('a start of the server', () => {
  it('makes what was being made when the power went, and keeps what was ready', async () => {
    const made = await ready()
    await server.stop()
    const access = openAccessStore(join(server.data, 'server.db'))
    const { id } = access.clips.askForClip('ride-a', aWish())
    access.clips.beginClip(id)
    access.close()
    server = await startServer({ data: server.data })
    await eventually(async () => (await clip(id)).state === 'ready', SOON)
    expect((await file(made.id, 'video.mp4')).status).toBe(200)
  })
})
