/** When frames were taken: ties the stream time of a recorder, which counts from its first frame, to the monotonic clock. */
import type { FrameTiming } from './recording-plan.js'
import { type ClosedSegment, stampOfFirstFrame } from './segment-list.js'
import { timingOnceSaid } from './timing.js'

/** The moment of a first frame. */
export interface Start {
  readonly monoMs: number
  readonly uncertaintyMs: number
}

export interface StreamClock {
  /** A message of ffmpeg, which may say what the clock that stamps the frames showed at the first one. */
  readonly told: (message: string) => void
  /** A file was seen to open. Answers when its first frame was taken, as well as that is known by then. */
  readonly opened: (number: number, monoMs: number) => Start
  /** A segment was listed as closed. Answers when its first frame was taken; null where nothing of it was seen. */
  readonly closed: (segment: ClosedSegment) => Start | null
}

/** An opening is seen a frame's worth of parsing after its frame, 35 to 55 ms, and on a busy machine later. */
const OPENING_UNCERTAINTY_MS = 200
/** No more, because a source's clock and ours drift apart. */
const OPENINGS_IN_MIND = 10
/** A stamp this much after the opening, or before it, is of a clock that was set meanwhile. */
const STAMP_AFTER_OPENING_MS = 100
const STAMP_BEFORE_OPENING_MS = 5_000

export interface StreamClockOptions {
  readonly timing: FrameTiming
  readonly fps: number
  /** Of now: the wall clock is slewed by up to 1.8 s an hour, so it is asked for each file. */
  readonly wallMinusMonoMs: () => number
  /** How long before they reach ffmpeg frames are taken, as measured by now; null where that is not known. */
  readonly sensorWayMs: () => number | null
}

export function createStreamClock({ fps, wallMinusMonoMs, sensorWayMs, ...options }: StreamClockOptions): StreamClock {
  let timing = options.timing
  const openings = new Map<number, Opening>()
  /** When the stream began, by each of the last openings. */
  const begins: number[] = []
  const lateMs = (): number => (timing.lateFrames * 1_000) / fps
  let firstStampMs: number | null = null
  /** Stream time at which the file after the one that was listed last begins. */
  let nextStartMs: number | null = timing.kind === 'stamped' ? 0 : null

  const byOpening = (monoMs: number): Start => ({ monoMs: monoMs - lateMs(), uncertaintyMs: OPENING_UNCERTAINTY_MS })

  const byStamp = (
    stampMs: number,
    { monoMs: openedMonoMs, stampMinusMonoMs }: Opening,
    uncertaintyMs: number,
  ): Start => {
    const monoMs = stampMs - stampMinusMonoMs - lateMs()
    const beforeMs = openedMonoMs - monoMs
    const isSane = beforeMs > -STAMP_AFTER_OPENING_MS && beforeMs < STAMP_BEFORE_OPENING_MS
    return isSane ? { monoMs, uncertaintyMs } : byOpening(openedMonoMs)
  }

  const startOf = (number: number, startMs: number): Start | null => {
    const start = outOf(number, startMs)
    const wayMs = openings.get(number)?.sensorWayMs ?? sensorWayMs() ?? 0
    return start === null ? null : { ...start, monoMs: start.monoMs - wayMs }
  }

  /** When it came to ffmpeg. */
  const outOf = (number: number, startMs: number): Start | null => {
    const { uncertaintyMs } = timing
    if (timing.kind === 'opening') {
      // A segment opens a little after its first frame, never before: the earliest opening is the best.
      return begins.length === 0 ? null : { monoMs: Math.min(...begins) - lateMs() + startMs, uncertaintyMs }
    }
    const opening = openings.get(number)
    if (opening === undefined) return null
    return firstStampMs === null ? byOpening(opening.monoMs) : byStamp(firstStampMs + startMs, opening, uncertaintyMs)
  }

  return {
    told: (message) => {
      firstStampMs ??= stampOfFirstFrame(message)
      timing = timingOnceSaid(timing, message)
    },

    opened: (number, monoMs) => {
      const stampMinusMonoMs = timing.kind === 'stamped' && timing.clock === 'wall' ? wallMinusMonoMs() : 0
      openings.set(number, { monoMs, stampMinusMonoMs, sensorWayMs: sensorWayMs() })
      openings.delete(number - 2)
      // A file opens right after the one before was listed, where a frame may be missing in between.
      const start = nextStartMs === null ? null : startOf(number, nextStartMs)
      return start === null ? byOpening(monoMs) : { ...start, uncertaintyMs: start.uncertaintyMs + 1_000 / fps }
    },

    closed: ({ number, startMs, endMs }) => {
      nextStartMs = endMs
      const opening = openings.get(number)
      if (opening !== undefined) begins.push(opening.monoMs - startMs)
      begins.splice(0, begins.length - OPENINGS_IN_MIND)
      return startOf(number, startMs)
    },
  }
}

interface Opening {
  readonly monoMs: number
  /** What the clock that stamps the frames was ahead of the monotonic one then. */
  readonly stampMinusMonoMs: number
  readonly sensorWayMs: number | null
}
