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

/** Whether a message says why a recorder may have ended, and not only how it is going. */
export const isComplaint = (message: string): boolean => /\[(warning|error|fatal|panic)\]/.test(message)

/** A line `file,start,end` of the list, or null where it is none. */
export function parseListLine(line: string): ClosedSegment | null {
  const parts = line.trim().split(',')
  const [file, start, end] = [parts.slice(0, -2).join(','), Number(parts.at(-2)), Number(parts.at(-1))]
  const name = parseRecordingName(basename(file.replace(/^"|"$/g, '')))
  if (name === null || !Number.isFinite(start) || !Number.isFinite(end) || end < start) return null
  return { file: basename(file), number: name.number, startMs: start * 1_000, endMs: end * 1_000 }
}

/**
 * Ties stream time to the monotonic clock: a segment opens a little after its first frame, never before, so the
 * earliest of all openings of a recorder is the best.
 */
export function createStreamClock() {
  const opened = new Map<number, number>()
  let zeroMonoMs = Number.POSITIVE_INFINITY
  return {
    opened: (number: number, monoMs: number): void => {
      opened.set(number, monoMs)
    },
    /** When the first frame of a closed segment was taken; null where its opening was not seen. */
    startOf: ({ number, startMs }: ClosedSegment): number | null => {
      const openedMonoMs = opened.get(number)
      opened.delete(number)
      if (openedMonoMs !== undefined) zeroMonoMs = Math.min(zeroMonoMs, openedMonoMs - startMs)
      return Number.isFinite(zeroMonoMs) ? zeroMonoMs + startMs : null
    },
  }
}
