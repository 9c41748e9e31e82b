/** One serial line from its opening to its closing: listens, and notices when nothing sensible comes any more. */
import { reasonOf } from '../../core/process/log.js'
import type { Moment } from '../../core/ride/clock.js'
import type { Reading } from '../../core/ride/fix.js'
import { noFix } from './in-touch.js'
import { sentencesOf } from './nmea.js'
import { createNmeaEpochs, SILENCE_MS } from './nmea-epochs.js'
import type { Nonsense, Sentence } from './nmea-sentence.js'
import { createSerialLines, MOST_SENTENCE_BYTES } from './serial-lines.js'
import type { OpenLine } from './serial-port.js'
import type { Speeds } from './serial-speeds.js'
import type { Tally } from './tally.js'

export interface SerialSession {
  readonly line: OpenLine
  readonly path: string
  readonly now: () => Moment
  readonly tell: (reading: Reading) => void
  readonly tally: Tally
  readonly speeds: Speeds
  /** Told once a speed has brought the first valid sentence. */
  readonly onSense: () => void
  readonly signal: AbortSignal
  readonly patience: SerialPatience
}

/** How long we wait for what, in milliseconds. */
export interface SerialPatience {
  /** A receiver that tells no new time for so long is silent. */
  readonly standstill: number
  /** Bytes without a valid sentence for so long are said to be no NMEA. */
  readonly sense: number
  /** For a valid sentence at one speed, before the next is tried. */
  readonly speed: number
  /** How often all this is looked at. */
  readonly look: number
  /** Before the first new attempt to open the line; each further one waits twice as long... */
  readonly firstRetry: number
  /** ...up to this. */
  readonly mostRetry: number
}

const TROUBLE: Record<Nonsense['because'], string> = {
  'not-nmea': 'the serial line carries something else between the NMEA sentences',
  'no-checksum': 'the receiver sent a sentence without a checksum, which is not trusted',
  'wrong-checksum': 'the receiver sent a sentence with a wrong checksum',
  malformed: 'the receiver sent a sentence that is not written as NMEA says',
}
const UNTRUE = 'the receiver sent figures that cannot be true'
const NO_SENSE = 'the serial line carries no NMEA: wrong baud rate, or a receiver in binary mode?'
const HELD_UP_MS = 1_000
/** Fewer can be what is left of one sentence. */
const A_FEW_BYTES = 64

/** Resolves with why it ended, once the line is closed. Never rejects, and lets no exception into the line's handlers. */
export async function attend(session: SerialSession): Promise<string> {
  const { line, path, now, tell, tally, speeds, onSense, signal, patience } = session
  const epochs = createNmeaEpochs(path)
  const began = now().monoMs
  let livedMonoMs = began
  let sensibleMonoMs = began
  let speedMonoMs = began
  let complainedMonoMs = began
  let lookedMonoMs = began
  let bytes = 0
  /** The first line after an opening is mostly half a line. */
  let isCut = true

  const tellOf = (reading: Reading | null) => {
    if (reading === null) return
    livedMonoMs = now().monoMs
    tell(reading)
  }
  const takeSentence = (sentence: Sentence, text: string, at: Moment) => {
    if (sentence.kind === 'nonsense') {
      if (!isCut && sensibleMonoMs > began) tally.count(TROUBLE[sentence.because], text)
      return
    }
    sensibleMonoMs = now().monoMs
    speedMonoMs = sensibleMonoMs
    bytes = 0
    if (speeds.keep()) onSense()
    if (sentence.kind === 'position' && sentence.rejected.length > 0)
      tally.count(UNTRUE, `${sentence.rejected} in ${text}`)
    tellOf(epochs.take(sentence, at))
  }
  const takeLine = (text: string, at: Moment) => {
    try {
      if (text !== '') for (const sentence of sentencesOf(text)) takeSentence(sentence, text, at)
    } catch (error) {
      // A fault of ours in one line must not cost the next ones; it is counted and said like a bad line.
      tally.count('could not take in what the receiver sent', reasonOf(error))
    }
    isCut = false
  }
  const onOverlong = () => {
    if (sensibleMonoMs > began) tally.count(`the receiver sent a line over ${MOST_SENTENCE_BYTES} bytes`, '')
  }

  const tryNextSpeed = async (at: Moment) => {
    speeds.next()
    speedMonoMs = at.monoMs
    isCut = true
    try {
      await line.setSpeed(speeds.baud())
    } catch (error) {
      tally.count(`the serial line cannot run at ${speeds.baud()} baud`, reasonOf(error))
    }
  }
  const look = () => {
    const at = now()
    const lateMs = at.monoMs - lookedMonoMs - patience.look
    lookedMonoMs = at.monoMs
    // Our own process was held up, and what came meanwhile has not been read yet: nobody can be called silent.
    if (lateMs > HELD_UP_MS) return
    if (at.monoMs - livedMonoMs > patience.standstill) tell(noFix('silent', at, path))
    if (bytes > A_FEW_BYTES && at.monoMs - Math.max(sensibleMonoMs, complainedMonoMs) > patience.sense) {
      complainedMonoMs = at.monoMs
      tally.count(NO_SENSE, `${bytes} bytes came, now at ${speeds.baud()} baud`)
    }
    // A line that made sense once and is quiet now waits for its receiver; noise there means that the speed has changed.
    const isSought = speeds.isOpen && (!speeds.isKept() || bytes > A_FEW_BYTES)
    if (isSought && at.monoMs - speedMonoMs > patience.speed) void tryNextSpeed(at)
  }

  const sink = createSerialLines(now, takeLine, onOverlong)
  const silence = setTimeout(() => tellOf(epochs.silence()), SILENCE_MS)
  const watchdog = setInterval(look, patience.look)
  const leave = () => void line.close()
  const onBytes = (chunk: Buffer) => {
    bytes += chunk.length
    silence.refresh()
  }
  line.bytes.on('data', onBytes).pipe(sink)
  signal.addEventListener('abort', leave)
  if (signal.aborted) leave()
  const reason = await line.closed
  signal.removeEventListener('abort', leave)
  line.bytes.off('data', onBytes).unpipe(sink)
  clearInterval(watchdog)
  clearTimeout(silence)
  sink.destroy()
  await line.close()
  // What it said before it went comes first.
  tellOf(epochs.silence())
  return reason
}
