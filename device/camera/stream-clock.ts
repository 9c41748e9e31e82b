/** When frames were taken: ties the stream time of a recorder, which counts from its first frame, to the monotonic clock. */
import type { FrameTiming } from './command.js'

/** The moment of a first frame. */
export interface Start {
  readonly monoMs: number
  readonly uncertaintyMs: number
}

export interface StreamClock {
  /** ffmpeg has said what the clock that stamps the frames showed at the first one, in milliseconds. */
  readonly began: (stampMs: number) => void
  /** A file was seen to open for the frame that came then. Answers what is known of that frame by now. */
  readonly opened: (number: number, monoMs: number) => Start
  /** A segment has closed whose first frame was at a stream time. Answers when that was; null where nothing of it was seen. */
  readonly closed: (number: number, startMs: number) => Start | null
  /** When a frame at a stream time was taken that a segment began with; null where nothing is known. */
  readonly startOf: (number: number, startMs: number) => Start | null
}

/** An opening is seen a frame's worth of parsing after its frame, 35 to 55 ms, and on a busy machine later. */
const OPENING_UNCERTAINTY_MS = 200
/** No more, because a source's clock and ours drift apart. */
const OPENINGS_IN_MIND = 10
/** A stamp this much after the opening, or before it, is of a clock that was set meanwhile. */
const STAMP_AFTER_OPENING_MS = 100
const STAMP_BEFORE_OPENING_MS = 5_000

/** @param wallMinusMonoMs of now: the wall clock is slewed by up to 1.8 s an hour, so it is asked for each file */
export function createStreamClock(timing: FrameTiming, fps: number, wallMinusMonoMs: () => number): StreamClock {
  const openings = new Map<number, Opening>()
  /** When the stream began, by each of the last openings. */
  const begins: number[] = []
  const lateMs = timing.kind === 'opening' ? (timing.lateFrames * 1_000) / fps : 0
  let firstStampMs: number | null = null

  const byOpening = (monoMs: number): Start => ({ monoMs: monoMs - lateMs, uncertaintyMs: OPENING_UNCERTAINTY_MS })

  const byStamp = (
    stampMs: number,
    { monoMs: openedMonoMs, stampMinusMonoMs }: Opening,
    uncertaintyMs: number,
  ): Start => {
    const monoMs = stampMs - stampMinusMonoMs
    const beforeMs = openedMonoMs - monoMs
    const isSane = beforeMs > -STAMP_AFTER_OPENING_MS && beforeMs < STAMP_BEFORE_OPENING_MS
    return isSane ? { monoMs, uncertaintyMs } : byOpening(openedMonoMs)
  }

  const startOf = (number: number, startMs: number): Start | null => {
    const { uncertaintyMs } = timing
    if (timing.kind === 'opening') {
      // A segment opens a little after its first frame, never before: the earliest opening is the best.
      return begins.length === 0 ? null : { monoMs: Math.min(...begins) - lateMs + startMs, uncertaintyMs }
    }
    const opening = openings.get(number)
    if (opening === undefined) return null
    return firstStampMs === null ? byOpening(opening.monoMs) : byStamp(firstStampMs + startMs, opening, uncertaintyMs)
  }

  return {
    began: (stampMs) => {
      firstStampMs ??= stampMs
    },

    opened: (number, monoMs) => {
      const stampMinusMonoMs = timing.kind === 'stamped' && timing.clock === 'wall' ? wallMinusMonoMs() : 0
      openings.set(number, { monoMs, stampMinusMonoMs })
      openings.delete(number - 2)
      return byOpening(monoMs)
    },

    closed: (number, startMs) => {
      const opening = openings.get(number)
      if (opening !== undefined) begins.push(opening.monoMs - startMs)
      begins.splice(0, begins.length - OPENINGS_IN_MIND)
      return startOf(number, startMs)
    },

    startOf,
  }
}

interface Opening {
  readonly monoMs: number
  /** What the clock that stamps the frames was ahead of the monotonic one then. */
  readonly stampMinusMonoMs: number
}
