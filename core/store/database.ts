/** Opens SQLite files so that what is committed is on the card, and so that a reader needs no right to write. */
import { type Connection, connect, pragma, setPragma } from './connection.js'
import type { Migration } from './migrations.js'
import { failureOf, troubleOf } from './trouble.js'

/** "Spok" in ASCII: a zero-length or foreign file opens and passes every check of SQLite's own, but does not carry this. */
const APPLICATION_ID = 0x53706f6b
/** Of pages of a file that the system keeps at hand anyway; better-sqlite3 takes 16 MiB, which a long track would fill. */
const READER_CACHE_KIB = 2_048
/** A write that waits longer than this for another process' lock has met trouble, not traffic. */
const BUSY_TIMEOUT_MS = 300

/**
 * Opens the file for its one writer, makes it where it is missing and brings its tables up to date. A connection to a file
 * that turns out to be damaged is left as it is: closing it would move the log into the damaged file.
 * @throws where the file is not Spokecam's, comes from a later version, or cannot be made durable
 */
export function openForWriting(file: string, migrations: readonly Migration[]): Connection {
  const database = connect(file, { timeout: BUSY_TIMEOUT_MS })
  try {
    makeReady(database, migrations, file)
  } catch (error) {
    // Whoever tries again every few seconds for as long as a card fails must not run out of descriptors.
    if (troubleOf(error) !== 'damaged') closeUnsynced(database)
    throw error
  }
  return database
}

/**
 * Opens the file without touching it: another user in a folder it cannot write may do so, the writer running or not.
 * @throws where the file is missing or not Spokecam's
 */
export function openForReading(file: string): Connection {
  const database = connect(file, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS })
  try {
    setPragma(database, 'cache_size', -READER_CACHE_KIB)
    requireOurs(database, file)
  } catch (error) {
    database.close() // Every request of every page tries again.
    throw error
  }
  return database
}

/**
 * Closes a writer and leaves -wal and -shm beside the file. The last connection to close would remove them, and a reader
 * that may not write the folder could not open the database any more; a read-only connection that closes last cannot
 * take the exclusive lock this needs.
 */
export function closeForReaders(database: Connection): void {
  const last = connect(database.name, { readonly: true })
  pragma(last, 'user_version') // Only a connection that has read something holds a lock.
  try {
    emptyLog(database)
  } catch {
    // On a full card: what is in the log stays there, and readers find it.
  }
  database.close()
  last.close()
}

/**
 * Closes a writer whose card has failed, and asks nothing more of its descriptors: a second fsync there would answer that all
 * is well, although the kernel has given up the pages that the first could not write.
 */
export function closeUnsynced(database: Connection): void {
  let last: Connection | null = null
  try {
    last = connect(database.name, { readonly: true })
    pragma(last, 'user_version')
  } catch {
    // Nothing can be read there any more, and nothing be moved from the log into the file either.
  }
  database.close()
  last?.close()
}

/** Moves all that is in the log into the file, which is then on the card. @throws where it cannot be */
export function emptyLog(database: Connection): void {
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
}

function makeReady(database: Connection, migrations: readonly Migration[], file: string): void {
  const isNew = isBlank(database)
  setPragma(database, 'journal_mode', 'WAL')
  setPragma(database, 'synchronous', 'FULL')
  setPragma(database, 'journal_size_limit', 8388608)
  setPragma(database, 'foreign_keys', 'ON')
  setPragma(database, 'trusted_schema', 'OFF')
  setPragma(database, 'cell_size_check', 'ON')
  if (isNew) setPragma(database, 'application_id', APPLICATION_ID)
  requireOurs(database, file)
  requireDurable(database, file)
  migrate(database, migrations, file)
}

/** Missing, empty, or as a power cut leaves it that came before there was anything in it. */
const isBlank = (database: Connection): boolean =>
  pragma(database, 'application_id') === 0 && database.prepare('SELECT name FROM sqlite_schema').get() === undefined

function requireOurs(database: Connection, file: string): void {
  const id = pragma(database, 'application_id')
  if (id === APPLICATION_ID) return
  database.close()
  const message = `${file} is not a database of Spokecam: its application_id is ${id}`
  // A file of nobody is one of ours that has lost its head; somebody else's is left alone.
  throw id === 0 ? failureOf(message, 'SQLITE_NOTADB') : new Error(message)
}

/** better-sqlite3 is built with NORMAL as the default in WAL mode, which loses whole rides in a power cut. */
function requireDurable(database: Connection, file: string): void {
  const mode = pragma(database, 'journal_mode')
  const synchronous = pragma(database, 'synchronous')
  if (mode === 'wal' && synchronous === 2) return
  database.close()
  throw new Error(`${file} cannot be made durable: journal_mode is ${mode}, synchronous is ${synchronous}`)
}

/** @throws where the file was written by a later version of Spokecam */
function migrate(database: Connection, migrations: readonly Migration[], file: string): void {
  const version = pragma(database, 'user_version') as number
  if (version > migrations.length) {
    throw new Error(
      `${file} was written by a later version of Spokecam: its schema is ${version}, known is ${migrations.length}`,
    )
  }
  for (const [index, migration] of migrations.entries()) {
    if (index < version) continue
    database.transaction(() => {
      database.exec(migration)
      setPragma(database, 'user_version', index + 1)
    })()
  }
}
