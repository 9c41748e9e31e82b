/** The live link against a socket and a clock in the hand. */
import { beforeEach, describe, expect, it } from 'vitest'
import { ACKNOWLEDGE_EVERY, type LiveMessage, STALE_AFTER_MS } from '../../core/api/live.js'
import { createLiveLink, DEAD_AFTER_MS, type LiveLink, retryAfterMs, type SocketEvents } from '../../web/live.js'

interface OpenedSocket {
  readonly path: string
  readonly events: SocketEvents
  readonly sent: string[]
  isClosed: boolean
}

let nowMs = 0
let timers: { readonly atMs: number; readonly then: () => void }[] = []
let sockets: OpenedSocket[] = []
let taken: number[] = []
let past: number[] = []
let states: string[] = []
let misses = 0
let refusals = 0
let link: LiveLink

beforeEach(() => {
  nowMs = 1_000_000
  timers = []
  sockets = []
  taken = []
  past = []
  states = []
  misses = 0
  refusals = 0
  link = createLiveLink({
    connect: (path, events) => {
      const socket: OpenedSocket = { path, events, sent: [], isClosed: false }
      sockets.push(socket)
      return {
        send: (text) => socket.sent.push(text),
        close: () => {
          socket.isClosed = true
        },
      }
    },
    take: (message, isPast) => {
      taken.push(message.seq)
      if (isPast) past.push(message.seq)
    },
    missed: () => {
      misses += 1
    },
    changed: (state) => {
      if (states.at(-1) !== state) states.push(state)
    },
    turnedAway: () => {
      refusals += 1
    },
    clock: {
      nowMs: () => nowMs,
      after: (delayMs, then) => {
        const timer = { atMs: nowMs + delayMs, then }
        timers.push(timer)
        return () => {
          timers = timers.filter((other) => other !== timer)
        }
      },
    },
    random: () => 1,
  })
})

describe('resuming', () => {
  it('begins without a past and goes on behind the last message it took', () => {
    link.start()
    expect(newest().path).toBe('/api/live')
    hear(hello(7))
    hear(fix(8), fix(9))
    newest().events.closed()
    pass(250)
    expect(newest().path).toBe('/api/live?since=epoch:9')
    hear(hello(12))
    hear(fix(10), fix(11), fix(12))
    expect(taken).toEqual([7, 8, 9, 12, 10, 11, 12])
    expect(misses).toBe(0)
  })

  it('marks what it catches up on as past, so that nobody takes it for the present', () => {
    link.start()
    hear(hello(7), fix(8))
    newest().events.closed()
    pass(250)
    hear(hello(10), fix(9), fix(10), fix(11))
    expect(past).toEqual([9, 10])
  })

  it('takes no message twice', () => {
    link.start()
    hear(hello(7))
    hear(fix(8), fix(8), fix(7), fix(9))
    expect(taken).toEqual([7, 8, 9])
  })

  it('says that something is missing when the server began anew, and counts from its hello', () => {
    link.start()
    hear(hello(700), fix(701))
    newest().events.closed()
    pass(250)
    hear(hello(3, 'another'))
    hear(fix(4))
    expect(misses).toBe(1)
    expect(taken).toEqual([700, 701, 3, 4])
  })

  it('says that something is missing at a gap, and goes on behind it', () => {
    link.start()
    hear(hello(7))
    hear({ kind: 'gap', seq: 20, fromSeq: 8, toSeq: 20 })
    hear(fix(20), fix(21))
    expect(misses).toBe(1)
    expect(taken).toEqual([7, 20, 21])
  })
})

describe('acknowledging', () => {
  it('tells the last seq every few messages, on each connection anew', () => {
    link.start()
    hear(hello(0))
    hear(...seqs(1, ACKNOWLEDGE_EVERY * 2 + 1).map(fix))
    expect(newest().sent).toEqual([`{"ack":${ACKNOWLEDGE_EVERY}}`, `{"ack":${ACKNOWLEDGE_EVERY * 2}}`])
    newest().events.closed()
    pass(250)
    hear(hello(11))
    hear(...seqs(12, ACKNOWLEDGE_EVERY - 1).map(fix))
    expect(newest().sent).toEqual([])
  })
})

