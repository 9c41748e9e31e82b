/** A catalogue that cannot be read any more is set aside, never deleted: who knows what is still in it. */
import { existsSync, renameSync } from 'node:fs'

/** A log or an index without its database is no good, and would be taken for the new one's. */
const PARTS = ['', '-wal', '-shm']

/**
 * Renames the catalogue, and answers where it lies now. Whoever has it open may close it after this and not before: closing
 * moves the log into a file that is damaged, and takes the log away.
 */
export function setAside(file: string): string {
  const aside = freeName(`${file}.broken`)
  for (const part of PARTS) if (existsSync(file + part)) renameSync(file + part, aside + part)
  return aside
}

function freeName(name: string, number = 1): string {
  const numbered = `${name}-${number}`
  return PARTS.some((part) => existsSync(numbered + part)) ? freeName(name, number + 1) : numbered
}
