/** Notes what is written into the catalogue beside it, a line a transaction, so that one that is lost can be made again. */
import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, readSync, writeFileSync } from 'node:fs'
import { redoName } from './generations.js'
import type { Step } from './orders.js'

/** One line. Every transaction has a number, and a gap in them tells that one is missing. */
export type RedoLine =
  | ({ readonly kind: 'life' } & Life)
  | { readonly kind: 'done'; readonly seq: number; readonly steps: readonly Step[] }
  /** It could not be committed. */
  | { readonly kind: 'undone'; readonly seq: number }
  | { readonly kind: 'closed'; readonly seq: number; readonly schema: number }

/** A writer has opened the catalogue, or begun a new generation of it. */
export interface Life {
  /** Whether all that stands before it is what the catalogue holds: a power cut takes lines that it has. */
  readonly isExact: boolean
  /** Whether the backup of this generation is what the catalogue holds. */
  readonly isAtBackup: boolean
  /** How many steps have led to its tables. */
  readonly schema: number
  /** As the kernel says it: what a process wrote outlives that process, but not always its boot. */
  readonly bootId: string
  /** Of the last transaction before. */
  readonly seq: number
}

export interface RedoLog {
  /** Notes a transaction that is about to be committed, and answers its number. @throws where it cannot be noted */
  readonly note: (steps: readonly Step[]) => number
  /** One is committed that could not be noted: the gap in the numbers will tell. */
  readonly leaveGap: () => void
  /** It was not committed after all. */
  readonly undo: (seq: number) => void
  readonly lastSeq: () => number
  readonly sizeBytes: () => number
  /** @param isClosed the catalogue is closed, too, and holds all that is noted */
  readonly close: (isClosed: boolean) => void
}

/** Written by whoever pulls the plug at any moment, so that the last line may be torn; it is cut off. */
export function openRedoLog(file: string, generation: number, life: Life): RedoLog {
  const descriptor = openSync(redoName(file, generation), 'a+')
  let sizeBytes = lastLineOf(descriptor).endBytes
  ftruncateSync(descriptor, sizeBytes)
  let lastSeq = life.seq

  const write = (line: RedoLine): void => {
    const text = `${JSON.stringify(line, (_, value) => (value === undefined ? null : value))}\n`
    try {
      writeFileSync(descriptor, text)
      sizeBytes += Buffer.byteLength(text)
    } catch (error) {
      ftruncateSync(descriptor, sizeBytes) // Half a line would swallow the next.
      throw error
    }
  }

  write({ kind: 'life', ...life })
  return {
    note: (steps) => {
      write({ kind: 'done', seq: lastSeq + 1, steps })
      return ++lastSeq
    },
    leaveGap: () => {
      lastSeq++
    },
    undo: (seq) => {
      try {
        write({ kind: 'undone', seq })
      } catch {
        lastSeq++ // A gap says that what stands there is not to be trusted.
      }
    },
    lastSeq: () => lastSeq,
    sizeBytes: () => sizeBytes,
    close: (isClosed) => {
      try {
        if (isClosed) write({ kind: 'closed', seq: lastSeq, schema: life.schema })
        fsyncSync(descriptor)
      } catch {
        // Then the next to open it takes it for one that a power cut ended.
      }
      closeSync(descriptor)
    },
  }
}

/** The last whole line of a log; null where there is none, or where it makes no sense. */
export function lastRedoLine(file: string, generation: number): RedoLine | null {
  const descriptor = openSync(redoName(file, generation), 'r')
  try {
    return lineOf(lastLineOf(descriptor).text)
  } finally {
    closeSync(descriptor)
  }
}

/** The lines in order; null for one that makes no sense. A torn last line is none. */
export function* redoLines(file: string, generation: number): Generator<RedoLine | null> {
  const descriptor = openSync(redoName(file, generation), 'r')
  try {
    const piece = Buffer.alloc(PIECE_BYTES)
    let rest: Buffer = Buffer.alloc(0)
    for (;;) {
      const bytes = readSync(descriptor, piece)
      if (bytes === 0) return
      const read: Buffer = Buffer.concat([rest, piece.subarray(0, bytes)])
      let from = 0
      for (let to = read.indexOf(NEWLINE); to >= 0; to = read.indexOf(NEWLINE, from)) {
        yield lineOf(read.toString('utf8', from, to))
        from = to + 1
      }
      rest = read.subarray(from)
    }
  } finally {
    closeSync(descriptor)
  }
}

function lineOf(text: string): RedoLine | null {
  try {
    return JSON.parse(text) as RedoLine
  } catch {
    return null // What lies where a card lost a block.
  }
}

function lastLineOf(descriptor: number): { readonly text: string; readonly endBytes: number } {
  const { size } = fstatSync(descriptor)
  let end: Buffer = Buffer.alloc(0)
  for (let from = size; from > 0; ) {
    const piece = Buffer.alloc(Math.min(PIECE_BYTES, from))
    from -= piece.length
    readSync(descriptor, piece, 0, piece.length, from)
    end = Buffer.concat([piece, end])
    const last = end.lastIndexOf(NEWLINE)
    const before = last < 1 ? -1 : end.lastIndexOf(NEWLINE, last - 1)
    if (last >= 0 && (before >= 0 || from === 0)) {
      return { text: end.toString('utf8', before + 1, last), endBytes: from + last + 1 }
    }
  }
  return { text: '', endBytes: 0 }
}

const PIECE_BYTES = 65_536
const NEWLINE = 0x0a
