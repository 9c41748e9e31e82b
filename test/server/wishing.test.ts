/** What the rider asks of the device over HTTP. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Wish } from '../../core/link/messages.js'
import { type DeviceUnderTest, startDevice } from '../fakes/a-device.js'
import { postJson, type ServerUnderTest, startServer } from '../fakes/a-server.js'
import { eventually } from '../fakes/eventually.js'
import { JUNE_UTC_MS } from '../fakes/readings.js'

let server: ServerUnderTest
let device: DeviceUnderTest
const wishes: Wish[] = []

beforeAll(async () => {
  server = await startServer()
  device = startDevice(server.data, async (wish) => {
    wishes.push(wish)
    return { kind: 'done' }
  })
  await eventually(async () => (await server.get('/api/now')).ok, { withinMs: 3_000 })
})
afterAll(async () => {
  await device.stop()
  await server.stop()
})

const post = (path: string, body: unknown) =>
  postJson(server.url + path, body, { authorization: `Bearer ${server.token}` })

describe('a wish', () => {
  it.each([
    ['/api/recording', { on: true }, { kind: 'set-recording', isOn: true }],
    ['/api/recording', { on: false }, { kind: 'set-recording', isOn: false }],
    ['/api/clock', { utcMs: JUNE_UTC_MS }, { kind: 'offer-clock', utcMs: JUNE_UTC_MS }],
  ])('POST %s %j reaches the device', async (path, body, wish) => {
    expect((await post(path, body)).status).toBe(204)
    expect(wishes.at(-1)).toEqual(wish)
  })

  it.each([
    ['/api/recording', {}],
    ['/api/recording', { on: 'yes' }],
    ['/api/recording', { on: true, off: true }],
    ['/api/clock', { utcMs: 0 }],
    ['/api/clock', { utcMs: 1e15 }],
    ['/api/clock', { utcMs: 1.5e12 + 0.5 }],
    ['/api/clock', { utcMs: null }],
  ])('POST %s %j is refused as wrong and reaches nobody', async (path, body) => {
    const before = wishes.length
    expect((await post(path, body)).status).toBe(400)
    expect(wishes).toHaveLength(before)
  })

  it.each(['/api/recording', '/api/clock'])('POST %s without a session is refused', async (path) => {
    expect((await postJson(server.url + path, { on: true, utcMs: JUNE_UTC_MS })).status).toBe(401)
  })

  it('is answered with 503 while the device is away', async () => {
    await device.stop()
    await eventually(async () => (await post('/api/recording', { on: true })).status === 503, { withinMs: 3_000 })
    device = startDevice(server.data)
  })
})
