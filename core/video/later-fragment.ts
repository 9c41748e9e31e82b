/** Looks behind the end of what is whole in a recording: where the damage is in the middle, good pictures may follow. */
import type { FileHandle } from 'node:fs/promises'
import { boxAt } from './boxes.js'

const CHUNK_BYTES = 1024 * 1024
const BOX_HEAD_BYTES = 16
const MOOF = Buffer.from('moof', 'latin1')

/** Whether a whole fragment lies anywhere between an offset and the end of the file. */
export async function hasLaterFragment(file: FileHandle, from: number): Promise<boolean> {
  const { size } = await file.stat()
  const chunk = Buffer.alloc(CHUNK_BYTES)
  // The chunks overlap by a type: it may lie on the border.
  for (let at = from; at < size; at += CHUNK_BYTES - MOOF.length) {
    const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES, at)
    const bytes = chunk.subarray(0, bytesRead)
    for (let found = bytes.indexOf(MOOF); found !== -1; found = bytes.indexOf(MOOF, found + 1)) {
      if (await isWholeFragment(file, at + found - 4, from, size)) return true
    }
  }
  return false
}

async function isWholeFragment(file: FileHandle, at: number, from: number, size: number): Promise<boolean> {
  if (at < from) return false
  const moof = await boxIn(file, at)
  const mdat = moof?.type === 'moof' ? await boxIn(file, moof.endAt) : null
  return mdat?.type === 'mdat' && mdat.endAt <= size
}

async function boxIn(file: FileHandle, at: number): Promise<{ readonly type: string; readonly endAt: number } | null> {
  const head = Buffer.alloc(BOX_HEAD_BYTES)
  const { bytesRead } = await file.read(head, 0, BOX_HEAD_BYTES, at)
  const box = boxAt(head.subarray(0, bytesRead), 0)
  return box === null ? null : { type: box.type, endAt: at + box.endAt }
}
