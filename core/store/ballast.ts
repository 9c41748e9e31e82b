/** A file that holds room for the catalogue on a card that others fill: it goes when nothing else can be written any more. */
import { existsSync, rmSync, statSync } from 'node:fs'

export const BALLAST_BYTES = 16 * 1024 * 1024

export const ballastName = (file: string): string => `${file}.ballast`

/** Makes room. Answers whether there was any to make. */
export function throwBallast(file: string): boolean {
  if (!existsSync(ballastName(file))) return false
  rmSync(ballastName(file), { force: true })
  return true
}

export const hasBallast = (file: string): boolean =>
  existsSync(ballastName(file)) && statSync(ballastName(file)).size === BALLAST_BYTES
