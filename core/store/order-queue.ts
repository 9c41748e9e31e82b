/** Carries orders out one after another; what another process' lock holds up waits aside, while reading goes on. */
import type { Step } from './orders.js'
import { troubleOf } from './trouble.js'

export interface QueuedOrder {
  readonly id: number
  readonly steps: readonly Step[]
}

export interface OrderQueue<Order extends QueuedOrder> {
  readonly take: (order: Order) => void
  /** From now on nothing is written until release(). */
  readonly hold: () => void
  readonly release: () => void
}

export interface OrderQueueOptions<Order extends QueuedOrder> {
  readonly writes: (order: Order) => boolean
  /** @throws a locked file's error where it is to be tried again */
  readonly carryOut: (order: Order) => unknown
  readonly done: (order: Order, outcome: { readonly answer: unknown } | { readonly error: unknown }) => void
  readonly nowMs?: () => number
  readonly later?: (work: () => void, afterMs: number) => void
}

const AGAIN_AFTER_MS = 200
/** Whoever holds the lock for longer is not merely busy. */
export const PATIENCE_MS = 30_000

export function createOrderQueue<Order extends QueuedOrder>(options: OrderQueueOptions<Order>): OrderQueue<Order> {
  const { writes, carryOut, done, nowMs = () => performance.now(), later = setTimeout } = options
  const aside: { readonly order: Order; readonly sinceMs: number }[] = []
  let isHeld = false
  let isDue = false

  /** False where the file is locked, and there is patience left. */
  const tried = (order: Order, sinceMs: number): boolean => {
    try {
      done(order, { answer: carryOut(order) })
    } catch (error) {
      if (troubleOf(error) === 'locked' && writes(order) && nowMs() - sinceMs < PATIENCE_MS) return false
      done(order, { error })
    }
    return true
  }

  /** In their order: what follows may build on what is first. */
  const goOn = (): void => {
    for (let first = aside[0]; first !== undefined && !isHeld; first = aside[0]) {
      if (!tried(first.order, first.sinceMs)) {
        again()
        break
      }
      aside.shift()
    }
  }

  const again = (): void => {
    if (isDue) return
    isDue = true
    later(() => {
      isDue = false
      goOn()
    }, AGAIN_AFTER_MS)
  }

  return {
    take: (order) => {
      const sinceMs = nowMs()
      const isInLine = writes(order) && (isHeld || aside.length > 0)
      if (!isInLine && tried(order, sinceMs)) return
      aside.push({ order, sinceMs })
      if (!isHeld) again()
    },
    hold: () => {
      isHeld = true
    },
    release: () => {
      isHeld = false
      goOn()
    },
  }
}
