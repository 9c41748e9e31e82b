/** The WebSocket as phones use it: greeted, in order, resumed after a cut, never held up by another. */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import type { Hello, LiveMessage } from '../../core/api/live.js'
import type { CameraNow } from '../../core/ride/now.js'
import type { Hub } from '../../server/live/hub.js'
import { openLiveDoor } from '../../server/live/socket.js'
import { aNow, type DeviceUnderTest, startDevice } from '../fakes/a-device.js'
import { pairPhone, type ServerUnderTest, startServer } from '../fakes/a-server.js'
import { eventually } from '../fakes/eventually.js'

let server: ServerUnderTest
let device: DeviceUnderTest
const opened: WebSocket[] = []
let second = 0

beforeAll(async () => {
  server = await startServer({ webSockets: 8 })
  device = startDevice(server.data)
  await eventually(async () => (await server.get('/api/now')).status === 200, { withinMs: 3_000 })
})
afterEach(async () => {
  for (const socket of opened.splice(0)) socket.terminate()
})
afterAll(async () => {
  await device.stop()
  await server.stop()
})

interface Phone {
  readonly socket: WebSocket
  readonly messages: LiveMessage[]
  readonly hello: () => Hello
  /** All but hello. */
  readonly news: () => LiveMessage[]
}

function open(query = '', headers: Record<string, string> = { authorization: `Bearer ${server.token}` }): Phone {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/api/live${query}`, { headers })
  const messages: LiveMessage[] = []
  opened.push(socket)
  socket.on('message', (text, isBinary) => {
    if (!isBinary) messages.push(JSON.parse(String(text)) as LiveMessage)
  })
  socket.on('error', () => {}) // Whoever wants to know asks for the status or the close.
  return { socket, messages, hello: () => messages[0] as Hello, news: () => messages.slice(1) }
}

async function watch(query = ''): Promise<Phone> {
  const phone = open(query)
  await eventually(() => phone.messages.length > 0, { withinMs: 3_000 })
  return phone
}

/** Tells so many fixes and waits until a quick phone has had them. */
async function tellFixes(count: number, { watcher }: { watcher: Phone }): Promise<void> {
  const before = watcher.messages.length
  for (let n = 0; n < count; n++) device.tellFix(++second)
  await eventually(
    () =>
      watcher.messages.filter(({ kind }) => kind === 'fix').length >= 1 && watcher.messages.length >= before + count,
    {
      withinMs: 5_000,
    },
  )
}

const statusOf = (phone: Phone): Promise<number> =>
  new Promise((resolve) => phone.socket.on('unexpected-response', (_, answer) => resolve(answer.statusCode ?? 0)))
const closeOf = async (phone: Phone): Promise<number> => ((await once(phone.socket, 'close')) as [number])[0]
const uptimeIn = (phone: Phone): number | undefined => {
  const last = phone.messages.findLast(({ kind }) => kind === 'now')
  return last?.kind === 'now' ? last.now.uptimeMs : undefined
}
const areInOrder = (messages: readonly LiveMessage[]): boolean =>
  messages.every((message, index) => index === 0 || message.seq > (messages[index - 1]?.seq ?? 0))

describe('opening', () => {
  it.each([
    ['without signing in', {}, 401],
    ['with a token of nobody', { authorization: `Bearer ${'x'.repeat(43)}` }, 401],
  ])('%s is refused with %d', async (_, headers, status) => {
    expect(await statusOf(open('', headers))).toBe(status)
  })

  it('from a page of another site is refused, from our own and by cookie it is not', async () => {
    const cookie = `spokecam=${server.token}`
    expect(await statusOf(open('', { cookie, origin: 'http://evil.example' }))).toBe(403)
    const own = open('', { cookie, origin: server.url })
    await eventually(() => own.messages.length, { withinMs: 2_000 })
    expect(own.hello().kind).toBe('hello')
  })

  it('elsewhere is not found', async () => {
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/api/rides`)
    socket.on('error', () => {}) // The status says it.
    const status = await new Promise((resolve) =>
      socket.on('unexpected-response', (_, { statusCode }) => resolve(statusCode)),
    )
    expect(status).toBe(404)
  })

  it('is not compressed, though the phone offers it', async () => {
    const phone = await watch()
    expect(phone.socket.extensions).toBe('')
  })

  it('has an end', async () => {
    const phones = await Promise.all(Array.from({ length: 8 }, () => watch()))
    expect(await statusOf(open())).toBe(503)
    phones[0]?.socket.close()
    await eventually(async () => (await watchOrRefused()) === 'hello', { withinMs: 3_000 })
  })
})

async function watchOrRefused(): Promise<string> {
  const phone = open()
  return Promise.race([statusOf(phone).then(String), eventually(() => phone.messages[0]?.kind, { withinMs: 2_000 })])
}

