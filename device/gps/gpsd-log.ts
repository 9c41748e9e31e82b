/** A recording of what gpsd said, as a file: what it is recognised by, and its lines. */
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { reasonOf } from '../../core/process/log.js'
import { parseGpsdLine } from './gpsd-line.js'
import type { GpsdMessage } from './gpsd-messages.js'
import { createLineSplitter } from './lines.js'

export interface GpsdLog {
  readonly file: string
  /** Path of the receiver it begins with; null where its messages name none. */
  readonly device: string | null
}

/** A log that has no message in its first so many bytes is none. */
const HEAD_BYTES = 64 * 1024

/** Rejects with one sentence that names the file and what it looks like instead. */
export async function openGpsdLog(file: string): Promise<GpsdLog> {
  const head = await headOf(file)
  const splitter = createLineSplitter('latin1')
  const messages = [...splitter.take(head), ...splitter.rest()]
    .map(parseGpsdLine)
    .filter((message) => message.kind !== 'nonsense')
  if (messages.length === 0) throw new Error(`${file} is not a gpsd JSON log: it looks like ${looksOf(head)}`)
  return { file, device: messages.map(deviceOf).find((device) => device !== null) ?? null }
}

/**
 * The lines of a file, byte by character (latin1), so that whatever is in them goes out as it came in.
 * Reads on only as fast as they are taken; those over 64 KiB are left out.
 */
export async function* linesOf(file: string): AsyncGenerator<string, void, void> {
  const splitter = createLineSplitter('latin1')
  for await (const chunk of createReadStream(file)) yield* splitter.take(chunk)
  yield* splitter.rest()
}

async function headOf(file: string): Promise<Buffer> {
  try {
    await using handle = await open(file)
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0)
    return buffer.subarray(0, bytesRead)
  } catch (error) {
    throw new Error(`${file} cannot be read: ${reasonOf(error)}`, { cause: error })
  }
}

function deviceOf(message: GpsdMessage): string | null {
  if (message.kind === 'tpv' || message.kind === 'sky') return message.device
  if (message.kind === 'device') return message.path
  return message.kind === 'devices' ? (message.paths[0] ?? null) : null
}

function looksOf(head: Buffer): string {
  if (head.length === 0) return 'an empty file'
  if (head.includes(0)) return 'a binary file'
  const text = head.toString('latin1')
  if (/^\s*<\?xml|^\s*<gpx/.test(text)) return text.includes('<gpx') ? 'a GPX file' : 'an XML file'
  if (/^[$!][A-Z]{4,6},/m.test(text)) return 'a log of NMEA sentences'
  return /^\s*[{[]/.test(text) ? 'JSON of another kind' : 'a file of another kind'
}
