/** Writes that can wait a second go to the card together: each commit costs two flushes, and cards count them. */
import type { Log } from '../process/log.js'
import { pause, type Service } from '../process/service.js'
import type { Step, Store } from './store.js'

export interface Batch {
  readonly add: (...steps: readonly Step[]) => void
  /** Commits what waits. What could not be committed waits on, and is tried again with the next. */
  readonly commit: () => Promise<void>
  /** Commits once a second, and a last time when its signal aborts. */
  readonly service: Service
}

const EVERY_MS = 1_000
/** Ten minutes at 10 Hz with room to spare: what a card that is away for longer costs is said in the log. */
const MOST_STEPS = 10_000

export function openBatch(store: Pick<Store, 'together'>, log: Log): Batch {
  let waiting: Step[] = []
  let underWay: Promise<void> = Promise.resolve()
  let failing = false

  const commitNow = async (): Promise<void> => {
    const steps = waiting
    if (steps.length === 0) return
    waiting = []
    try {
      await store.together(steps)
      if (failing) log.info('commits work again')
      failing = false
    } catch (error) {
      const lost = Math.max(0, steps.length + waiting.length - MOST_STEPS)
      waiting = [...steps, ...waiting].slice(lost)
      if (!failing || lost > 0) log.error('nothing can be committed', { waiting: waiting.length, lost, error })
      failing = true
    }
  }

  /** One after another: a retry must not overtake what it follows. */
  const commit = (): Promise<void> => {
    underWay = underWay.then(commitNow)
    return underWay
  }

  return {
    add: (...steps) => {
      waiting.push(...steps)
    },
    commit,
    service: {
      name: 'commits',
      run: async (signal) => {
        while (!signal.aborted) {
          await pause(EVERY_MS, signal)
          await commit()
        }
      },
    },
  }
}
