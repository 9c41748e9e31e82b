/** One camera for as long as it lives: a recorder whose segments are told as they open and close. */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beginRecorder } from '../../core/process/recorder.js'
import { wallMinusMonoMs } from '../../core/process/wall-clock.js'
import { segmentId } from '../../core/ride/footage.js'
import { durationMsOf, readIndexOf } from '../../core/video/video-index.js'
import { type CameraSettings, type CameraSource, recorderCommands } from './command.js'
import { withoutSecrets } from './secrets.js'
import {
  type ClosedSegment,
  isComplaint,
  openedNumber,
  parseListLine,
  rateOfPicture,
  withoutWhoSays,
} from './segment-list.js'
import { openSensorFeed } from './sensor-feed.js'
import { measureSensorWay } from './sensor-way.js'
import { createStreamClock, type Start } from './stream-clock.js'

export interface SegmentBegun {
  readonly camera: string
  readonly number: number
  readonly file: string
  /** Of the first frame, as well as it is known by now. */
  readonly start: Start
}

export interface SegmentEnded {
  readonly camera: string
  readonly number: number
  readonly file: string
  /** Of the first frame; null where its beginning was not seen. */
  readonly start: Start | null
}

export interface CameraOptions {
  readonly settings: CameraSettings
  readonly source: CameraSource
  /** Somebody writes the picture already: what comes while ffmpeg starts waits for it. */
  readonly isJoined: boolean
  /** An existing folder. */
  readonly folder: string
  readonly segmentSeconds: number
  readonly nextNumber: () => Promise<number>
  readonly nowMonoMs: () => number
  /** Frames a second, of a camera that has a rate of its own. */
  readonly onRate: (fps: number) => void
  readonly onBegun: (segment: SegmentBegun) => void
  /** Awaited before run() resolves. */
  readonly onEnded: (segment: SegmentEnded) => Promise<void>
  /** Bytes on the card, counted up over all segments: a picture that stops growing is a camera that hangs. */
  readonly recordedBytes: () => number
  readonly onState: (state: 'starting' | 'recording' | 'stalled') => void
  /** Aborts when the wall clock was set. */
  readonly wallClockSet: AbortSignal
}

/** A camera's first picture may take this long: encoders and sensors start slowly. */
const FIRST_PICTURE_WITHIN_MS = 10_000
const STALLED_AFTER_MS = 3_000
const WATCH_EVERY_MS = 1_000
const CLOSES_WITHIN_MS = 3_000
/** One that hangs, or waits for a picture, does not hear: what it has not written by now is lost. */
const HANGING_CLOSES_WITHIN_MS = 500
/** A file opens right after the one before it was listed: its opening tells of both. */
const NEXT_OPENS_WITHIN_MS = 100
/** How long the last frame of a file is, is a guess: less than this is nothing. */
const JOINED_LATER_FRAMES = 2
/** Only what was said last explains why it ended. */
const LAST_WORDS = 5

/**
 * Records until the signal aborts; then closes the file properly, so that nothing of it is lost.
 * Resolves early where the wall clock was set and stamps the frames: it has to be begun again.
 * @throws when the recorder ends by itself or its file stops growing for 3 s, with its last words
 */
