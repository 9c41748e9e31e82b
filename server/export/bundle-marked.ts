/** The moment a clip was made for, where one of its ride was marked. */
import type { Clip } from '../../core/ride/clip.js'
import { OWN_CAUSES } from '../../core/ride/incident.js'
import type { Reading } from '../../core/store/catalogue.js'
import type { Marked } from './bundle-facts.js'

const PAGE_INCIDENTS = 100

/** Of several within the clip the rider's own goes before what the device noticed, and an earlier before a later. */
export function markedIn(
  reading: Pick<Reading, 'incidents'>,
  { rideId, fromUtcMs, toUtcMs }: Pick<Clip, 'rideId' | 'fromUtcMs' | 'toUtcMs'>,
): Marked | null {
  const found: Marked[] = []
  let cursor: string | null = null
  do {
    const page: ReturnType<typeof reading.incidents> = reading.incidents({ limit: PAGE_INCIDENTS, cursor }, rideId)
    for (const { atUtcMs, cause, note } of page.items) {
      if (atUtcMs !== null && atUtcMs >= fromUtcMs && atUtcMs < toUtcMs) found.push({ atUtcMs, cause, note })
    }
    cursor = page.next
  } while (cursor !== null)
  found.sort((one, other) => one.atUtcMs - other.atUtcMs)
  return found.find(({ cause }) => OWN_CAUSES.includes(cause)) ?? found[0] ?? null
}
