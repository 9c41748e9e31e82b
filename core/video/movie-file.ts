/** Where the parts of a finished MP4 lie, and where they go in a copy whose moov comes first and may have grown. */
import type { FileHandle } from 'node:fs/promises'
import { nameOf, onlyOne, type PlacedBox, placedAt, UnfitVideo } from './strict-boxes.js'

export interface MovieFile {
  /** The whole moov box. */
  readonly moov: Buffer
  /** All others, in order. */
  readonly others: readonly KeptBox[]
  readonly sizeBytes: number
}

/** A box that is copied as it is. */
export interface KeptBox extends PlacedBox {
  /** Up to its body; of one that lasts to the end of the file with its size put in. */
  readonly head: Buffer
}

/** Ten hours have one of 30 MB. */
const MOST_MOOV_BYTES = 128 * 1024 * 1024
const MOST_BOXES = 1_000
const HEAD_BYTES = 8
const LARGE_HEAD_BYTES = 16

/** @throws UnfitVideo where it is no finished, unfragmented MP4; or where it cannot be read */
export async function readMovie(file: FileHandle): Promise<MovieFile> {
  const { size: sizeBytes } = await file.stat()
  const boxes: KeptBox[] = []
  for (let at = 0; at < sizeBytes; at = boxes.at(-1)?.endAt ?? sizeBytes) {
    if (boxes.length === MOST_BOXES) throw new UnfitVideo(`it has over ${MOST_BOXES} boxes`)
    boxes.push(await boxIn(file, at, sizeBytes))
  }
  if (boxes.some(({ type }) => type === 'moof')) throw new UnfitVideo('it is fragmented')
  const { startAt, bodyAt, endAt } = onlyOne('moov', boxes)
  if (endAt - startAt > MOST_MOOV_BYTES) throw new UnfitVideo(`its moov has over ${MOST_MOOV_BYTES} bytes`)
  const moov = Buffer.alloc(endAt - bodyAt + HEAD_BYTES)
  moov.writeUInt32BE(moov.length, 0)
  moov.write('moov', 4, 'latin1')
  await readWhole(file, moov.subarray(HEAD_BYTES), bodyAt)
  return { moov, others: boxes.filter(({ type }) => type !== 'moov'), sizeBytes }
}

async function boxIn(file: FileHandle, at: number, fileBytes: number): Promise<KeptBox> {
  const head = Buffer.alloc(Math.min(LARGE_HEAD_BYTES, fileBytes - at))
  await readWhole(file, head, at)
  if (head.length < HEAD_BYTES) throw new UnfitVideo('it ends in the middle of a box')
  const box = head.readUInt32BE(0) === 0 ? toTheEnd(head, fileBytes - at) : { ...placedAt(head, 0), head }
  if (at + box.endAt > fileBytes) {
    throw new UnfitVideo(`its box ${nameOf(box.type)} reaches past its end: it is cut short, or no MP4`)
  }
  const { type, bodyAt, endAt } = box
  return { type, startAt: at, bodyAt: at + bodyAt, endAt: at + endAt, head: box.head.subarray(0, bodyAt) }
}

/** One whose size was never filled in: what follows in the copy must not become part of it. */
function toTheEnd(head: Buffer, sizeBytes: number): KeptBox {
  const type = head.toString('latin1', 4, 8)
  if (sizeBytes > 0xffffffff) throw new UnfitVideo(`its box ${nameOf(type)} has no size`)
  const sized = Buffer.from(head.subarray(0, HEAD_BYTES))
  sized.writeUInt32BE(sizeBytes, 0)
  return { type, startAt: 0, bodyAt: HEAD_BYTES, endAt: sizeBytes, head: sized }
}

/** @throws UnfitVideo where the file has become shorter */
export async function readWhole(file: FileHandle, bytes: Buffer, at: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesRead } = await file.read(bytes, done, bytes.length - done, at + done)
    if (bytesRead === 0) throw new UnfitVideo('it became shorter while it was read')
    done += bytesRead
  }
}

/** In the copy ftyp comes first, then moov, so that a player can begin before all has come, then the rest as it was. */
export function inOrder(others: readonly KeptBox[]): { readonly before: KeptBox[]; readonly behind: KeptBox[] } {
  const before = others.filter(({ type }) => type === 'ftyp')
  return { before, behind: others.filter((box) => !before.includes(box)) }
}

/** Where an offset of the file is in a copy in that order. @throws UnfitVideo, when asked, for one that is in no box */
export function movedBy(others: readonly KeptBox[], moovBytes: number): (offset: number) => number {
  const { before, behind } = inOrder(others)
  let at = 0
  const shifts = [...before, null, ...behind].flatMap((box) => {
    const newAt = at
    at += box === null ? moovBytes : box.endAt - box.startAt
    return box === null ? [] : [{ ...box, by: newAt - box.startAt }]
  })
  return (offset) => {
    const box = shifts.find(({ bodyAt, endAt }) => bodyAt <= offset && offset <= endAt)
    if (box === undefined) throw new UnfitVideo(`it has pictures or sound at byte ${offset}, where there is nothing`)
    return offset + box.by
  }
}
