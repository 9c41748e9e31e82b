/** The one who writes the catalogue: whatever befalls the file or its card, it finds a way on or says that there is none. */
import { throwBallast } from './ballast.js'
import { closeForReaders, closeUnsynced, emptyLog } from './database.js'
import { CATALOGUE } from './migrations.js'
import { writeNoted } from './noted-write.js'
import { type Opened, openCatalogue, sizeOf } from './opening.js'
import type { Rebuilt, SaidFacts, Step } from './orders.js'
import { rebuild } from './rebuilding.js'
import { endedWell, isKnown, openRedoKeeping, type RedoKeeping } from './redo-keeping.js'
import { settled } from './steps.js'
import { codeOf, failureOf, troubleOf } from './trouble.js'

export interface Writer {
  readonly writes: (steps: readonly Step[]) => boolean
  /** One transaction, or what is read. @throws as SQLite does where there is no way on */
  readonly carryOut: (steps: readonly Step[]) => unknown
  /** Opens it again after its card has failed. @throws where it still does */
  readonly reopen: () => void
  /** What was found out beside: it is damaged, and made again. */
  readonly isDamaged: (error: unknown) => void
  /** Whether backup and log could not make again all that is in it. */
  readonly isUncovered: () => boolean
  /** A backup of it is on the card. */
  readonly isCovered: () => void
  readonly redo: RedoKeeping
  readonly close: () => void
}

export interface WriterOptions {
  readonly bootId: string
  readonly say: (level: 'info' | 'warn' | 'error', message: string, facts: SaidFacts) => void
  readonly onRebuilt: (rebuilt: Rebuilt) => void
  readonly nowMs?: () => number
}

/** A card that failed is asked again by itself at most so often. */
const REOPENS_EVERY_MS = 10_000
const MOST_TRIES = 3

