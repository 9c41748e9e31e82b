/** Writes what a command makes: to standard output, or whole under a name or not at all. */
import { closeSync, createWriteStream, openSync, writeSync } from 'node:fs'
import { lstat, realpath, rename, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { UNFINISHED } from '../core/process/durable.js'
import { inPieces } from '../core/track/track-format.js'

/** @param file null: standard output @throws what the texts throw, and where the file cannot be written; nothing is left then */
export async function writeOut(texts: Iterable<string>, file: string | null): Promise<void> {
  if (file === null) return pipeline(Readable.from(inPieces(texts)), process.stdout, { end: false })
  const target = await realpath(file).catch(() => file) // What is not there yet is what it is called.
  if (await isPlainOrMissing(target)) return writeBeside(texts, target)
  await pipeline(Readable.from(inPieces(texts)), createWriteStream(target))
}

async function writeBeside(texts: Iterable<string>, file: string): Promise<void> {
  const unfinished = `${file}.${process.pid}${UNFINISHED}`
  const descriptor = openSync(unfinished, 'wx')
  try {
    writeAll(descriptor, texts)
    await rename(unfinished, file)
  } catch (error) {
    await rm(unfinished, { force: true })
    throw error
  }
}

/** Not in turns with anything: nobody else waits in this process. Each text is put where it is written from, and nowhere else. */
function writeAll(descriptor: number, texts: Iterable<string>): void {
  const bytes = Buffer.allocUnsafe(PIECE_BYTES)
  let length = 0
  const flush = (rest: Uint8Array): void => {
    for (let at = 0; at < rest.length; ) at += writeSync(descriptor, rest, at)
  }
  try {
    for (const text of texts) {
      const mostBytes = text.length * MOST_BYTES_A_UNIT
      if (length + mostBytes > PIECE_BYTES) {
        flush(bytes.subarray(0, length))
        length = 0
      }
      if (mostBytes > PIECE_BYTES) flush(Buffer.from(text))
      else length += bytes.write(text, length)
    }
    flush(bytes.subarray(0, length))
  } finally {
    closeSync(descriptor)
  }
}

const PIECE_BYTES = 64 * 1024
/** In UTF-8, of a code unit of a JavaScript string. */
const MOST_BYTES_A_UNIT = 3

/** A pipe or a device such as /dev/null is written as it is: a name of its own is not what somebody waits for. */
async function isPlainOrMissing(file: string): Promise<boolean> {
  try {
    return (await lstat(file)).isFile()
  } catch {
    return true // Where it cannot be made either, the writing says why.
  }
}
