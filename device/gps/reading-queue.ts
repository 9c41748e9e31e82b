/** What the socket has read and nobody has taken yet: the socket is never made to wait, so there is an end to it. */
import type { Reading } from '../../core/ride/fix.js'

export interface ReadingQueue {
  /** Never waits: when the queue is full the oldest reading is dropped. */
  readonly put: (reading: Reading) => void
  /** The next reading, or null once the queue has ended and is empty. For one taker at a time. */
  readonly take: () => Promise<Reading | null>
  readonly end: () => void
}

/** Over six minutes at 10 Hz; a chunk of 64 KiB carries about a thousand at most. */
const MOST_READINGS = 4_096

/** @param onDrop told of each reading that was dropped */
export function createReadingQueue(onDrop: (dropped: Reading) => void, most = MOST_READINGS): ReadingQueue {
  const waiting: Reading[] = []
  let ended = false
  let wake: () => void = () => {}

  return {
    put: (reading) => {
      if (ended) return
      waiting.push(reading)
      const dropped = waiting.length > most ? waiting.shift() : undefined
      if (dropped !== undefined) onDrop(dropped)
      wake()
    },
    take: async () => {
      while (waiting.length === 0 && !ended) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      return waiting.shift() ?? null
    },
    end: () => {
      ended = true
      wake()
    },
  }
}
