/** Hands judged points on in pages, of which the next is made while the one before is written. */
import type { Importing } from '../../core/link/messages.js'
import type { ImportedPoint } from '../../core/ride/imported.js'
import { IMPORTED_PARTS_FROM } from '../../core/ride/ride.js'
import type { JudgedPoint } from './judging.js'

export interface Pages {
  /** Takes whole pages out of what waits, oldest first, and leaves at least so many there; with 0 it takes all. */
  readonly send: (waiting: JudgedPoint[], leave: number) => Promise<void>
  /** Resolves once all is kept, or rejects as keeping it did. */
  readonly settled: () => Promise<void>
}

/** A point has 11 figures of up to 20 characters: more of them would not fit into a line of the link. */
const PAGE_POINTS = 1_150
/** Below the number of the first boot. */
const MOST_PARTS = -IMPORTED_PARTS_FROM - 1

/** @param keep rejects where a page cannot be kept */
export function createPages(rideId: string, keep: (wish: Importing) => Promise<void>): Pages {
  let sending = Promise.resolve()

  return {
    settled: () => sending,
    send: async (waiting, leave) => {
      const least = leave === 0 ? 1 : PAGE_POINTS
      while (waiting.length - leave >= least) {
        const part = Math.min(waiting[0]?.part ?? 0, MOST_PARTS)
        const end = waiting.findIndex((point, index) => point.part !== waiting[0]?.part || index === PAGE_POINTS)
        const points = waiting.splice(0, end === -1 ? waiting.length : end).map(rowOf)
        await sending
        sending = keep({ kind: 'import-points', rideId, part: IMPORTED_PARTS_FROM + part, points })
        // Whoever waits for it next is told.
        sending.catch(() => {})
      }
    },
  }
}

function rowOf({ fix, leftOut }: JudgedPoint): ImportedPoint {
  const { at, latDeg, lonDeg, altitudeM, speedMps, courseDeg, accuracyM, mode, sky } = fix
  const { satellitesUsed, hdop } = sky
  const utcMs = Math.round(at.monoMs)
  return [utcMs, latDeg, lonDeg, altitudeM, speedMps, courseDeg, accuracyM, mode, satellitesUsed, hdop, leftOut]
}
