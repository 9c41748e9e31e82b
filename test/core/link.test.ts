/** The link between device and server, over a real socket: news, wishes, and ends that come, go and misbehave. */
import { rm } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDeviceEnd, socketPathFault } from '../../core/link/device-end.js'
import type { News, Outcome, Wish } from '../../core/link/messages.js'
import { openServerEnd, type ServerEnd } from '../../core/link/server-end.js'
import { openLog } from '../../core/process/log.js'
import { aNow, aPublicFix } from '../fakes/a-device.js'
import { makeDataFolder } from '../fakes/a-server.js'
import { eventually } from '../fakes/eventually.js'

let folder: string
let path: string
let logged: string[]
const log = openLog('test', (line) => void logged.push(line))
const stops: (() => Promise<void>)[] = []

beforeEach(async () => {
  folder = await makeDataFolder()
  path = join(folder, 'device.sock')
  logged = []
})
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
  await rm(folder, { recursive: true })
})

const running = (run: (signal: AbortSignal) => Promise<void>): (() => Promise<void>) => {
  const stop = new AbortController()
  const ended = run(stop.signal)
  const end = (): Promise<void> => {
    stop.abort()
    return ended
  }
  stops.push(end)
  return end
}

function device(grant: (wish: Wish) => Promise<Outcome> = async () => ({ kind: 'done' }), bootNumber = 1) {
  const end = openDeviceEnd({
    path,
    deviceId: 'device-a',
    now: () => aNow({ bootNumber }),
    grant,
    onGone: () => {},
    log,
  })
  return { ...end, stop: running(end.service.run) }
}

function server(): ServerEnd & { readonly heard: News[]; readonly stop: () => Promise<void> } {
  const heard: News[] = []
  const end = openServerEnd({ paths: [path], hear: (news) => void heard.push(news), log })
  return { ...end, heard, stop: running(end.service.run) }
}

const fixNews = (second: number, receiver: string | null = null): News => ({
  kind: 'fix',
  fix: aPublicFix(second, { receiver }),
})
const rename: Wish = { kind: 'rename-ride', rideId: 'r', name: 'home' }
const isConnected = (end: ServerEnd): boolean => (end.lastNow()?.deviceSeenMsAgo ?? 1e9) < 1e9

describe('the link', () => {
  it('brings the whole picture at once, and every piece of news in order', async () => {
    const { tell } = device()
    const one = server()
    expect(one.lastNow()).toBeNull()
    await eventually(() => isConnected(one), { withinMs: 2_000 })
    expect(one.heard[0]).toMatchObject({ kind: 'now', now: { bootNumber: 1 } })
    for (let second = 0; second < 500; second++) tell(fixNews(second))
    await eventually(() => one.heard.length === 501, { withinMs: 2_000 })
    expect(one.heard.slice(1)).toEqual(Array.from({ length: 500 }, (_, second) => fixNews(second)))
  })

  it('brings it to every server, and costs nothing with none', async () => {
    const { tell } = device()
    tell(fixNews(0))
    const [one, other] = [server(), server()]
    await eventually(() => isConnected(one) && isConnected(other), { withinMs: 2_000 })
    tell(fixNews(1))
    await eventually(() => one.heard.length === 2 && other.heard.length === 2, { withinMs: 2_000 })
  })

  it('carries any text whole, however the bytes fall', async () => {
    const { tell } = device()
    const one = server()
    await eventually(() => isConnected(one), { withinMs: 2_000 })
    const reason = 'Käse\n"\u2028 🚲'.repeat(5_000)
    tell({ kind: 'now', now: aNow({ cameras: aNow().cameras.map((camera) => ({ ...camera, reason })) }) })
    await eventually(() => one.heard.length === 2, { withinMs: 2_000 })
    expect(one.heard[1]).toMatchObject({ now: { cameras: [{ reason }, { reason }] } })
  })

  it('says how long ago the device was heard', async () => {
    const { tell } = device()
    const one = server()
    await eventually(() => isConnected(one), { withinMs: 2_000 })
    await eventually(() => (one.lastNow()?.deviceSeenMsAgo ?? 0) > 100, { withinMs: 2_000 })
    tell({ kind: 'now', now: aNow({ uptimeMs: 5 }) })
    await eventually(() => one.lastNow()?.uptimeMs === 5, { withinMs: 2_000 })
    expect(one.lastNow()?.deviceSeenMsAgo).toBeLessThan(100)
  })

  it('is there again by itself after either end was away', async () => {
    const one = server()
    const first = device()
    await eventually(() => isConnected(one), { withinMs: 2_000 })
    await first.stop()
    await eventually(async () => (await one.ask(rename)).kind === 'away', { withinMs: 2_000 })
    expect(one.lastNow()).toMatchObject({ bootNumber: 1 })
    device(undefined, 2)
    await eventually(() => one.lastNow()?.bootNumber === 2, { withinMs: 2_000 })
    expect(await one.ask(rename)).toEqual({ kind: 'done' })
  })
})

