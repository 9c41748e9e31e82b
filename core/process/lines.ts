/** Cuts a stream of bytes into lines, however the chunks fall, in bounded memory. */

/** gpsd_json(5) says 10,240 characters, newer ones send up to 12,809: a line this long is nobody's. */
export const MOST_LINE_BYTES = 64 * 1024

export interface LineSplitter {
  /** The lines this chunk completes, without their ends (LF or CRLF); empty ones are left out. */
  readonly take: (chunk: Buffer) => string[]
  /** What stands after the last newline, if anything; the splitter is then as new. */
  readonly rest: () => string[]
  /** How many lines were longer than MOST_LINE_BYTES and thrown away up to their newline. */
  readonly overlong: () => number
}

const NEWLINE = 0x0a

/** Cuts at the byte 0x0A, which no other UTF-8 character contains, and decodes only whole lines: no character is ever split. */
export function createLineSplitter(encoding: 'utf8' | 'latin1' = 'utf8'): LineSplitter {
  const held = Buffer.allocUnsafeSlow(MOST_LINE_BYTES)
  let heldBytes = 0
  let discarding = false
  let overlong = 0

  const hold = (piece: Buffer) => {
    if (discarding) return
    if (heldBytes + piece.length > MOST_LINE_BYTES) {
      discarding = true
      heldBytes = 0
      overlong += 1
      return
    }
    piece.copy(held, heldBytes)
    heldBytes += piece.length
  }

  const release = (): string[] => {
    const line = discarding ? '' : trimmed(held.toString(encoding, 0, heldBytes))
    heldBytes = 0
    discarding = false
    return line === '' ? [] : [line]
  }

  const isOverlong = (line: string): boolean => {
    // A character is at most three bytes a UTF-16 unit: nearly every line needs no counting.
    if (line.length <= MOST_LINE_BYTES / 3 || Buffer.byteLength(line, encoding) <= MOST_LINE_BYTES) return false
    overlong += 1
    return true
  }

  return {
    take: (chunk) => {
      const first = chunk.indexOf(NEWLINE)
      if (first === -1) {
        hold(chunk)
        return []
      }
      const last = chunk.lastIndexOf(NEWLINE)
      hold(chunk.subarray(0, first))
      const lines = release()
      if (last > first) {
        // One decoding for all whole lines: several times cheaper than one each.
        for (const line of chunk.toString(encoding, first + 1, last).split('\n')) {
          const text = trimmed(line)
          if (text !== '' && !isOverlong(line)) lines.push(text)
        }
      }
      hold(chunk.subarray(last + 1))
      return lines
    },
    rest: release,
    overlong: () => overlong,
  }
}

const trimmed = (line: string): string => (line.endsWith('\r') ? line.slice(0, -1) : line)
