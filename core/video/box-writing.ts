/** Writes boxes of an MP4 file (ISO/IEC 14496-12, 4.2): figures are big-endian. */

export function box(type: string, ...bodies: readonly Buffer[]): Buffer {
  const sizeBytes = bodies.reduce((sum, { length }) => sum + length, HEAD_BYTES)
  const head = Buffer.alloc(HEAD_BYTES)
  head.writeUInt32BE(sizeBytes, 0)
  head.write(type, 4, 'latin1')
  return Buffer.concat([head, ...bodies], sizeBytes)
}

/** A box with a version and flags before what is in it. */
export const fullBox = (type: string, version: number, flags: number, ...bodies: readonly Buffer[]): Buffer =>
  box(type, u32([version * 2 ** 24 + flags]), ...bodies)

export const HEAD_BYTES = 8

export function u16(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(2 * values.length)
  for (const [index, value] of values.entries()) bytes.writeUInt16BE(value, 2 * index)
  return bytes
}

export function u32(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length)
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, 4 * index)
  return bytes
}

/** @param values whole numbers up to 2^53 */
export function u64(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(8 * values.length)
  for (const [index, value] of values.entries()) bytes.writeBigUInt64BE(BigInt(value), 8 * index)
  return bytes
}

/** Seconds since 1904, as MP4 counts them; before that 0. */
export const movieTimeOf = (utcMs: number): number => Math.max(0, Math.floor(utcMs / 1_000) + SECONDS_1904_TO_1970)

const SECONDS_1904_TO_1970 = 2_082_844_800
