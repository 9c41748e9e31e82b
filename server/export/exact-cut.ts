/** Moves the ends of a plan's pieces to frames: the first that is shown, and the keyframe from which it can be decoded. */
import { held, type Piece, type UtcSpan, utcFromOf, utcToOf } from './plan-shapes.js'

export interface CutPiece extends Piece {
  /** The keyframe from which it is decoded, since the first frame of the file; never after fromMs. */
  readonly decodedFromMs: number
}

export interface ExactCut extends UtcSpan {
  /** From here on the frames are shown; what the first piece has before that is not. */
  readonly pieces: readonly CutPiece[]
}

/** Of a file, in milliseconds since its first frame. */
export interface FrameTimes {
  readonly keyframesMs: readonly number[]
  /** When frames are shown, at least up to the first that is not before a moment. */
  readonly framesAboutMs: (atMs: number) => Promise<readonly number[]>
}

/**
 * A clip begins with the first frame that is not before its beginning; a piece behind what is hidden, or one whose beginning
 * could only be decoded through what is hidden, with the first keyframe behind that. A piece without a frame is left out.
 * Null where none is left.
 */
export async function exactCutOf(
  pieces: readonly Piece[],
  timesOf: (path: string) => FrameTimes,
): Promise<ExactCut | null> {
  const cut: CutPiece[] = []
  for (const piece of pieces) {
    const begun = await begunWithFrame(piece, timesOf(piece.path), cut.length === 0)
    if (begun !== null) cut.push(begun)
  }
  const [first, last] = [cut[0], cut.at(-1)]
  if (first === undefined || last === undefined) return null
  return { fromUtcMs: utcFromOf(first), toUtcMs: utcToOf(last), pieces: held(cut) as CutPiece[] }
}

/** Ticks of a file are not whole milliseconds: what is so near is the same moment. */
const SAME_MS = 0.05

async function begunWithFrame(piece: Piece, times: FrameTimes, isFirst: boolean): Promise<CutPiece | null> {
  const { fromMs, toMs, clearFromMs } = piece
  // From its first frame on; only the first piece of a clip, and one behind a hidden span, begin within a file.
  if (fromMs <= 0) return { ...piece, fromMs: 0, decodedFromMs: 0 }
  const before = times.keyframesMs.findLast((ms) => ms <= fromMs + SAME_MS)
  const isClear = before !== undefined && before >= clearFromMs - SAME_MS
  const behind = times.keyframesMs.find((ms) => ms >= fromMs - SAME_MS)
  const shownMs = isFirst && isClear ? (await times.framesAboutMs(fromMs)).find((ms) => ms >= fromMs - SAME_MS) : behind
  if (shownMs === undefined || shownMs >= toMs) return null
  const decodedFromMs = times.keyframesMs.findLast((ms) => ms <= shownMs + SAME_MS) ?? 0
  return { ...piece, fromMs: shownMs, decodedFromMs }
}
