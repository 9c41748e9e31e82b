/** How fast a serial line runs, where nobody has said so: the usual speeds in turn, until one makes sense. */

export interface Speeds {
  readonly baud: () => number
  /** Whether there are others to try. */
  readonly isOpen: boolean
  /** This one made sense. Answers whether that is news. */
  readonly keep: () => boolean
  /** Whether the present one has ever made sense. */
  readonly isKept: () => boolean
  /** On to the next, round and round. */
  readonly next: () => void
}

/** By how many receivers are delivered with each. */
const USUAL_BAUDS = [9_600, 4_800, 38_400, 115_200, 57_600, 19_200, 230_400] as const

/** @param baud the only one, where somebody has said so; a receiver on USB takes any */
export function createSpeeds(baud: number | null): Speeds {
  const bauds = baud === null ? USUAL_BAUDS : [baud]
  let index = 0
  let kept: number | null = null
  const present = () => bauds[index % bauds.length] ?? USUAL_BAUDS[0]
  return {
    baud: present,
    isOpen: bauds.length > 1,
    keep: () => {
      const isNews = kept !== present()
      kept = present()
      return isNews
    },
    isKept: () => kept === present(),
    next: () => {
      index += 1
    },
  }
}
