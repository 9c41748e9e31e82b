/** A film that fails is begun again where it was. */
import { beforeEach, describe, expect, it } from 'vitest'
import { type AttemptEvents, keepPlaying, type PlayerState } from '../../web/keep-playing.js'
import type { Span } from '../../web/playback.js'

const T = Date.UTC(2026, 10, 21, 8, 15, 3)
const spans: Span[] = [{ startS: 0, durationS: 60, startUtcMs: T }]

let screen: { currentTime: number; paused: boolean; plays: number; play: () => Promise<void> }
let attempts: { readonly events: AttemptEvents; isEnded: boolean }[] = []
let waits: { readonly delayMs: number; readonly then: () => void }[] = []
let states: PlayerState[] = []
let hasFootage = true
let end: () => void

beforeEach(() => {
  screen = {
    currentTime: 0,
    paused: true,
    plays: 0,
    play: async () => {
      screen.plays += 1
    },
  }
  attempts = []
  waits = []
  states = []
  hasFootage = true
  end = keepPlaying(
    {
      screen,
      attempt: (events) => {
        const attempt = { events, isEnded: false }
        attempts.push(attempt)
        return () => {
          attempt.isEnded = true
          screen.currentTime = 0
          screen.paused = true
        }
      },
      hasFootage: async () => hasFootage,
      after: (delayMs, then) => {
        const wait = { delayMs, then }
        waits.push(wait)
        return () => {
          waits = waits.filter((other) => other !== wait)
        }
      },
    },
    { spans: () => {}, state: (state) => states.push(state) },
  )
})

describe('a film', () => {
  it('begins at its beginning and is not played unasked', () => {
    expect(known(spans)).toBe(0)
    expect(states).toEqual(['loading', 'ready'])
    expect(screen.plays).toBe(0)
  })

  it('goes on where it was when it failed, and plays if it played', async () => {
    known(spans)
    Object.assign(screen, { currentTime: 21.5, paused: false })
    await fail()
    expect(attempts[0]?.isEnded).toBe(true)
    retry()
    expect(known(spans)).toBe(21.5)
    expect(screen.plays).toBe(1)
    expect(states).toEqual(['loading', 'ready', 'failed', 'ready'])
  })

  it('goes on at the same moment when the playlist lost its oldest footage meanwhile', async () => {
    known(spans)
    screen.currentTime = 45
    await fail()
    retry()
    expect(known([{ startS: 0, durationS: 30, startUtcMs: T + 30_000 }])).toBe(15)
  })

  it('goes on at the same second where the time is unknown', async () => {
    const undated: Span[] = [{ startS: 0, durationS: 60, startUtcMs: null }]
    known(undated)
    screen.currentTime = 45
    await fail()
    retry()
    expect(known(undated)).toBe(45)
  })

  it('waits longer from failure to failure, but not for ever', async () => {
    known(spans)
    const delaysMs: number[] = []
    for (let failures = 0; failures < 7; failures++) {
      await fail()
      delaysMs.push(waits.at(-1)?.delayMs ?? 0)
      retry()
    }
    expect(delaysMs).toEqual([500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000])
  })

  it('steps over a place that fails again and again', async () => {
    known(spans)
    const begun: number[] = []
    for (let failures = 0; failures < 4; failures++) {
      screen.currentTime = 20
      await fail()
      retry()
      begun.push(known(spans))
    }
    expect(begun).toEqual([20, 20, 20, 22])
  })

  it('takes a failure further on for a new one', async () => {
    known(spans)
    for (const atS of [20, 20, 20, 40]) {
      screen.currentTime = atS
      await fail()
      retry()
      known(spans)
    }
    expect(waits.at(-1)?.delayMs).toBe(500)
  })

  it('is absent, and not tried again, where there is no footage', async () => {
    hasFootage = false
    await fail()
    expect(states).toEqual(['loading', 'absent'])
    expect(waits).toEqual([])
  })

  it('is tried again, once it was there, even if the playlist is gone for a moment', async () => {
    known(spans)
    hasFootage = false
    await fail()
    expect(states).toEqual(['loading', 'ready', 'failed'])
    expect(waits).toHaveLength(1)
  })

  it('says nothing more when it is closed while it looks for footage', async () => {
    const failing = fail()
    end()
    await failing
    expect(states).toEqual(['loading'])
    expect(waits).toEqual([])
  })

  it('is not begun again once it is closed', async () => {
    known(spans)
    await fail()
    end()
    expect(waits).toEqual([])
    expect(attempts.every(({ isEnded }) => isEnded)).toBe(true)
  })
})

function known(told: readonly Span[]): number {
  const startS = attempts.at(-1)?.events.known(told)
  if (startS === undefined) throw new Error('nothing was begun')
  screen.currentTime = startS
  return startS
}

async function fail(): Promise<void> {
  attempts.at(-1)?.events.failed()
  await Promise.resolve()
  await Promise.resolve()
  await Promise.resolve()
}

function retry(): void {
  waits.at(-1)?.then()
}
