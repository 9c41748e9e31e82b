/** The evidence bundle of a clip: what somebody sends to the police, as one ZIP archive that is made while it is sent. */
import type { FileHandle } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import type { Log } from '../../core/process/log.js'
import { archiveOf, type Entry } from './bundle-archive.js'
import { explanationOf } from './bundle-explanation.js'
import { type BundleFacts, type BundleSubject, factsOf } from './bundle-facts.js'
import { note, plainFile } from './bundle-file.js'
import { collect, type FootageFiles } from './bundle-footage.js'
import { type BundleSegment, choose, type HiddenPeriod, type LeftOut } from './bundle-segments.js'
import { contactSheet } from './bundle-sheet.js'
import { statementOf } from './bundle-statement.js'
import { utcForNames, zoneOrUtc } from './bundle-words.js'

export interface BundleOptions extends Omit<BundleSubject, 'timeZone'> {
  /** As segmentsAround() finds them. */
  readonly segments: readonly BundleSegment[]
  /** Opens a file of the footage folder, relative to it; null where there is none. */
  readonly openFootage: (file: string) => Promise<FileHandle | null>
  /** Where the clip's files lie and the contact sheet is kept. */
  readonly clipFolder: string
  readonly clipVideo: string
  readonly clipTrack: string
  /** The ride's, if nobody asked for another; null where it is unknown. */
  readonly timeZone: string | null
  /**
   * What the rider's privacy zones hide of the time around the clip, too; only looked at where the clip was made without it.
   * An end that is not known hides all on that side.
   */
  readonly hidden: readonly HiddenPeriod[]
  /** UTC of the picture that is shown this long after the clip's first, where the clip leaves time out; else its time is life's. */
  readonly utcMsAt?: (atMs: number) => number
  readonly log: Log
  /** Ends the making of the contact sheet; the stream is ended by destroying it. */
  readonly signal: AbortSignal
}

export interface Bundle {
  /** ASCII, safe on FAT. */
  readonly fileName: string
  readonly sizeBytes: number
  /** See Archive: a reader who goes away destroys it. */
  readonly stream: Readable
}

/** The segments that belong into the bundle of a clip: what has to be held while it is read. */
export const segmentsToHold = ({ clip, segments, hidden }: Pick<BundleOptions, 'clip' | 'segments' | 'hidden'>) =>
  choose(clip, segments, hidden).taken.map(({ id }) => id)

/** Null where the clip's own files are not there any more. @throws where a file is there but cannot be read, or the signal aborts */
export async function openBundle(options: BundleOptions): Promise<Bundle | null> {
  const { clip, clipVideo, clipTrack, segments, hidden } = options
  const video = await note(plainFile(clipVideo))
  const track = await note(plainFile(clipTrack))
  if (video === null || track === null) return null

  const chosen = choose(clip, segments, hidden)
  const footage: FootageFiles = await collect(chosen.taken, options.openFootage)
  const subject = { ...options, timeZone: zoneOrUtc(options.timeZone) }
  const leftOut = [...chosen.leftOut, ...footage.missing].sort(inTime)
  const facts = factsOf(subject, footage.bundled, leftOut)
  const sheet = await sheetEntry(facts, options)
  const entries: Entry[] = [
    { name: 'HOW-WE-KNOW.txt', content: explanationOf(facts, sheet.length > 0) },
    { name: 'statement.html', content: statementOf(facts) },
    ...sheet,
    { name: 'clip/clip.mp4', content: video },
    { name: 'clip/track.gpx', content: track },
    ...footage.entries,
  ]
  return { fileName: fileNameOf(options), ...archiveOf(entries, clip.toUtcMs) }
}

const inTime = (one: LeftOut, other: LeftOut): number => one.segment.startUtcMs - other.segment.startUtcMs

/** `spokecam-evidence-front-2026-06-06T081503Z.zip` */
const fileNameOf = ({ clip, ride }: BundleOptions): string =>
  `${ride.simulated ? 'SIMULATED-' : ''}spokecam-evidence-${clip.camera}-${utcForNames(clip.fromUtcMs)}.zip`

/** None where it cannot be made: whoever needs the bundle tonight needs the rest of it. @throws where the signal aborts */
async function sheetEntry(facts: BundleFacts, options: BundleOptions): Promise<Entry[]> {
  const { clip, clipVideo, clipFolder, log, signal, utcMsAt = (atMs) => clip.fromUtcMs + atMs } = options
  const head = { camera: clip.camera, timeZone: facts.timeZone, simulated: facts.ride.simulated }
  try {
    const durationMs = clip.toUtcMs - clip.fromUtcMs
    const file = await contactSheet({ video: clipVideo, folder: clipFolder, durationMs, utcMsAt, head, signal })
    const noted = await note(plainFile(file))
    return noted === null ? [] : [{ name: 'contact-sheet.jpg', content: noted }]
  } catch (error) {
    signal.throwIfAborted()
    log.warn('a contact sheet could not be made: the bundle goes without', { clip: clip.id, error })
    return []
  }
}
