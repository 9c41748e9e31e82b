/** What a receiver on a serial line says, for as long as it is wanted: opens the line, and opens it again when it is lost. */
import { type Log, reasonOf } from '../../core/process/log.js'
import { pause } from '../../core/process/service.js'
import type { Reading } from '../../core/ride/fix.js'
import { noFix } from './conversation.js'
import { STANDSTILL_MS } from './epochs.js'
import { createReadingQueue } from './reading-queue.js'
import { type OpenSerial, openSerial } from './serial-port.js'
import { attend, type SerialPatience } from './serial-session.js'
import { createSpeeds } from './serial-speeds.js'
import { createTally, type Tally } from './tally.js'

export interface SerialOptions {
  /** Such as /dev/ttyACM0. */
  readonly path: string
  /** Null: the usual speeds are tried in turn until valid sentences come, and that one is kept. */
  readonly baud: number | null
  readonly bootId: string
  /** CLOCK_MONOTONIC in milliseconds. */
  readonly nowMonoMs: () => number
  readonly log: Log
  readonly signal: AbortSignal
  readonly open?: OpenSerial
  readonly patience?: Partial<SerialPatience>
}

const PATIENCE: SerialPatience = {
  standstill: STANDSTILL_MS,
  sense: 5_000,
  speed: 3_000,
  look: 250,
  firstRetry: 500,
  mostRetry: 5_000,
}

/**
 * Every reading of every epoch, until the signal aborts. An epoch comes again, with the same `at` and receiverUtcMs, when
 * more of it follows after a silence: whoever keeps fixes replaces by receiverUtcMs.
 * Whoever takes readings too slowly loses the oldest, which is logged. Never throws.
 */
export async function* serialReadings(options: SerialOptions): AsyncGenerator<Reading, void, void> {
  const left = new AbortController()
  const signal = AbortSignal.any([options.signal, left.signal])
  const tally = createTally(options.log, options.nowMonoMs)
  const queue = createReadingQueue(({ kind }) =>
    tally.count('readings are not taken fast enough, dropped the oldest', kind),
  )
  const attended = stayOpen({ ...options, signal }, queue.put, tally).finally(queue.end)
  try {
    for (let reading = await queue.take(); reading !== null; reading = await queue.take()) yield reading
  } finally {
    left.abort()
    await attended
  }
}

async function stayOpen(options: SerialOptions, put: (reading: Reading) => void, tally: Tally): Promise<void> {
  const { path, baud, bootId, nowMonoMs, log, signal, open = openSerial } = options
  const patience = { ...PATIENCE, ...options.patience }
  const now = () => ({ bootId, monoMs: nowMonoMs() })
  const speeds = createSpeeds(baud)
  let retryMs = patience.firstRetry
  let last: Reading | null = null

  const tell = (reading: Reading) => {
    // Only a receiver's own word proves the line good.
    if (reading.kind === 'fix' || reading.state === 'no-fix') retryMs = patience.firstRetry
    if (isSaid(reading, last)) return
    last = reading
    put(reading)
  }
  const onSense = () => log.info('the receiver on the serial line speaks NMEA', { path, baud: speeds.baud() })

  while (!signal.aborted) {
    let reason: string
    try {
      const line = await open(path, speeds.baud())
      reason = await attend({ line, path, now, tell, tally, speeds, onSense, signal, patience })
    } catch (error) {
      reason = reasonOf(error)
    }
    if (signal.aborted) return
    tally.count('no receiver on the serial line', reason)
    tell(noFix('absent', now(), path))
    await pause(retryMs, signal)
    retryMs = Math.min(retryMs * 2, patience.mostRetry)
  }
}

/** An absent or silent receiver is told of once. */
function isSaid(reading: Reading, last: Reading | null): boolean {
  if (reading.kind === 'fix' || reading.state === 'no-fix') return false
  return last?.kind === 'no-fix' && last.state === reading.state
}
