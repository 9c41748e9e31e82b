/** Sets files aside that cannot be taken in: under a name no player opens, beside where they lay, and never over another. */
import { createReadStream, createWriteStream } from 'node:fs'
import { rename, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { syncFile, syncFolder } from '../../core/process/durable.js'

/** empty: without a picture; double: its segment has another file; leftover: of a writing that broke off; rest: what was cut off. */
export type Why = 'empty' | 'double' | 'leftover' | 'rest'

/** Answers the name it has now. The one writer of the folder is this device, so nobody takes the name in between. */
export async function setAside(path: string, why: Why): Promise<string> {
  const aside = await freeName(path, why)
  await rename(path, aside)
  await syncFolder(dirname(path))
  return aside
}

/** Puts what a file holds from an offset on into one of its own, on the card when it resolves. */
export async function setRestAside(path: string, from: number): Promise<void> {
  const aside = await freeName(path, 'rest')
  await pipeline(createReadStream(path, { start: from }), createWriteStream(aside))
  await syncFile(aside)
  await syncFolder(dirname(path))
}

async function freeName(path: string, why: Why): Promise<string> {
  let aside = `${path}.${why}`
  for (let number = 2; await isThere(aside); number++) aside = `${path}.${why}-${number}`
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
