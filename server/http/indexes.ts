/** Indexes of video files, read once and kept: a growing file is read on from where it was left. */
import type { FileHandle } from 'node:fs/promises'
import { EMPTY_INDEX, readIndex, type VideoIndex } from '../../core/video/video-index.js'

/** Some 10 MB, and a day of one camera in files of a minute. */
const MOST_KEPT = 1_500

export interface Indexes {
  /**
   * The index of a file, or null where there is no such file.
   * @param file a name that never stands for other bytes; a growing file only gets more
   */
  readonly of: (file: string, isGrowing: boolean) => Promise<VideoIndex | null>
}

interface Kept {
  readonly index: VideoIndex
  readonly isComplete: boolean
}

export function openIndexes(openFile: (file: string) => Promise<FileHandle | null>, mostKept = MOST_KEPT): Indexes {
  const kept = new Map<string, Kept>()
  const underWay = new Map<string, Promise<VideoIndex | null>>()

  const read = async (file: string, isGrowing: boolean): Promise<VideoIndex | null> => {
    const handle = await openFile(file)
    if (handle === null) return null
    try {
      const index = await readIndex(handle, kept.get(file)?.index ?? EMPTY_INDEX)
      kept.delete(file) // A map keeps its order: what was read last goes last.
      kept.set(file, { index, isComplete: !isGrowing })
      const oldest = kept.keys().next()
      if (kept.size > mostKept && !oldest.done) kept.delete(oldest.value)
      return index
    } finally {
      await handle.close()
    }
  }

  return {
    of: (file, isGrowing) => {
      const known = kept.get(file)
      if (known?.isComplete) return Promise.resolve(known.index)
      const key = `${isGrowing} ${file}`
      const reading = underWay.get(key) ?? read(file, isGrowing).finally(() => underWay.delete(key))
      underWay.set(key, reading)
      return reading
    },
  }
}
