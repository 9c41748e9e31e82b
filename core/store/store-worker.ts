/** The thread that writes the catalogue: takes orders one after another, each a transaction of its own. */
import { parentPort, workerData } from 'node:worker_threads'
import { reading, writing } from './catalogue.js'
import { closeForReaders, openForWriting } from './database.js'
import { CATALOGUE } from './migrations.js'
import type { Order, OrderDone, Step } from './orders.js'

const database = openForWriting((workerData as { file: string }).file, CATALOGUE)
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
  if (steps.length === 0) closeForReaders(database)
  const done = steps.length === 0 ? { id, answer: undefined } : outcomeOf(id, steps)
  parentPort?.postMessage(done)
  if (steps.length === 0) parentPort?.close()
})

function outcomeOf(id: number, steps: readonly Step[]): OrderDone {
  try {
    return { id, answer: carryOut(steps) }
  } catch (failure) {
    return { id, failure: failure as Error }
  }
}
