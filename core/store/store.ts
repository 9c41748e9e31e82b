/** The doors to the catalogue: a store for its one writer, which commits in a thread of its own, and a reader for everyone else. */
import { existsSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import type { Log } from '../process/log.js'
import { type Reading, reading } from './catalogue.js'
import { type Connection, pragma } from './connection.js'
import { openForReading } from './database.js'
import { CATALOGUE } from './migrations.js'
import type { CallName, Calls, Care, Order, OrderDone, Rebuilt, Said, Step, StoreTask } from './orders.js'

export { type Rebuilt, type Step, step } from './orders.js'

/**
 * Every call is one transaction; its promise resolves once that is on the card. A file that another process holds is waited for
 * up to 30 s, one that is damaged is made again: it only takes longer. Where the card is full or fails, the call is rejected with
 * the code of SQLite.
 */
export type Store = {
  readonly [Name in CallName]: (...given: Parameters<Calls[Name]>) => Promise<Awaited<ReturnType<Calls[Name]>>>
} & {
  /** Several writes as one transaction: all or none, one wait for the card. */
  readonly together: (steps: readonly Step[]) => Promise<void>
  /** Makes the backup that a lost catalogue is made of again, beside what is written. @throws where there is no room for it */
  readonly backUp: () => Promise<void>
  /**
   * Opens the catalogue again at once after its card has failed, which it else tries by itself, at most every 10 s, when it is
   * asked for something. @throws while it cannot be written
   */
  readonly reopen: () => Promise<void>
  /**
   * Lays in room that the catalogue falls back upon when the card is full, which it else does by itself every ten minutes.
   * @throws where there is none to spare
   */
  readonly makeBallast: () => Promise<void>
  /** Waits for what is under way, then leaves the files as a reader without write access needs them. */
  readonly close: () => Promise<void>
}

export interface StoreOptions {
  readonly log?: Log
  /** The catalogue was lost and made again: before openStore resolves, or while it is in use. */
  readonly onRebuilt?: (rebuilt: Rebuilt) => void
  /** When it is checked for damage and given its ballast, and copied where no backup covers it; ms after it was opened. */
  readonly looksAfterMs?: number
}

/** By then cameras record and the first commits are made. */
const LOOKS_AFTER_MS = 30_000
const SILENT: Log = { info: () => {}, warn: () => {}, error: () => {} }

/**
 * Opens the catalogue for its one writer. A slow card stops the worker, not the caller's event loop: with fsync at
 * 350 ms the loop lagged 700 ms without the worker and 1 ms with it.
 * @throws where the file cannot be opened, is not Spokecam's or cannot be made durable
 */
export async function openStore(file: string, options: StoreOptions = {}): Promise<Store> {
  const { log = SILENT, onRebuilt = () => {}, looksAfterMs = LOOKS_AFTER_MS } = options
  const worker = new Worker(new URL('./store-worker.js', import.meta.url), {
    workerData: { file, looksAfterMs } satisfies StoreTask,
  })
  const waiting = new Map<number, { resolve: (answer: unknown) => void; reject: (reason: unknown) => void }>()
  let lastId = 0
  let broken: Error | null = null

  worker.on('message', (said: Said) => {
    if ('log' in said) log[said.log.level](said.log.message, said.log.facts)
    else if ('rebuilt' in said) onRebuilt(said.rebuilt)
    else settle(said)
  })
  const settle = (done: OrderDone): void => {
    const order = waiting.get(done.id)
    waiting.delete(done.id)
    if ('failure' in done) order?.reject(Object.assign(new Error(done.failure.message), { code: done.failure.code }))
    else order?.resolve(done.answer)
  }
  const breakDown = (error: Error): void => {
    broken = error
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
  }
  worker.on('error', breakDown)
  worker.on('exit', () => breakDown(new Error(`the catalogue ${file} is closed`)))

  const order = (asked: { readonly steps: readonly Step[] } | { readonly care: Care }): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (broken !== null) return reject(broken)
      const id = ++lastId
      waiting.set(id, { resolve, reject })
      worker.postMessage({ id, ...asked } satisfies Order)
    })

  await order({ steps: [{ name: 'anchorsOf', given: [0] }] })
  const own = {
    together: (steps: readonly Step[]) => order({ steps }),
    backUp: () => order({ care: 'backUp' }),
    reopen: () => order({ care: 'reopen' }),
    makeBallast: () => order({ care: 'makeBallast' }),
    close: () => order({ care: 'close' }),
  }
  return new Proxy(own as unknown as Store, {
    get: (target, name) => {
      if (name === 'then') return undefined // Not a promise: it may be returned from an async function.
      return (
        Reflect.get(target, name) ?? ((...given: unknown[]) => order({ steps: [{ name: name as CallName, given }] }))
      )
    },
  })
}

export type Reader = Reading & { readonly close: () => void }

/** Opens the catalogue to read, or answers null where the device has not made it yet. @throws where it is not Spokecam's */
export function openReader(file: string): Reader | null {
  if (!existsSync(file)) return null
  const database = openForReading(file)
  try {
    requireKnownSchema(database)
    return { ...reading(database), close: () => void database.close() }
  } catch (error) {
    database.close()
    throw new Error(`${file} cannot be read yet`, { cause: error })
  }
}

/** A reader cannot bring the tables up to date: the device does, when it starts. */
function requireKnownSchema(database: Connection): void {
  const version = pragma(database, 'user_version') as number
  if (version === 0) throw new Error('its tables are being made')
  if (version < CATALOGUE.length) throw new Error('it comes from an earlier version of Spokecam: start the device once')
  if (version > CATALOGUE.length) throw new Error('it comes from a later version of Spokecam')
}
