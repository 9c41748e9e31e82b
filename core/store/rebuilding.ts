/** Makes a lost catalogue again: the newest backup that can be read, or a blank one, and all that was noted since. */
import { copyFileSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { hasBallast } from './ballast.js'
import { writing } from './catalogue.js'
import { type Connection, pragma, setPragma } from './connection.js'
import { openForWriting } from './database.js'
import { backupName, generationsOf } from './generations.js'
import { CATALOGUE } from './migrations.js'
import type { Rebuilt, Step } from './orders.js'
import { setAside } from './quarantine.js'
import { replay } from './replay.js'
import { type NamedCalls, runSteps } from './steps.js'
import { syncPath } from './sync-path.js'
import { troubleOf } from './trouble.js'

export interface RebuildOptions {
  readonly bootId: string
  /** Lets go of the lost one, once it lies aside. */
  readonly letGo: () => void
}

export interface Outcome extends Rebuilt {
  /** Where the lost one lies. */
  readonly aside: string
  /** What was noted and could not be carried out on what is there. */
  readonly failed: number
}

/**
 * Puts it in the place of the lost one, which is set aside. A power cut on the way leaves all to be done again.
 * @throws where the card is full, before anything is given up for that while there is ballast to throw
 */
export function rebuild(file: string, { bootId, letGo }: RebuildOptions): Outcome {
  const fresh = `${file}.rebuilding`
  const { database, backup } = begin(file, fresh)
  // Nobody is told anything until it is whole and on the card.
  setPragma(database, 'synchronous', 'OFF')
  const calls = writing(database) as unknown as NamedCalls
  const carryOut = database.transaction((steps: readonly Step[]): void => void runSteps(calls, steps))
  const { transactions, failed, isComplete } = replay(file, {
    backup,
    schema: CATALOGUE.length,
    bootId,
    carryOut,
  })
  // What footage knows beyond that is read in by whoever puts its folder in order, as into a new catalogue.
  if (!isComplete) database.exec('UPDATE boots SET inOrder = 0')
  setPragma(database, 'journal_mode', 'DELETE')
  database.close()
  syncPath(fresh)
  const aside = setAside(file)
  letGo()
  renameSync(fresh, file)
  syncPath(dirname(file))
  return { isComplete, transactions, failed, backup, aside }
}

function begin(file: string, fresh: string): { readonly database: Connection; readonly backup: number | null } {
  for (const backup of [...generationsOf(file).backups].reverse()) {
    clear(fresh)
    try {
      copyFileSync(backupName(file, backup), fresh)
      const database = openForWriting(fresh, CATALOGUE)
      if (pragma(database, 'quick_check(1)') === 'ok') return { database, backup }
      database.close()
    } catch (error) {
      // There is nothing wrong with the backup: with the ballast gone it has room.
      if (troubleOf(error) === 'full' && hasBallast(file)) throw error
      // Else the one before it: what followed upon that is noted, too.
    }
  }
  clear(fresh)
  return { database: openForWriting(fresh, CATALOGUE), backup: null }
}

const clear = (file: string): void => {
  for (const part of ['', '-wal', '-shm']) rmSync(file + part, { force: true })
}
