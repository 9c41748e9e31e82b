/** Sets files aside that cannot be taken in: under a name no player opens, beside where they lay, and never over another. */
import { rename, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { syncFolder } from '../../core/process/durable.js'

/** empty: without a picture; double: its segment has another file; leftover: of a writing that broke off. */
export type Why = 'empty' | 'double' | 'leftover'

/** Answers the name it has now. The one writer of the folder is this device, so nobody takes the name in between. */
export async function setAside(path: string, why: Why): Promise<string> {
  let aside = `${path}.${why}`
  for (let number = 2; await isThere(aside); number++) aside = `${path}.${why}-${number}`
  await rename(path, aside)
  await syncFolder(dirname(path))
  return aside
}

/** @throws where that cannot be told: a card that fails has not lost the file */
export async function isThere(path: string): Promise<boolean> {
  return (await sizeOf(path)) !== null
}

/** In bytes, null where there is no such file. @throws where that cannot be told */
export async function sizeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).size
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    throw error
  }
}