/** @throws as SQLite does where it cannot be opened, nor made again */
export function openWriter(
  file: string,
  { bootId, say, onRebuilt, nowMs = () => performance.now() }: WriterOptions,
): Writer {
  const schema = CATALOGUE.length
  let opened: Opened | null = null
  let refusal: { readonly error: unknown; readonly sinceMs: number } | null = null
  /** What this boot was called, so that a catalogue that has lost it goes on under the same number. */
  let boot: Step | null = null

  const isNew = sizeOf(file) === 0 && !isKnown(file)
  let isUncovered = !isNew && !endedWell(file, schema)
  const wasRebuilt = openOrRebuild()
  const redo = openRedoKeeping(file, { schema, bootId, isNew, followsLog: wasRebuilt })

  /** Answers whether it had to be made again. */
  function openOrRebuild(): boolean {
    try {
      // SQLite would take a file of no length for a new one, and throw away the log beside it.
      if (sizeOf(file) === 0 && isKnown(file)) throw failureOf(`${file} has no length any more`, 'SQLITE_CORRUPT')
      opened = openCatalogue(file)
      return false
    } catch (error) {
      if (troubleOf(error) !== 'damaged') throw error
      rebuildNow(error)
      return true
    }
  }

  function rebuildNow(because: unknown): void {
    const lost = opened
    const work = () => rebuild(file, { bootId, letGo: () => lost?.database.close() })
    const outcome = withRoom(work)
    opened = openCatalogue(file)
    const { aside, isComplete, transactions, failed, backup } = outcome
    const facts = { aside, backup, transactions, failed, error: (because as Error).message }
    if (isComplete) say('error', 'the catalogue is damaged: it is made again without loss, the old one is kept', facts)
    else say('error', 'the catalogue is damaged: it is made again as far as is known, the old one is kept', facts)
    isUncovered = !isComplete
    if (boot !== null) opened.write([boot], () => {})
    onRebuilt({ isComplete, transactions, backup })
  }

  /** The ballast goes where that is what it takes. */
  function withRoom<Answer>(work: () => Answer): Answer {
    try {
      return work()
    } catch (error) {
      if (troubleOf(error) !== 'full' || !throwBallast(file)) throw error
      say('warn', 'the card is full: the catalogue goes on in the room that was held for it', {})
      return work()
    }
  }

  /** A card that failed is not asked again on the same descriptors. */
  const giveUp = (error: unknown): void => {
    refusal = { error, sinceMs: nowMs() }
    const lost = opened
    opened = null
    if (lost !== null) closeUnsynced(lost.database)
    say('error', 'the catalogue cannot be written: it is closed until its card can be', {
      code: codeOf(error) ?? null,
      error: (error as Error).message,
    })
  }

  /**
   * The log of SQLite goes into the file before anything new is acknowledged: frames that a failed fsync left in doubt are read
   * once more, written to the file through descriptors that know of no failure, and what is committed next begins a new log.
   */
  const reopen = (): void => {
    if (opened !== null) return
    try {
      openOrRebuild()
      if (opened !== null) emptyLog((opened as Opened).database)
      refusal = null
      say('info', 'the catalogue can be written again', {})
    } catch (error) {
      giveUp(error)
      throw error
    }
  }

  const inUse = (): Opened => {
    if (opened === null && refusal !== null && nowMs() - refusal.sinceMs >= REOPENS_EVERY_MS) reopen()
    if (opened !== null) return opened
    const error = refusal?.error
    throw failureOf(
      `the catalogue is closed: ${(error as Error | undefined)?.message}`,
      codeOf(error) ?? 'SQLITE_IOERR',
    )
  }

  const perform = (catalogue: Opened, steps: readonly Step[]): unknown => {
    if (!catalogue.writes(steps)) return catalogue.read(steps)
    catalogue.requireThere()
    const { answer, isNoted } = writeNoted(file, catalogue, redo, steps)
    isUncovered ||= !isNoted
    return answer
  }

  /** Whether it is worth another try. */
  const isMended = (error: unknown): boolean => {
    switch (troubleOf(error)) {
      case 'damaged':
        mend(error)
        return true
      case 'card':
        giveUp(error)
        return false
      case 'full':
      case 'locked':
      case null:
        return false
    }
  }

  const mend = (error: unknown): void => {
    try {
      rebuildNow(error)
    } catch (failure) {
      giveUp(failure)
      throw failure
    }
  }

  const carryOut = (steps: readonly Step[]): unknown => {
    for (let tries = 1; ; tries++) {
      const current = inUse()
      try {
        return withRoom(() => perform(current, steps))
      } catch (error) {
        if (!isMended(error) || tries === MOST_TRIES) throw error
      }
    }
  }

  /** Answers whether it lies there as it should. */
  const closeWhole = (): boolean => {
    if (opened === null) return false
    try {
      opened.requireThere(true)
    } catch (error) {
      mend(error) // Now is the time: what is in the log would be moved into what is left of the file.
    }
    closeForReaders((opened as Opened).database)
    return true
  }

  return {
    redo,
    reopen,
    isDamaged: mend,
    isUncovered: () => isUncovered,
    isCovered: () => {
      isUncovered = false
    },
    writes: (steps) => opened?.writes(steps) ?? true,
    carryOut: (given) => {
      const steps = settled(given)
      const answer = carryOut(steps)
      const begun = steps.find(({ name }) => name === 'beginBoot')
      if (begun !== undefined) boot = knownBoot(begun, answer)
      return answer
    },
    close: () => {
      const isWhole = closeWhole()
      opened = null
      redo.close(isWhole)
    },
  }
}

/** The same boot under the same number, wherever it is told again. */
function knownBoot({ name, given: [bootId] }: Step, answer: unknown): Step {
  const { bootNumber, deviceId } = answer as { readonly bootNumber: number; readonly deviceId: string }
  return { name, given: [bootId, bootNumber - 1, deviceId] }
}