describe('staleness', () => {
  it('is said after 2.5 s without a message, and taken back with the next', () => {
    link.start()
    hear(hello(1))
    pass(STALE_AFTER_MS - 1)
    expect(states).toEqual(['live'])
    pass(1)
    expect(states).toEqual(['live', 'stale'])
    hear(fix(2))
    expect(states).toEqual(['live', 'stale', 'live'])
  })

  it('is not said of a cut that is healed in time', () => {
    link.start()
    hear(hello(1))
    newest().events.closed()
    pass(250)
    hear(hello(2))
    pass(STALE_AFTER_MS - 1)
    expect(states).toEqual(['live'])
  })

  it('gives up a connection that stays silent', () => {
    link.start()
    hear(hello(1))
    pass(DEAD_AFTER_MS - 1)
    expect(sockets).toHaveLength(1)
    pass(1 + 250)
    expect(sockets).toHaveLength(2)
    expect(sockets[0]?.isClosed).toBe(true)
  })

  it('hears nothing of a connection it has given up', () => {
    link.start()
    hear(hello(1))
    pass(DEAD_AFTER_MS + 250)
    const [old] = sockets
    old?.events.message(JSON.stringify(fix(2)))
    old?.events.closed()
    expect(taken).toEqual([1])
    expect(sockets.map(({ isClosed }) => isClosed)).toEqual([true, false])
  })
})

describe('reconnecting', () => {
  it.each([
    [0, 250],
    [1, 500],
    [4, 4_000],
    [5, 5_000],
    [40, 5_000],
  ])('waits after %s failures at most %s ms and at least half of it', (failures, mostMs) => {
    expect(retryAfterMs(failures, 1)).toBe(mostMs)
    expect(retryAfterMs(failures, 0)).toBe(mostMs / 2)
  })

  it('waits longer each time, and begins small again after a hello', () => {
    link.start()
    const waits: number[] = []
    for (const _ of seqs(1, 4)) {
      newest().events.closed()
      const before = sockets.length
      const fromMs = nowMs
      while (sockets.length === before) pass(50)
      waits.push(nowMs - fromMs)
    }
    expect(waits).toEqual([250, 500, 1_000, 2_000])
    hear(hello(1))
    newest().events.closed()
    pass(250)
    expect(sockets).toHaveLength(6)
  })

  it('asks who it is only when it was turned away before a hello', () => {
    link.start()
    newest().events.closed()
    expect(refusals).toBe(1)
    pass(250)
    hear(hello(1))
    newest().events.closed()
    expect(refusals).toBe(1)
  })

  it('does not wait for ever for a hello', () => {
    link.start()
    pass(4_000 + 250)
    expect(sockets).toHaveLength(2)
  })

  it('comes back at once when the phone wakes from a sleep', () => {
    link.start()
    hear(hello(1))
    nowMs += 60_000
    link.wake()
    expect(states).toEqual(['live', 'stale'])
    expect(sockets).toHaveLength(2)
    expect(newest().path).toBe('/api/live?since=epoch:1')
  })

  it('lets a live connection, and one that is just being opened, be', () => {
    link.wake()
    expect(sockets).toHaveLength(0)
    link.start()
    link.wake()
    hear(hello(1))
    link.wake()
    expect(sockets).toHaveLength(1)
  })

  it('stays away once it is stopped', () => {
    link.start()
    hear(hello(1))
    link.stop()
    pass(60_000)
    link.wake()
    expect(sockets).toHaveLength(1)
    expect(sockets[0]?.isClosed).toBe(true)
    expect(states).toEqual(['live'])
  })
})

function newest(): OpenedSocket {
  const socket = sockets.at(-1)
  if (socket === undefined) throw new Error('no socket was opened')
  return socket
}

function hear(...messages: readonly LiveMessage[]): void {
  for (const message of messages) newest().events.message(JSON.stringify(message))
}

/** Lets time go by, and what is due happen in its turn. */
function pass(durationMs: number): void {
  const untilMs = nowMs + durationMs
  for (;;) {
    const due = timers.filter(({ atMs }) => atMs <= untilMs).sort((one, other) => one.atMs - other.atMs)[0]
    if (due === undefined) break
    timers = timers.filter((timer) => timer !== due)
    nowMs = due.atMs
    due.then()
  }
  nowMs = untilMs
}

const hello = (seq: number, epoch = 'epoch'): LiveMessage => ({ kind: 'hello', seq, epoch, now: null })

const fix = (seq: number): LiveMessage => ({
  kind: 'fix',
  seq,
  fix: {
    latDeg: 43.65,
    lonDeg: -79.38,
    utcMs: null,
    altitudeM: null,
    speedMps: null,
    courseDeg: null,
    accuracyM: null,
    mode: 3,
    satellitesUsed: null,
    hdop: null,
  },
})

const seqs = (from: number, count: number): number[] => Array.from({ length: count }, (_, index) => from + index)
