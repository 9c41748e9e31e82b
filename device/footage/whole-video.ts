/** Brings a video to where its last whole fragment ends: what a cut left behind that is no picture. */
import { open, stat, truncate, utimes } from 'node:fs/promises'
import { syncFile } from '../../core/process/durable.js'
import { withoutHoles } from '../../core/video/holes.js'
import { hasLaterFragment } from '../../core/video/later-fragment.js'
import { durationMsOf, framesIn, readIndex, type VideoIndex } from '../../core/video/video-index.js'
import { setRestAside } from './set-aside.js'

export interface WholeVideo {
  readonly durationMs: number
  readonly frames: number
  readonly sizeBytes: number
  /** What was cut off. */
  readonly cutBytes: number
  /** When it was last written by its recorder, on whatever clock the computer had. */
  readonly writtenMs: number
}

/**
 * Cuts off what is not whole, and puts the file on the card; null where it has no whole fragment: it is left as it is. What is
 * cut off is torn; where a picture lies in it, because the damage is in the middle, it is set aside.
 */
export async function cutToWhole(path: string): Promise<WholeVideo | null> {
  const { size, atime, mtime } = await stat(path)
  const { index, hasMore } = await lookInto(path)
  if (index.fragments.length === 0) return null
  if (size > index.endBytes) {
    if (hasMore) await setRestAside(path, index.endBytes)
    await truncate(path, index.endBytes)
    await utimes(path, atime, mtime) // What is begun again here must find the same.
  }
  await syncFile(path)
  return {
    durationMs: durationMsOf(index),
    frames: framesIn(index),
    sizeBytes: index.endBytes,
    cutBytes: size - index.endBytes,
    writtenMs: mtime.getTime(),
  }
}

async function lookInto(path: string): Promise<{ readonly index: VideoIndex; readonly hasMore: boolean }> {
  const file = await open(path, 'r')
  try {
    const index = await withoutHoles(file, await readIndex(file))
    return { index, hasMore: await hasLaterFragment(file, index.endBytes) }
  } finally {
    await file.close()
  }
}