describe('a viewer', () => {
  it('is greeted with the last seq and the whole picture, then gets every message in order', async () => {
    const phone = await watch()
    expect(phone.hello()).toMatchObject({
      kind: 'hello',
      epoch: expect.stringMatching(/^\w{8,}$/),
      seq: expect.any(Number),
    })
    expect(phone.hello().now).toMatchObject({ bootNumber: 1, cameras: [{ name: 'front' }, { name: 'rear' }] })
    await tellFixes(20, { watcher: phone })
    const seqs = phone.news().map(({ seq }) => seq)
    expect(seqs).toEqual(seqs.map((_, index) => phone.hello().seq + 1 + index))
    const fix = phone.news().find(({ kind }) => kind === 'fix')
    expect(fix).toMatchObject({ fix: { latDeg: expect.any(Number), utcMs: expect.any(Number), mode: 3 } })
  })

  it('that was cut off gets each message it missed, once', async () => {
    const before = await watch()
    await tellFixes(5, { watcher: before })
    const last = before.messages.at(-1)?.seq ?? 0
    before.socket.terminate()
    const other = await watch()
    await tellFixes(150, { watcher: other })

    const after = await watch(`?since=${before.hello().epoch}:${last}`)
    expect(after.hello().seq).toBeGreaterThanOrEqual(last + 150)
    await eventually(() => after.news().at(-1)?.seq === after.hello().seq, { withinMs: 3_000 })
    const seqs = after.news().map(({ seq }) => seq)
    expect(seqs).toEqual(Array.from({ length: after.hello().seq - last }, (_, index) => last + 1 + index))
    expect(after.news().some(({ kind }) => kind === 'gap')).toBe(false)
  })

  it('that comes from another epoch, or with nonsense, only gets a hello', async () => {
    const { epoch, seq } = (await watch()).hello()
    for (const since of [`other:1`, 'x', '', `${epoch}:`, `${epoch}:-5`, `${epoch}:1.5`, `${epoch}:${seq + 999}`]) {
      const phone = await watch(`?since=${since}`)
      expect(phone.news().filter((message) => message.seq <= phone.hello().seq)).toEqual([])
      phone.socket.close()
      await once(phone.socket, 'close')
    }
  })

  it('that acknowledges has at most thirty under way; what it missed is announced and the newest comes', async () => {
    const quick = await watch()
    const slow = await watch()
    slow.socket.send(JSON.stringify({ ack: slow.hello().seq }))
    await tellFixes(5, { watcher: slow })
    const acknowledged = slow.messages.at(-1)?.seq ?? 0
    slow.socket.send(JSON.stringify({ ack: acknowledged }))
    await roundTrip(slow)
    await tellFixes(60, { watcher: quick })
    device.tellNow({ uptimeMs: 123_456 })
    await tellFixes(3, { watcher: quick })
    await roundTrip(slow)
    const sent = slow.messages.filter(({ seq }) => seq > acknowledged)
    expect(sent).toHaveLength(30)

    slow.socket.send(JSON.stringify({ ack: sent.at(-1)?.seq }))
    await eventually(() => slow.messages.at(-1)?.seq === quick.messages.at(-1)?.seq, { withinMs: 3_000 })
    const then = slow.messages.slice(slow.messages.indexOf(sent.at(-1) as LiveMessage) + 1)
    expect(then[0]).toMatchObject({ kind: 'gap', fromSeq: (sent.at(-1)?.seq ?? 0) + 1 })
    expect(then[0]?.seq).toBe((then[0] as { toSeq: number }).toSeq)
    expect(then[1]).toMatchObject({ kind: 'now', seq: (then[0]?.seq ?? 0) + 1, now: { uptimeMs: 123_456 } })
    expect(areInOrder(slow.messages)).toBe(true)
  })

  it('that does not read holds up nobody, and when it reads again is told what it missed and gets the newest', async () => {
    const [stalled, quick] = [await watch(), await watch()]
    stalled.socket.pause()
    const reason = 'x'.repeat(20_000) // What the kernel takes for a socket must be full before anyone is behind.
    const camera = { ...aNow().cameras[0], reason } as CameraNow
    const begunMs = performance.now()
    for (let uptimeMs = 1; uptimeMs <= 1_500; uptimeMs++) {
      device.tellNow({ uptimeMs, cameras: [camera] })
      if (uptimeMs % 50 === 0) await eventually(() => uptimeIn(quick) === uptimeMs, { withinMs: 3_000 })
    }
    expect(performance.now() - begunMs).toBeLessThan(25_000)
    expect(quick.news().some(({ kind }) => kind === 'gap')).toBe(false)

    stalled.socket.resume()
    await eventually(() => uptimeIn(stalled) === 1_500, { withinMs: 5_000 })
    const [gap, ...others] = stalled.news().filter(({ kind }) => kind === 'gap')
    expect(gap).toMatchObject({ kind: 'gap', seq: expect.any(Number) })
    expect(others).toEqual([])
    expect(stalled.messages.length).toBeLessThan(1_400)
    expect(areInOrder(stalled.messages)).toBe(true)
  }, 20_000)

  it.each([
    ['no JSON', 'hello'],
    ['no acknowledgement', '{"subscribe": "everything"}'],
    ['half a number', '{"ack": 1.5}'],
    ['a number below zero', '{"ack": -1}'],
    ['a text for a number', '{"ack": "5"}'],
    ['null', 'null'],
    ['bytes', Buffer.from('{"ack": 5}')],
  ])('that sends %s is closed with 1008', async (_, frame) => {
    const phone = await watch()
    const closed = closeOf(phone)
    phone.socket.send(frame)
    expect(await closed).toBe(1008)
  })

  it('that sends a frame of over 4 KiB is closed with 1009', async () => {
    const phone = await watch()
    const closed = closeOf(phone)
    phone.socket.send(`{"ack": 5, "why": "${'x'.repeat(4_096)}"}`)
    expect(await closed).toBe(1009)
  })

  it('that signs out is closed', async () => {
    const token = await pairPhone(server.url, server.data, 'guest')
    const phone = open('', { authorization: `Bearer ${token}` })
    await eventually(() => phone.messages.length, { withinMs: 2_000 })
    const closed = closeOf(phone)
    await fetch(`${server.url}/api/session`, { method: 'DELETE', headers: { authorization: `Bearer ${token}` } })
    expect(await closed).toBe(4401)
  })
})

