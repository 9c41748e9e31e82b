/** Stays in touch with a receiver for as long as it is wanted: one attempt after another, and what they tell in one row. */
import { type Log, reasonOf } from '../../core/process/log.js'
import { pause } from '../../core/process/service.js'
import type { Moment } from '../../core/ride/clock.js'
import { type NoFix, type Reading, UNKNOWN_SKY } from '../../core/ride/fix.js'
import { createReadingQueue } from './reading-queue.js'
import { createTally, type Tally } from './tally.js'

export interface InTouchOptions {
  /** One attempt from its beginning to its end. Answers, or throws, why it is over. */
  readonly attempt: (signal: AbortSignal, tell: (reading: Reading) => void, tally: Tally) => Promise<string>
  /** What the log says of an attempt that is over. */
  readonly trouble: string
  /** How an absent receiver is called; null where it has no name. */
  readonly receiver: string | null
  readonly now: () => Moment
  /** Milliseconds before the second attempt; each further one waits twice as long, up to mostRetry. */
  readonly firstRetry: number
  readonly mostRetry: number
  readonly log: Log
  readonly signal: AbortSignal
}

/**
 * Every reading until the signal aborts; between attempts the receiver is told as absent.
 * Whoever takes readings too slowly loses the oldest, which is logged. Never throws.
 */
export async function* stayInTouch(options: InTouchOptions): AsyncGenerator<Reading, void, void> {
  const left = new AbortController()
  const signal = AbortSignal.any([options.signal, left.signal])
  const tally = createTally(options.log, () => options.now().monoMs)
  const queue = createReadingQueue(({ kind }) =>
    tally.count('readings are not taken fast enough, dropped the oldest', kind),
  )
  const attended = tryAgain({ ...options, signal }, queue.put, tally).finally(queue.end)
  try {
    for (let reading = await queue.take(); reading !== null; reading = await queue.take()) yield reading
  } finally {
    left.abort()
    await attended
  }
}

/** Nothing is known of the sky where no receiver speaks. */
export function noFix(state: NoFix['state'], at: Moment, receiver: string | null): NoFix {
  return { kind: 'no-fix', state, at, receiverUtcMs: null, firstByteMonoMs: null, receiver, sky: UNKNOWN_SKY }
}

async function tryAgain(options: InTouchOptions, put: (reading: Reading) => void, tally: Tally): Promise<void> {
  const { attempt, trouble, receiver, now, firstRetry, mostRetry, signal } = options
  let retryMs = firstRetry
  let last: Reading | null = null

  const tell = (reading: Reading) => {
    // Only a receiver's own word proves the way to it good; one that opens and falls is not tried ever faster.
    if (reading.kind === 'fix' || reading.state === 'no-fix') retryMs = firstRetry
    if (isSaid(reading, last)) return
    last = reading
    put(reading)
  }

  while (!signal.aborted) {
    const reason = await attempt(signal, tell, tally).catch(reasonOf)
    if (signal.aborted) return
    tally.count(trouble, reason)
    tell(noFix('absent', now(), receiver))
    // A shaken pause, so that several clients of a fallen gpsd do not return in step.
    await pause(retryMs * (0.75 + Math.random() / 4), signal)
    retryMs = Math.min(retryMs * 2, mostRetry)
  }
}

/** An absent or silent receiver is told of once. */
function isSaid(reading: Reading, last: Reading | null): boolean {
  if (reading.kind === 'fix' || reading.state === 'no-fix') return false
  return last?.kind === 'no-fix' && last.state === reading.state
}
