/** A service is a function that runs until its signal aborts; a process is a few of them side by side. */
import { setMaxListeners } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from './log.js'

export interface Service {
  readonly name: string
  /** Resolves once everything it opened is closed. Rejects if it cannot go on by itself. */
  readonly run: (signal: AbortSignal) => Promise<void>
}

export interface Backoff {
  readonly firstMs: number
  readonly maxMs: number
  /** Whether it went well before it failed, after running so long: the failure then counts as the first again. */
  readonly wentWell: (ranMs: number) => boolean
  /** Whether this failure would only repeat itself: it is then thrown on. */
  readonly givesUp: (error: unknown) => boolean
}

const BACKOFF: Backoff = { firstMs: 1_000, maxMs: 30_000, wentWell: (ranMs) => ranMs > 60_000, givesUp: () => false }

/** The same service, begun again after each failure: the first time at once, then after a pause that doubles. */
export function keepRunning(service: Service, log: Log, backoff: Partial<Backoff> = {}): Service {
  const { firstMs, maxMs, wentWell, givesUp } = { ...BACKOFF, ...backoff }
  return {
    name: service.name,
    run: async (signal) => {
      let pauseMs = 0
      while (!signal.aborted) {
        const startedMs = performance.now()
        try {
          return await service.run(signal)
        } catch (error) {
          if (signal.aborted) return
          if (givesUp(error)) throw error
          if (wentWell(performance.now() - startedMs)) pauseMs = 0
          log.warn(`${service.name} failed, begun again`, { inMs: pauseMs, error })
        }
        await pause(pauseMs, signal)
        pauseMs = Math.min(Math.max(firstMs, pauseMs * 2), maxMs)
      }
    },
  }
}

/** Runs all until the signal aborts or one ends; then stops the others, waits for them, and throws why one gave up. */
export async function runTogether(services: readonly Service[], signal: AbortSignal): Promise<void> {
  const givenUp = new AbortController()
  const stop = AbortSignal.any([signal, givenUp.signal])
  // Node takes more than ten who wait for one signal for a leak, and says so where the log is.
  setMaxListeners(0, stop)
  const failures: Error[] = []
  await Promise.all(
    services.map(async (service) => {
      try {
        await service.run(stop)
      } catch (error) {
        failures.push(new Error(`${service.name} gave up`, { cause: error }))
      }
      givenUp.abort()
    }),
  )
  if (failures[0] !== undefined) throw failures[0]
}

/** Does something at once and then once a second, until the signal aborts. */
export const everySecond = (name: string, work: () => void): Service => ({
  name,
  run: async (signal) => {
    while (!signal.aborted) {
      work()
      await pause(SECOND_MS, signal)
    }
  },
})

const SECOND_MS = 1_000

/** Waits, or returns early when the signal aborts: the caller asks the signal anyway. */
export async function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(durationMs, undefined, { signal })
  } catch {
    // The only thing that rejects is the abort, which the caller's loop looks at next.
  }
}
