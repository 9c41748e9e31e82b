/** Writes that can wait a second go to the card together: each commit costs two flushes, and cards count them. */
import type { Log } from '../process/log.js'
import { pause, type Service } from '../process/service.js'
import { createBacklog } from './backlog.js'
import type { Step, Store } from './store.js'
import { codeOf } from './trouble.js'

export interface Batch {
  /** What is added at once is committed at once. */
  readonly add: (...steps: readonly Step[]) => void
  /** Commits what waits. What could not be committed waits on, and is tried again with the next. */
  readonly commit: () => Promise<void>
  /** Commits once a second, and a last time when its signal aborts. */
  readonly service: Service
}

const EVERY_MS = 1_000
/** While commits fail no more than this is tried of what waits, however long it has become. */
const MOST_TRIED = 200

export function openBatch(store: Pick<Store, 'together'>, log: Log): Batch {
  const backlog = createBacklog()
  let underWay: Promise<void> = Promise.resolve()
  let failing = false

  const commitNow = async (): Promise<void> => {
    for (let most = failing ? MOST_TRIED : Number.POSITIVE_INFINITY; backlog.size() > 0; ) {
      const piece = backlog.first(most)
      try {
        await store.together(piece.steps)
        backlog.remove(piece)
        most = Number.POSITIVE_INFINITY
      } catch (error) {
        if (!WRONG.test(codeOf(error) ?? '')) return keep(error)
        // One step that can never be carried out must not hold up all others: it is found, and left out.
        most = Math.floor(piece.steps.length / 2)
        if (piece.groups === 1) leaveOut(piece, error)
      }
    }
    if (failing) log.info('commits work again', { lost: backlog.lost() })
    failing = false
  }

  const keep = (error: unknown): void => {
    const lostBefore = backlog.lost()
    backlog.shorten()
    const lost = backlog.lost()
    if (!failing) log.error('nothing can be committed', { waiting: backlog.size(), error })
    if (lost > 0 && lostBefore === 0)
      log.error('too much waits to be committed: the oldest of the track is lost', { lost })
    failing = true
  }

  const leaveOut = (piece: ReturnType<typeof backlog.first>, error: unknown): void => {
    backlog.remove(piece)
    log.error('this cannot be committed, ever', { steps: piece.steps.map(({ name }) => name).join(' '), error })
  }

  /** One after another: a retry must not overtake what it follows. */
  const commit = (): Promise<void> => {
    underWay = underWay.then(commitNow)
    return underWay
  }

  return {
    add: (...steps) => backlog.add(steps),
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

/** What no card is to blame for. */
const WRONG = /^SQLITE_(CONSTRAINT|MISMATCH|ERROR|RANGE|TOOBIG)/
