/** The thread that looks after the catalogue while others write on: checks it or copies it, and takes its time. */
import { closeSync, fdatasyncSync, openSync, writeFileSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { PAUSE_MS, PIECE_BYTES } from './ballast.js'
import type { CareSaid, CareTask } from './care-task.js'
import { type Connection, connect, pragma, setPragma } from './connection.js'
import { failureOf } from './trouble.js'

/** A row of a point with its share of the tree. */
const FIX_BYTES = 100
const LOCKED_MS = 5_000

const say = (said: CareSaid): void => parentPort?.postMessage(said)
const rest = (): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS)

const task = workerData as CareTask
try {
  if (task.kind === 'check') check(task.file)
  else copy(task)
  say({ kind: 'done' })
} catch (error) {
  const { message, code } = error as Error & { readonly code?: string }
  say({ kind: 'failed', message, code })
}

/** Table by table, so that no look at the catalogue lasts long. @throws SQLITE_CORRUPT with what is wrong */
function check(file: string): void {
  const database = connect(file, { readonly: true, fileMustExist: true, timeout: LOCKED_MS })
  try {
    for (const table of tablesOf(database)) {
      const found = database.prepare(`PRAGMA quick_check('${table}')`).pluck().all()
      if (found[0] !== 'ok') throw failureOf(`${table}: ${found.slice(0, 3).join(', ')}`, 'SQLITE_CORRUPT')
      rest()
    }
  } finally {
    database.close()
  }
}

/**
 * Copies the catalogue as it is at one moment, which is told as `begun`, row by row into new trees. Not by VACUUM INTO: nobody
 * could tell which commits it holds.
 */
function copy({ file, to, mayBegin, withinMs }: CareTask & { readonly kind: 'copy' }): void {
  writeFileSync(to, '') // The connection may make no files, lest it makes a catalogue where there is none any more.
  const database = connect(file, { fileMustExist: true, timeout: LOCKED_MS })
  try {
    setPragma(database, 'foreign_keys', 'OFF')
    database.exec(`ATTACH '${to.replaceAll("'", "''")}' AS copy`)
    setPragma(database, 'copy.journal_mode', 'MEMORY')
    setPragma(database, 'copy.synchronous', 'OFF')
    // Little is held back, so that each piece reaches the card with its own sync.
    setPragma(database, 'copy.cache_size', -256)
    say({ kind: 'ready' })
    // What is committed before it may begin would stand neither in the copy nor in what is noted behind it.
    if (Atomics.wait(new Int32Array(mayBegin), 0, 0, withinMs) === 'timed-out') {
      throw failureOf('the writer is busy for too long to be copied', 'SQLITE_BUSY')
    }
    database.exec('BEGIN')
    const tables = tablesOf(database)
    say({ kind: 'begun' })
    for (const name of ['application_id', 'user_version']) {
      setPragma(database, `copy.${name}`, pragma(database, `main.${name}`) as number)
    }
    for (const sql of schemaOf(database, 'table')) database.exec(sql.replace(/^CREATE TABLE /, '$&copy.'))
    for (const table of tables) copyTable(database, table, to)
    for (const sql of schemaOf(database, 'index')) database.exec(sql.replace(/^CREATE (UNIQUE )?INDEX /, '$&copy.'))
    database.exec('COMMIT')
  } finally {
    database.close()
  }
  sync(to)
}

function copyTable(database: Connection, table: string, to: string): void {
  const all = `INSERT INTO copy."${table}" SELECT * FROM main."${table}"`
  if (table !== 'fixes') return void database.exec(all)
  // The points are nearly all of it.
  const ofRide = database.prepare(`${all} WHERE rideNumber = ?`)
  let unsyncedBytes = 0
  for (const ride of database.prepare('SELECT number FROM main.rides ORDER BY number').pluck().all()) {
    unsyncedBytes += ofRide.run(ride).changes * FIX_BYTES
    if (unsyncedBytes < PIECE_BYTES) continue
    sync(to)
    rest()
    unsyncedBytes = 0
  }
}

function sync(path: string): void {
  const descriptor = openSync(path, 'r')
  fdatasyncSync(descriptor)
  closeSync(descriptor)
}

function tablesOf(database: Connection): readonly string[] {
  const sql = `SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`
  return database.prepare<[], string>(sql).pluck().all() as string[]
}

function schemaOf(database: Connection, type: 'table' | 'index'): readonly string[] {
  const sql = 'SELECT sql FROM main.sqlite_schema WHERE type = ? AND sql IS NOT NULL'
  return database.prepare<[string], string>(sql).pluck().all(type) as string[]
}
