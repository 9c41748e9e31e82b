/** The life of the server: it begins on an empty folder, says where it is, and ends when it is told to. */
import { once } from 'node:events'
import { readFile, rm } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import { openLog } from '../../core/process/log.js'
import { openAccessStore } from '../../core/store/access.js'
import { runServer } from '../../server/main.js'
import { addRide, openRides } from '../fakes/a-ride.js'
import { makeDataFolder, SHARED, startServer } from '../fakes/a-server.js'
import { fixAt } from '../fakes/readings.js'

const http = (port: number) => ({
  host: '127.0.0.1',
  port,
  names: [],
  limits: { webSockets: 4, streams: 6, unauthenticatedSockets: 128, requestsPerSecond: 50 },
})
const log = openLog('server', () => {})
const folders: string[] = []
async function makeFolder(): Promise<string> {
  const folder = await makeDataFolder()
  folders.push(folder)
  return folder
}
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))))

describe('the server', () => {
  it('makes its folder, and leaves its address for whoever shows it to a phone', async () => {
    const data = join(await makeFolder(), 'not', 'yet', 'there')
    const server = await startServer({ data })
    const store = openAccessStore(join(data, 'server.db'))
    expect(store.address()).toBe(server.url)
    store.close()
    await server.stop()
  })

  it('keeps a token nowhere on the card', async () => {
    const data = await makeFolder()
    const server = await startServer({ data })
    await server.stop()
    const kept = await readFile(join(data, 'server.db'))
    expect(kept.includes('test phone')).toBe(true)
    expect(kept.includes(server.token)).toBe(false)
  })

  it('knows a phone again after it was stopped', async () => {
    const data = await makeFolder()
    const before = await startServer({ data })
    await before.stop()
    const after = await startServer({ data })
    const headers = { authorization: `Bearer ${before.token}` }
    expect((await fetch(`${after.url}/api/session`, { headers })).status).toBe(200)
    await after.stop()
  })

  it('says in a sentence that its address is taken', async () => {
    const first = await startServer()
    const data = await makeFolder()
    const port = Number(new URL(first.url).port)
    const stop = new AbortController()
    const second = runServer({
      settings: { data, http: http(port), ...SHARED },
      log,
      signal: stop.signal,
      onListening: () => {},
    })
    await expect(second).rejects.toMatchObject({
      message: 'http gave up',
      cause: { message: `cannot listen on 127.0.0.1:${port}` },
    })
    await first.stop()
  })

  it('ends at once though phones are watching, downloading and hanging on', async () => {
    const server = await startServer()
    const store = await openRides(server.data)
    await addRide(store, { fromSecond: 100, toSecond: 6_000, fix: (second) => fixAt(second, second * 5) })
    await store.close()
    const watching = new WebSocket(`${server.url.replace('http', 'ws')}/api/live`, {
      headers: { authorization: `Bearer ${server.token}` },
    })
    await once(watching, 'message')
    const hanging = [
      await raw(server.url, 'GET /api/heal'),
      await raw(
        server.url,
        `GET /api/rides/ride-a/track.gpx HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${server.token}\r\n\r\n`,
      ),
      await raw(server.url, 'GET /api/health HTTP/1.1\r\nHost: x\r\n\r\n'),
    ]
    const closed = once(watching, 'close')
    const begunMs = performance.now()
    await server.stop()
    expect(performance.now() - begunMs).toBeLessThan(2_000)
    expect(((await closed) as [number])[0]).toBe(1001)
    for (const socket of hanging) socket.destroy()
  })
})

async function raw(url: string, request: string): Promise<Socket> {
  const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1' })
  socket.on('error', () => {}) // It is cut off, which is the point.
  await once(socket, 'connect')
  socket.pause()
  socket.write(request)
  return socket
}
