/** The live messages of the last ten minutes, numbered without a hole: what a viewer missed can be had again. */
import { RING_MS } from '../../core/api/live.js'

export interface LiveFrame {
  readonly seq: number
  readonly isNow: boolean
  /** As it goes over the wire, the same bytes for every viewer. */
  readonly bytes: Buffer
}

/** What a viewer may look back on. */
export interface Past {
  /** The last seq given out, 0 before the first. */
  readonly lastSeq: () => number
  /** The oldest seq that can be had again; lastSeq + 1 where none can. */
  readonly oldestSeq: () => number
  readonly at: (seq: number) => LiveFrame | undefined
  /** The seq of the newest `now`, 0 before the first. */
  readonly lastNowSeq: () => number
}

export interface Ring extends Past {
  /** Numbers a message, which is made of its number. */
  readonly push: (isNow: boolean, textOf: (seq: number) => string) => LiveFrame
}

/** More than ten minutes of 25 messages a second: a bound for what a flood may cost. */
const MOST_FRAMES = 16_384
/** The array is cut at the front in strides: each cut moves everything behind it. */
const STRIDE = 1_024

export function createRing(nowMonoMs: () => number): Ring {
  let frames: (LiveFrame & { readonly atMonoMs: number })[] = []
  let gone = 0
  let firstSeq = 1
  let lastNowSeq = 0

  const forget = (now: number): void => {
    const isOld = (index: number): boolean =>
      frames.length - index > MOST_FRAMES || (frames[index]?.atMonoMs ?? now) < now - RING_MS
    while (gone < frames.length && isOld(gone)) gone++
    if (gone < STRIDE) return
    frames = frames.slice(gone)
    firstSeq += gone
    gone = 0
  }

  const lastSeq = (): number => firstSeq + frames.length - 1
  return {
    lastSeq,
    oldestSeq: () => firstSeq + gone,
    at: (seq) => (seq < firstSeq + gone ? undefined : frames[seq - firstSeq]),
    lastNowSeq: () => lastNowSeq,
    push: (isNow, textOf) => {
      const atMonoMs = nowMonoMs()
      const seq = lastSeq() + 1
      const frame = { seq, isNow, bytes: Buffer.from(textOf(seq)), atMonoMs }
      frames.push(frame)
      if (isNow) lastNowSeq = seq
      forget(atMonoMs)
      return frame
    },
  }
}
