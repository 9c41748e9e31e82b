/** Rides over HTTP: pages, limits, filters, renaming, and what there is before anything was recorded. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Wish } from '../../core/link/messages.js'
import type { Segment } from '../../core/ride/footage.js'
import type { Ride } from '../../core/ride/ride.js'
import type { Store } from '../../core/store/store.js'
import { type DeviceUnderTest, startDevice } from '../fakes/a-device.js'
import { addRide, addSegment, openRides } from '../fakes/a-ride.js'
import { type ServerUnderTest, startServer } from '../fakes/a-server.js'
import { eventually } from '../fakes/eventually.js'
import { fixAt, JUNE_UTC_MS } from '../fakes/readings.js'

let server: ServerUnderTest
let store: Store

const RIDES = 25
/** Each ride begins 1,000 s after the one before, 5 km further east. */
const beginOf = (index: number): number => 1_000 + index * 1_000

beforeAll(async () => {
  server = await startServer()
})
afterAll(async () => {
  await store.close()
  await server.stop()
})

const json = async (path: string, init?: RequestInit) => (await server.get(path, init)).json()
const statusOf = async (path: string) => (await server.get(path)).status

describe('before anything was recorded', () => {
  it('lists are empty', async () => {
    expect(await json('/api/rides')).toEqual({ items: [], next: null })
    expect(await json('/api/segments?ride=none')).toEqual({ items: [], next: null })
  })

  it.each(['/api/rides/x', '/api/rides/x/track', '/api/rides/x/track.gpx', '/api/segments/x/video.mp4'])(
    '%s says so',
    async (path) => {
      const answer = await server.get(path)
      expect(answer.status).toBe(503)
      expect((await answer.json()).detail).toBe('the device has not recorded anything yet')
    },
  )

  it('and without a device, now and renaming say so', async () => {
    expect(await json('/api/now')).toMatchObject({ status: 503, detail: 'the device has not been heard of yet' })
    expect(await rename('x', 'home')).toMatchObject({ status: 503 })
  })
})

