/** When the frames of a fragment are shown: what a cut between two of them goes by. */
import { type FileHandle, open } from 'node:fs/promises'
import { boxAt } from './boxes.js'
import { frameStartsOf } from './fragment-boxes.js'
import type { Fragment, VideoIndex } from './video-index.js'

/**
 * In milliseconds of the file, in the order they are shown.
 * @throws where the file cannot be read
 */
export async function frameTimesIn(path: string, index: VideoIndex, fragments: readonly Fragment[]): Promise<number[]> {
  if (index.track === null) return []
  const file = await open(path, 'r')
  try {
    const starts: number[] = []
    for (const { offset } of fragments) {
      const moof = await moofAt(file, offset)
      if (moof !== null)
        starts.push(...frameStartsOf(moof, { type: 'moof', bodyAt: 8, endAt: moof.length }, index.track))
    }
    return starts
  } finally {
    await file.close()
  }
}

const HEAD_BYTES = 8

async function moofAt(file: FileHandle, offset: number): Promise<Buffer | null> {
  const head = Buffer.alloc(HEAD_BYTES)
  await file.read(head, 0, HEAD_BYTES, offset)
  const box = boxAt(head, 0)
  if (box?.type !== 'moof') return null
  const moof = Buffer.alloc(box.endAt)
  const { bytesRead } = await file.read(moof, 0, moof.length, offset)
  return bytesRead === moof.length ? moof : null
}
