/** A segment of video, and the names its files have on the card. */

/** recording: growing; recorded: closed, its time may be unknown; tagged: dated and final; swept: its video is gone. */
export type SegmentState = 'recording' | 'recorded' | 'tagged' | 'swept'

export interface Segment {
  readonly id: string
  readonly rideId: string | null
  readonly camera: string
  /** Counts up per camera over all boots. */
  readonly number: number
  /** UTC of the first frame; null while the clock is not trusted. */
  readonly startUtcMs: number | null
  readonly startUncertaintyMs: number | null
  readonly durationMs: number
  readonly frames: number
  readonly sizeBytes: number
  readonly state: SegmentState
  readonly kept: boolean
}

const NUMBER_DIGITS = 6

export const segmentId = (camera: string, number: number): string => `${camera}-${padded(number)}`

/** The folder, under footage/, in which one boot records: no clock is needed to name it. */
export const bootFolder = (bootNumber: number): string => `boot-${padded(bootNumber)}`

/** What ffmpeg's segment muxer is given to name files by. */
export const recordingPattern = (camera: string): string => `${camera}-%0${NUMBER_DIGITS}d.mp4`

export interface NumberedName {
  readonly camera: string
  readonly number: number
}

export interface DatedName extends NumberedName {
  /** To the second, as the name has it. */
  readonly startUtcMs: number
  /** Behind the base name: `.mp4`, `.json.tmp`. */
  readonly ending: string
}

// A number of more than nine digits is nobody's: no recorder could count on from it.
const RECORDING = /^([a-z0-9][a-z0-9-]*)-(\d{6,9})(\..+)$/
const DATED = /^([a-z0-9][a-z0-9-]*)-(\d{4}-\d{2}-\d{2})T(\d{2})(\d{2})(\d{2})Z-(\d{6,9})(\..+)$/

/** camera and number of a file the recorder named, or null for any other name. */
export function parseRecordingName(name: string): NumberedName | null {
  const found = RECORDING.exec(name)
  return found === null || found[3] !== '.mp4' ? null : { camera: found[1] as string, number: Number(found[2]) }
}

/** What the name of a dated segment's file says, be it video, track, record or a leftover of them; null for any other name. */
export function parseDatedName(name: string): DatedName | null {
  const found = DATED.exec(name)
  if (found === null) return null
  const [, camera = '', day, hour, minute, second, number, ending = ''] = found
  const startUtcMs = Date.parse(`${day}T${hour}:${minute}:${second}Z`)
  return Number.isNaN(startUtcMs) ? null : { camera, number: Number(number), startUtcMs, ending }
}

/** camera and number of any file that belongs to a segment or did before it was set aside: its number is used. */
export function parseUsedNumber(name: string): NumberedName | null {
  const found = RECORDING.exec(name)
  return found === null ? parseDatedName(name) : { camera: found[1] as string, number: Number(found[2]) }
}

/** The number of the boot whose folder it is, or null for any other name. */
export function parseBootFolder(name: string): number | null {
  const found = /^boot-(\d{6,9})$/.exec(name)
  return found === null ? null : Number(found[1])
}

/** Whether a folder holds the dated segments of a day. */
export const isDayFolder = (name: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(name)

/**
 * Folder and base name of a dated segment, under footage/: by UTC of the first frame, which a stranger can read, and by
 * number, so that nothing collides when a clock steps. Safe on FAT and exFAT.
 */
export function datedName(camera: string, number: number, startUtcMs: number): { folder: string; base: string } {
  const iso = new Date(startUtcMs).toISOString()
  const folder = iso.slice(0, 10)
  const clock = iso.slice(11, 19).replaceAll(':', '')
  return { folder, base: `${camera}-${folder}T${clock}Z-${padded(number)}` }
}

const padded = (number: number): string => String(number).padStart(NUMBER_DIGITS, '0')
