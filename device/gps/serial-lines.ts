/** Cuts the bytes of a serial line into lines, each with the moment its first byte came, in bounded memory. */
import { Transform } from 'node:stream'
import { ReadlineParser } from '@serialport/parser-readline'
import type { Moment } from '../../core/ride/clock.js'

/** NMEA allows 82 characters, receivers send up to 120 or so. */
export const MOST_SENTENCE_BYTES = 256

const NEWLINE = 0x0a

/**
 * The parser behind it keeps what it gets until a newline comes, and looks through all of it at each chunk: 8 MiB of noise
 * held the loop for half a second. So only whole lines of up to 256 bytes get to it; longer ones are left out and told.
 * Answers where the bytes go.
 */
export function createSerialLines(
  now: () => Moment,
  onLine: (line: string, at: Moment) => void,
  onOverlong: () => void,
): Transform {
  const began: Moment[] = []
  const sink = createLineCap(now, began, onOverlong)
  // Lines end with LF or CRLF, some receivers mix both; latin1, so that a byte is a character.
  const parser = new ReadlineParser({ delimiter: '\n', encoding: 'latin1' })
  parser.on('data', (line: string) => {
    const at = began.shift()
    if (at !== undefined) onLine(line.trimEnd(), at)
  })
  sink.pipe(parser)
  return sink
}

/** Lets whole lines through, and notes when each began. */
function createLineCap(now: () => Moment, began: Moment[], onOverlong: () => void): Transform {
  const held = Buffer.allocUnsafeSlow(MOST_SENTENCE_BYTES)
  let heldBytes = 0
  let heldSince = now()
  let isOverlong = false

  const hold = (piece: Buffer, at: Moment) => {
    if (heldBytes === 0) heldSince = at
    if (!isOverlong && heldBytes + piece.length > MOST_SENTENCE_BYTES) {
      isOverlong = true
      onOverlong()
    }
    if (isOverlong) return
    piece.copy(held, heldBytes)
    heldBytes += piece.length
  }

  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const at = now()
      let start = 0
      for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
        hold(chunk.subarray(start, end + 1), at)
        // The parser tells nothing of an empty line, which would shift all moments by one.
        if (!isOverlong && heldBytes > 1) {
          began.push(heldSince)
          this.push(Buffer.from(held.subarray(0, heldBytes)))
        }
        heldBytes = 0
        isOverlong = false
        start = end + 1
      }
      hold(chunk.subarray(start), at)
      done()
    },
  })
}
