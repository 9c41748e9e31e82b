/** Saves moments over a link that may be gone: each touch is one moment, sent again and again until it is answered. */
import type { Incident } from '../core/ride/incident.js'
import type { Answer } from './api.js'

/** What became of the touches so far. */
export interface Saving {
  /** Touches that wait for their answer. */
  readonly waiting: number
  /** The last one saved since nothing waited; null for none. */
  readonly saved: Incident | null
  /** Why one of them was not; it stays until the next touch. */
  readonly failed: string | null
}

export interface SavingParts {
  /** @param key the same for each try; secondsAgo counts from the touch */
  readonly send: (key: string, secondsAgo: number) => Promise<Answer<Incident>>
  readonly changed: (saving: Saving) => void
  readonly newKey?: () => string
  readonly clock?: SavingClock
}

export interface SavingClock {
  /** Begins to count; answers what tells how many ms it has been. */
  readonly stopwatch: () => () => number
  /** Resolves after so long. */
  readonly pause: (ms: number) => Promise<void>
}

const GIVE_UP_AFTER_MS = 10 * 60_000
const FIRST_RETRY_MS = 500
const LAST_RETRY_MS = 4_000
/** Nothing was reached, or it was not this request's fault: what is sent again may come through. */
const PASSING = new Set([0, 408, 429, 500, 502, 503, 504])

/** @returns what a touch calls; the moment it is called is the moment that is saved */
export function createSaving(parts: SavingParts): () => void {
  const { send, changed, newKey = randomKey, clock = browserClock } = parts
  let saving: Saving = { waiting: 0, saved: null, failed: null }

  const become = (next: Partial<Saving>): void => {
    saving = { ...saving, ...next }
    changed(saving)
  }

  const save = async (): Promise<Answer<Incident>> => {
    const key = newKey()
    const sinceTouchMs = clock.stopwatch()
    for (let retryAfterMs = FIRST_RETRY_MS; ; retryAfterMs = Math.min(LAST_RETRY_MS, retryAfterMs * 2)) {
      const answer = await send(key, sinceTouchMs() / 1_000)
      if (answer.kind === 'done' || !PASSING.has(answer.status)) return answer
      await clock.pause(retryAfterMs)
      // A phone may have slept meanwhile.
      if (sinceTouchMs() > GIVE_UP_AFTER_MS) return answer
    }
  }

  return () => {
    const hasNews = saving.waiting === 0
    become({ waiting: saving.waiting + 1, ...(hasNews ? { saved: null, failed: null } : {}) })
    void save().then((answer) => {
      const waiting = saving.waiting - 1
      become(answer.kind === 'done' ? { waiting, saved: answer.value } : { waiting, failed: answer.words })
    })
  }
}

/** Not crypto.randomUUID, which browsers leave out of pages on plain http. */
function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

const browserClock: SavingClock = {
  stopwatch: () => {
    const [beganMs, beganUtcMs] = [performance.now(), Date.now()]
    // performance.now() stands still while some phones sleep, and Date.now() may be put back: whichever went further is right.
    return () => Math.max(performance.now() - beganMs, Date.now() - beganUtcMs)
  },
  pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
}
