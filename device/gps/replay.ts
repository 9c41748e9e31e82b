/** Plays a log again as gpsd would tell it, at the pace of its own times. */
import { createServer, type Socket } from 'node:net'
import { monoNowMs } from '../../core/process/boot.js'
import { type Log, reasonOf } from '../../core/process/log.js'
import { pause } from '../../core/process/service.js'
import { type Play, serveGpsd } from './gpsd-server.js'
import { openRideLog } from './logs.js'
import { retimed, saidIn } from './replay-lines.js'

export interface ReplayOptions {
  readonly file: string
  /** How many times faster than life; over 0. */
  readonly rate: number
  /** Begins again at the end, instead of staying silent. */
  readonly loop: boolean
  /**
   * Tells times at which the receiver's clock would run at the pace of ours: t0 + (t - t0) / rate, where t0 is the first
   * in the log; and speeds that are faster by as much, so that they agree with its places. Without it the log's own are told.
   */
  readonly retime: boolean
}

export interface ReplayServer {
  readonly port: number
  /** Resolves once it has stopped and every client is gone. */
  readonly closed: Promise<void>
}

/** A log's gaps are lived through, but nobody waits for a receiver that was off, or for a wrong date being put right. */
const LONGEST_WAIT_MS = 3_600_000
/** Epochs that come interleaved go back by less than this; by more, and a new stretch begins. */
const BACK_WITHIN_MS = 10_000
/** Between two rounds of a log: the usual time from one epoch to the next. */
const ROUND_MS = 1_000
const LONGEST_SLEEP_MS = 60_000
const MOST_CLIENTS = 64

/** The path by which a receiver goes whose log names none. */
const NAMELESS = 'replay'

/** Rejects, in one sentence, when the file is no log or has no times. */
export async function replayOf(options: ReplayOptions): Promise<Play> {
  const { file, rate, retime } = options
  if (!(rate > 0 && rate < Number.POSITIVE_INFINITY)) throw new RangeError(`cannot play ${file} at rate ${rate}`)
  const log = await openRideLog(file)
  const device = log.device ?? NAMELESS
  return {
    device,
    lines: async function* (signal) {
      const clock = retime ? createSlowClock(rate) : null
      do {
        const pacer = createPacer(rate)
        for await (const { line, utcMs } of saidIn(log, device)) {
          if (utcMs !== null) await until(pacer(utcMs, monoNowMs()), signal)
          if (signal.aborted) return
          yield clock === null ? line : retimed(line, utcMs === null ? null : clock(utcMs), rate)
        }
        if (options.loop) await pause(ROUND_MS / rate, signal)
      } while (options.loop && !signal.aborted)
    },
  }
}

/**
 * Serves a log to any client of gpsd, several at a time, until the signal aborts. Each client sees it from its first line,
 * from the moment it watches, whatever the others have seen; at the end it stays connected, and silent unless looping.
 * Its times are told untouched, and so is every byte of a gpsd JSON log.
 * @param options.port 0 takes a free one
 * Rejects when the file is not such a log or the address cannot be had.
 */
export async function serveReplay(
  options: Pick<ReplayOptions, 'file' | 'rate' | 'loop'> & {
    readonly host?: string
    readonly port: number
    readonly signal: AbortSignal
    readonly log: Log
  },
): Promise<ReplayServer> {
  const { file, rate, loop, host = '127.0.0.1', port, signal, log } = options
  const play = await replayOf({ file, rate, loop, retime: false })
  const clients = new Set<Socket>()
  const server = createServer({ noDelay: true }, (client) => {
    clients.add(client)
    serveGpsd(client, play)
      .catch((error: unknown) => log.error('the replay broke off', { file, because: reasonOf(error) }))
      .finally(() => clients.delete(client))
  })
  server.maxConnections = MOST_CLIENTS
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  server.on('error', (error) => log.warn('a client of the replay could not be taken in', { error }))
  const closed = new Promise<void>((resolve) => server.once('close', resolve))
  const stop = () => {
    server.close()
    for (const client of clients) client.destroy()
  }
  if (signal.aborted) stop()
  else signal.addEventListener('abort', stop, { once: true })
  const address = server.address()
  return { port: typeof address === 'object' && address !== null ? address.port : port, closed }
}

/** Answers the moment, on the clock of nowMs, at which something of the time utcMs is due; it can have passed. */
export function createPacer(rate: number): (utcMs: number, nowMs: number) => number {
  let begun: { readonly utcMs: number; readonly nowMs: number } | null = null
  let latestMs = 0
  return (utcMs, nowMs) => {
    const stepMs = utcMs - latestMs
    if (begun === null || stepMs > LONGEST_WAIT_MS || stepMs < -BACK_WITHIN_MS) {
      begun = { utcMs, nowMs }
      latestMs = utcMs
    }
    latestMs = Math.max(latestMs, utcMs)
    return begun.nowMs + (utcMs - begun.utcMs) / rate
  }
}

function createSlowClock(rate: number): (utcMs: number) => number {
  let firstMs: number | null = null
  return (utcMs) => {
    firstMs ??= utcMs
    return firstMs + (utcMs - firstMs) / rate
  }
}

/** Returns at the moment, or when the signal aborts. A timer cannot sleep for much more than three weeks at once. */
async function until(dueMs: number, signal: AbortSignal): Promise<void> {
  for (;;) {
    const waitMs = dueMs - monoNowMs()
    if (waitMs < 1 || signal.aborted) return
    await pause(Math.min(waitMs, LONGEST_SLEEP_MS), signal)
  }
}
