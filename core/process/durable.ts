/** Files that must be there after a power cut. */
import { type FileHandle, mkdir, open, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Temporary files end in this, never in a name that a player or a stranger would open. */
export const UNFINISHED = '.tmp'

/** Writes a whole text under its name or not at all: tmp, fsync, rename, fsync of the folder. @throws where the card refuses */
export async function writeDurably(path: string, text: string): Promise<void> {
  const unfinished = path + UNFINISHED
  await writeFile(unfinished, text)
  await syncFile(unfinished)
  await renameDurably(unfinished, path)
}

export async function renameDurably(from: string, to: string): Promise<void> {
  await rename(from, to)
  await syncFolder(dirname(to))
}

/**
 * Makes a folder, and those above it, whose own entries are on the card, too.
 * Not mkdir's own `recursive`, which never returns where a parent exists and takes no entries, such as /proc.
 * @throws where one of them cannot be made
 */
export async function makeFolderDurably(path: string): Promise<void> {
  if (await makeOne(path)) return
  await makeFolderDurably(dirname(path))
  if (!(await makeOne(path))) throw new Error(`${dirname(path)} takes no folder`)
}

/** False where the folder above it is missing. */
async function makeOne(path: string): Promise<boolean> {
  try {
    await mkdir(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return false
    if (code === 'EEXIST') return true
    throw error
  }
  await syncFolder(dirname(path))
  return true
}

/** fdatasync on a descriptor of our own: Linux syncs the file, whichever descriptor it was written through. */
export async function syncFile(path: string): Promise<void> {
  await withFile(path, (file) => file.datasync())
}

export async function syncFolder(path: string): Promise<void> {
  await withFile(path, (folder) => folder.sync())
}

async function withFile(path: string, work: (file: FileHandle) => Promise<void>): Promise<void> {
  const file = await open(path, 'r')
  try {
    await work(file)
  } finally {
    await file.close()
  }
}
