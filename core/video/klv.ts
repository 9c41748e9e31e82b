/** Key, length and value: how GoPro's Metadata Format (GPMF) nests figures; github.com/gopro/gpmf-parser, README. */

const HEAD_BYTES = 8
const ALIGNED_TO_BYTES = 4

/** What stands in the type of one that holds others. */
const NESTED = '\0'

/**
 * One entry: padded to 32 bits, and its length without that.
 * @param type one character: `l` int32, `L` uint32, `S` uint16, `c` text, `U` a UTC time, `F` a FourCC, `?` as the TYPE before it says
 * @param itemBytes of one value; a value of several axes is one item
 */
export function klv(key: string, type: string, itemBytes: number, bytes: Buffer): Buffer {
  const padded = Math.ceil(bytes.length / ALIGNED_TO_BYTES) * ALIGNED_TO_BYTES
  const entry = Buffer.alloc(HEAD_BYTES + padded)
  entry.write(key, 0, 'latin1')
  entry.write(type, 4, 'latin1')
  entry.writeUInt8(itemBytes, 5)
  entry.writeUInt16BE(bytes.length / itemBytes, 6)
  bytes.copy(entry, HEAD_BYTES)
  return entry
}

export const nested = (key: string, ...entries: readonly Buffer[]): Buffer =>
  klv(key, NESTED, 1, Buffer.concat(entries))

export const klvText = (key: string, text: string): Buffer => klv(key, 'c', 1, Buffer.from(text, 'latin1'))

export const klvInt32 = (key: string, ...values: readonly number[]): Buffer => klv(key, 'l', 4, int32s(values))

export function klvUint32(key: string, value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return klv(key, 'L', 4, bytes)
}

export function klvUint16(key: string, value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(value)
  return klv(key, 'S', 2, bytes)
}

export function int32s(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length)
  for (const [index, value] of values.entries()) bytes.writeInt32BE(Math.round(value), 4 * index)
  return bytes
}
