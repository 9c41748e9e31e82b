/** What to tell of the receiver: what it said last, unless that is too old to be true. */
import { type Reading, type Sky, UNKNOWN_SKY } from '../../core/ride/fix.js'
import type { ReceiverNow } from '../../core/ride/now.js'

/** A position older than this is not where the bicycle is. */
export const FIX_HOLDS_MS = 5_000

/** @param changedMonoMs when its time last changed; null before it told one */
export function receiverNowOf(reading: Reading | null, changedMonoMs: number | null, nowMonoMs: number): ReceiverNow {
  const { satellitesUsed, satellitesInView, hdop, toldMonoMs }: Sky = reading?.sky ?? UNKNOWN_SKY
  const ageMs = changedMonoMs === null ? null : nowMonoMs - changedMonoMs
  return {
    state: stateOf(reading, ageMs),
    name: reading?.receiver ?? null,
    satellitesUsed,
    satellitesInView,
    hdop,
    ageMs: rounded(ageMs),
    satellitesAgeMs: rounded(toldMonoMs === null ? null : nowMonoMs - toldMonoMs),
  }
}

function stateOf(reading: Reading | null, ageMs: number | null): ReceiverNow['state'] {
  if (reading === null) return 'absent'
  if (reading.kind === 'no-fix') return reading.state
  if (ageMs !== null && ageMs > FIX_HOLDS_MS) return 'silent'
  return reading.mode === 3 ? 'fix-3d' : 'fix-2d'
}

const rounded = (value: number | null): number | null => (value === null ? null : Math.round(value))
