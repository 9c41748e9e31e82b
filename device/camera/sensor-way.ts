/** How long a frame takes from the sensor to the end of the encoder, by what the camera's program tells of each frame. */

export interface SensorWay {
  /** A frame has come out of the encoder now that was taken then, both in monotonic ms. */
  readonly heard: (takenMonoMs: number, nowMonoMs: number) => void
  /** The median of the last seconds; null where nothing was told. */
  readonly ms: () => number | null
}

const FRAMES_IN_MIND = 300
/** No frame takes longer; a clock that is not ours may be years away. */
const LONGEST_WAY_MS = 1_000

export function measureSensorWay(): SensorWay {
  const waysMs: number[] = []
  return {
    heard: (takenMonoMs, nowMonoMs) => {
      const wayMs = nowMonoMs - takenMonoMs
      if (wayMs < 0 || wayMs > LONGEST_WAY_MS) return
      waysMs.push(wayMs)
      if (waysMs.length > FRAMES_IN_MIND) waysMs.shift()
    },
    // This process may be late to hear of a frame, and is so for many at once: not the mean.
    ms: () => waysMs.toSorted((one, other) => one - other)[Math.floor(waysMs.length / 2)] ?? null,
  }
}
