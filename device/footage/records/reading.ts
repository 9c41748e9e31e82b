/** Reads what lies among the footage without trusting it: plain files only, of a size that ours have. */
import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'

/** @throws in words where it is no plain file, larger, or cannot be read */
export async function readText(path: string, mostBytes: number): Promise<string> {
  const file = await openPlain(path, mostBytes)
  try {
    return await file.readFile('utf8')
  } finally {
    await file.close()
  }
}

/** What a file of JSON says. @throws likewise, and where it is none */
export async function readJson(path: string, mostBytes: number): Promise<unknown> {
  const text = await readText(path, mostBytes)
  try {
    return JSON.parse(text)
  } catch {
    throw new Error(text === '' ? 'it is empty' : 'it is torn') // Where exactly helps nobody.
  }
}

/** Why a file could not be read, in words that do not repeat its path. */
export function reasonIn(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ELOOP') return 'it is a link'
  return code === undefined ? message : `the card says ${code}`
}

/** The lines of a file, each without its end; one longer than ours are ends the reading. @throws likewise */
export async function* readLines(path: string, mostBytes: number): AsyncGenerator<string> {
  const file = await openPlain(path, mostBytes)
  try {
    let rest = ''
    const text = new TextDecoder()
    for await (const chunk of file.createReadStream({ autoClose: false, highWaterMark: CHUNK_BYTES })) {
      const lines = (rest + text.decode(chunk as Buffer, { stream: true })).split('\n')
      rest = lines.pop() ?? ''
      yield* lines
      if (rest.length > LONGEST_LINE) throw new Error('a line of it is longer than any of ours')
    }
    if (rest !== '') yield rest
  } finally {
    await file.close()
  }
}

const CHUNK_BYTES = 256 * 1024
const LONGEST_LINE = 64 * 1024

/** A link could lead anywhere, and a pipe or a device may never end. */
async function openPlain(path: string, mostBytes: number): Promise<FileHandle> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const found = await file.stat()
    if (!found.isFile()) throw new Error('it is no plain file')
    if (found.size > mostBytes) throw new Error(`it has ${found.size} bytes, more than any of ours`)
    return file
  } catch (error) {
    await file.close()
    throw error
  }
}
