/** The boxes of an MP4 file (ISO/IEC 14496-12, 4.2): type and extent, whatever is inside. */

export interface Box {
  readonly type: string
  /** First byte of its body, behind size and type. */
  readonly bodyAt: number
  /** First byte behind it. */
  readonly endAt: number
}

const TYPE = /^[a-zA-Z0-9 ©]{4}$/

/** The box that starts at an offset of the bytes, or null where there is none: too few bytes, or no box at all. */
export function boxAt(bytes: Buffer, at: number): Box | null {
  if (at + 8 > bytes.length) return null
  const type = bytes.toString('latin1', at + 4, at + 8)
  if (!TYPE.test(type)) return null
  const size = bytes.readUInt32BE(at)
  if (size >= 8) return { type, bodyAt: at + 8, endAt: at + size }
  if (size !== 1 || at + 16 > bytes.length) return null
  const largeSize = Number(bytes.readBigUInt64BE(at + 8))
  return largeSize < 16 ? null : { type, bodyAt: at + 16, endAt: at + largeSize }
}

/** The boxes that lie whole between two offsets, in order. */
export function* boxesIn(bytes: Buffer, from: number, to: number): Generator<Box> {
  for (let at = from; at < to; ) {
    const box = boxAt(bytes, at)
    if (box === null || box.endAt > to) return
    yield box
    at = box.endAt
  }
}

/** The first box of a type between two offsets, or null. */
export function boxOf(
  type: string,
  bytes: Buffer,
  within: { readonly bodyAt: number; readonly endAt: number },
): Box | null {
  for (const box of boxesIn(bytes, within.bodyAt, within.endAt)) if (box.type === type) return box
  return null
}
