/** What ails a catalogue, by the word that SQLite has for it. */

/** `locked` by another process, `damaged` bytes, a `full` card, or a `card` that fails or cannot be written. */
export type Trouble = 'locked' | 'damaged' | 'full' | 'card'

/** Null for what is no trouble of the file or its card: a wrong order, a fault of our own. */
export function troubleOf(error: unknown): Trouble | null {
  const code = codeOf(error) ?? ''
  if (/^SQLITE_(BUSY|LOCKED|PROTOCOL)/.test(code)) return 'locked'
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(code)) return 'damaged'
  // Where there is no room for the index of the log, SQLite calls it an I/O error.
  if (/^(SQLITE_FULL|SQLITE_IOERR_SHMSIZE|ENOSPC|EDQUOT)$/.test(code)) return 'full'
  if (/^(SQLITE_(IOERR|READONLY|CANTOPEN)|EIO$|EROFS$)/.test(code)) return 'card'
  return null
}

export const codeOf = (error: unknown): string | undefined => (error as { readonly code?: string } | null)?.code

/** An error that says its trouble as SQLite would. */
export const failureOf = (message: string, code: string): Error => Object.assign(new Error(message), { code })
