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
  /** A segment was listed as closed: the next one begins where it ends. */
  readonly listed: (segment: ClosedSegment) => void
  /**
   * When the first frame of a segment was taken that has closed; null where nothing of it was seen. Better known once the
   * next has opened, too.
   */
  readonly startOf: (segment: ClosedSegment) => Start | null
}

export interface StreamClockOptions {
  readonly timing: FrameTiming
  readonly fps: number
  /** Of now: the wall clock is slewed by up to 1.8 s an hour, so it is asked for each file. */
  readonly wallMinusMonoMs: () => number
  /** What the camera's program tells of its frames, as known by now; null where it tells nothing. */
  readonly sensor: {
    readonly firstTakenMonoMs: () => number | null
    /** How long before they reach ffmpeg frames are taken. */
    readonly wayMs: () => number | null
  } | null
}

/** An opening is seen a frame's worth of parsing after its frame, 35 to 55 ms, and on a busy machine later. */
const OPENING_UNCERTAINTY_MS = 200
/** No more, because a source's clock and ours drift apart. */
const BEGINNINGS_IN_MIND = 10
/** A stamp this much after the opening, or before it, is of a clock that was set meanwhile. */
const STAMP_AFTER_OPENING_MS = 100
const STAMP_BEFORE_OPENING_MS = 5_000

interface Opening {
  readonly monoMs: number
  /** What the clock that stamps the frames was ahead of the monotonic one then. */
  readonly stampMinusMonoMs: number
  readonly wayMs: number | null
}

export function createStreamClock({ fps, wallMinusMonoMs, sensor, ...options }: StreamClockOptions): StreamClock {
  let timing = options.timing
  const openings = new Map<number, Opening>()
  /** When the first frame of all was taken, by each of the last openings: they are late, never early. */
  const beginnings: number[] = []
  let firstStampMs: number | null = null
  /** Stream time at which a file begins that is about to open; the first file's number is not known before. */
  let next: { readonly number: number | null; readonly startMs: number } = { number: null, startMs: 0 }

  const lateMs = ({ wayMs }: Opening): number => (timing.lateFrames * 1_000) / fps + (wayMs ?? sensor?.wayMs() ?? 0)

  const byOpening = (opening: Opening): Start => ({
    monoMs: opening.monoMs - lateMs(opening),
    uncertaintyMs: OPENING_UNCERTAINTY_MS,
  })

  const byStamp = (stampMs: number, opening: Opening, uncertaintyMs: number): Start => {
    const arrivedMonoMs = stampMs - opening.stampMinusMonoMs
    const beforeMs = opening.monoMs - arrivedMonoMs
    const isSane = beforeMs > -STAMP_AFTER_OPENING_MS && beforeMs < STAMP_BEFORE_OPENING_MS
    return isSane ? { monoMs: arrivedMonoMs - lateMs(opening), uncertaintyMs } : byOpening(opening)
  }

  const startAt = (number: number, startMs: number): Start | null => {
    const { uncertaintyMs } = timing
    const opening = openings.get(number)
    if (timing.kind === 'opening') {
      const first = sensor?.firstTakenMonoMs() ?? null
      const known = first === null || beginnings.length === BEGINNINGS_IN_MIND ? beginnings : [first, ...beginnings]
      return known.length === 0 ? null : { monoMs: Math.min(...known) + startMs, uncertaintyMs }
    }
    if (opening === undefined) return null
    return firstStampMs === null ? byOpening(opening) : byStamp(firstStampMs + startMs, opening, uncertaintyMs)
  }

  return {
    told: (message) => {
      firstStampMs ??= stampOfFirstFrame(message)
      timing = timingOnceSaid(timing, message)
    },

    opened: (number, monoMs) => {
      const stampMinusMonoMs = timing.kind === 'stamped' && timing.clock === 'wall' ? wallMinusMonoMs() : 0
      const opening = { monoMs, stampMinusMonoMs, wayMs: sensor?.wayMs() ?? null }
      openings.set(number, opening)
      openings.delete(number - 2)
      if (next.number !== null && next.number !== number) return byOpening(opening)
      beginnings.push(monoMs - lateMs(opening) - next.startMs)
      beginnings.splice(0, beginnings.length - BEGINNINGS_IN_MIND)
      const start = startAt(number, next.startMs)
      // The first frame of all may be another than the first in the file, up to a GOP later; between two files one may be missing.
      const unsureMs = next.number === null ? OPENING_UNCERTAINTY_MS : 1_000 / fps
      return start === null ? byOpening(opening) : { ...start, uncertaintyMs: start.uncertaintyMs + unsureMs }
    },

    listed: ({ number, endMs }) => {
      next = { number: number + 1, startMs: endMs }
    },

    startOf: ({ number, startMs }) => startAt(number, startMs),
  }
}
