/** The thread that writes the catalogue: takes orders one after another, each a transaction of its own. */
import { parentPort, workerData } from 'node:worker_threads'
import { reading, writing } from './catalogue.js'
import type { Connection } from './connection.js'
import { closeForReaders, openForWriting } from './database.js'
import { CATALOGUE } from './migrations.js'
import type { Order, OrderDone, Step } from './orders.js'

const database = open((workerData as { file: string }).file)
const calls = { ...reading(database), ...writing(database) } as unknown as Record<
  string,
  (...given: unknown[]) => unknown
>

const carryOut = database.transaction((steps: readonly Step[]): unknown => {
  let answer: unknown
  for (const { name, given } of steps) {
    const call = calls[name]
    if (call === undefined) throw new Error(`the catalogue knows no ${name}`)
    answer = call(...given)
  }
  return answer
})

parentPort?.on('message', ({ id, steps }: Order) => {
  const isLast = steps.length === 0
  parentPort?.postMessage(outcomeOf(id, () => (isLast ? closeForReaders(database) : carryOut(steps))))
  if (isLast) parentPort?.close()
})

/** Errors of SQLite lose what they say on their way between threads, so message and code are told one by one. */
function outcomeOf(id: number, work: () => unknown): OrderDone {
  try {
    return { id, answer: work() }
  } catch (error) {
    const { message, code } = error as Error & { readonly code?: string }
    return { id, failure: { message, code } }
  }
}

function open(file: string): Connection {
  try {
    return openForWriting(file, CATALOGUE)
  } catch (error) {
    const { message, code } = error as Error & { readonly code?: string }
    throw Object.assign(new Error(`the catalogue ${file} cannot be opened: ${message}`), { code })
  }
}
