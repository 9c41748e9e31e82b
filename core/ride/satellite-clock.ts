/** Turns the epochs of a receiver into anchors: whom to believe, from when on, and how well. */
import { type Anchor, isPlausibleUtc, WEEK_ROLLOVER_MS } from './clock.js'

/** One epoch as it arrived. */
export interface ClockEpoch {
  /** When its first byte came, CLOCK_MONOTONIC; where only the whole line was seen to come, when that was read. */
  readonly arrivedMonoMs: number
  /** The receiver's own time of the epoch, milliseconds since 1970. */
  readonly utcMs: number
  readonly mode: 0 | 1 | 2 | 3
}

export interface SatelliteClock {
  /** Takes the next epoch; answers a new anchor when one is due, with the reason. */
  readonly take: (epoch: ClockEpoch) => AnchorMade | null
  /** The anchor in force, null until the receiver is believed. */
  readonly anchor: () => Anchor | null
}

export interface AnchorMade {
  readonly anchor: Anchor
  readonly because: 'first' | 'minute' | 'refined' | 'leap-second' | 'week-rollover' | 'step'
  /** How far UTC moved against the anchor before, in milliseconds; 0 for the first. */
  readonly byMs: number
}

/** gpsd_json(5): "Verify 3 consecutive 3D fixes before believing it is UTC." */
const EPOCHS_TO_TRUST = 3
const AGREE_WITHIN_MS = 300
const WINDOW_MS = 60_000
/** More than a crystal drifts between two anchors. */
const PROVEN_LATE_MS = 10
const ANCHOR_EVERY_MS = 60_000
/** The latency from a receiver's epoch to its first byte is unknown: gpsd_json(5) speaks of 100-300 ms of jitter. */
const LEAST_UNCERTAINTY_MS = 50
const MOST_LEAP_SECONDS = 18

/**
 * Of the epochs of the last minute the one with the least latency wins, because a line can arrive late but never early.
 * Believed after three consecutive mode-3 epochs in the plausible years that agree within 0.3 s; an offset that then
 * moves by more than that must be confirmed by three epochs in the same way before it becomes a correction.
 * The uncertainty is how much later than the best one the line in the middle came: one that was held up says nothing of it.
 * @param isPossible which times can be true; a recorded log may be of any year
 */
export function createSatelliteClock(bootId: string, isPossible = isPlausibleUtc): SatelliteClock {
  let agreeing: Sample[] = []
  let window: Sample[] = []
  let anchor: Anchor | null = null

  const makeAnchor = (monoMs: number, because: AnchorMade['because']): AnchorMade => {
    const offsets = window.map((sample) => sample.offsetMs).sort((one, other) => one - other)
    const best = offsets.at(-1) ?? 0
    const middle = offsets[Math.floor(offsets.length / 2)] ?? best
    const byMs = anchor === null ? 0 : best - anchor.utcMinusMonoMs
    const uncertaintyMs = Math.max(LEAST_UNCERTAINTY_MS, best - middle)
    anchor = { bootId, monoMs, utcMinusMonoMs: best, uncertaintyMs, source: 'satellites' }
    return { anchor, because, byMs }
  }

  return {
    anchor: () => anchor,
    take: ({ arrivedMonoMs, utcMs, mode }) => {
      if (mode < 3 || !isPossible(utcMs)) {
        agreeing = []
        return null
      }
      const sample: Sample = { monoMs: arrivedMonoMs, offsetMs: utcMs - arrivedMonoMs }
      if (anchor !== null && Math.abs(sample.offsetMs - anchor.utcMinusMonoMs) < AGREE_WITHIN_MS) {
        agreeing = []
        window = [...window.filter((old) => old.monoMs > arrivedMonoMs - WINDOW_MS), sample]
        if (arrivedMonoMs - anchor.monoMs >= ANCHOR_EVERY_MS) return makeAnchor(arrivedMonoMs, 'minute')
        // No line comes early: the anchor was made of lines that were held up, and is put right in its place.
        return sample.offsetMs - anchor.utcMinusMonoMs > PROVEN_LATE_MS ? makeAnchor(anchor.monoMs, 'refined') : null
      }
      const last = agreeing.at(-1)
      if (last !== undefined && Math.abs(last.offsetMs - sample.offsetMs) >= AGREE_WITHIN_MS) agreeing = []
      agreeing.push(sample)
      if (agreeing.length < EPOCHS_TO_TRUST) return null
      window = agreeing
      agreeing = []
      return makeAnchor(arrivedMonoMs, anchor === null ? 'first' : causeOf(sample.offsetMs - anchor.utcMinusMonoMs))
    },
  }
}

interface Sample {
  readonly monoMs: number
  readonly offsetMs: number
}

function causeOf(stepMs: number): AnchorMade['because'] {
  const seconds = Math.round(Math.abs(stepMs) / 1000)
  if (isMultiple(stepMs, WEEK_ROLLOVER_MS)) return 'week-rollover'
  return isMultiple(stepMs, 1000) && seconds >= 1 && seconds <= MOST_LEAP_SECONDS ? 'leap-second' : 'step'
}

const isMultiple = (valueMs: number, unitMs: number): boolean => {
  const times = Math.round(valueMs / unitMs)
  return times !== 0 && Math.abs(valueMs - times * unitMs) < AGREE_WITHIN_MS
}
