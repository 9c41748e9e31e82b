/** What a recorder says about its segments: a line of messages when one opens, a line of its list when one has closed. */
import { basename } from 'node:path'
import { parseRecordingName } from '../../core/ride/footage.js'

export interface ClosedSegment {
  readonly file: string
  readonly number: number
  /** Stream time of its first frame and of its end, in milliseconds since the recorder began. */
  readonly startMs: number
  readonly endMs: number
}

/** The number of the segment a message says is being opened, or null for any other message. */
export function openedNumber(message: string): number | null {
  const found = /^\[segment @ [^\]]+\] \[info\] Opening '(.+)' for writing/.exec(message)
  return found === null ? null : (parseRecordingName(basename(found[1] as string))?.number ?? null)
}

/** What the clock that stamps the frames showed at the first, in milliseconds, where a message tells that of an input. */
export function stampOfFirstFrame(message: string): number | null {
  const found = /\[info\]\s+Duration: [^,]+, start: (\d+\.\d+)/.exec(message)
  return found === null ? null : Number(found[1]) * 1_000
}

/** The frames a second of the picture, where a message tells that of the first input. */
export function rateOfPicture(message: string): number | null {
  const found = /\[info\]\s+Stream #0:\d+.*: Video: .*, (\d+(?:\.\d+)?) fps/.exec(message)
  return found === null || Number(found[1]) === 0 ? null : Number(found[1])
}

/** Whether a message says why a recorder may have ended, and not only how it is going. */
export const isComplaint = (message: string): boolean => /\[(warning|error|fatal|panic)\]/.test(message)

/** What a complaint says, without which part of ffmpeg says it and how loudly: a rider has one line to read it in. */
export const withoutWhoSays = (message: string): string =>
  message.replace(/^(\[[^\]]* @ 0x[0-9a-f]+\] )?\[(warning|error|fatal|panic)\] /, '')

/** A line `file,start,end` of the list, or null where it is none. */
export function parseListLine(line: string): ClosedSegment | null {
  const parts = line.trim().split(',')
  const [file, start, end] = [parts.slice(0, -2).join(','), Number(parts.at(-2)), Number(parts.at(-1))]
  const name = parseRecordingName(basename(file.replace(/^"|"$/g, '')))
  if (name === null || !Number.isFinite(start) || !Number.isFinite(end) || end < start) return null
  return { file: basename(file), number: name.number, startMs: start * 1_000, endMs: end * 1_000 }
}
