/** The live link: one WebSocket that comes back by itself, goes on where it was, acknowledges, and says when it is stale. */
import { ACKNOWLEDGE_EVERY, type LiveMessage, STALE_AFTER_MS } from '../core/api/live.js'

export interface Socket {
  readonly send: (text: string) => void
  /** No event comes after it. */
  readonly close: () => void
}

export interface SocketEvents {
  readonly message: (text: string) => void
  readonly closed: () => void
}

export interface LiveParts {
  /** Opens a socket at a path of this host. */
  readonly connect: (path: string, events: SocketEvents) => Socket
  /**
   * Gets every message once, in the order of its seq; `hello` at each connection.
   * @param isPast it was missed in a cut and is older than the hello, which has told the present already
   */
  readonly take: (message: LiveMessage, isPast: boolean) => void
  /** Messages were lost for good: what was put together from them must be fetched again. */
  readonly missed: () => void
  /** stale: nothing was heard for STALE_AFTER_MS. */
  readonly changed: (state: 'live' | 'stale') => void
  /** A connection ended before it said hello: not reachable, or not signed in, which a browser does not tell apart. */
  readonly turnedAway: () => void
  readonly clock?: LiveClock
  /** 0 to 1. */
  readonly random?: () => number
}

export interface LiveClock {
  readonly nowMs: () => number
  /** Answers what cancels it. */
  readonly after: (delayMs: number, then: () => void) => () => void
}

export interface LiveLink {
  readonly start: () => void
  readonly stop: () => void
  /** The phone woke or has a network again: a started link connects at once unless messages are coming in. */
  readonly wake: () => void
}

/** A silent connection is given up only then: a weak Wi-Fi often comes back in less, and its packets with it. */
export const DEAD_AFTER_MS = 6_000
const HELLO_WITHIN_MS = 4_000
const FIRST_RETRY_MS = 250
const LAST_RETRY_MS = 5_000
const WAKES_APART_MS = 1_000

export function createLiveLink(parts: LiveParts): LiveLink {
  const { connect, take, missed, changed, turnedAway, clock = browserClock, random = Math.random } = parts
  let socket: Socket | null = null
  let epoch: string | null = null
  let seq = 0
  let helloSeq = 0
  let isStarted = false
  let saidHello = false
  let unacknowledged = 0
  let failures = 0
  let openedMs = 0
  let heardMs: number | null = null
  let cancelStale = () => {}
  let cancelDead = () => {}
  let cancelRetry = () => {}

  const drop = () => {
    socket?.close()
    socket = null
    cancelDead()
    cancelRetry()
  }

  const open = () => {
    drop()
    saidHello = false
    unacknowledged = 0
    openedMs = clock.nowMs()
    const path = epoch === null ? '/api/live' : `/api/live?since=${encodeURIComponent(epoch)}:${seq}`
    const mine: Socket = connect(path, {
      message: (text) => {
        if (socket === mine) hear(text)
      },
      closed: () => {
        if (socket === mine) fail()
      },
    })
    socket = mine
    cancelDead = clock.after(HELLO_WITHIN_MS, fail)
  }

  const fail = () => {
    drop()
    cancelRetry = clock.after(retryAfterMs(failures, random()), open)
    failures += 1
    if (!saidHello) turnedAway()
  }

  const hear = (text: string) => {
    cancelStale()
    cancelDead()
    cancelStale = clock.after(STALE_AFTER_MS, () => changed('stale'))
    cancelDead = clock.after(DEAD_AFTER_MS, fail)
    heardMs = clock.nowMs()
    const message = JSON.parse(text) as LiveMessage
    if (message.kind === 'hello') greet(message.epoch, message.seq)
    else if (!advance(message)) return
    changed('live')
    take(message, message.kind !== 'hello' && message.seq <= helloSeq)
  }

  const greet = (newEpoch: string, lastGivenOut: number) => {
    saidHello = true
    helloSeq = lastGivenOut
    failures = 0
    if (newEpoch === epoch) return
    if (epoch !== null) missed()
    epoch = newEpoch
    seq = lastGivenOut
  }

  /** False for what was taken before. */
  const advance = (message: Exclude<LiveMessage, { kind: 'hello' }>): boolean => {
    const upTo = message.kind === 'gap' ? Math.max(message.seq, message.toSeq) : message.seq
    if (upTo <= seq) return false
    seq = upTo
    unacknowledged += 1
    if (unacknowledged >= ACKNOWLEDGE_EVERY) {
      unacknowledged = 0
      socket?.send(JSON.stringify({ ack: seq }))
    }
    if (message.kind === 'gap') missed()
    return true
  }

  return {
    start: () => {
      isStarted = true
      open()
    },
    stop: () => {
      isStarted = false
      drop()
      cancelStale()
    },
    wake: () => {
      const isHeard = heardMs !== null && clock.nowMs() - heardMs < STALE_AFTER_MS
      const isOpening = socket !== null && !saidHello && clock.nowMs() - openedMs < WAKES_APART_MS
      if (!isStarted || (isHeard && socket !== null) || isOpening) return
      failures = 0
      if (heardMs !== null && !isHeard) changed('stale')
      open()
    },
  }
}

/** min(5 s, 250 ms * 2^failures), of it a random half to whole, so that phones do not come back in step. */
export function retryAfterMs(failures: number, random: number): number {
  return Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures) * (0.5 + random / 2)
}

const browserClock: LiveClock = {
  // Not performance.now(), which stands still while some phones sleep: just what must be noticed.
  nowMs: () => Date.now(),
  after: (delayMs, then) => {
    const timer = setTimeout(then, delayMs)
    return () => clearTimeout(timer)
  },
}
