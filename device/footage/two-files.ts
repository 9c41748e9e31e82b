/** Decides between a segment's row and a file the row does not speak of: never two files for one segment, nor a row without one. */
import { join } from 'node:path'
import { bootFolder, isDayFolder } from '../../core/ride/footage.js'
import type { SegmentOnCard } from '../../core/store/footage.js'
import type { SegmentMended } from '../../core/store/footage-order.js'
import type { OrderOptions } from './order-options.js'
import { isThere, setAside, sizeOf } from './set-aside.js'
import { cutToWhole } from './whole-video.js'

export interface TwoFiles {
  /** A file of the segment lies where its row does not say. */
  readonly decide: (segment: SegmentOnCard, file: string) => Promise<void>
  /** The file its row speaks of is not there. */
  readonly findLost: (segment: SegmentOnCard) => Promise<void>
  /** The file its row speaks of is there, though the row says that it was swept. */
  readonly bringBack: (segment: SegmentOnCard) => Promise<void>
  /** The file may be shorter than its row says: its last bytes did not reach the card. */
  readonly measure: (segment: SegmentOnCard) => Promise<void>
}

export function createTwoFiles({ footage, store, onMended, log }: OrderOptions): TwoFiles {
  const pathOf = (file: string): string => join(footage, file)

  const mend = async (segment: SegmentOnCard, change: Partial<SegmentMended>, words: string): Promise<void> => {
    const { id, state, file, fileAsRecorded, durationMs, frames, sizeBytes } = segment
    const known = { id, was: { state, file }, state, file, fileAsRecorded, durationMs, frames, sizeBytes }
    if (!(await store.mendSegment({ ...known, ...change }))) return
    log.warn(words, { segment: id, file: change.file ?? file })
    onMended()
  }

  const setFileAside = async (file: string, why: 'double' | 'empty'): Promise<void> => {
    const aside = await setAside(pathOf(file), why)
    log.warn('a file that its segment does not need is set aside', { file, aside })
  }

  /** The segment has this file and no other. */
  const goTo = async (segment: SegmentOnCard, file: string, words: string): Promise<boolean> => {
    const whole = await cutToWhole(pathOf(file))
    if (whole === null) return false
    const { durationMs, frames, sizeBytes } = whole
    const state = isDayFolder(folderOf(file)) ? 'tagged' : 'recorded'
    await mend(segment, { state, file, fileAsRecorded: null, durationMs, frames, sizeBytes }, words)
    return true
  }

  const lose = (segment: SegmentOnCard): Promise<void> =>
    mend(segment, { state: 'swept', fileAsRecorded: null }, 'the video of a segment is gone, its track stays')

  return {
    decide: async (segment, file) => {
      const isTaggedFile = isDayFolder(folderOf(file))
      // Its recorder wrote into the folder of its boot: a file of another boot is another segment's.
      const isRecordedFile = folderOf(file) === bootFolder(segment.bootNumber)
      const isOwn = isTaggedFile || isRecordedFile
      if (segment.state === 'swept' || !(await isThere(pathOf(segment.file)))) {
        if (isOwn && (await goTo(segment, file, 'a segment is brought up to the file it has'))) return
        return setFileAside(file, isOwn ? 'empty' : 'double')
      }
      // Both are there: the pass that tags broke off before its row, or after its old bytes had been forgotten.
      const whole = isOwn ? await cutToWhole(pathOf(file)) : null
      const isSame = whole !== null && whole.frames === segment.frames
      if (isSame && isTaggedFile && segment.state === 'recorded') {
        const { sizeBytes } = whole
        const change = { state: 'tagged', file, fileAsRecorded: segment.file, sizeBytes } as const
        return mend(segment, change, 'a segment is brought up to its tagged file')
      }
      if (isSame && isRecordedFile && segment.state === 'tagged' && segment.fileAsRecorded === null) {
        return mend(segment, { fileAsRecorded: file }, 'bytes from before tagging are known again')
      }
      return setFileAside(file, 'double')
    },

    findLost: async (segment) => {
      const { fileAsRecorded } = segment
      const hasOldBytes = fileAsRecorded !== null && (await isThere(pathOf(fileAsRecorded)))
      if (hasOldBytes && (await goTo(segment, fileAsRecorded, 'a segment goes back to what was recorded'))) return
      await lose(segment)
    },

    bringBack: async (segment) => {
      if (await goTo(segment, segment.file, 'the video of a segment is there again')) return
      await setFileAside(segment.file, 'empty')
    },

    measure: async (segment) => {
      const sizeBytes = await sizeOf(pathOf(segment.file))
      if (sizeBytes === null || sizeBytes >= segment.sizeBytes) return
      const framesKnown = segment.frames
      log.warn('a video is shorter than the catalogue knew', { file: segment.file, framesKnown, sizeBytes })
      const { fileAsRecorded } = segment
      const hasOldBytes = fileAsRecorded !== null && (await isThere(pathOf(fileAsRecorded)))
      if (hasOldBytes && (await goTo(segment, fileAsRecorded, 'a segment goes back to what was recorded'))) {
        return setFileAside(segment.file, 'double')
      }
      if (await goTo(segment, segment.file, 'a segment is as long as its video')) return
      await lose(segment)
      await setFileAside(segment.file, 'empty')
    },
  }
}

const folderOf = (file: string): string => file.split('/')[0] ?? ''
