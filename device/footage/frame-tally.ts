/** Counts the frames a camera has put on the card against those that were due, and the gaps between them. */
import { durationMsOf, framesIn, type VideoIndex } from '../../core/video/video-index.js'

/** What a camera has on the card since the device began. */
export interface Recorded {
  readonly frames: number
  /** Those that are on the card and those that are missing in between, or since it fell. */
  readonly framesExpected: number
  readonly durationMs: number
  readonly sizeBytes: number
  /** Holes of half a second and more, whoever made them: the camera, or a recorder that was begun again. */
  readonly gaps: number
}

export interface FrameTally {
  /** A file has begun with a frame of that moment. */
  readonly begun: (number: number, startMonoMs: number) => void
  /** A growing file, as far as it is whole by now. */
  readonly grew: (number: number, index: VideoIndex) => void
  /** @param startMonoMs of its first frame, as well as it is known at last */
  readonly closed: (number: number, startMonoMs: number, index: VideoIndex) => void
  /** Its recorder is gone although it should record: frames are missing from its last on. */
  readonly fell: (nowMonoMs: number) => void
  /** It is not to record from now on: nothing more is missing until it begins again. */
  readonly off: (nowMonoMs: number) => void
  readonly now: (nowMonoMs: number) => Recorded
}

const GAP_MS = 500
/** A camera of few frames has long ones. */
const GAP_FRAMES = 2.5
/** Jitter moves a frame by less. */
const HOLE_FRAMES = 1.75

/** @param fps frames a second that are due */
export function createFrameTally(fps: () => number): FrameTally {
  let recorded = NOTHING
  /** Files that are not closed: the growing one, and for a moment the one before. */
  const open = new Map<number, { readonly startMonoMs: number; readonly held: Recorded }>()
  let lastEndMonoMs: number | null = null
  let fellMonoMs: number | null = null

  const dueIn = (durationMs: number): number => Math.round((durationMs * fps()) / 1_000)
  const gapMs = (): number => Math.max(GAP_MS, (GAP_FRAMES * 1_000) / fps())

  /** Each file for itself: a camera's crystal and ours differ, over hours by many frames, of which none was lost. */
  const inFile = (index: VideoIndex): Recorded => {
    const [frames, durationMs] = [framesIn(index), durationMsOf(index)]
    return {
      frames,
      framesExpected: Math.max(frames, dueIn(durationMs)),
      durationMs,
      sizeBytes: index.endBytes,
      gaps: index.fragments.filter(({ longestFrameMs }) => longestFrameMs > gapMs()).length,
    }
  }
  const hole = (durationMs: number, gaps: number): Recorded => ({
    ...NOTHING,
    framesExpected: dueIn(Math.max(0, durationMs)),
    gaps,
  })

  const add = (more: Recorded): void => {
    recorded = sum(recorded, more)
  }

  /** Files that nobody closes any more hold what they held. */
  const settle = (): void => {
    for (const { startMonoMs, held } of open.values()) {
      add(held)
      lastEndMonoMs = startMonoMs + held.durationMs
    }
    open.clear()
  }

  return {
    begun: (number, startMonoMs) => {
      open.set(number, { startMonoMs, held: NOTHING })
      if (fellMonoMs === null) return
      add(hole(startMonoMs - fellMonoMs, 1))
      fellMonoMs = null
      lastEndMonoMs = null
    },

    grew: (number, index) => {
      const file = open.get(number)
      if (file !== undefined) open.set(number, { ...file, held: inFile(index) })
    },

    closed: (number, startMonoMs, index) => {
      open.delete(number)
      const missedMs = lastEndMonoMs === null ? 0 : startMonoMs - lastEndMonoMs
      if (missedMs > (HOLE_FRAMES * 1_000) / fps()) add(hole(missedMs, missedMs > gapMs() ? 1 : 0))
      add(inFile(index))
      lastEndMonoMs = startMonoMs + durationMsOf(index)
    },

    fell: (nowMonoMs) => {
      settle()
      fellMonoMs ??= lastEndMonoMs ?? nowMonoMs
    },

    off: (nowMonoMs) => {
      settle()
      if (fellMonoMs !== null) add(hole(nowMonoMs - fellMonoMs, 1))
      lastEndMonoMs = null
      fellMonoMs = null
    },

    now: (nowMonoMs) => {
      const away = fellMonoMs === null ? NOTHING : hole(nowMonoMs - fellMonoMs, 1)
      return [...open.values()].reduce((all, { held }) => sum(all, held), sum(recorded, away))
    },
  }
}

const NOTHING: Recorded = { frames: 0, framesExpected: 0, durationMs: 0, sizeBytes: 0, gaps: 0 }

const sum = (one: Recorded, other: Recorded): Recorded => ({
  frames: one.frames + other.frames,
  framesExpected: one.framesExpected + other.framesExpected,
  durationMs: one.durationMs + other.durationMs,
  sizeBytes: one.sizeBytes + other.sizeBytes,
  gaps: one.gaps + other.gaps,
})
