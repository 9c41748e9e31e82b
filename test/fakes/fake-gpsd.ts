/** A gpsd that does what the test wants, on a socket of its own; and what else a test of its client needs. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { monoNowMs } from '../../core/process/boot.js'
import type { Log } from '../../core/process/log.js'
import type { Reading } from '../../core/ride/fix.js'
import { type GpsdOptions, gpsdReadings, tcpTo } from '../../device/gps/gpsd.js'

export const VERSION = '{"class":"VERSION","release":"3.22","rev":"3.22","proto_major":3,"proto_minor":14}\r\n'
export const DEVICES =
  '{"class":"DEVICES","devices":[{"class":"DEVICE","path":"/dev/ttyACM0","activated":"2026-06-01T10:00:00.000Z"}]}\r\n'
export const WATCH =
  '{"class":"WATCH","enable":true,"json":true,"nmea":false,"raw":0,"scaled":false,"timing":false,"split24":false,"pps":true}\r\n'

/** Second number `second` of a ride that goes north: mode 3, unless fields say otherwise. */
export function tpv(second: number, fields: object = {}): string {
  const time = new Date(Date.UTC(2026, 5, 1, 10) + second * 1000).toISOString()
  const place = { lat: 48.1 + second / 10_000, lon: 11.5 }
  return `${JSON.stringify({ class: 'TPV', device: '/dev/ttyACM0', mode: 3, time, ...place, ...fields })}\r\n`
}

export interface FakeGpsd {
  readonly port: number
  /** Every chunk each connection sent, by connection, in order. */
  readonly heard: string[][]
  readonly connections: Socket[]
  readonly close: () => Promise<void>
}

/** @param serve called with each client, and how many were there before it */
export async function startFakeGpsd(serve: (client: Socket, before: number) => unknown, port = 0): Promise<FakeGpsd> {
  const heard: string[][] = []
  const connections: Socket[] = []
  const server = createServer({ noDelay: true }, (client) => {
    const chunks: string[] = []
    heard.push(chunks)
    client.on('data', (chunk) => chunks.push(chunk.toString()))
    client.on('error', () => {
      // The tests cut connections on purpose.
    })
    connections.push(client)
    serve(client, connections.length - 1)
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    heard,
    connections,
    close: async () => {
      server.close()
      for (const client of connections) client.destroy()
      await once(server, 'close')
    },
  }
}

/** A gpsd as it should be: greets, agrees to send, and then does as told. */
export function greets(client: Socket, then: () => unknown = () => {}): void {
  client.write(VERSION)
  client.once('data', () => {
    client.write(DEVICES + WATCH)
    then()
  })
}

export interface Listening {
  readonly told: Reading[]
  readonly logged: string[]
  /** Stops, and answers everything that was told. */
  readonly stop: () => Promise<Reading[]>
}

/** Our client, listening to a port or along a connect of the test's own. */
export function listenTo(to: number | GpsdOptions['connect'], options: Partial<GpsdOptions> = {}): Listening {
  const told: Reading[] = []
  const logged: string[] = []
  const stopping = new AbortController()
  const connect = typeof to === 'number' ? tcpTo('127.0.0.1', to) : to
  const readings = gpsdReadings({
    connect,
    device: null,
    bootId: 'boot',
    nowMonoMs: monoNowMs,
    log: logInto(logged),
    signal: stopping.signal,
    ...options,
  })
  const listening = (async () => {
    for await (const reading of readings) told.push(reading)
  })()
  return {
    told,
    logged,
    stop: async () => {
      stopping.abort()
      await listening
      return told
    },
  }
}

export function logInto(lines: string[]): Log {
  const say = (message: string, facts: object = {}) => {
    lines.push(`${message} ${JSON.stringify(facts)}`)
  }
  return { info: say, warn: say, error: say }
}

/** Waits for it to become true, at most so long; fails with what it was about. */
export async function eventually(what: string, isTrue: () => boolean, withinMs = 5_000): Promise<void> {
  const deadline = performance.now() + withinMs
  while (!isTrue()) {
    if (performance.now() > deadline) throw new Error(`still not after ${withinMs} ms: ${what}`)
    await sleep(5)
  }
}

/** The same row of numbers from 0 to 1 at every run. */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff
    return state / 0x8000_0000
  }
}
