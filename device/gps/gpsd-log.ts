/** A recording of what gpsd said as readings, by its own time alone. */
import type { Reading } from '../../core/ride/fix.js'
import { createEpochs } from './epochs.js'
import { parseGpsdLine, piecesOf } from './gpsd-line.js'
import type { GpsdMessage } from './gpsd-messages.js'

export interface GpsdLogOptions {
  /** A recording has no boot: whoever reads it names one. */
  readonly bootId: string
  /** Told once, at the end of the lines. */
  readonly onEnd?: (counts: GpsdLogCounts) => void
}

export interface GpsdLogCounts {
  /** Positions left out because their time was not told. */
  readonly undated: number
  /** Lines that are no message of gpsd. */
  readonly nonsense: number
}

/** Epochs come in parts, and those of some receivers interleaved: one is whole when so many others have begun. */
const EPOCHS_HELD = 4

/**
 * Each epoch of one receiver once, with all that was said of it, in the order of the log; `at.monoMs` is the receiver's own
 * time in milliseconds since 1970. Epochs without a time are left out, and counted where they have a position.
 */
export async function* gpsdLogReadings(
  lines: AsyncIterable<string>,
  { bootId, onEnd }: GpsdLogOptions,
): AsyncGenerator<Reading, void, void> {
  const epochs = createEpochs()
  /** By time; a Map keeps the order of the log. */
  const held = new Map<number, Reading>()
  // Nothing came at a moment of ours: it is as late as the receiver has said.
  let nowMs = 0
  let undated = 0
  let nonsense = 0

  for await (const line of lines) {
    for (const message of messagesOf(line)) {
      if (message.kind === 'tpv') {
        nowMs = Math.max(nowMs, message.utcMs ?? 0)
        epochs.takeTpv(message, { bootId, monoMs: nowMs })
      }
      if (message.kind === 'sky') epochs.takeSky(message, { bootId, monoMs: nowMs })
      if (message.kind === 'nonsense') nonsense += 1
    }
    for (const reading of epochs.readings()) {
      const utcMs = reading.receiverUtcMs
      if (utcMs !== null) held.set(utcMs, { ...reading, at: { bootId, monoMs: utcMs } })
      else if (reading.kind === 'fix') undated += 1
    }
    for (const [utcMs, reading] of held) {
      if (held.size <= EPOCHS_HELD) break
      held.delete(utcMs)
      yield reading
    }
  }
  yield* held.values()
  onEnd?.({ undated, nonsense })
}

/** What one line says, and what the rest of it says where a reply was cut short and the next one follows on the same line. */
function messagesOf(line: string): GpsdMessage[] {
  const message = parseGpsdLine(line)
  if (message.kind !== 'nonsense' || message.because !== 'not-json') return [message]
  const parts = piecesOf(line).map(parseGpsdLine)
  return parts.some((part) => part.kind !== 'nonsense') ? parts.filter((part) => part.kind !== 'nonsense') : [message]
}
