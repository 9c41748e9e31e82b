/** The host's wall clock, which jumps on a machine without a battery clock: nothing is dated by it, but every step is said. */
import { monoNowMs } from './boot.js'
import type { Log } from './log.js'
import { pause, type Service } from './service.js'

const LOOK_EVERY_MS = 1_000
/** NTP slews by 500 ppm at most, adjtime(3): what moves further between two looks was set. */
const STEP_MS = 250

/** CLOCK_REALTIME less CLOCK_MONOTONIC in milliseconds: constant but for slewing, until somebody sets the wall clock. */
const wallMinusMonoMs = (): number => Date.now() - monoNowMs()

/** Looks at the wall clock once a second and says by how much it was set, forward or back, by whom ever. */
export function watchWallClock(log: Log, now = wallMinusMonoMs, everyMs = LOOK_EVERY_MS): Service {
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
      }
    },
  }
}
