/** Finds what a power cut left of a recording that looks whole: the length of a file reaches the card before its bytes do. */
import type { FileHandle } from 'node:fs/promises'
import type { VideoIndex } from './video-index.js'

/** File systems take bytes by blocks, and give zeros for those that never came. */
const BLOCK_BYTES = 4096
/** What was written since the last sync: a second or two, and on a slow card a few more. */
const UNSYNCED_FRAGMENTS = 10

/** The index up to the first of the last fragments that has a hole: a block of zeros, which no encoder makes. */
export async function withoutHoles(file: FileHandle, index: VideoIndex): Promise<VideoIndex> {
  const first = Math.max(0, index.fragments.length - UNSYNCED_FRAGMENTS)
  for (const [at, { offset, sizeBytes }] of index.fragments.entries()) {
    if (at < first) continue
    const bytes = Buffer.alloc(sizeBytes)
    await file.read(bytes, 0, sizeBytes, offset)
    if (hasHole(bytes, offset)) return { ...index, fragments: index.fragments.slice(0, at), endBytes: offset }
  }
  return index
}

/** @param offset of the bytes in their file, by which its blocks lie */
export function hasHole(bytes: Buffer, offset: number): boolean {
  for (let from = 0; from < bytes.length; ) {
    const to = Math.min(bytes.length, from + BLOCK_BYTES - ((offset + from) % BLOCK_BYTES))
    const isTooLittleToTell = to - from < LEAST_BYTES
    if (!isTooLittleToTell && ZEROS.subarray(0, to - from).equals(bytes.subarray(from, to))) return true
    from = to
  }
  return false
}

const ZEROS = Buffer.alloc(BLOCK_BYTES)
/** Of a block that is only partly in the fragment. */
const LEAST_BYTES = 16
