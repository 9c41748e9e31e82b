/** Files that follow rows of the catalogue, a line each: they grow at their end while more come, and are exact once written whole. */
import { type FileHandle, open } from 'node:fs/promises'
import { renameDurably, UNFINISHED } from '../../../core/process/durable.js'
import { pause } from '../../../core/process/service.js'
import type { Line, LineKey } from '../../../core/store/record-shapes.js'
import { sizeOf } from '../set-aside.js'

export interface LineSource {
  readonly path: string
  /** The first line. */
  readonly head: Readonly<Record<string, unknown>>
  /** The rows behind a key, in order; none at the end. */
  readonly page: (after: LineKey) => Promise<readonly Line[]>
  /** The last rows may change still: those of so many milliseconds are looked at again. */
  readonly againMs: number
}

export interface LineFiles {
  /** Puts what has come or changed at the end of the file. One that is not known to be whole so far is written anew. */
  readonly append: (source: LineSource, signal: AbortSignal) => Promise<void>
  readonly rewrite: (source: LineSource, signal: AbortSignal) => Promise<void>
  /** Nothing more will come. */
  readonly forget: (path: string) => void
}

interface Written {
  readonly sizeBytes: number
  readonly last: LineKey
  /** The lines of the last moments, by their key. */
  readonly recent: ReadonlyMap<string, string>
}

const BEGINNING: LineKey = [Number.MIN_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]

/** @param betweenMs between two pieces of a file that is written anew: the card has time for the recorders */
export function createLineFiles(betweenMs: number): LineFiles {
  const written = new Map<string, Written>()

  const rewrite = async (source: LineSource, signal: AbortSignal): Promise<void> => {
    const { path, head } = source
    const unfinished = path + UNFINISHED
    written.delete(path)
    const file = await open(unfinished, 'w')
    let so: Written = { sizeBytes: 0, last: BEGINNING, recent: new Map() }
    try {
      so = await write(file, [JSON.stringify(head)], source, so, [])
      for (let rows = await source.page(so.last); rows.length > 0; rows = await source.page(so.last)) {
        signal.throwIfAborted()
        so = await write(file, rows.map(inWords), source, so, rows)
        await pause(betweenMs, signal)
      }
    } finally {
      await file.close()
    }
    signal.throwIfAborted()
    await renameDurably(unfinished, path)
    written.set(path, so)
  }

  const append = async (source: LineSource, signal: AbortSignal): Promise<void> => {
    const { path, againMs } = source
    let so = written.get(path)
    // What broke off in the middle of a line, or was changed by hand, is not gone on with.
    if (so === undefined || (await sizeOf(path)) !== so.sizeBytes) return rewrite(source, signal)
    written.delete(path)
    const file = await open(path, 'a')
    try {
      let after: LineKey = [so.last[0], so.last[1] - againMs]
      for (let rows = await source.page(after); rows.length > 0; rows = await source.page(after)) {
        const { recent } = so
        const lines = rows.filter((row) => recent.get(keyOf(row)) !== inWords(row)).map(inWords)
        so = await write(file, lines, source, so, rows)
        after = so.last
      }
    } finally {
      await file.close()
    }
    written.set(path, so)
  }

  return { append, rewrite, forget: (path) => void written.delete(path) }
}

async function write(
  file: FileHandle,
  lines: readonly string[],
  { againMs }: LineSource,
  { sizeBytes, last, recent }: Written,
  rows: readonly Line[],
): Promise<Written> {
  const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''))
  if (bytes.length > 0) {
    await file.appendFile(bytes)
    await file.datasync()
  }
  const row = rows.at(-1)
  const newLast: LineKey = row === undefined ? last : [row[0], row[1]]
  const isRecent = ([part, monoMs]: LineKey): boolean => part === newLast[0] && monoMs >= newLast[1] - againMs
  const kept = [...recent].filter(([key]) => isRecent(key.split(' ').map(Number) as [number, number]))
  const added = rows
    .filter(([part, monoMs]) => isRecent([part, monoMs]))
    .map((row) => [keyOf(row), inWords(row)] as const)
  return { sizeBytes: sizeBytes + bytes.length, last: newLast, recent: new Map([...kept, ...added]) }
}

const keyOf = ([part, monoMs]: Line): string => `${part} ${monoMs}`
const inWords = (row: Line): string => JSON.stringify(row)
