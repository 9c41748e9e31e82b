/** What a receiver on a serial line says, for as long as it is wanted: opens the line, and opens it again when it is lost. */
import type { Log } from '../../core/process/log.js'
import type { Reading } from '../../core/ride/fix.js'
import { STANDSTILL_MS } from './epochs.js'
import { stayInTouch } from './in-touch.js'
import { type OpenSerial, openSerial } from './serial-port.js'
import { attend, type SerialPatience } from './serial-session.js'
import { createSpeeds } from './serial-speeds.js'

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
  const { path, baud, bootId, nowMonoMs, log, signal, open = openSerial } = options
  const patience = { ...PATIENCE, ...options.patience }
  const now = () => ({ bootId, monoMs: nowMonoMs() })
  const speeds = createSpeeds(baud)
  const onSense = () => log.info('the receiver on the serial line speaks NMEA', { path, baud: speeds.baud() })

  yield* stayInTouch({
    attempt: async (wanted, tell, tally) => {
      const line = await open(path, speeds.baud())
      return attend({ line, path, now, tell, tally, speeds, onSense, signal: wanted, patience })
    },
    trouble: 'no receiver on the serial line',
    receiver: path,
    now,
    ...patience,
    log,
    signal,
  })
}
