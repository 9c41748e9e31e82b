/** A recording of NMEA sentences as readings, by its own time alone. */
import type { Reading } from '../../core/ride/fix.js'
import { sentencesOf } from './nmea.js'
import { createNmeaEpochs } from './nmea-epochs.js'

export interface NmeaLogOptions {
  /** A recording has no boot: whoever reads it names one. */
  readonly bootId: string
  readonly receiver?: string | null
  /** Told once, at the end of the lines. */
  readonly onEnd?: (counts: NmeaLogCounts) => void
}

export interface NmeaLogCounts {
  /** Epochs that were answered. */
  readonly epochs: number
  /** Epochs left out because their day or time was not known (yet). */
  readonly undated: number
  /** Pieces of lines that are no NMEA sentence with a right checksum, comments aside. */
  readonly nonsense: number
}

/**
 * Each epoch once, in the order of the log, fixes and epochs without a fix; `at.monoMs` is the receiver's own time in
 * milliseconds since 1970. Epochs whose day or time is not known are left out and counted.
 */
export async function* nmeaReadings(
  lines: AsyncIterable<string>,
  { bootId, receiver = null, onEnd }: NmeaLogOptions,
): AsyncGenerator<Reading, void, void> {
  // Nothing came at a moment of ours: no silence ends an epoch, and no clock stands still.
  const nowhere = { bootId, monoMs: 0 }
  const merger = createNmeaEpochs(receiver)
  let epochs = 0
  let undated = 0
  let nonsense = 0

  const dated = (reading: Reading | null): Reading | null => {
    if (reading === null) return null
    if (reading.receiverUtcMs === null) {
      undated += 1
      return null
    }
    epochs += 1
    return { ...reading, at: { bootId, monoMs: reading.receiverUtcMs } }
  }

  for await (const line of lines) {
    if (line === '' || line.startsWith('#')) continue
    for (const sentence of sentencesOf(line)) {
      if (sentence.kind === 'nonsense') nonsense += 1
      const reading = dated(merger.take(sentence, nowhere))
      if (reading !== null) yield reading
    }
  }
  const last = dated(merger.silence())
  if (last !== null) yield last
  onEnd?.({ epochs, undated, nonsense })
}
