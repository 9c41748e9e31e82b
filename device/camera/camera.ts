/** One camera for as long as it lives: a recorder whose segments are told as they open and close. */

import { createInterface } from 'node:readline'
import { beginRecorder, type Recorder } from '../../core/process/ffmpeg.js'
import { type CameraSettings, type CameraSource, recorderCommands } from './command.js'
import { createStreamClock, isComplaint, openedNumber, parseListLine } from './segment-list.js'

export interface SegmentBegun {
  readonly camera: string
  readonly number: number
  readonly file: string
  /** When its file was opened, a little after its first frame. */
  readonly openedMonoMs: number
}

export interface SegmentEnded {
  readonly camera: string
  readonly number: number
  readonly file: string
  /** Of the first frame; null where its beginning was not seen. */
  readonly startMonoMs: number | null
  readonly durationMs: number
}

export interface CameraOptions {
  readonly settings: CameraSettings
  readonly source: CameraSource
  /** An existing folder. */
  readonly folder: string
  readonly segmentSeconds: number
  readonly nextNumber: () => Promise<number>
  readonly nowMonoMs: () => number
  readonly onBegun: (segment: SegmentBegun) => void
  /** Awaited before run() resolves. */
  readonly onEnded: (segment: SegmentEnded) => Promise<void>
  /** Bytes on the card, counted up over all segments: a picture that stops growing is a camera that hangs. */
  readonly recordedBytes: () => number
  readonly onState: (state: 'starting' | 'recording' | 'stalled') => void
}

/** A camera's first picture may take this long: encoders and sensors start slowly. */
const FIRST_PICTURE_WITHIN_MS = 10_000
const STALLED_AFTER_MS = 3_000
const WATCH_EVERY_MS = 500
const CLOSES_WITHIN_MS = 3_000
/** Only what ffmpeg said last explains why it ended. */
const LAST_WORDS = 5

/**
 * Records until the signal aborts; then closes the file properly, so that nothing of it is lost.
 * @throws when ffmpeg ends by itself or its file stops growing for 3 s, with its last words
 */
export async function record(options: CameraOptions, signal: AbortSignal): Promise<void> {
  const { settings, source, folder, segmentSeconds, nowMonoMs } = options
  options.onState('starting')
  const firstNumber = await options.nextNumber()
  if (signal.aborted) return
  const commands = recorderCommands({ camera: settings, source, folder, firstNumber, segmentSeconds })
  const recorder = beginRecorder(commands.ffmpeg)
  const clock = createStreamClock()
  const lastWords: string[] = []
  const ending: Promise<void>[] = []

  createInterface({ input: recorder.messages }).on('line', (message) => {
    const number = openedNumber(message)
    if (number === null) {
      if (isComplaint(message)) lastWords.push(message)
      lastWords.splice(0, lastWords.length - LAST_WORDS)
      return
    }
    const openedMonoMs = nowMonoMs()
    clock.opened(number, openedMonoMs)
    options.onState('recording')
    options.onBegun({ camera: settings.name, number, file: fileOf(settings, number), openedMonoMs })
  })
  createInterface({ input: recorder.segmentList }).on('line', (line) => {
    const closed = parseListLine(line)
    if (closed === null) return
    const { number, file, startMs, endMs } = closed
    const startMonoMs = clock.startOf(closed)
    ending.push(options.onEnded({ camera: settings.name, number, file, startMonoMs, durationMs: endMs - startMs }))
  })

  const stopWatching = watchGrowth(recorder, options)
  const stop = (): void => end(recorder)
  signal.addEventListener('abort', stop, { once: true })
  try {
    const code = await recorder.gone
    if (signal.aborted) return
    throw new Error(`ffmpeg ended with ${code ?? 'a signal'}: ${lastWords.join(' / ')}`)
  } finally {
    stopWatching()
    signal.removeEventListener('abort', stop)
    await Promise.allSettled(ending)
  }
}

const fileOf = ({ name }: CameraSettings, number: number): string => `${name}-${String(number).padStart(6, '0')}.mp4`

/** SIGINT lets ffmpeg write the end of its file; one that does not listen is killed. */
function end({ child, gone }: Recorder): void {
  child.kill('SIGINT')
  const kill = setTimeout(() => child.kill('SIGKILL'), CLOSES_WITHIN_MS)
  gone.finally(() => clearTimeout(kill)).catch(() => {}) // Who waits for it to be gone hears of its failure.
}

/** Ends a recorder that makes no more bytes; the caller's loop begins it again. */
function watchGrowth(recorder: Recorder, { recordedBytes, nowMonoMs, onState }: CameraOptions): () => void {
  const firstBytes = recordedBytes()
  let lastBytes = firstBytes
  let grewMonoMs = nowMonoMs()
  const timer = setInterval(() => {
    const bytes = recordedBytes()
    const patienceMs = lastBytes === firstBytes ? FIRST_PICTURE_WITHIN_MS : STALLED_AFTER_MS
    if (bytes !== lastBytes) {
      lastBytes = bytes
      grewMonoMs = nowMonoMs()
    } else if (nowMonoMs() - grewMonoMs > patienceMs) {
      onState('stalled')
      end(recorder)
    }
  }, WATCH_EVERY_MS)
  return () => clearInterval(timer)
}
