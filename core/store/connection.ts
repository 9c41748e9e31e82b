/** A connection to SQLite whose native objects live as long as the process. */
import Database from 'better-sqlite3'

export type Connection = Database.Database

/** A row as SQLite has it: it has no booleans. */
export type Flags<Row> = {
  readonly [Key in keyof Row]: boolean extends Row[Key] ? number | Extract<Row[Key], null> : Row[Key]
}

/**
 * Node 24.19 and later abort ("env != nullptr" in RemoveEnvironmentCleanupHook) when a native object of an addon built on
 * node::ObjectWrap, as better-sqlite3 12 is, is collected while no script runs. None of ours ever is: they are few, made
 * when a file is opened. better-sqlite3 13 has no such objects, but does not run on Node 20.
 */
const neverCollected: object[] = []

/** Opens a file. @throws as SQLite does */
export function connect(file: string, options: Database.Options): Connection {
  const connection = kept(new Database(file, options))
  const prepare = connection.prepare.bind(connection)
  return Object.assign(connection, { prepare: (sql: string) => kept(prepare(sql)) })
}

/** Sets a pragma. Not by the package's own pragma(), which leaves a statement behind to be collected. */
export function setPragma(connection: Connection, name: string, value: string | number): void {
  connection.exec(`PRAGMA ${name} = ${value}`)
}

/** What a pragma is set to. */
export function pragma(connection: Connection, name: string): unknown {
  return connection.prepare(`PRAGMA ${name}`).pluck().get()
}

function kept<Thing extends object>(thing: Thing): Thing {
  neverCollected.push(thing)
  return thing
}
