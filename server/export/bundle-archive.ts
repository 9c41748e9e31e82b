/** A ZIP archive that is made while it is read: its size is known before its first byte, and its last file has the checksums of all. */
import { createHash } from 'node:crypto'
import { type PassThrough, Readable } from 'node:stream'
import { ZipFile } from 'yazl'
import { type NotedFile, piecesOf } from './bundle-file.js'

export interface Entry {
  /** ASCII, parts divided by a slash. */
  readonly name: string
  readonly content: string | Buffer | NotedFile
}

export interface Archive {
  readonly sizeBytes: number
  /**
   * Ends with an error where a file turns out gone or changed: the other end has less than was announced, never a wrong checksum.
   * Destroying it closes what it has open.
   */
  readonly stream: Readable
}

/** What `sha256sum -c` takes. */
export const CHECKSUMS = 'SHA256SUMS'

/** yazl says nothing of a size in its types. */
type Sized = (...told: readonly number[]) => void

const HEX_DIGITS = 64
/** What yazl 3.3.1 takes in the central directory beside each name: 46 bytes, a time of 9, and 28 beyond 4 GiB. */
const MOST_RECORD_BYTES = 46 + 9 + 28

/** Stored, not compressed: video does not get smaller. @param madeUtcMs the time its files are given, milliseconds since 1970 */
export function archiveOf(entries: readonly Entry[], madeUtcMs: number): Archive {
  const zip = new ZipFile()
  // It is one; the types only say that it can be read.
  const stream = zip.outputStream as PassThrough
  const options = { compress: false, mtime: new Date(madeUtcMs), mode: 0o100644 }
  const sums = new Map<string, string>()
  let source: Readable | null = null

  const begin = (pieces: AsyncGenerator<Buffer>): Readable => {
    source = Readable.from(pieces)
    source.once('error', (error) => stream.destroy(error))
    if (stream.destroyed) source.destroy()
    return source
  }

  const add = (name: string, sizeBytes: number, pieces: () => AsyncGenerator<Buffer>): void =>
    zip.addReadStreamLazy(name, { ...options, size: sizeBytes }, (give) => give(null, begin(pieces())))

  // Whoever reads it hears of an error, too; before somebody does it must not end the process.
  stream.on('error', () => {})
  stream.once('close', () => source?.destroy())
  zip.on('error', (error) => stream.destroy(error))

  for (const { name, content } of entries) {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content
    if (bytes instanceof Uint8Array) {
      sums.set(name, createHash('sha256').update(bytes).digest('hex'))
      zip.addBuffer(bytes, name, options)
    } else add(name, bytes.sizeBytes, () => hashed(bytes, name, (sum) => sums.set(name, sum)))
  }
  const sumsBytes = entries.reduce((sum, { name }) => sum + lineOf(name, '').length + HEX_DIGITS, 0)
  add(CHECKSUMS, sumsBytes, async function* () {
    yield Buffer.from(entries.map(({ name }) => lineOf(name, sums.get(name) ?? '')).join(''))
  })

  let sizeBytes = -1
  const sized: Sized = (total = -1) => {
    sizeBytes = total
  }
  zip.end({ forceZip64Format: isDirectoryLong(entries), comment: '' }, sized)
  if (sizeBytes < 0) throw new Error('the size of the archive is not known beforehand')
  return { sizeBytes, stream }
}

const lineOf = (name: string, sum: string): string => `${sum}  ${name}\n`

async function* hashed(file: NotedFile, name: string, told: (sum: string) => void): AsyncGenerator<Buffer> {
  const hash = createHash('sha256')
  for await (const piece of piecesOf(file, name)) {
    hash.update(piece)
    yield piece
  }
  told(hash.digest('hex'))
}

/**
 * From 64 KiB of directory on yazl 3.3.1 counts in a ZIP64 ending which it then leaves out: asked for one it does as it said.
 * Every program that opens so many files knows it.
 */
const isDirectoryLong = (entries: readonly Entry[]): boolean =>
  [...entries, { name: CHECKSUMS }].reduce((sum, { name }) => sum + MOST_RECORD_BYTES + name.length, 0) >= 0xffff
