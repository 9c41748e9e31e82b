/** Whether the card has room for a clip: an export never makes the video stop. */
import { statfs } from 'node:fs/promises'

/** What recording needs of the card. */
export interface Recording {
  /** What all cameras write together. */
  readonly bytesPerSecond: number
  /** Footage that may make room for what is recorded next. */
  readonly sweepableBytes: number
}

/** Less than this is nothing: recorders and databases need it. The device calls a card full that has no more. */
const LEAST_FREE_BYTES = 64 * 1024 * 1024
/** The device takes so long to see what has become of the card, and makes room then. */
const UNSEEN_S = 20
const HOUR_S = 3_600
/** A clip is cut into one file, and its telemetry is written into another. */
const COPIES = 2
/** Headers, telemetry, track. */
const BESIDE_BYTES = 4 * 1024 * 1024

/** What making a clip takes, in bytes. @param footageBytes of the footage it is cut from, as it is stored */
export const bytesToMake = (footageBytes: number): number => COPIES * footageBytes + BESIDE_BYTES

/** Why there is no room for so many bytes more, in words for the rider; null where there is. */
export function noRoomFor(bytes: number, freeBytes: number, recording: Recording): string | null {
  const { bytesPerSecond, sweepableBytes } = recording
  const needed = `it takes ${bytesWords(bytes)} to make, and ${bytesWords(freeBytes)} are free`
  if (freeBytes - bytes < leastFreeBytes(recording)) return `the card has no room for this clip: ${needed}`
  const leftBytes = freeBytes + sweepableBytes - bytes
  if (leftBytes >= bytesPerSecond * HOUR_S) return null
  return `the card has no room for this clip beside an hour of recording: ${needed}`
}

/** What must stay free whatever is made, in bytes. */
export const leastFreeBytes = ({ bytesPerSecond }: Recording): number =>
  Math.max(LEAST_FREE_BYTES, bytesPerSecond * UNSEEN_S)

/** Free bytes where a folder lies; one that does not tell how large it is, as some over a network, has room. @throws where it is gone */
export async function freeBytesOf(folder: string): Promise<number> {
  const { blocks, bavail, bsize } = await statfs(folder)
  return blocks === 0 ? Number.POSITIVE_INFINITY : bavail * bsize
}

const bytesWords = (bytes: number): string =>
  bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.round(bytes / 1e6)} MB`
