/** Has the catalogue looked after, one task at a time: what takes the processor in a thread of its own. */
import { Worker } from 'node:worker_threads'
import type { CareSaid, CareTask } from './care-task.js'
import { failureOf } from './trouble.js'

export interface Carers {
  /** Resolves when it is done, after those that were asked for before. @throws what went wrong, with the code of SQLite */
  readonly ask: (task: CareTask, onSaid?: (said: CareSaid) => void) => Promise<void>
  /** The same for what only waits for the card; its signal aborts when all is left undone. @throws as it does */
  readonly wait: (work: (signal: AbortSignal) => Promise<void>) => Promise<void>
  /** Whatever is under way or asked for is left undone. */
  readonly stop: () => Promise<void>
}

export function hireCarers(): Carers {
  let last: Promise<unknown> = Promise.resolve()
  let atWork: Worker | null = null
  const stopping = new AbortController()

  const begin = (task: CareTask, onSaid: (said: CareSaid) => void): Promise<void> =>
    new Promise((resolve, reject) => {
      if (stopping.signal.aborted) return reject(new Error('the catalogue is being closed'))
      const worker = new Worker(new URL('./care-worker.js', import.meta.url), { workerData: task })
      atWork = worker
      worker.on('message', (said: CareSaid) => {
        onSaid(said)
        if (said.kind === 'done') resolve()
        if (said.kind === 'failed') reject(failureOf(said.message, said.code ?? ''))
      })
      worker.on('error', reject)
      worker.on('exit', () => {
        atWork = null
        reject(new Error('the catalogue is being closed')) // Nothing, where it is done.
      })
    })

  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const done = last.then(work)
    last = done.catch(() => {}) // Whoever asked is told.
    return done
  }

  return {
    ask: (task, onSaid = () => {}) => inTurn(() => begin(task, onSaid)),
    wait: (work) => inTurn(() => work(stopping.signal)),
    stop: async () => {
      stopping.abort()
      await atWork?.terminate()
    },
  }
}
