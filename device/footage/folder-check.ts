/** What doctor says of the data folder: whether it can be used, and how much room there is; nothing is made or touched. */
import { constants } from 'node:fs'
import { access, stat, statfs } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { type Check, fail, ok, warn } from '../../core/process/check.js'
import { reasonOf } from '../../core/process/log.js'
import { hoursLeftOf, stateOf } from './limits.js'

/** What was found out about a folder: why it cannot be used, or the room beside it on its card. */
export type DataFolderFound = { readonly because: string } | { readonly because: null; readonly freeBytes: number }

/** @param bytesPerSecond what all cameras write together, as configured */
export async function examineDataFolder(data: string, bytesPerSecond: number): Promise<Check> {
  const folder = resolve(data)
  return dataFinding(folder, await lookAt(folder), bytesPerSecond)
}

export function dataFinding(folder: string, found: DataFolderFound, bytesPerSecond: number): Check {
  const name = 'data'
  if (found.because !== null) return fail(name, `${folder} cannot be used: ${found.because}`, 'name another under data')
  const { freeBytes } = found
  const hoursLeft = hoursLeftOf(freeBytes, 0, bytesPerSecond)
  const room = hoursLeft === null ? '' : `, ${inHours(hoursLeft)} of video`
  const says = `${folder}: ${inBytes(freeBytes)} free${room}`
  const todo = 'make room on the card, or name a folder with more under data'
  switch (stateOf(freeBytes, hoursLeft, bytesPerSecond)) {
    case 'full':
      return fail(name, says, todo)
    case 'low':
      return warn(name, says, todo)
    default:
      return ok(name, says)
  }
}

/** What a device would write first. Whether another one holds the lock is no matter: doctor is asked beside it, too. */
async function lookAt(folder: string): Promise<DataFolderFound> {
  try {
    for (const name of ['', 'footage']) await mayWriteInto(join(folder, name))
    for (const name of ['device.lock', 'rides.db']) await mayWrite(join(folder, name))
    const nearest = await nearestOf(folder)
    const { blocks, bavail, bsize } = await statfs(nearest)
    // Such as /proc, where even root, who may write everywhere, makes no folder.
    return blocks === 0 ? { because: `${nearest} takes no files` } : { because: null, freeBytes: bavail * bsize }
  } catch (error) {
    return { because: reasonOf(error) }
  }
}

/** @throws where the folder cannot be written, or not be made */
async function mayWriteInto(folder: string): Promise<void> {
  const nearest = await nearestOf(folder)
  if (!(await stat(nearest)).isDirectory()) throw new Error(`${nearest} is no folder`)
  await mayWrite(nearest)
}

/** @throws where it is there and may not be written */
async function mayWrite(path: string): Promise<void> {
  try {
    await access(path, constants.W_OK)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return
    if (code === 'EROFS') throw new Error(`${path} lies on a card that can only be read`)
    if (code === 'EACCES' || code === 'EPERM') throw new Error(`${path} may not be written`)
    throw error
  }
}

/** The path itself, or what is there of those above it. */
async function nearestOf(path: string): Promise<string> {
  try {
    await stat(path)
    return path
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if ((code !== 'ENOENT' && code !== 'ENOTDIR') || path === dirname(path)) throw error
    return nearestOf(dirname(path))
  }
}

const inBytes = (bytes: number): string =>
  bytes >= 1e9 ? `${(Math.floor(bytes / 1e8) / 10).toFixed(1)} GB` : `${Math.floor(bytes / 1e6)} MB`

/** Rounded down: nobody is promised a minute that is not there. */
function inHours(hours: number): string {
  const minutes = Math.floor(hours * 60)
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
