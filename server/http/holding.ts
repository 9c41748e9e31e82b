/** Asks the device to leave the video alone that somebody here reads, and for a little longer: players come back for more. */
import type { Ask } from '../../core/link/messages.js'

export interface Holding {
  /**
   * Resolves once the device knows, or does not answer: then nobody removes anything, or the open file outlives its name.
   * @returns what is to be called, once, when it is read no more
   */
  readonly read: (segmentIds: readonly string[]) => Promise<() => void>
  /** The device is there again: holds ended with the connection. */
  readonly again: () => void
}

/** A player reads two seconds at a time, and has some half a minute ahead. */
const STAYS_MS = 120_000
/** Of those that nobody reads at this moment; the device lets nobody hold more than 200. */
const MOST_STAYING = 64

interface Held {
  readers: number
  /** Null while somebody reads it. */
  leaving: NodeJS.Timeout | null
}

export function openHolding(ask: Ask, staysMs = STAYS_MS): Holding {
  const held = new Map<string, Held>()

  const letGo = (ids: readonly string[]): void => {
    for (const id of ids) {
      clearTimeout(held.get(id)?.leaving ?? undefined)
      held.delete(id)
    }
    if (ids.length > 0) void ask({ kind: 'release', segmentIds: ids })
  }

  const staying = (): string[] => [...held].filter(([, { leaving }]) => leaving !== null).map(([id]) => id)

  const stay = (id: string): void => {
    const of = held.get(id)
    if (of === undefined) return
    held.delete(id) // A map keeps its order: what was read last goes last.
    held.set(id, of)
    of.leaving = setTimeout(() => letGo([id]), staysMs).unref()
    letGo(staying().slice(0, -MOST_STAYING))
  }

  const take = (id: string): boolean => {
    const of = held.get(id)
    if (of === undefined) {
      held.set(id, { readers: 1, leaving: null })
      return true
    }
    clearTimeout(of.leaving ?? undefined)
    of.leaving = null
    of.readers += 1
    return false
  }

  return {
    read: async (segmentIds) => {
      const taken = segmentIds.filter(take)
      if (taken.length > 0) await ask({ kind: 'hold', segmentIds: taken })
      return () => {
        for (const id of segmentIds) {
          const of = held.get(id)
          if (of === undefined) continue
          of.readers -= 1
          if (of.readers === 0) stay(id)
        }
      }
    },
    again: () => {
      if (held.size > 0) void ask({ kind: 'hold', segmentIds: [...held.keys()] })
    },
  }
}
