/** What a camera's program tells of each frame, in sum: when the sensor took the first, and how long they take from there. */

export interface SensorWay {
  /** A frame has come out of the encoder now that was taken then, both in monotonic ms. */
  readonly heard: (takenMonoMs: number, nowMonoMs: number) => void
  /** When the first frame of all was taken; null where nothing was told. */
  readonly firstTakenMonoMs: () => number | null
  /** From the sensor to the end of the encoder, the median of the last seconds; null where nothing was told. */
  readonly wayMs: () => number | null
}

const FRAMES_IN_MIND = 300
/** No frame takes longer; a clock that is not ours may be years away. */
const LONGEST_WAY_MS = 1_000

export function measureSensorWay(): SensorWay {
  const waysMs: number[] = []
  let firstMonoMs: number | null = null
  let isFirst = true
  return {
    heard: (takenMonoMs, nowMonoMs) => {
      const wayMs = nowMonoMs - takenMonoMs
      const isSane = wayMs >= 0 && wayMs <= LONGEST_WAY_MS
      if (isFirst && isSane) firstMonoMs = takenMonoMs
      isFirst = false
      if (!isSane) return
      waysMs.push(wayMs)
      if (waysMs.length > FRAMES_IN_MIND) waysMs.shift()
    },
    firstTakenMonoMs: () => firstMonoMs,
    // This process may be late to hear of a frame, and is so for many at once: not the mean.
    wayMs: () => waysMs.toSorted((one, other) => one - other)[Math.floor(waysMs.length / 2)] ?? null,
  }
}