describe('a wish', () => {
  it.each([{ kind: 'done' }, { kind: 'unknown' }, { kind: 'refused', reason: 'the card is full' }] as const)(
    'is answered by the device: %j',
    async (outcome) => {
      const wishes: Wish[] = []
      device(async (wish) => {
        wishes.push(wish)
        return outcome
      })
      const one = server()
      await eventually(() => isConnected(one), { withinMs: 2_000 })
      expect(await one.ask(rename)).toEqual(outcome)
      expect(wishes).toEqual([rename])
    },
  )

  it('gets its own answer, whichever comes first', async () => {
    const open: (() => void)[] = []
    const asked = (wish: Wish) => (wish.kind === 'rename-ride' ? wish.rideId : '')
    device((wish) => new Promise((resolve) => open.unshift(() => resolve({ kind: 'refused', reason: asked(wish) }))))
    const one = server()
    await eventually(() => isConnected(one), { withinMs: 2_000 })
    const answers = ['a', 'b', 'c'].map((rideId) => one.ask({ ...rename, rideId }))
    await eventually(() => open.length === 3, { withinMs: 2_000 })
    for (const answer of open) answer()
    expect(await Promise.all(answers)).toEqual(['a', 'b', 'c'].map((reason) => ({ kind: 'refused', reason })))
  })

  it('that fails on the device is refused without its inner words, which its log has', async () => {
    device(() => Promise.reject(new Error('SQLITE_FULL')))
    const one = server()
    await eventually(() => isConnected(one), { withinMs: 2_000 })
    expect(await one.ask(rename)).toEqual({ kind: 'refused', reason: 'it failed on the device' })
    expect(logged.join('')).toContain('SQLITE_FULL')
  })

  it('is away without a device, and when the device goes before it answers', async () => {
    const one = server()
    expect(await one.ask(rename)).toEqual({ kind: 'away' })
    let isAsked = false
    const { stop } = device(() => {
      isAsked = true
      return new Promise(() => {})
    })
    await eventually(() => isConnected(one), { withinMs: 2_000 })
    const answer = one.ask(rename)
    await eventually(() => isAsked, { withinMs: 2_000 })
    await stop()
    expect(await answer).toEqual({ kind: 'away' })
  })
})

describe('an end that misbehaves', () => {
  const stranger = async (): Promise<Socket> => {
    const socket = await eventually(
      () =>
        new Promise<Socket | null>((resolve) => {
          const one: Socket = connect(path, () => resolve(one))
          one.on('error', () => resolve(null))
        }),
      { withinMs: 2_000 },
    )
    socket.on('error', () => {}) // It is cut off, which is the point.
    return socket
  }

  it.each([
    ['a line of rubbish', 'rubbish\n'],
    ['a line that is no message', '[1, 2]\n'],
    ['null', 'null\n'],
    ['a line without an end', 'x'.repeat(300 * 1024)],
    ['a long line', `{"kind":"wish","pad":"${'x'.repeat(300 * 1024)}"}\n`],
  ])('is cut off by the device at %s, and nobody else is', async (_, bytes) => {
    device()
    const one = server()
    await eventually(() => isConnected(one), { withinMs: 2_000 })
    const socket = await stranger()
    socket.resume()
    const closed = new Promise((resolve) => socket.on('close', resolve))
    socket.write(bytes)
    await closed
    expect(await one.ask(rename)).toEqual({ kind: 'done' })
  })

  it('is left by the server, which comes back', async () => {
    let connections = 0
    const fake = createServer((socket) => {
      socket.on('error', () => {}) // The server hangs up, which is the point.
      connections += 1
      socket.write('rubbish\n')
    }).listen(path)
    const one = server()
    await eventually(() => connections >= 3, { withinMs: 3_000 })
    fake.close()
    await one.stop()
    expect(one.heard).toEqual([])
  })

  it('that asks for what the device does not know is answered, and lives', async () => {
    device(async () => ({ kind: 'refused', reason: 'it knows no such wish' }))
    const socket = await stranger()
    socket.write('{"kind":"wish","id":1,"wish":{"kind":"fly"}}\n')
    let said = ''
    socket.on('data', (chunk) => {
      said += chunk
    })
    await eventually(() => said.includes('"id":1'), { withinMs: 2_000 })
    expect(socket.destroyed).toBe(false)
    socket.destroy()
  })

  it('and stops reading is given up, and has cost the device neither time nor memory', async () => {
    const { tell } = device()
    const socket = await stranger()
    socket.pause()
    const one = server()
    await eventually(() => isConnected(one), { withinMs: 2_000 })
    const before = process.memoryUsage().rss
    const tookMs: number[] = []
    let isGivenUp = false
    socket.on('close', () => {
      isGivenUp = true
    })
    for (let second = 0; second < 40_000; second++) {
      const begunMs = performance.now()
      tell(fixNews(second))
      tookMs.push(performance.now() - begunMs)
      if (second % 500 === 0) await new Promise(setImmediate)
    }
    await eventually(() => one.heard.length === 40_001, { withinMs: 5_000 })
    socket.resume() // Only now can it see that it was given up.
    await eventually(() => isGivenUp, { withinMs: 2_000 })
    expect(logged.join('')).toContain('the other end does not read')
    expect((process.memoryUsage().rss - before) / 2 ** 20).toBeLessThan(150)
    // A hundredth is left to whatever else the machine does.
    expect(tookMs.sort((a, b) => a - b)[39_600]).toBeLessThan(5)
  })
})

describe('the path of the socket', () => {
  it.each([
    [`/${'x'.repeat(106)}`, null],
    [`/${'x'.repeat(107)}`, `/${'x'.repeat(107)} has 108 bytes: a socket's path may have 107`],
    [`/${'ü'.repeat(54)}`, expect.stringContaining('has 109 bytes')],
  ])('%s: %s', (long, fault) => {
    expect(socketPathFault(long)).toEqual(fault)
  })
})
