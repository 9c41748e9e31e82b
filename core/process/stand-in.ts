/** Folders in memory that stand in for the data folder while its card cannot be written: they last as long as the power. */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { lstat, mkdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

/** Whose it is; each has one of its own. */
export type StandsIn = 'device' | 'server'

/** Memory on every Linux, whatever /tmp lies on. */
const MEMORY = '/dev/shm'
const FOR_ITS_OWNER = 0o700

/** Where it lies, made or not: the same for the same data folder. */
export function standInFolder(data: string, of: StandsIn): string {
  const name = createHash('sha256').update(resolve(data)).digest('hex').slice(0, 16)
  return join(existsSync(MEMORY) ? MEMORY : tmpdir(), `spokecam-${of}-${name}`)
}

/** Makes it anew, empty. @throws where somebody else has put something there: everybody may write around it */
export async function makeStandIn(data: string, of: StandsIn): Promise<string> {
  const folder = standInFolder(data, of)
  await removeStandIn(data, of)
  await mkdir(folder, { mode: FOR_ITS_OWNER })
  return folder
}

export async function removeStandIn(data: string, of: StandsIn): Promise<void> {
  const folder = standInFolder(data, of)
  // Another's, or a link to somewhere, is not ours to remove: making one fails then.
  if (await isOurs(folder)) await rm(folder, { recursive: true, force: true })
}

async function isOurs(folder: string): Promise<boolean> {
  const found = await lstat(folder).catch(() => null) // Not there.
  return found?.isDirectory() === true && found.uid === process.getuid?.()
}
