/** Writes what a command makes: to standard output, or whole under a name or not at all. */
import { closeSync, createWriteStream, openSync, writeSync } from 'node:fs'
import { lstat, realpath, rename, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { UNFINISHED } from '../core/process/durable.js'

/** @param file null: standard output @throws what the pieces throw, and where the file cannot be written; nothing is left then */
export async function writeOut(pieces: Iterable<string>, file: string | null): Promise<void> {
  if (file === null) return pipeline(Readable.from(pieces), process.stdout, { end: false })
  const target = await realpath(file).catch(() => file) // What is not there yet is what it is called.
  if (await isPlainOrMissing(target)) return writeBeside(pieces, target)
  await pipeline(Readable.from(pieces), createWriteStream(target))
}

async function writeBeside(pieces: Iterable<string>, file: string): Promise<void> {
  const unfinished = `${file}.${process.pid}${UNFINISHED}`
  const descriptor = openSync(unfinished, 'wx')
  try {
    writeAll(descriptor, pieces)
    await rename(unfinished, file)
  } catch (error) {
    await rm(unfinished, { force: true })
    throw error
  }
}

/** Not in turns with anything: nobody else waits in this process, and each turn would cost as much as the writing. */
function writeAll(descriptor: number, pieces: Iterable<string>): void {
  try {
    for (const piece of pieces) {
      const bytes = Buffer.from(piece)
      for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at)
    }
  } finally {
    closeSync(descriptor)
  }
}

/** A pipe or a device such as /dev/null is written as it is: a name of its own is not what somebody waits for. */
async function isPlainOrMissing(file: string): Promise<boolean> {
  try {
    return (await lstat(file)).isFile()
  } catch {
    return true // Where it cannot be made either, the writing says why.
  }
}
