/** Where the whole fragments of a recording lie: the same index serves repair, playback, the growing file and export. */
import { type FileHandle, open } from 'node:fs/promises'
import { boxAt } from './boxes.js'
import { type FragmentTimes, type PictureTrack, pictureTrackOf, timesOf } from './fragment-boxes.js'

/** One moof with its mdat. */
export interface Fragment extends FragmentTimes {
  readonly offset: number
  readonly sizeBytes: number
}

export interface VideoIndex {
  /** Of ftyp and moov, what a player needs before any fragment; 0 while they are not whole. */
  readonly headerBytes: number
  readonly track: PictureTrack | null
  readonly fragments: readonly Fragment[]
  /** Behind the last whole fragment, or the last whole box after it: what comes then is cut short or rubbish. */
  readonly endBytes: number
}

export const EMPTY_INDEX: VideoIndex = { headerBytes: 0, track: null, fragments: [], endBytes: 0 }

/** Enough for the moof of a fragment of 5 s at 60 frames a second, and for the header of its mdat. */
const FIRST_READ_BYTES = 8 * 1024
const MOST_BOX_BYTES = 4 * 1024 * 1024

/**
 * Reads on where an earlier index of the same file ended: a growing file costs only what is new, one read a fragment.
 * A torn tail ends the index; it is no error.
 */
export async function readIndex(file: FileHandle, known: VideoIndex = EMPTY_INDEX): Promise<VideoIndex> {
  const { size } = await file.stat()
  const fragments = [...known.fragments]
  let { headerBytes, track, endBytes } = known
  for (let at = endBytes; at < size; ) {
    const read = await readBox(file, at, size)
    if (read === null) break
    const { type, bytes, endAt } = read
    if (type === 'moov') {
      track = pictureTrackOf(bytes, { type, bodyAt: 8, endAt: bytes.length })
      headerBytes = endAt
    }
    if (type !== 'moof') {
      at = endAt
      endBytes = endAt
      continue
    }
    const mdat = boxBehind(read, size) ?? (await readBox(file, endAt, size))
    if (mdat === null || mdat.type !== 'mdat') break
    const times = track === null ? null : timesOf(bytes, { type, bodyAt: 8, endAt: bytes.length }, track)
    if (times !== null) fragments.push({ ...times, offset: at, sizeBytes: mdat.endAt - at })
    at = mdat.endAt
    endBytes = at
  }
  return { headerBytes, track, fragments, endBytes }
}

/** The same for a file that is not open. @throws where it cannot be read */
export async function readIndexOf(path: string, known: VideoIndex = EMPTY_INDEX): Promise<VideoIndex> {
  const file = await open(path, 'r')
  try {
    return await readIndex(file, known)
  } finally {
    await file.close()
  }
}

/** What recorders write at once at most: a camera whose keyframes are rarer has its GOPs cut into several fragments. */
export const LONGEST_FRAGMENT_MS = 1_500

/** Whether a keyframe follows for certain: a fragment that is shorter than need be was ended by one. */
export const endsWithGop = ({ durationMs }: Fragment): boolean => durationMs < LONGEST_FRAGMENT_MS

export const framesIn = (index: VideoIndex): number =>
  index.fragments.reduce((sum, fragment) => sum + fragment.frames, 0)

/** From the first frame to the end of the last, in milliseconds. */
export function durationMsOf({ fragments }: VideoIndex): number {
  const first = fragments[0]
  const last = fragments.at(-1)
  return first === undefined || last === undefined ? 0 : last.startMs + last.durationMs - first.startMs
}

interface ReadBox {
  readonly type: string
  /** The whole box, but of an mdat only its beginning. */
  readonly bytes: Buffer
  readonly endAt: number
  /** What was read behind it. */
  readonly behind: Buffer
}

/** The box after one, where enough of it was read already and it lies whole in the file; null where not. */
function boxBehind({ behind, endAt }: ReadBox, fileBytes: number): Pick<ReadBox, 'type' | 'endAt'> | null {
  const box = boxAt(behind, 0)
  return box === null || endAt + box.endAt > fileBytes ? null : { type: box.type, endAt: endAt + box.endAt }
}

/** A box that lies whole in the file, or null. */
async function readBox(file: FileHandle, at: number, fileBytes: number): Promise<ReadBox | null> {
  const first = await readBytes(file, at, Math.min(FIRST_READ_BYTES, fileBytes - at))
  const box = boxAt(first, 0)
  if (box === null || at + box.endAt > fileBytes) return null
  const { type, endAt: sizeBytes } = box
  const isRead = type === 'mdat' || sizeBytes <= first.length
  if (!isRead && sizeBytes > MOST_BOX_BYTES) return null
  const bytes = isRead ? first.subarray(0, sizeBytes) : await readBytes(file, at, sizeBytes)
  return { type, bytes, endAt: at + sizeBytes, behind: first.subarray(Math.min(sizeBytes, first.length)) }
}

async function readBytes(file: FileHandle, at: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length)
  const { bytesRead } = await file.read(bytes, 0, length, at)
  return bytes.subarray(0, bytesRead)
}
