/** Something to wait for that may have come already: whoever has nothing to do sleeps until it is rung. */

export interface Bell {
  readonly ring: () => void
  /** Resolves once it is rung, or was since the last time this resolved; after a while without; or when the signal aborts. */
  readonly rung: (withinMs: number, signal: AbortSignal) => Promise<void>
}

export function createBell(): Bell {
  let isRung = false
  let wake: (() => void) | null = null
  return {
    ring: () => {
      isRung = true
      wake?.()
    },
    rung: async (withinMs, signal) => {
      if (!isRung && !signal.aborted) {
        await new Promise<void>((resolve) => {
          const done = (): void => {
            clearTimeout(timer)
            signal.removeEventListener('abort', done)
            resolve()
          }
          const timer = setTimeout(done, withinMs)
          wake = done
          signal.addEventListener('abort', done)
        })
        wake = null
      }
      isRung = false
    },
  }
}
