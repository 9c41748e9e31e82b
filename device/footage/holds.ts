/** Segments that somebody reads: while one is held its video stays, and what is held goes with whoever held it. */

/** Whoever holds; a connection. */
export type Holder = object

export interface Holds {
  /** Answers whether they are held: not if that would be more than one holder may hold. */
  readonly hold: (holder: Holder, segmentIds: readonly string[]) => boolean
  readonly release: (holder: Holder, segmentIds: readonly string[]) => void
  /** Lets go of all that a holder held. */
  readonly leave: (holder: Holder) => void
  readonly isHeld: (segmentId: string) => boolean
}

/** Recording comes first: whoever would hold the whole card would end it. Six streams, and what players look ahead. */
const MOST_HELD = 200

export function createHolds(): Holds {
  const held = new Map<Holder, Set<string>>()
  return {
    hold: (holder, segmentIds) => {
      const all = new Set([...(held.get(holder) ?? []), ...segmentIds])
      if (all.size > MOST_HELD) return false
      held.set(holder, all)
      return true
    },
    release: (holder, segmentIds) => {
      for (const id of segmentIds) held.get(holder)?.delete(id)
    },
    leave: (holder) => {
      held.delete(holder)
    },
    isHeld: (segmentId) => [...held.values()].some((ids) => ids.has(segmentId)),
  }
}
