import { describe, expect, it } from 'vitest'
import { createOrderQueue } from '../../core/store/order-queue.js'
import { failureOf } from '../../core/store/trouble.js'

const LOCKED = failureOf('database is locked', 'SQLITE_BUSY')

/** A catalogue whose time is handed in, and which another process may hold. */
function catalogue() {
  let isLocked = false
  let nowMs = 0
  let due: (() => void) | null = null
  const said: string[] = []
  const queue = createOrderQueue<{ id: number; steps: []; reads?: boolean; fails?: string }>({
    writes: ({ reads }) => reads !== true,
    carryOut: ({ reads, fails }) => {
      if (isLocked && reads !== true) throw LOCKED
      if (fails !== undefined) throw failureOf('it failed', fails)
    },
    done: ({ id }, outcome) =>
      said.push('error' in outcome ? `${id} ${(outcome.error as { code: string }).code}` : `${id}`),
    nowMs: () => nowMs,
    later: (work) => {
      due = work
    },
  })
  return {
    queue,
    said,
    lock: (locked: boolean) => {
      isLocked = locked
    },
    passes: (ms: number) => {
      nowMs += ms
      const work = due
      due = null
      work?.()
    },
  }
}
const write = (id: number) => ({ id, steps: [] as [] })
const read = (id: number) => ({ ...write(id), reads: true })

describe('an order', () => {
  it('that finds the file locked waits, with all that writes after it, while reading goes on', () => {
    const { queue, said, lock, passes } = catalogue()
    lock(true)
    for (const order of [write(1), read(2), write(3), read(4)]) queue.take(order)
    passes(5_000)
    expect(said).toEqual(['2', '4'])
    lock(false)
    queue.take(write(5))
    passes(200)
    expect(said).toEqual(['2', '4', '1', '3', '5'])
  })

  it('is given up after half a minute, and the next one has patience of its own', () => {
    const { queue, said, lock, passes } = catalogue()
    lock(true)
    queue.take(write(1))
    passes(20_000)
    queue.take(write(2))
    passes(9_999)
    expect(said).toEqual([])
    passes(1)
    expect(said).toEqual(['1 SQLITE_BUSY'])
    lock(false)
    passes(200)
    expect(said).toEqual(['1 SQLITE_BUSY', '2'])
  })

  it('that fails otherwise is told so at once', () => {
    const { queue, said } = catalogue()
    queue.take({ ...write(1), fails: 'SQLITE_FULL' })
    queue.take(write(2))
    expect(said).toEqual(['1 SQLITE_FULL', '2'])
  })

  it('is held while a copy is begun, and carried out in its turn', () => {
    const { queue, said } = catalogue()
    queue.hold()
    for (const order of [write(1), read(2), write(3)]) queue.take(order)
    expect(said).toEqual(['2'])
    queue.release()
    expect(said).toEqual(['2', '1', '3'])
  })
})