describe('the list of rides', () => {
  beforeAll(async () => {
    store = await openRides(server.data)
    for (let index = 0; index < RIDES; index++) {
      const fromSecond = beginOf(index)
      await addRide(store, {
        id: `ride-${index}`,
        fromSecond,
        toSecond: fromSecond + 10,
        fix: (second) => fixAt(second, index * 5_000 + (second - fromSecond) * 5),
        hasEnded: index < RIDES - 1,
      })
    }
  }, 30_000)

  it('is found without beginning the server anew, newest first, the ride in progress included', async () => {
    const { items, next } = await json('/api/rides')
    expect(items).toHaveLength(20)
    expect(next).toEqual(expect.any(String))
    expect(items[0]).toMatchObject({ id: 'ride-24', endedUtcMs: null, simulated: true, source: 'device' })
    expect(items[1]).toMatchObject({ id: 'ride-23', endedUtcMs: JUNE_UTC_MS + (beginOf(23) + 10) * 1_000 })
  })

  it.each([1, 3, 20, 24, 25, 100])('comes whole and once in pages of %d', async (limit) => {
    const ids: string[] = []
    let path = `/api/rides?limit=${limit}`
    for (let pages = 0; pages < 30; pages++) {
      const { items, next } = (await json(path)) as { items: Ride[]; next: string | null }
      expect(items.length).toBeLessThanOrEqual(limit)
      ids.push(...items.map(({ id }) => id))
      if (next === null) break
      path = `/api/rides?limit=${limit}&cursor=${next}`
    }
    expect(ids).toEqual(Array.from({ length: RIDES }, (_, index) => `ride-${RIDES - 1 - index}`))
  })

  it('has every field that was promised', async () => {
    const { items } = await json('/api/rides?limit=1')
    expect(Object.keys(items[0]).sort()).toEqual(
      [
        ...['id', 'name', 'startedUtcMs', 'endedUtcMs', 'distanceM', 'movingMs', 'elapsedMs', 'ascentM', 'avgSpeedMps'],
        ...['maxSpeedMps', 'bounds', 'preview', 'cameras', 'segments', 'incidents', 'kept', 'simulated', 'source'],
        ...['timeZone', 'timeSource'],
      ].sort(),
    )
  })

  it.each([
    ['limit=0', 'limit must be a whole number from 1 to 100'],
    ['limit=101', 'limit must be a whole number from 1 to 100'],
    ['limit=-1', 'limit must be'],
    ['limit=', 'limit must be'],
    ['limit=abc', 'limit must be'],
    ['limit=5.5', 'limit must be'],
    ['limit=1e1', 'limit must be'],
    ['limit=0x10', 'limit must be'],
    ['limit=true', 'limit must be'],
    ['limit=5&limit=6', 'limit is given more than once'],
    ['limit=200&fromUtcMs=x', 'limit must be a whole number from 1 to 100; fromUtcMs must be'],
    ['cursor=nonsense', 'cursor must be the next of the page before'],
    ['cursor=WzFd', 'cursor must be the next of the page before'],
    ['fromUtcMs=yesterday', 'fromUtcMs must be a whole number: milliseconds since 1970'],
    ['bounds=1,2,3', 'bounds must be west,south,east,north'],
    ['bounds=1,2,,3', 'bounds must be west,south,east,north'],
    ['bounds=1,2,3,x', 'bounds must be west,south,east,north'],
    ['bounds=10,0,5,1', 'bounds must be west,south,east,north'],
    ['bounds=0,0,181,1', 'bounds must be west,south,east,north'],
  ])('refuses ?%s: %s', async (query, detail) => {
    const answer = await server.get(`/api/rides?${query}`)
    expect(answer.status).toBe(400)
    expect((await answer.json()).detail).toContain(detail)
  })

  it('ignores what it does not know', async () => {
    expect(await statusOf('/api/rides?color=red&color=blue')).toBe(200)
  })

  it('is cut to a period', async () => {
    const from = JUNE_UTC_MS + beginOf(3) * 1_000
    const to = JUNE_UTC_MS + beginOf(6) * 1_000
    const { items } = await json(`/api/rides?fromUtcMs=${from}&toUtcMs=${to}`)
    expect(items.map(({ id }: Ride) => id)).toEqual(['ride-5', 'ride-4', 'ride-3'])
  })

  it('is cut to a part of the map', async () => {
    const [west, south, east, north] = (await json('/api/rides/ride-7')).bounds as number[]
    const { items } = await json(`/api/rides?bounds=${west},${south},${east},${north}`)
    expect(items.map(({ id }: Ride) => id)).toEqual(['ride-7'])
    expect(await json('/api/rides?bounds=-10,-10,-9,-9')).toEqual({ items: [], next: null })
  })
})

describe('a ride', () => {
  it('that nobody rode is not found', async () => {
    expect(await statusOf('/api/rides/ride-x')).toBe(404)
    expect(await statusOf('/api/rides/ride-x/track')).toBe(404)
    expect(await statusOf('/api/rides/ride-x/segments')).toBe(404)
    expect(await statusOf('/api/rides/ride-x/video.m3u8')).toBe(404)
  })
})

