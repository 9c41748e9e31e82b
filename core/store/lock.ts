/** One writer a data folder: a lock that the kernel lets go when its holder dies, however it dies. */
import { connect, setPragma } from './connection.js'

export interface Lock {
  readonly release: () => void
}

/**
 * Takes the lock, or answers null while another process holds it.
 * SQLite's exclusive lock is a POSIX record lock: no leftover of a kill -9 or a power cut can keep it.
 */
export function takeLock(file: string): Lock | null {
  const database = connect(file, { timeout: 0 })
  setPragma(database, 'locking_mode', 'EXCLUSIVE')
  try {
    database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    if ((error as { code?: string }).code === 'SQLITE_BUSY') return null
    throw new Error(`${file} cannot be locked`, { cause: error })
  }
  return { release: () => void database.close() }
}
