/** The boxes inside a box that is to be written anew: each byte must be accounted for, whatever the file claims. */
import type { Box } from './boxes.js'

/** A video that cannot be written into, and why, in words. */
export class UnfitVideo extends Error {
  override readonly name = 'UnfitVideo'
}

export interface PlacedBox extends Box {
  readonly startAt: number
}

export interface Inside {
  readonly boxes: readonly PlacedBox[]
  /** Fewer bytes than a box has: QuickTime ends a list of user data with four zeros. */
  readonly rest: Buffer
}

const HEAD_BYTES = 8
const LARGE_HEAD_BYTES = 16
/** Of which a file can be made entirely. */
const MOST_BOXES = 10_000

/** @throws UnfitVideo where the sizes do not add up */
export function inside(bytes: Buffer, { bodyAt, endAt }: Pick<Box, 'bodyAt' | 'endAt'>): Inside {
  const boxes: PlacedBox[] = []
  let at = bodyAt
  while (endAt - at >= HEAD_BYTES) {
    const box = placedAt(bytes, at)
    if (box.endAt > endAt) throw new UnfitVideo(`its box ${nameOf(box.type)} is larger than the one it is in`)
    if (boxes.length === MOST_BOXES) throw new UnfitVideo(`it has over ${MOST_BOXES} boxes in one`)
    boxes.push(box)
    at = box.endAt
  }
  return { boxes, rest: bytes.subarray(at, endAt) }
}

/**
 * The box whose head begins here; it may reach further than the bytes.
 * @param bytes 8 of them at least, and 16 where there are that many
 * @throws UnfitVideo where it is smaller than its head
 */
export function placedAt(bytes: Buffer, at: number): PlacedBox {
  const type = bytes.toString('latin1', at + 4, at + 8)
  const size = bytes.readUInt32BE(at)
  if (size >= HEAD_BYTES) return { type, startAt: at, bodyAt: at + HEAD_BYTES, endAt: at + size }
  const isLarge = size === 1 && at + LARGE_HEAD_BYTES <= bytes.length
  const largeSize = isLarge ? Number(bytes.readBigUInt64BE(at + HEAD_BYTES)) : 0
  if (largeSize < LARGE_HEAD_BYTES) throw new UnfitVideo(`its box ${nameOf(type)} is smaller than its head`)
  return { type, startAt: at, bodyAt: at + LARGE_HEAD_BYTES, endAt: at + largeSize }
}

/** In quotes, with what cannot be printed escaped: it may be anything. */
export const nameOf = (type: string): string => JSON.stringify(type)

/** The only box of a type. @throws UnfitVideo where there is none, or another */
export function onlyOne(type: string, boxes: readonly PlacedBox[]): PlacedBox {
  const [found, another] = boxes.filter((box) => box.type === type)
  if (found === undefined) throw new UnfitVideo(`it has no ${nameOf(type)}`)
  if (another !== undefined) throw new UnfitVideo(`it has more than one ${nameOf(type)}`)
  return found
}
