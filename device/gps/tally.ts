/** Counts what comes over a line and is not taken; what is trouble is said, each kind once and then at most once a minute. */
import type { Log } from '../../core/process/log.js'

export interface Tally {
  /** @param example what it looked like, or a fact about it; the log gets a short, printable piece */
  readonly count: (trouble: string, example: string) => void
  /** For what is no trouble, and still worth knowing when somebody asks. */
  readonly countQuietly: (what: string) => void
  /** How often each kind was counted. */
  readonly counts: () => ReadonlyMap<string, number>
}

const SAY_EVERY_MS = 60_000
const MOST_EXAMPLE_CHARACTERS = 120

export function createTally(log: Log, nowMonoMs: () => number): Tally {
  const counts = new Map<string, number>()
  const saidMonoMs = new Map<string, number>()

  const add = (what: string): number => {
    const times = (counts.get(what) ?? 0) + 1
    counts.set(what, times)
    return times
  }

  return {
    count: (trouble, example) => {
      const times = add(trouble)
      const now = nowMonoMs()
      if (now - (saidMonoMs.get(trouble) ?? Number.NEGATIVE_INFINITY) < SAY_EVERY_MS) return
      saidMonoMs.set(trouble, now)
      log.warn(trouble, { times, example: printable(example) })
    },
    countQuietly: add,
    counts: () => counts,
  }
}

/** A terminal obeys control characters, and what is on a wire is not ours to trust. */
const printable = (text: string): string => text.slice(0, MOST_EXAMPLE_CHARACTERS).replaceAll(/[^ -~]/g, '.')
