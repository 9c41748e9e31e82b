/** What a gpsd says, for as long as it is wanted: connects, and connects again whenever the connection is lost. */
import { once } from 'node:events'
import { connect as connectSocket } from 'node:net'
import type { Duplex } from 'node:stream'
import { type Log, reasonOf } from '../../core/process/log.js'
import { pause } from '../../core/process/service.js'
import type { Reading } from '../../core/ride/fix.js'
import { converse, noFix } from './conversation.js'
import { PATIENCE, type Patience } from './patience.js'
import { createReadingQueue } from './reading-queue.js'
import { createTally, type Tally } from './tally.js'
import { createWallClock } from './wall-clock.js'

export interface GpsdOptions {
  /** Opens a way to gpsd; rejects when there is none, or when the signal aborts. */
  readonly connect: (signal: AbortSignal) => Promise<Duplex>
  /** Path of the one receiver to listen to; null: the first that has a fix. */
  readonly device: string | null
  readonly bootId: string
  /** CLOCK_MONOTONIC in milliseconds. */
  readonly nowMonoMs: () => number
  /** The wall clock of this machine minus CLOCK_MONOTONIC, at this moment, in milliseconds. */
  readonly wallMinusMonoMs?: () => number
  readonly log: Log
  readonly signal: AbortSignal
  readonly patience?: Partial<Patience>
}

const KEEPALIVE_MS = 10_000

/**
 * Every reading of every epoch, until the signal aborts. An epoch can come several times, each time with more in it and
 * always with the same `at` and receiverUtcMs: whoever keeps fixes replaces by receiverUtcMs.
 * Whoever takes readings too slowly loses the oldest, which is logged. Never throws.
 */
export async function* gpsdReadings(options: GpsdOptions): AsyncGenerator<Reading, void, void> {
  const left = new AbortController()
  const signal = AbortSignal.any([options.signal, left.signal])
  const tally = createTally(options.log, options.nowMonoMs)
  const queue = createReadingQueue(({ kind }) =>
    tally.count('readings are not taken fast enough, dropped the oldest', kind),
  )
  const connected = stayConnected({ ...options, signal }, queue.put, tally).finally(queue.end)
  try {
    for (let reading = await queue.take(); reading !== null; reading = await queue.take()) yield reading
  } finally {
    left.abort()
    await connected
  }
}

/** A connect for gpsdReadings over TCP. */
export function tcpTo(host: string, port: number): GpsdOptions['connect'] {
  return async (signal) => {
    const socket = connectSocket({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEPALIVE_MS })
    try {
      await once(socket, 'connect', { signal })
    } catch (error) {
      socket.destroy()
      throw error
    }
    return socket
  }
}

async function stayConnected(options: GpsdOptions, put: (reading: Reading) => void, tally: Tally): Promise<void> {
  const { connect, device, bootId, nowMonoMs, log, signal } = options
  const patience = { ...PATIENCE, ...options.patience }
  const now = () => ({ bootId, monoMs: nowMonoMs() })
  // Date.now() cuts the fraction off: half a millisecond on average.
  const monoOfWall = createWallClock(options.wallMinusMonoMs ?? (() => Date.now() + 0.5 - nowMonoMs()))
  let retryMs = patience.firstRetry
  let last: Reading | null = null

  const tell = (reading: Reading) => {
    // Only a receiver's own word proves the way to it good; a gpsd that greets and falls is not asked ever faster.
    if (reading.kind === 'fix' || reading.state === 'no-fix') retryMs = patience.firstRetry
    if (isSaid(reading, last)) return
    last = reading
    put(reading)
  }
  const onStreaming = (release: string | null) => log.info('connected to gpsd', { release })

  while (!signal.aborted) {
    let reason: string
    try {
      const stream = await within(patience.connect, connect, signal)
      reason = await converse({ stream, device, now, monoOfWall, tell, tally, onStreaming, signal, patience })
    } catch (error) {
      reason = reasonOf(error)
    }
    if (signal.aborted) return
    tally.count('no connection to gpsd', reason)
    tell(noFix('absent', now(), null))
    // A shaken pause, so that several clients of a fallen gpsd do not return in step.
    await pause(retryMs * (0.75 + Math.random() / 4), signal)
    retryMs = Math.min(retryMs * 2, patience.mostRetry)
  }
}

/** Aborts an attempt that takes too long; the time it was given ends with it. */
async function within(mostMs: number, connect: GpsdOptions['connect'], signal: AbortSignal): Promise<Duplex> {
  const attempt = new AbortController()
  const giveUp = () => attempt.abort(signal.reason)
  const timer = setTimeout(() => attempt.abort(new Error(`no connection within ${mostMs} ms`)), mostMs)
  signal.addEventListener('abort', giveUp)
  try {
    return await connect(attempt.signal)
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', giveUp)
  }
}

/** An absent or silent receiver is told of once. */
function isSaid(reading: Reading, last: Reading | null): boolean {
  if (reading.kind === 'fix' || reading.state === 'no-fix') return false
  return last?.kind === 'no-fix' && last.state === reading.state
}
