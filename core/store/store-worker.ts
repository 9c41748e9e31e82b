/** The thread that writes the catalogue: takes orders one after another, each a transaction of its own. */
import { parentPort, workerData } from 'node:worker_threads'
import { readBootId } from '../process/boot.js'
import { keepBackups } from './backing-up.js'
import { hireCarers } from './care.js'
import { createOrderQueue, PATIENCE_MS } from './order-queue.js'
import type { Care, Order, Said, SaidFacts, Step, StoreTask } from './orders.js'
import { codeOf, failureOf, troubleOf } from './trouble.js'
import { openWriter, type Writer } from './writer.js'

interface QueuedOrder {
  readonly id: number
  readonly steps: readonly Step[]
  readonly isLast: boolean
}

const TRIES_EVERY_MS = 200
const LOOKS_EVERY_MS = 600_000
/** Of the time, at most: a catalogue that takes long to look through is looked through seldom. */
const LOOKS_SHARE = 0.002

const { file, looksAfterMs } = workerData as StoreTask
const tell = (said: Said): void => parentPort?.postMessage(said)
const say = (level: 'info' | 'warn' | 'error', message: string, facts: SaidFacts): void =>
  tell({ log: { level, message, facts } })

const writer = open()
const carers = hireCarers()
const queue = createOrderQueue<QueuedOrder>({
  writes: ({ isLast, steps }) => isLast || writer.writes(steps),
  carryOut: ({ isLast, steps }) => (isLast ? writer.close() : writer.carryOut(steps)),
  done: ({ id, isLast }, outcome) => {
    if ('error' in outcome) tellFailure(id, outcome.error)
    else tell({ id, answer: outcome.answer })
    if (isLast) parentPort?.close()
    else backups.hasWritten()
  },
})
const backups = keepBackups(file, { writer, carers, hold: queue.hold, release: queue.release, say })
/** Beside a recording that has long begun. It holds up no end: what is closed is not looked at any more. */
let nextLook = setTimeout(look, looksAfterMs).unref()

parentPort?.on('message', (order: Order) => {
  if ('steps' in order) queue.take({ ...order, isLast: false })
  else if (order.care === 'close') void carers.stop().then(() => queue.take({ id: order.id, steps: [], isLast: true }))
  else void takeCare(order.id, order.care)
  if ('care' in order && order.care === 'close') clearTimeout(nextLook)
})

async function look(): Promise<void> {
  const beganMs = performance.now()
  await backups.lookAfter()
  nextLook = setTimeout(look, Math.max(LOOKS_EVERY_MS, (performance.now() - beganMs) / LOOKS_SHARE)).unref()
}

async function takeCare(id: number, care: Exclude<Care, 'close'>): Promise<void> {
  try {
    if (care === 'reopen') writer.reopen()
    if (care === 'backUp') await backups.backUp()
    if (care === 'makeBallast') await backups.makeBallast()
    tell({ id, answer: undefined })
  } catch (error) {
    tellFailure(id, error)
  }
}

/** Errors of SQLite lose what they say on their way between threads, so message and code are told one by one. */
function tellFailure(id: number, error: unknown): void {
  tell({ id, failure: { message: (error as Error).message, code: codeOf(error) } })
}

/** Waits for another process to let go, as for every write. */
function open(): Writer {
  const sinceMs = performance.now()
  for (;;) {
    try {
      return openWriter(file, { bootId: readBootId(), say, onRebuilt: (rebuilt) => tell({ rebuilt }) })
    } catch (error) {
      if (troubleOf(error) !== 'locked' || performance.now() - sinceMs > PATIENCE_MS) {
        throw failureOf(`the catalogue ${file} cannot be opened: ${(error as Error).message}`, codeOf(error) ?? '')
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, TRIES_EVERY_MS)
    }
  }
}
