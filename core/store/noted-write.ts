/** Carries out one transaction and notes it beside the catalogue in the same breath: what is committed can be made again. */
import { hasBallast } from './ballast.js'
import type { Opened } from './opening.js'
import type { Step } from './orders.js'
import type { RedoKeeping } from './redo-keeping.js'
import { troubleOf } from './trouble.js'

export interface NotedWrite {
  readonly answer: unknown
  /** Else the log has a gap here: backup and log could not make it again. */
  readonly isNoted: boolean
}

/** @throws as SQLite does; what was noted is taken back then */
export function writeNoted(file: string, { write }: Opened, redo: RedoKeeping, steps: readonly Step[]): NotedWrite {
  let seq: number | null = null
  try {
    const answer = write(steps, () => {
      try {
        seq = redo.note(steps)
      } catch (error) {
        // Better a transaction that is not noted than one that is not committed.
        if (troubleOf(error) === 'full' && hasBallast(file)) throw error
      }
    })
    if (seq === null) redo.leaveGap()
    return { answer, isNoted: seq !== null }
  } catch (error) {
    redo.undo(seq)
    throw error
  }
}
