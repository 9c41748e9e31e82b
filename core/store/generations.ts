/**
 * The names of what a lost catalogue is made of again: `.backup-N` is a whole one, `.redo-N` what followed upon it, up to
 * where `.backup-N+1` and `.redo-N+1` begin. A number says which is newer, as no clock could.
 */
import { readdirSync } from 'node:fs'
import { basename, dirname } from 'node:path'

/** In order, the oldest first. */
export interface Generations {
  readonly backups: readonly number[]
  readonly redos: readonly number[]
}

export const backupName = (file: string, generation: number): string => `${file}.backup-${generation}`
export const redoName = (file: string, generation: number): string => `${file}.redo-${generation}`

export function generationsOf(file: string): Generations {
  const names = readdirSync(dirname(file))
  const numbersAfter = (beginning: string): number[] =>
    names
      .filter((name) => name.startsWith(beginning) && /^\d+$/.test(name.slice(beginning.length)))
      .map((name) => Number(name.slice(beginning.length)))
      .sort((one, other) => one - other)
  return {
    backups: numbersAfter(`${basename(file)}.backup-`),
    redos: numbersAfter(`${basename(file)}.redo-`),
  }
}