describe('segments', () => {
  beforeAll(async () => {
    for (let number = 1; number <= 4; number++) {
      await addSegment(store, {
        number,
        file: `boot-000001/front-00000${number}.mp4`,
        rideId: 'ride-1',
        second: number,
      })
    }
    await addSegment(store, { camera: 'rear', number: 1, file: 'boot-000001/rear.mp4', rideId: 'ride-1', second: 1 })
    await addSegment(store, { camera: 'rear', number: 2, file: 'boot-000001/loose.mp4', rideId: null, second: 9 })
  })

  it('of a ride are listed camera by camera, and nothing is said of where they lie', async () => {
    const first = await json('/api/rides/ride-1/segments?limit=3')
    const second = await json(`/api/rides/ride-1/segments?limit=3&cursor=${first.next}`)
    const ids = [...first.items, ...second.items].map(({ id }: { id: string }) => id)
    expect(ids).toEqual(['front-000001', 'front-000002', 'front-000003', 'front-000004', 'rear-000001'])
    expect(second.next).toBeNull()
    expect(Object.keys(first.items[0]).sort()).toEqual(
      [
        ...['id', 'rideId', 'camera', 'number', 'startUtcMs', 'startUncertaintyMs', 'durationMs', 'frames'],
        ...['sizeBytes', 'state', 'kept'],
      ].sort(),
    )
    expect(first.items[0]).toMatchObject({ startUtcMs: JUNE_UTC_MS + 1_000, state: 'recorded' })
  })

  it('of one camera are listed alone', async () => {
    const { items } = await json('/api/rides/ride-1/segments?camera=rear')
    expect(items.map(({ id }: { id: string }) => id)).toEqual(['rear-000001'])
  })

  it('of no ride are listed for who asks for them so', async () => {
    expect((await json('/api/segments?ride=none')).items.map(({ id }: { id: string }) => id)).toEqual(['rear-000002'])
    expect(await json('/api/segments')).toMatchObject({ status: 400, detail: 'ride is missing: must be none' })
    expect(await statusOf('/api/segments?ride=all')).toBe(400)
  })
})

describe('renaming', () => {
  const wishes: Wish[] = []
  let device: DeviceUnderTest
  beforeAll(async () => {
    device = startDevice(server.data, async (wish) => {
      wishes.push(wish)
      if (wish.kind === 'keep-ride') {
        return (await store.keepRide(wish.rideId, wish.isKept)) ? { kind: 'done' } : { kind: 'unknown' }
      }
      if (wish.kind !== 'rename-ride') return { kind: 'done' }
      if (wish.rideId === 'ride-2') return { kind: 'refused', reason: 'the card is full' }
      return (await store.renameRide(wish.rideId, wish.name)) ? { kind: 'done' } : { kind: 'unknown' }
    })
    await eventually(async () => (await statusOf('/api/now')) === 200, { withinMs: 3_000 })
  })
  afterAll(() => device.stop())

  it('is done by the device and answers the ride', async () => {
    expect(await rename('ride-1', 'To work & back')).toMatchObject({ id: 'ride-1', name: 'To work & back' })
    expect(wishes.at(-1)).toEqual({ kind: 'rename-ride', rideId: 'ride-1', name: 'To work & back' })
    expect(await rename('ride-1', null)).toMatchObject({ id: 'ride-1', name: null })
  })

  it('keeps all video of a ride and lets it go, with or without a name', async () => {
    const kept = async () =>
      (await json('/api/rides/ride-1/segments')).items.filter((segment: Segment) => segment.kept).length
    expect(await change('ride-1', { kept: true })).toMatchObject({ id: 'ride-1', name: null, kept: true })
    expect(wishes.at(-1)).toEqual({ kind: 'keep-ride', rideId: 'ride-1', isKept: true })
    expect(await kept()).toBe(5)
    expect(await change('ride-1', { name: 'crash', kept: false })).toMatchObject({ name: 'crash', kept: false })
    expect(await kept()).toBe(0)
    expect(await change('ride-x', { kept: true })).toMatchObject({ status: 404 })
    expect(await change('ride-1', { kept: 'yes' })).toMatchObject({ status: 400 })
    expect(await change('ride-1', {})).toMatchObject({ status: 400, detail: 'name or kept must be given' })
  })

  it.each([
    ['ride-x', 'home', 404, 'there is no such ride'],
    ['ride-2', 'home', 409, 'the card is full'],
    ['ride-1', '', 400, 'name must be'],
    ['ride-1', 'x'.repeat(201), 400, 'name must be'],
    ['ride-1', 5, 400, 'name must be'],
  ])('of %s to %j is answered with %s', async (id, name, status, detail) => {
    const problem = await rename(id, name)
    expect(problem).toMatchObject({ status })
    expect(problem.detail).toContain(detail)
  })
})

const rename = (id: string, name: unknown) => change(id, { name })

async function change(id: string, body: object) {
  const headers = { 'content-type': 'application/json' }
  return json(`/api/rides/${id}`, { method: 'PATCH', headers, body: JSON.stringify(body) })
}
