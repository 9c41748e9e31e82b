/** What ails the card when something cannot be written, in words for the rider. */

/** Whether it is for want of room: then less may go through. */
export interface CardTrouble {
  readonly isFull: boolean
  readonly words: string
}

/** Null for what is no trouble of the card. Reads codes of the system and of SQLite, and what ffmpeg says of them. */
export function cardTroubleOf(error: unknown): CardTrouble | null {
  const told = wordsOf(error)
  if (/\b(ENOSPC|EDQUOT|SQLITE_FULL)\b|no space left/i.test(told)) return { isFull: true, words: 'the card is full' }
  if (/\bEROFS\b|SQLITE_(READONLY|CANTOPEN)|read-only file system/i.test(told)) {
    return { isFull: false, words: 'the card cannot be written' }
  }
  if (/\bEIO\b|SQLITE_IOERR|input\/output error/i.test(told)) return { isFull: false, words: 'the card fails' }
  return null
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code = '' } = error as NodeJS.ErrnoException
  return `${code} ${error.message} ${error.cause === undefined ? '' : wordsOf(error.cause)}`
}
