/** Opens files of the footage folder: only what lies inside it, and no link that leads elsewhere. */
import { constants } from 'node:fs'
import { type FileHandle, open, realpath } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'

/** A link at the end is refused, and a FIFO does not hold up the opening. */
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

/**
 * @param file relative to the folder, as the catalogue has it
 * @returns null where there is no such file, or it does not lie in the folder
 */
export async function openFootage(folder: string, file: string): Promise<FileHandle | null> {
  try {
    const path = join(folder, file)
    const inside = (await realpath(folder)) + sep
    if (!((await realpath(dirname(path))) + sep).startsWith(inside)) return null
    const handle = await open(path, FLAGS)
    if ((await handle.stat()).isFile()) return handle
    await handle.close()
    return null
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO'].includes((error as NodeJS.ErrnoException).code ?? '')) return null
    throw new Error(`${file} cannot be opened`, { cause: error })
  }
}
