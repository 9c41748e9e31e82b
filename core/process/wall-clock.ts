/** The host's wall clock, which jumps on a machine without a battery clock: nothing is dated by it, but every step is said. */
import { monoNowMs } from './boot.js'
import type { Log } from './log.js'
import { pause, type Service } from './service.js'

const LOOK_EVERY_MS = 1_000
/** NTP slews by 500 ppm at most, adjtime(3): what moves further between two looks was set. */
const STEP_MS = 100
/** The two clocks are read one after the other; a pause between them, on a busy machine, would look like a step. */
const READ_WITHIN_MS = 1
const MOST_TRIES = 20

/** CLOCK_REALTIME less CLOCK_MONOTONIC in milliseconds, to 1 ms: constant but for slewing, until somebody sets the wall clock. */
export function wallMinusMonoMs(): number {
  let best = { tookMs: Number.POSITIVE_INFINITY, differenceMs: 0 }
  for (let tries = 0; tries < MOST_TRIES && best.tookMs > READ_WITHIN_MS; tries++) {
    const beforeMs = monoNowMs()
    // Whole milliseconds, cut off.
    const wallMs = Date.now() + 0.5
    const tookMs = monoNowMs() - beforeMs
    if (tookMs < best.tookMs) best = { tookMs, differenceMs: wallMs - beforeMs - tookMs / 2 }
  }
  return best.differenceMs
}

/** Looks at the wall clock once a second and says by how much it was set, forward or back, by whom ever. */
export function watchWallClock(log: Log, onSet: () => void, now = wallMinusMonoMs, everyMs = LOOK_EVERY_MS): Service {
  return {
    name: 'wall clock',
    run: async (signal) => {
      let lastMs = now()
      while (!signal.aborted) {
        await pause(everyMs, signal)
        const byMs = now() - lastMs
        lastMs += byMs
        if (Math.abs(byMs) <= STEP_MS) continue
        log.info('the wall clock was set', { byMs: Math.round(byMs) })
        onSet()
      }
    },
  }
}
