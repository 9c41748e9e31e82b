/** The doors to the catalogue: a store for its one writer, which commits in a thread of its own, and a reader for everyone else. */
import { existsSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { type Reading, reading } from './catalogue.js'
import { type Connection, pragma } from './connection.js'
import { openForReading } from './database.js'
import { CATALOGUE } from './migrations.js'
import type { CallName, Calls, Order, OrderDone, Step } from './orders.js'

export { type Step, step } from './orders.js'

/** Every call is one transaction; its promise resolves once that is on the card. */
export type Store = {
  readonly [Name in CallName]: (...given: Parameters<Calls[Name]>) => Promise<Awaited<ReturnType<Calls[Name]>>>
} & {
  /** Several writes as one transaction: all or none, one wait for the card. */
  readonly together: (steps: readonly Step[]) => Promise<void>
  /** Waits for what is under way, then leaves the files as a reader without write access needs them. */
  readonly close: () => Promise<void>
}

/**
 * Opens the catalogue for its one writer. A slow card stops the worker, not the caller's event loop: with fsync at
 * 350 ms the loop lagged 700 ms without the worker and 1 ms with it.
 * @throws where the file cannot be opened, is not Spokecam's or cannot be made durable
 */
export async function openStore(file: string): Promise<Store> {
  const worker = new Worker(new URL('./store-worker.js', import.meta.url), { workerData: { file } })
  const waiting = new Map<number, { resolve: (answer: unknown) => void; reject: (reason: unknown) => void }>()
  let lastId = 0
  let broken: Error | null = null

  worker.on('message', (done: OrderDone) => {
    const order = waiting.get(done.id)
    waiting.delete(done.id)
    if ('failure' in done) order?.reject(Object.assign(new Error(done.failure.message), { code: done.failure.code }))
    else order?.resolve(done.answer)
  })
  const breakDown = (error: Error): void => {
    broken = error
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
  }
  worker.on('error', breakDown)
  worker.on('exit', () => breakDown(new Error(`the catalogue ${file} is closed`)))

  const order = (steps: readonly Step[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (broken !== null) return reject(broken)
      const id = ++lastId
      waiting.set(id, { resolve, reject })
      worker.postMessage({ id, steps } satisfies Order)
    })

  await order([{ name: 'anchorsOf', given: [0] }])
  const own = { together: (steps: readonly Step[]) => order(steps), close: () => order([]) }
  return new Proxy(own as unknown as Store, {
    get: (target, name) => {
      if (name === 'then') return undefined // Not a promise: it may be returned from an async function.
      return Reflect.get(target, name) ?? ((...given: unknown[]) => order([{ name: name as CallName, given }]))
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