export async function record(options: CameraOptions, signal: AbortSignal): Promise<void> {
  const { settings, source, folder, segmentSeconds, nowMonoMs } = options
  const camera = settings.name
  options.onState('starting')
  const firstNumber = await options.nextNumber()
  if (signal.aborted) return
  const sensor = source.kind === 'rpicam' ? measureSensorWay() : null
  const feed = sensor && (await openSensorFeed((takenMonoMs) => sensor.heard(takenMonoMs, nowMonoMs())))
  const metadataFile = feed?.file ?? null
  const plan = { camera: settings, source, folder, firstNumber, segmentSeconds, metadataFile }
  const commands = recorderCommands(plan)
  const clock = createStreamClock({ timing: commands.timing, fps: settings.fps, wallMinusMonoMs, sensor })
  /** How long the first frames may have waited for ffmpeg; 0 where none could. */
  let waitedMs = 0
  let hasBegun = false
  const lastWords: string[] = []
  const ending: Promise<void>[] = []

  const unsure = (number: number, { monoMs, uncertaintyMs }: Start): Start => ({
    monoMs,
    uncertaintyMs: uncertaintyMs + (number === firstNumber ? waitedMs : 0),
  })
  const message = (line: string, of: 'ffmpeg' | 'camera'): void => {
    const number = openedNumber(line)
    if (number !== null) {
      if (options.isJoined && !hasBegun) waitedMs = nowMonoMs() - beganMonoMs
      hasBegun = true
      options.onState('recording')
      const start = unsure(number, clock.opened(number, nowMonoMs()))
      options.onBegun({ camera, number, file: `${segmentId(camera, number)}.mp4`, start })
      return
    }
    if (of === 'ffmpeg') clock.told(line)
    const fps = commands.tellsRate ? rateOfPicture(line) : null
    if (fps !== null && !hasBegun) options.onRate(fps)
    if (of === 'camera' || isComplaint(line)) lastWords.push(withoutWhoSays(line))
    lastWords.splice(0, lastWords.length - LAST_WORDS)
  }
  const end = async (closed: ClosedSegment): Promise<void> => {
    const { number, file } = closed
    await sleep(NEXT_OPENS_WITHIN_MS)
    const whole = number === firstNumber ? await fromFirstKeyframe(closed, folder, settings.fps) : closed
    const start = clock.startOf(whole)
    await options.onEnded({ camera, number, file, start: start && unsure(number, start) })
  }
  const listed = (line: string): void => {
    const closed = parseListLine(line)
    if (closed === null) return
    clock.listed(closed)
    ending.push(end(closed))
  }

  const beganMonoMs = nowMonoMs()
  const recorder = beginRecorder(commands, { message, listed })
  const stops = commands.followsWallClock ? AbortSignal.any([signal, options.wallClockSet]) : signal
  let isStalled = false
  const stopWatching = watchGrowth(options, () => {
    isStalled = true
    options.onState('stalled')
    recorder.end(HANGING_CLOSES_WITHIN_MS)
  })
  const stop = (): void => recorder.end(hasBegun ? CLOSES_WITHIN_MS : HANGING_CLOSES_WITHIN_MS)
  stops.addEventListener('abort', stop, { once: true })
  try {
    const ended = await recorder.gone
    if (isStalled) throw new Error('its picture stopped')
    if (!stops.aborted) throw new Error(withoutSecrets([ended, ...lastWords].join(' / '), source))
  } finally {
    stopWatching()
    stops.removeEventListener('abort', stop)
    await Promise.allSettled([...ending, feed?.close()])
  }
}

/**
 * A stream that was joined between two keyframes is listed from the first packet that came, but recorded only from the next
 * keyframe on: where it ends, and how long the file is, tells when that was.
 */
async function fromFirstKeyframe(closed: ClosedSegment, folder: string, fps: number): Promise<ClosedSegment> {
  const durationMs = durationMsOf(await readIndexOf(join(folder, closed.file)))
  const isLater = closed.endMs - durationMs - closed.startMs > (JOINED_LATER_FRAMES * 1_000) / fps
  return isLater ? { ...closed, startMs: closed.endMs - durationMs } : closed
}

/** Notices, once, that a recorder makes no more bytes. */
function watchGrowth({ source, recordedBytes, nowMonoMs }: CameraOptions, onStalled: () => void): () => void {
  // Whoever is to write into a FIFO may come when he likes.
  const firstPictureWithinMs = source.kind === 'fifo' ? Number.POSITIVE_INFINITY : FIRST_PICTURE_WITHIN_MS
  const firstBytes = recordedBytes()
  let lastBytes = firstBytes
  let grewMonoMs = nowMonoMs()
  const timer = setInterval(() => {
    const bytes = recordedBytes()
    const patienceMs = lastBytes === firstBytes ? firstPictureWithinMs : STALLED_AFTER_MS
    if (bytes !== lastBytes) {
      lastBytes = bytes
      grewMonoMs = nowMonoMs()
    } else if (nowMonoMs() - grewMonoMs > patienceMs) {
      clearInterval(timer)
      onStalled()
    }
  }, WATCH_EVERY_MS)
  return () => clearInterval(timer)
}
