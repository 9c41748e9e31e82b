/** Where readings come from: picks who speaks. */
import type { Log } from '../../core/process/log.js'
import { reasonOf } from '../../core/process/log.js'
import type { Reading } from '../../core/ride/fix.js'
import { type GpsdOptions, gpsdReadings, tcpTo } from './gpsd.js'
import { connectTo } from './gpsd-server.js'
import { openRideLog } from './logs.js'
import { replayOf } from './replay.js'
import { simulatorOf } from './simulator.js'
import type { ReceiverSource, SerialSource } from './sources.js'

export { parseReceiverSource, type ReceiverSource, type SourceFault } from './sources.js'

export interface ReadingsOptions {
  readonly bootId: string
  /** CLOCK_MONOTONIC in milliseconds. */
  readonly nowMonoMs: () => number
  readonly log: Log
  readonly signal: AbortSignal
}

/** What of a source can only be found out by looking: null, or a sentence on why it cannot be used. */
export async function sourceFault(source: ReceiverSource): Promise<string | null> {
  if (source.kind !== 'replay') return null
  try {
    await openRideLog(source.file)
    return null
  } catch (error) {
    return reasonOf(error)
  }
}

/** Whether what it says is no ride: everything that comes of it is marked. */
export const isSimulated = ({ kind }: ReceiverSource): boolean => kind !== 'gpsd' && kind !== 'serial'

/**
 * Every reading, until the signal aborts; see gpsdReadings for when an epoch comes more than once. A replay and the
 * simulator speak gpsd's protocol too, in memory, so that what is tried at home is what runs on the road.
 * Throws only where a file cannot be replayed.
 */
export async function* readings(source: ReceiverSource, options: ReadingsOptions): AsyncGenerator<Reading, void, void> {
  if (source.kind === 'serial') {
    // Loaded only where it is wanted: a device on gpsd does without the native code of a serial line.
    const { serialReadings } = await import('./serial.js')
    yield* serialReadings({ ...options, path: source.path, baud: source.baud })
    return
  }
  const device = source.kind === 'gpsd' ? source.device : null
  yield* gpsdReadings({ ...options, device, connect: await connectOf(source) })
}

async function connectOf(source: Exclude<ReceiverSource, SerialSource>): Promise<GpsdOptions['connect']> {
  switch (source.kind) {
    case 'gpsd':
      return tcpTo(source.host, source.port)
    case 'replay':
      return connectTo(await replayOf({ file: source.file, rate: source.rate, loop: false, retime: true }))
    case 'simulator':
      return connectTo(simulatorOf(source))
  }
}
