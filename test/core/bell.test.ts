import { describe, expect, it } from 'vitest'
import { createBell } from '../../core/process/bell.js'

const never = new AbortController().signal
const LONG_MS = 60_000

describe('a bell', () => {
  it('wakes whoever waits, and once', async () => {
    const bell = createBell()
    const waiting = bell.rung(LONG_MS, never)
    bell.ring()
    bell.ring()
    await waiting
    expect(await Promise.race([bell.rung(30, never).then(() => 'woken'), after(10)])).toBe('asleep')
  })

  it('that was rung before is not waited for', async () => {
    const bell = createBell()
    bell.ring()
    await bell.rung(LONG_MS, never)
  })

  it('that nobody rings is waited for only so long', async () => {
    await createBell().rung(5, never)
  })

  it('is not waited for any more where the signal aborts, before or meanwhile', async () => {
    await createBell().rung(LONG_MS, AbortSignal.abort())
    const stop = new AbortController()
    const waiting = createBell().rung(LONG_MS, stop.signal)
    stop.abort()
    await waiting
  })
})

const after = (ms: number): Promise<string> => new Promise((resolve) => setTimeout(() => resolve('asleep'), ms))
