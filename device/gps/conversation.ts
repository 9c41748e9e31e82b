/** One connection to gpsd, from its greeting to its end: asks to be told, listens, and notices when nobody speaks any more. */
import type { Duplex } from 'node:stream'
import { createLineSplitter } from '../../core/process/lines.js'
import { reasonOf } from '../../core/process/log.js'
import type { Moment } from '../../core/ride/clock.js'
import type { Reading } from '../../core/ride/fix.js'
import { createEpochs } from './epochs.js'
import { parseGpsdLine, piecesOf } from './gpsd-line.js'
import type { GpsdMessage, Nonsense, Version, Watch } from './gpsd-messages.js'
import { noFix } from './in-touch.js'
import type { Patience } from './patience.js'
import type { Tally } from './tally.js'
import type { WallClock } from './wall-clock.js'

export interface Conversation {
  /** Bytes both ways; it is closed when the conversation ends. */
  readonly stream: Duplex
  /** The one receiver to listen to, null for any. */
  readonly device: string | null
  readonly now: () => Moment
  /** When it was, by our clock, what gpsd dates by the wall clock. */
  readonly monoOfWall: WallClock
  readonly tell: (reading: Reading) => void
  readonly tally: Tally
  /** Told once gpsd has agreed to send. */
  readonly onStreaming: (release: string | null) => void
  readonly signal: AbortSignal
  readonly patience: Patience
}

/** gpsd parses what each recv() brings by itself: a command cut in two is two wrong ones. Always one write. */
const WATCH = '?WATCH={"enable":true,"json":true,"pps":true};\n'
const PROBE = '?DEVICES;\n'
const MOST_ASKS = 3
const HELD_UP_MS = 1_000

const UNTRUE = 'gpsd sent figures that cannot be true'
const TROUBLE: Record<Nonsense['because'], string> = {
  'not-json': 'gpsd sent a line that is not JSON',
  'not-an-object': 'gpsd sent JSON that is not an object',
  'no-class': 'gpsd sent a message without a class',
  'unknown-class': 'gpsd sent a message of an unknown class',
}

/**
 * Resolves with why it ended, once the stream is closed. Never rejects, and lets no exception into the stream's handlers.
 * The stream is never paused: gpsd hangs up on a client that does not read, and what then still comes is stale.
 */
