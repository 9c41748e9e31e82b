/** Keeps the logs beside the catalogue in step with it: which generation is being written, how well it follows, how long it grows. */
import { rmSync } from 'node:fs'
import { backupName, generationsOf, redoName } from './generations.js'
import type { Step } from './orders.js'
import { lastRedoLine, openRedoLog, type RedoLog } from './redo-log.js'

export interface RedoKeeping {
  /** Notes what is about to be committed; null where there is no log. @throws where it cannot be noted */
  readonly note: (steps: readonly Step[]) => number | null
  readonly undo: (seq: number | null) => void
  readonly leaveGap: () => void
  /** A copy of the catalogue as it is now is being made. Answers its generation. */
  readonly beginNext: () => number
  /** The copy is on the card: what only led to older ones goes. */
  readonly keepTwo: () => void
  /** Of the log that is being written. */
  readonly sizeBytes: () => number
  /** All that was noted goes: no backup could be made for so long that it would fill the card. */
  readonly beginOver: () => void
  /** Gives up the log of a catalogue that is being given up, or closed. */
  readonly close: (isClosed: boolean) => void
}

/** How the catalogue came to be what it is as it is opened. */
export interface Opening {
  readonly schema: number
  readonly bootId: string
  /** Nothing was there before. */
  readonly isNew: boolean
  /** It was made out of what stands in the log, or what stands there was made with it in this life. */
  readonly followsLog: boolean
}

/** Whether all that is in a catalogue which was opened as it lay there stands in backup and log, too. */
export function endedWell(file: string, schema: number): boolean {
  const generation = lastGeneration(file)
  const last = generation === null ? null : lastLineOf(file, generation)
  return last?.kind === 'closed' && last.schema === schema
}

/** Whether anything was ever noted of a catalogue, or copied. */
export function isKnown(file: string): boolean {
  const { backups, redos } = generationsOf(file)
  return backups.length > 0 || redos.some((generation) => (lastLineOf(file, generation)?.seq ?? 1) > 0)
}

export function openRedoKeeping(file: string, { schema, bootId, isNew, followsLog }: Opening): RedoKeeping {
  const known = lastGeneration(file)
  let generation = known ?? (isNew ? 0 : 1)
  const openAt = (isExact: boolean, isAtBackup: boolean, seq: number): RedoLog =>
    openRedoLog(file, generation, { isExact, isAtBackup, schema, bootId, seq })
  const lastSeq = known === null ? 0 : (lastLineOf(file, known)?.seq ?? 0)
  let log: RedoLog | null = null
  try {
    log = openAt(isNew || followsLog || endedWell(file, schema), false, lastSeq)
  } catch {
    // A card without any room: better a catalogue without a log than none. What ended well would now be taken for all there is.
    rmSync(redoName(file, generation), { force: true })
  }

  return {
    note: (steps) => log?.note(steps) ?? null,
    undo: (seq) => {
      if (seq !== null) log?.undo(seq)
    },
    leaveGap: () => log?.leaveGap(),
    beginNext: () => {
      const seq = log?.lastSeq() ?? 0
      log?.close(false)
      log = null
      generation++
      try {
        log = openAt(true, true, seq)
      } catch {
        // The copy is worth the same; without a log nobody will take it for complete.
      }
      return generation
    },
    beginOver: () => {
      for (const old of generationsOf(file).redos) rmSync(redoName(file, old), { force: true })
      log?.close(false)
      generation++
      log = openAt(false, false, 0)
    },
    keepTwo: () => {
      const { backups, redos } = generationsOf(file)
      const kept = backups.slice(-2)
      if (kept.length < 2) return
      for (const old of backups) if (!kept.includes(old)) rmSync(backupName(file, old), { force: true })
      for (const old of redos) if (old < (kept[0] ?? 0)) rmSync(redoName(file, old), { force: true })
    },
    sizeBytes: () => log?.sizeBytes() ?? 0,
    close: (isClosed) => {
      log?.close(isClosed)
      log = null
    },
  }
}

function lastLineOf(file: string, generation: number) {
  return generationsOf(file).redos.includes(generation) ? lastRedoLine(file, generation) : null
}

function lastGeneration(file: string): number | null {
  const { backups, redos } = generationsOf(file)
  const last = Math.max(backups.at(-1) ?? -1, redos.at(-1) ?? -1)
  return last < 0 ? null : last
}
