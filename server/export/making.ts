/** What it means to make a clip: the work itself is handed to the exporter, and to the command line. */
import type { Clip } from '../../core/ride/clip.js'
import type { Reading } from '../../core/store/catalogue.js'

/** Asks the catalogue. @throws where it cannot be read */
export type AskCatalogue = <Answer>(question: (reading: Reading) => Answer) => Answer

/** The span is what the video shows: less than was asked for where footage begins later, or ends before. */
export interface Made extends Pick<Clip, 'fromUtcMs' | 'toUtcMs'> {
  /** Of the video. */
  readonly sizeBytes: number
  /** What is missing in it, in words for the rider; null where nothing is. */
  readonly reason: string | null
}

/**
 * Makes clip.mp4 and track.gpx in a folder that is there, empty, and nobody else's. What is begun ends in .tmp until it is whole;
 * whatever else lies in the folder at the end goes with the clip.
 * @param onProgress how much is done, 0 to 1; as often as it likes
 * @throws a sentence for the rider where it cannot be made; the abort of the signal ends it, and all it began, soon
 */
export type Make = (
  clip: Clip,
  folder: string,
  signal: AbortSignal,
  onProgress: (part: number) => void,
) => Promise<Made>

/** What a clip is cut from. */
export interface ClipFootage {
  readonly segmentIds: readonly string[]
  /** About what is taken of them, as they are stored. */
  readonly bytes: number
}

/** The device leaves these segments alone until what this answers is called. */
export type Hold = (segmentIds: readonly string[]) => Promise<() => void>

/** The device lets one connection hold 200, and phones that play video need some; what is oldest would go first. */
const MOST_HELD = 100
/** What is refused is refused altogether. */
const HELD_AT_ONCE = 20

/** Does some work while the footage of a clip stays where it is. */
export async function whileHeld<Answer>(
  { segmentIds }: ClipFootage,
  hold: Hold,
  work: () => Promise<Answer>,
): Promise<Answer> {
  const held = segmentIds.slice(0, MOST_HELD)
  const groups = Array.from({ length: Math.ceil(held.length / HELD_AT_ONCE) }, (_, index) =>
    held.slice(index * HELD_AT_ONCE, (index + 1) * HELD_AT_ONCE),
  )
  const releases = await Promise.all(groups.map(hold))
  try {
    return await work()
  } finally {
    for (const release of releases) release()
  }
}
