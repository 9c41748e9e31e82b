import { describe, expect, it } from 'vitest'
import type { Reading } from '../../../core/ride/fix.js'
import { noFix } from '../../../device/gps/in-touch.js'
import { createReadingQueue } from '../../../device/gps/reading-queue.js'

const reading = (second: number): Reading => noFix('no-fix', { bootId: 'boot', monoMs: second * 1000 }, null)

describe('the queue between socket and taker', () => {
  it('gives in order, waits for what comes later, and ends empty', async () => {
    const queue = createReadingQueue(() => {})
    queue.put(reading(1))
    queue.put(reading(2))
    expect([await queue.take(), await queue.take()]).toEqual([reading(1), reading(2)])
    const next = queue.take()
    queue.put(reading(3))
    expect(await next).toEqual(reading(3))
    queue.put(reading(4))
    queue.end()
    queue.put(reading(5))
    expect([await queue.take(), await queue.take()]).toEqual([reading(4), null])
  })

  it('drops the oldest when nobody takes, and says which', async () => {
    const dropped: Reading[] = []
    const queue = createReadingQueue((reading) => dropped.push(reading), 2)
    for (const second of [1, 2, 3, 4]) queue.put(reading(second))
    expect(dropped).toEqual([reading(1), reading(2)])
    expect(await queue.take()).toEqual(reading(3))
  })
})
