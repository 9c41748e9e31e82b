/** What waits to be committed, in its order, and what of it can be done without when the card is away for long. */
import type { Step } from './orders.js'

export interface Backlog {
  /** Together or not at all. */
  readonly add: (steps: readonly Step[]) => void
  /** Of steps. */
  readonly size: () => number
  /** What is next: as many steps as asked for, or a few more, as those added at once stay together; at least those. */
  readonly first: (most: number) => Piece
  readonly remove: (piece: Piece) => void
  /** Leaves out what later steps say anew, and the oldest of the track where there is still too much. */
  readonly shorten: () => void
  /** How many steps were left out so far that nothing says anew. */
  readonly lost: () => number
}

export interface Piece {
  readonly steps: readonly Step[]
  readonly groups: number
}

/** Half an hour at 10 Hz, with room for what three cameras and the ride say meanwhile. */
const MOST_STEPS = 20_000
/** Of these only the last word counts, for each ride or segment. */
const SAID_ANEW: ReadonlySet<string> = new Set(['carryOnRide', 'drawRide', 'growSegment'])

export function createBacklog(): Backlog {
  let groups: (readonly Step[])[] = []
  let size = 0
  let lost = 0

  const keepOnly = (isKept: (step: Step) => boolean): void => {
    groups = groups.map((group) => group.filter(isKept)).filter((group) => group.length > 0)
    size = groups.reduce((sum, group) => sum + group.length, 0)
  }

  const shorten = (): void => {
    const last = new Map(groups.flat().flatMap((step) => (SAID_ANEW.has(step.name) ? [[subjectOf(step), step]] : [])))
    keepOnly((step) => !SAID_ANEW.has(step.name) || last.get(subjectOf(step)) === step)
    const sizeBefore = size
    let surplus = size - MOST_STEPS
    // Without the beginning of a ride or a segment all that follows would be lost, too.
    if (surplus > 0) keepOnly(({ name }) => name !== 'addFixes' || surplus-- <= 0)
    lost += sizeBefore - size
  }

  return {
    add: (steps) => {
      if (steps.length === 0) return
      groups.push(steps)
      size += steps.length
    },
    size: () => size,
    first: (most) => {
      const steps: Step[] = []
      let count = 0
      do steps.push(...(groups[count++] ?? []))
      while (count < groups.length && steps.length < most)
      return { steps, groups: count }
    },
    remove: (piece) => {
      groups.splice(0, piece.groups)
      size -= piece.steps.length
    },
    shorten,
    lost: () => lost,
  }
}

const subjectOf = ({ name, given }: Step): string => `${name} ${given[0]}`
