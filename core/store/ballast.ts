/** A file that holds room for the catalogue on a card that others fill: it goes when nothing else can be written any more. */
import { existsSync, rmSync, statSync } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { setTimeout as rest } from 'node:timers/promises'

export const BALLAST_BYTES = 16 * 1024 * 1024

/** A burst of 60 MB with one fsync held the sync of the recorders for 4 s; a piece of 1 MB with a pause costs them nothing. */
export const PIECE_BYTES = 1024 * 1024
export const PAUSE_MS = 100

export const ballastName = (file: string): string => `${file}.ballast`

/** Makes room. Answers whether there was any to make. */
export function throwBallast(file: string): boolean {
  if (!existsSync(ballastName(file))) return false
  rmSync(ballastName(file), { force: true })
  return true
}

export const hasBallast = (file: string): boolean =>
  existsSync(ballastName(file)) && statSync(ballastName(file)).size === BALLAST_BYTES

/** The room is really taken: zeros are written, as a hole in a file holds no room. @throws where there is none, or it is aborted */
export async function layInBallast(file: string, signal: AbortSignal): Promise<void> {
  const ballast = ballastName(file)
  const made = await open(ballast, 'w', 0o600)
  try {
    const piece = Buffer.alloc(PIECE_BYTES)
    for (let bytes = 0; bytes < BALLAST_BYTES; bytes += PIECE_BYTES) {
      await made.writeFile(piece)
      await made.datasync()
      await rest(PAUSE_MS, undefined, { signal })
    }
  } catch (error) {
    await rm(ballast, { force: true })
    throw error
  } finally {
    await made.close()
  }
}
