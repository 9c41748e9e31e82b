/** A recorded file as text: in lines as a receiver sends them, or in pieces of a document, decoded as it asks for. */
import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { StringDecoder } from 'node:string_decoder'
import { createLineSplitter } from '../../core/process/lines.js'
import { reasonOf } from '../../core/process/log.js'

/** What a file is told by stands in its first so many bytes. */
const HEAD_BYTES = 64 * 1024
/** No more points than are kept at once: more of them wait for each other, and fill a processor's cache. */
const PIECE_BYTES = 64 * 1024

/** @throws one sentence that names the file, where it cannot be read or has no end: nothing is waited for */
export async function headOf(file: string): Promise<Buffer> {
  try {
    // Opening a pipe waits for whoever writes into it, and no signal ends that.
    if (!(await stat(file)).isFile()) throw new Error('it is no regular file')
    await using handle = await open(file)
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0)
    return buffer.subarray(0, bytesRead)
  } catch (error) {
    throw unreadable(file, error)
  }
}

/**
 * The lines of a file, byte by character (latin1), so that whatever is in them goes out as it came in.
 * Reads on only as fast as they are taken; those over 64 KiB are left out.
 */
export async function* linesOf(file: string): AsyncGenerator<string, void, void> {
  const splitter = createLineSplitter('latin1')
  for await (const chunk of bytesOf(file)) yield* splitter.take(chunk)
  yield* splitter.rest()
}

/** The characters of an XML document, piece by piece. What is no character in its encoding becomes U+FFFD. */
export async function* piecesOfXml(file: string): AsyncGenerator<string, void, void> {
  let decoder: Decoder | null = null
  for await (const chunk of bytesOf(file)) {
    decoder ??= decoderFor(chunk)
    yield decoder.write(chunk)
  }
  if (decoder !== null) yield decoder.end()
}

async function* bytesOf(file: string): AsyncGenerator<Buffer, void, void> {
  try {
    yield* createReadStream(file, { highWaterMark: PIECE_BYTES })
  } catch (error) {
    throw unreadable(file, error)
  }
}

const unreadable = (file: string, error: unknown): Error => new Error(`${file} cannot be read: ${reasonOf(error)}`)

/** The beginning of a file as its text, if it is one. */
export const textOf = (head: Buffer): string => decoderFor(head).write(head)

interface Decoder {
  readonly write: (chunk: Buffer) => string
  readonly end: () => string
}

function decoderFor(head: Buffer): Decoder {
  const encoding = encodingOf(head)
  // For UTF-8 several times as fast as TextDecoder.
  if (encoding === 'utf-8') return new StringDecoder('utf8')
  const decoder = new TextDecoder(encoding)
  return { write: (chunk) => decoder.decode(chunk, { stream: true }), end: () => decoder.decode() }
}

/** XML 1.0, appendix F: by byte order mark, else by how `<` is written, else as declared, else UTF-8. */
function encodingOf(head: Buffer): string {
  const [first, second] = head
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  if (first === LESS && second === 0) return 'utf-16le'
  if (first === 0 && second === LESS) return 'utf-16be'
  const declared = DECLARATION.exec(head.toString('latin1', 0, MOST_DECLARATION_BYTES))?.[1]
  // Some programs declare the encoding that their text had in memory: it cannot be that one, or this would not be readable.
  if (declared === undefined || /^(utf|ucs|unicode)/i.test(declared)) return 'utf-8'
  return isKnown(declared) ? declared : 'utf-8'
}

const LESS = 0x3c
const MOST_DECLARATION_BYTES = 256
const DECLARATION = /^(?:\xef\xbb\xbf)?<\?xml\s[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']/

function isKnown(encoding: string): boolean {
  try {
    return new TextDecoder(encoding).encoding !== ''
  } catch {
    // Its ASCII is all that matters for a track: a strange name at worst.
    return false
  }
}
