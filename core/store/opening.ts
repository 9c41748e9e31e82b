/** Opens the catalogue for its writer: as it is, or made again where it is damaged or gone. */
import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { reading, writing } from './catalogue.js'
import type { Connection } from './connection.js'
import { openForWriting } from './database.js'
import { CATALOGUE } from './migrations.js'
import type { Step } from './orders.js'
import { type NamedCalls, runSteps } from './steps.js'
import { failureOf } from './trouble.js'

/** An open catalogue. */
export interface Opened {
  readonly database: Connection
  readonly writes: (steps: readonly Step[]) => boolean
  readonly read: (steps: readonly Step[]) => unknown
  /** One transaction. @param beforeCommit the last thing in it */
  readonly write: (steps: readonly Step[], beforeCommit: () => void) => unknown
  /**
   * What SQLite itself would not see, as it knows by heart what it has read. Looks at most once a second, unless it is urgent.
   * @throws as for a damaged file where it was cut off, taken away, replaced or written over
   */
  readonly requireThere: (isUrgent?: boolean) => void
}

const LOOKS_EVERY_MS = 1_000

/** @throws as SQLite does, where it is not Spokecam's, or comes from a later version */
export function openCatalogue(file: string): Opened {
  const database = openForWriting(file, CATALOGUE)
  const reads = reading(database)
  const writingCalls = writing(database) as unknown as NamedCalls
  const calls = { ...reads, ...writingCalls } as unknown as NamedCalls
  const read = database.transaction((steps: readonly Step[]) => runSteps(calls, steps))
  const write = database.transaction((steps: readonly Step[], beforeCommit: () => void) => {
    const answer = runSteps(calls, steps)
    beforeCommit()
    return answer
  })
  return {
    database,
    writes: (steps) => steps.some(({ name }) => name in writingCalls),
    read,
    write: write.immediate,
    requireThere: watch(file),
  }
}

/** Its size in bytes; 0 where there is no file. @throws where that cannot be told */
export const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0

function watch(file: string): (isUrgent?: boolean) => void {
  const opened = statSync(file)
  let sizeBytes = opened.size
  let lookedMs = performance.now()
  return (isUrgent = false) => {
    if (!isUrgent && performance.now() - lookedMs < LOOKS_EVERY_MS) return
    const found = statSync(file, { throwIfNoEntry: false })
    const isSame = found?.ino === opened.ino && found.dev === opened.dev && found.size >= sizeBytes
    if (!isSame || !hasHead(file)) throw failureOf(`${file} is not the file any more that was opened`, 'SQLITE_CORRUPT')
    sizeBytes = found.size
    lookedMs = performance.now()
  }
}

/** Whether its first page still says what it is. */
function hasHead(file: string): boolean {
  const head = Buffer.alloc(MAGIC.length)
  const descriptor = openSync(file, 'r')
  readSync(descriptor, head, 0, head.length, 0)
  closeSync(descriptor)
  return head.equals(MAGIC)
}

const MAGIC = Buffer.from('SQLite format 3\0')
