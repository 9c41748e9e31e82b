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
  /** The device leaves it alone, as far as is known here: it refuses what is too much at once. */
  isTold: boolean
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

  /** Answers whether the device has to be asked. */
  const take = (id: string): boolean => {
    const of = held.get(id) ?? { readers: 0, leaving: null, isTold: false }
    held.set(id, of)
    clearTimeout(of.leaving ?? undefined)
    of.leaving = null
    of.readers += 1
    return !of.isTold
  }

  /** Refused, it is asked for again by whoever reads on. */
  const tell = async (ids: readonly string[]): Promise<void> => {
    const become = (isTold: boolean): void => {
      for (const of of ids.map((id) => held.get(id))) if (of !== undefined) of.isTold = isTold
    }
    become(true)
    const { kind } = await ask({ kind: 'hold', segmentIds: ids })
    if (kind === 'refused') become(false)
  }

  return {
    read: async (segmentIds) => {
      const taken = segmentIds.filter(take)
      if (taken.length > 0) await tell(taken)
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
      // One by one: what is too much at once is refused altogether.
      for (const id of held.keys()) void tell([id])
    },
  }
}
