/** What a gpsd says, for as long as it is wanted: connects, and connects again whenever the connection is lost. */
import { once } from 'node:events'
import { connect as connectSocket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Log } from '../../core/process/log.js'
import type { Reading } from '../../core/ride/fix.js'
import { converse } from './conversation.js'
import { stayInTouch } from './in-touch.js'
import { PATIENCE, type Patience } from './patience.js'
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
  const { connect, device, bootId, nowMonoMs, log, signal } = options
  const patience = { ...PATIENCE, ...options.patience }
  const now = () => ({ bootId, monoMs: nowMonoMs() })
  // Date.now() cuts the fraction off: half a millisecond on average.
  const monoOfWall = createWallClock(options.wallMinusMonoMs ?? (() => Date.now() + 0.5 - nowMonoMs()))
  const onStreaming = (release: string | null) => log.info('connected to gpsd', { release })

  yield* stayInTouch({
    attempt: async (wanted, tell, tally) => {
      const stream = await within(patience.connect, connect, wanted)
      return converse({ stream, device, now, monoOfWall, tell, tally, onStreaming, signal: wanted, patience })
    },
    trouble: 'no connection to gpsd',
    receiver: null,
    now,
    ...patience,
    log,
    signal,
  })
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
