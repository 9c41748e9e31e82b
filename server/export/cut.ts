/** Cuts a clip: by copying where the picture allows it, else by encoding it anew. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runIdleJob } from '../../core/process/idle-job.js'
import type { MakeUp } from '../../core/video/make-up.js'
import { concatListOf, type ListedPiece, listedPieces } from './concat-list.js'
import { copyWords, encodeWords, type FinalWords, type OutputWords } from './cut-words.js'
import type { CutPiece, ExactCut } from './exact-cut.js'
import type { Film, Films } from './film.js'
import { utcFromOf, utcToOf } from './plan-shapes.js'

export interface CutOptions {
  readonly cut: ExactCut
  readonly films: Films
  /** Encoded anew even where the picture could be copied. */
  readonly exact: boolean
  /** A file in the folder, ASS, on the time of the clip; null where nothing is drawn into the picture. */
  readonly overlay: string | null
  readonly final: FinalWords
  /** A folder of its own; relative names lie there. */
  readonly work: string
  /** Name of the result. */
  readonly to: string
  readonly signal: AbortSignal
  /** 0 to 1. */
  readonly onProgress: (progress: number) => void
}

/** @throws JobFailed as runIdleJob() does */
export async function cutClip(options: CutOptions): Promise<void> {
  const { cut, films, exact, overlay, final, work, to } = options
  const parts = partsOf(cut.pieces, films, overlay !== null)
  const lastsMs = cut.toUtcMs - cut.fromUtcMs
  let progress = 0
  const run = (words: readonly string[], doneMs: number): Promise<void> =>
    runIdleJob({
      words,
      folder: work,
      signal: options.signal,
      onWritten: (outputMs) => {
        // Joining the parts begins from the front again, but takes no time.
        progress = Math.max(progress, Math.min(1, (doneMs + outputMs) / lastsMs))
        options.onProgress(progress)
      },
    })

  const sound = soundOf(cut.pieces, films)
  if (parts.length === 1 && !exact && overlay === null) {
    const output = await outputOf(cut.pieces, films, sound, to, work, 'pieces.txt')
    return run(copyWords(output, final), 0)
  }

  const size = filmOf(cut.pieces[0], films).makeUp
  const joined: ListedPiece[] = []
  for (const [index, pieces] of parts.entries()) {
    const name = parts.length === 1 ? to : `part-${index}`
    const output = await outputOf(pieces, films, sound, name, work, `pieces-${index}.txt`)
    const { makeUp } = filmOf(pieces[0], films)
    const doneMs = utcFromOf(pieces[0]) - cut.fromUtcMs
    const heldMs = pieces.at(-1)?.heldMs ?? 0
    const filters = [
      ...(isSameSize(makeUp, size) ? [] : fitted(size)),
      ...(overlay === null ? [] : drawn(overlay, doneMs, heldMs)),
    ]
    const lasts = overlay === null ? output.lastsMs : output.lastsMs + heldMs
    await run(encodeWords({ ...size, ...output, lastsMs: lasts, filters }, parts.length === 1 ? final : null), doneMs)
    joined.push({ path: join(work, name), inMs: 0, outMs: null, lastsMs: output.lastsMs + heldMs })
  }
  if (parts.length === 1) return
  await writeFile(join(work, 'parts.txt'), concatListOf(joined))
  const output: OutputWords = {
    list: 'parts.txt',
    unseenMs: 0,
    lastsMs,
    sound: sound === 'none' ? 'none' : 'encoded',
    fps: filmOf(cut.pieces[0], films).fps,
    to,
  }
  await run(copyWords(output, final), 0)
}

type Part = readonly [CutPiece, ...CutPiece[]]

/**
 * Pieces that are one input of ffmpeg: whose pictures can follow one another without being encoded anew, and where something
 * is drawn into them, without a held frame between them, in which the clock must go on.
 */
export function partsOf(pieces: readonly CutPiece[], films: Films, isDrawn: boolean): Part[] {
  const parts: [CutPiece, ...CutPiece[]][] = []
  for (const piece of pieces) {
    const part = parts.at(-1)
    const last = part?.at(-1)
    const isHeld = isDrawn && last !== undefined && last.heldMs > NOTICED_MS
    if (part !== undefined && !isHeld && goesOn(part[0], piece, films)) part.push(piece)
    else parts.push([piece])
  }
  return parts
}

export const goesOn = (one: CutPiece, other: CutPiece, films: Films): boolean =>
  filmOf(one, films).makeUp.picture === filmOf(other, films).makeUp.picture

/** Kept where all of it is of one kind: half a clip with sound is taken for a fault. */
export function soundOf(pieces: readonly CutPiece[], films: Films): OutputWords['sound'] {
  const sounds = new Set(pieces.map((piece) => filmOf(piece, films).makeUp.sound))
  if (sounds.size !== 1 || sounds.has(null)) return 'none'
  return pieces.some(({ heldMs }) => heldMs > NOTICED_MS) ? 'encoded' : 'copied'
}

/** What is missing for less is not missed. */
const NOTICED_MS = 50

function filmOf(piece: CutPiece | undefined, films: Films): Film {
  const film = films.get(piece?.path ?? '')
  if (film === undefined) throw new Error(`nothing is known of the file ${piece?.path}`)
  return film
}

async function outputOf(
  pieces: readonly CutPiece[],
  films: Films,
  sound: OutputWords['sound'],
  to: string,
  work: string,
  list: string,
): Promise<OutputWords> {
  const [first, last] = [pieces[0], pieces.at(-1)]
  if (first === undefined || last === undefined) throw new Error('a part without pieces')
  const beginsMsOf = (path: string): number => films.get(path)?.beginsMs ?? 0
  await writeFile(join(work, list), concatListOf(listedPieces(pieces, beginsMsOf)))
  const lastsMs = utcToOf(last) - utcFromOf(first)
  return { list, unseenMs: unseenOf(first), lastsMs, sound, fps: filmOf(first, films).fps, to }
}

/** Of a piece that begins with its keyframe only binary digits are left. */
function unseenOf({ fromMs, decodedFromMs }: CutPiece): number {
  const unseenMs = fromMs - decodedFromMs
  return unseenMs < LEAST_UNSEEN_MS ? 0 : unseenMs
}

const LEAST_UNSEEN_MS = 0.01

const isSameSize = (one: MakeUp, other: MakeUp): boolean =>
  one.widthPx === other.widthPx && one.heightPx === other.heightPx

/** As large as it fits, black around it. */
const fitted = ({ widthPx, heightPx }: MakeUp): string[] => [
  `scale=${widthPx}:${heightPx}:force_original_aspect_ratio=decrease`,
  `pad=${widthPx}:${heightPx}:-1:-1:color=black`,
  'setsar=1',
]

/** On the time of the whole clip. The last frame is shown again and again while it is held, so that the clock in it goes on. */
const drawn = (overlay: string, atMs: number, heldMs: number): string[] => [
  ...(heldMs > NOTICED_MS ? [`tpad=stop_mode=clone:stop_duration=${heldMs / 1_000}`] : []),
  ...(atMs > 0 ? [`setpts=PTS+${atMs / 1_000}/TB`] : []),
  `ass=${overlay}`,
  ...(atMs > 0 ? [`setpts=PTS-${atMs / 1_000}/TB`] : []),
]