describe('a connection', () => {
  const noNews: Pick<Hub, 'join' | 'leave'> = {
    join: () => ({
      offer: () => {},
      acknowledge: () => {},
      drained: () => {},
      stopWaitingForAcknowledgements: () => {},
    }),
    leave: () => {},
  }
  const visitor = { role: 'owner', id: 'phone', name: 'phone' } as const
  let http: Server
  let stop: AbortController
  let ended: Promise<void>

  beforeEach(async () => {
    const live = openLiveDoor({
      hub: noNews,
      signedIn: () => ({ visitor, by: 'bearer' }),
      isOwnOrigin: () => true,
      mostSockets: 8,
      tickMs: 20,
      log: { info: () => {}, warn: () => {}, error: () => {} },
    })
    stop = new AbortController()
    ended = live.service.run(stop.signal)
    http = createServer().on('upgrade', live.upgrade).listen(0, '127.0.0.1')
    await once(http, 'listening')
  })
  afterEach(async () => {
    stop.abort()
    await ended
    http.close()
  })
  const url = (): string => `ws://127.0.0.1:${(http.address() as AddressInfo).port}/api/live`

  it('is pinged at each tick of silence, and lives as long as it answers', async () => {
    const socket = new WebSocket(url())
    let pings = 0
    socket.on('ping', () => pings++)
    await eventually(() => pings >= 30, { withinMs: 5_000 })
    expect(socket.readyState).toBe(socket.OPEN)
    socket.terminate()
  })

  it('is given up once pings have gone unanswered for ten ticks', async () => {
    const socket = new WebSocket(url(), { autoPong: false })
    let pings = 0
    socket.on('ping', () => pings++)
    expect(((await once(socket, 'close')) as [number])[0]).toBe(1006)
    expect(pings).toBeGreaterThanOrEqual(9)
    expect(pings).toBeLessThanOrEqual(11)
  })

  it('is told when the server stops, which does not wait for who does not listen', async () => {
    const polite = new WebSocket(url())
    await once(polite, 'open')
    const deaf = connect({ port: Number(new URL(url()).port), host: '127.0.0.1' })
    deaf.write(upgradeRequest('x'))
    await once(deaf, 'data')
    deaf.pause()
    const closed = once(polite, 'close')
    const begunMs = performance.now()
    stop.abort()
    await ended
    expect(((await closed) as [number])[0]).toBe(1001)
    expect(performance.now() - begunMs).toBeLessThan(1_000)
    deaf.destroy()
  })
})

describe('a device that goes away', () => {
  it('is told of once a second, with how long it has been, until it is back', async () => {
    const phone = await watch()
    await device.stop()
    const ago = (): number[] =>
      phone.news().flatMap((message) => (message.kind === 'now' ? [message.now.deviceSeenMsAgo] : []))
    await eventually(() => ago().length >= 3, { withinMs: 6_000 })
    const [first = 0, next = 0, third = 0] = ago()
    expect(first).toBeGreaterThanOrEqual(1_500)
    for (const step of [next - first, third - next]) {
      expect(step).toBeGreaterThan(700)
      expect(step).toBeLessThan(2_000)
    }
    device = startDevice(server.data)
    await eventually(() => ago().at(-1) === 0, { withinMs: 3_000 })
    expect(await (await server.get('/api/now')).json()).toMatchObject({ deviceSeenMsAgo: expect.any(Number) })
  })
})

const upgradeRequest = (token: string): string =>
  [
    ...['GET /api/live HTTP/1.1', 'Host: x', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'],
    ...['Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', `Authorization: Bearer ${token}`, '', ''],
  ].join('\r\n')

/** Everything sent to a phone before has arrived when its ping is answered. */
async function roundTrip(phone: Phone): Promise<void> {
  const answered = once(phone.socket, 'pong')
  phone.socket.ping()
  await answered
}
