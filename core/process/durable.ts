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

/** Makes a folder whose own entry is on the card, too. */
export async function makeFolderDurably(path: string): Promise<void> {
  const firstMade = await mkdir(path, { recursive: true })
  if (firstMade !== undefined) await syncFolder(dirname(firstMade))
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