export function converse(conversation: Conversation): Promise<string> {
  const { stream, device, now, monoOfWall, tell, tally, onStreaming, signal, patience } = conversation
  const lines = createLineSplitter()
  const epochs = createEpochs(device, patience.standstill)
  const began = now().monoMs
  let state: 'greeting' | 'asking' | 'streaming' = 'greeting'
  let sinceMonoMs = began
  let release: string | null = null
  let asks = 0
  let overlong = 0
  let isGone = false
  let isProbed = false
  let heardMonoMs = began
  let lookedMonoMs = began
  let reason = 'gpsd closed the connection'

  const end = (because: string) => {
    reason = because
    stream.destroy()
  }
  const enter = (next: typeof state, at: Moment) => {
    state = next
    sinceMonoMs = at.monoMs
  }
  const ask = () => {
    asks += 1
    stream.write(WATCH)
  }
  const greeted = (version: Version, at: Moment) => {
    release = version.release
    enter('asking', at)
    ask()
  }
  const answered = ({ enable, json }: Watch, at: Moment) => {
    if (enable && json) {
      enter('streaming', at)
      onStreaming(release)
    } else if (asks < MOST_ASKS) ask()
    else end('gpsd does not agree to send JSON')
  }
  const tellReadings = () => {
    for (const reading of epochs.readings()) {
      isGone = false
      tell(reading)
    }
  }
  const sayGone = (path: string | null, at: Moment) => {
    // What it said before it went comes first.
    tellReadings()
    const receiver = epochs.receiver()
    if (!epochs.takeGone(path, at)) return
    isGone = true
    tell(noFix('absent', at, receiver))
  }

  const take = (message: GpsdMessage, line: string, at: Moment) => {
    switch (message.kind) {
      case 'tpv':
        epochs.takeTpv(message, at)
        if (message.rejected.length > 0) tally.count(UNTRUE, `${message.rejected} in ${line}`)
        break
      case 'sky':
        epochs.takeSky(message, at)
        break
      case 'noise':
        epochs.takeNoise(message, at)
        break
      case 'first-byte': {
        const monoMs = monoOfWall(message.wallMs, at.monoMs)
        if (monoMs !== null) epochs.takeFirstByte(message.device, message.utcMs, monoMs)
        break
      }
      case 'version':
        if (state === 'greeting') greeted(message, at)
        break
      case 'watch':
        if (state === 'asking') answered(message, at)
        break
      case 'devices':
        if (message.paths.length === 0) sayGone(null, at)
        else if (device !== null && !message.paths.includes(device)) sayGone(device, at)
        break
      case 'device':
        if (message.gone) sayGone(message.path, at)
        break
      case 'complaint':
        tally.count('gpsd complains', message.message)
        break
      case 'nonsense':
        tally.count(TROUBLE[message.because], line)
        break
      case 'unused':
        tally.countQuietly(`gpsd sent ${message.class}, which is not used`)
        break
    }
  }

  const takeLine = (line: string, at: Moment) => {
    const message = parseGpsdLine(line)
    take(message, line, at)
    if (message.kind !== 'nonsense' || message.because !== 'not-json') return
    for (const piece of piecesOf(line)) {
      const part = parseGpsdLine(piece)
      if (part.kind !== 'nonsense') take(part, piece, at)
    }
  }

  const takeChunk = (chunk: Buffer) => {
    const at = now()
    heardMonoMs = at.monoMs
    isProbed = false
    for (const line of lines.take(chunk)) takeLine(line, at)
    if (lines.overlong() > overlong) tally.count('gpsd sent a line over 64 KiB', '')
    overlong = lines.overlong()
    tellReadings()
  }

  const look = () => {
    const at = now()
    const lateMs = at.monoMs - lookedMonoMs - patience.look
    lookedMonoMs = at.monoMs
    // Our own process was held up, and what came meanwhile has not been read yet: nobody can be called silent.
    if (lateMs > HELD_UP_MS) return
    const waitedMs = at.monoMs - sinceMonoMs
    if (state === 'greeting' && waitedMs > patience.version) return end('gpsd does not greet')
    if (state === 'asking' && waitedMs > patience.watch) return end('gpsd does not answer ?WATCH')
    const idleMs = at.monoMs - heardMonoMs
    if (idleMs > patience.idle) return end('gpsd has fallen silent')
    if (state !== 'streaming') return
    if (idleMs > (isGone ? patience.probeWhileGone : patience.probe) && !isProbed) {
      isProbed = true
      stream.write(PROBE)
    }
    const livedMonoMs = Math.max(epochs.livedMonoMs() ?? sinceMonoMs, sinceMonoMs)
    if (!isGone && at.monoMs - livedMonoMs > patience.standstill) tell(noFix('silent', at, epochs.receiver()))
  }

  return new Promise((resolve) => {
    const watchdog = setInterval(look, patience.look)
    const leave = () => end('stopped')
    signal.addEventListener('abort', leave)
    stream.on('data', (chunk: Buffer) => {
      try {
        takeChunk(chunk)
      } catch (error) {
        // A fault of ours in one chunk must not cost the next ones; it is counted and said like a bad line.
        tally.count('could not take in what gpsd sent', reasonOf(error))
      }
    })
    stream.on('error', (error) => {
      reason = reasonOf(error)
    })
    stream.on('end', () => stream.destroy())
    stream.on('close', () => {
      clearInterval(watchdog)
      signal.removeEventListener('abort', leave)
      resolve(reason)
    })
    if (signal.aborted) leave()
  })
}
