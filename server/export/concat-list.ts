/** The list by which ffmpeg's concat demuxer plays pieces one after another, each at its time. */
import type { CutPiece } from './exact-cut.js'

/** Files that go on in one another, as one input of ffmpeg. */
export interface ListedPiece {
  readonly path: string
  /** From the keyframe there to here, in milliseconds as the file counts; null where it is read to its end. */
  readonly inMs: number
  readonly outMs: number | null
  /** Until the next begins, or the list ends: what is missing behind a piece is part of it. */
  readonly lastsMs: number
}

/** @param beginsMsOf what a file calls the time of its first frame */
export function listedPieces(pieces: readonly CutPiece[], beginsMsOf: (path: string) => number): ListedPiece[] {
  return pieces.map((piece) => {
    const beginsMs = beginsMsOf(piece.path)
    return {
      path: piece.path,
      inMs: beginsMs + piece.decodedFromMs,
      outMs: piece.endsEarly ? beginsMs + piece.toMs : null,
      lastsMs: piece.toMs - piece.decodedFromMs + piece.heldMs,
    }
  })
}

/**
 * Text of the list. A keyframe's time is rounded up to the microsecond, because ffmpeg looks for one that is not later. The
 * durations do not add up their rounding.
 * @throws where a path has a line break, for which the format has no word
 */
export function concatListOf(pieces: readonly ListedPiece[]): string {
  let atMs = 0
  const entries = pieces.map(({ path, inMs, outMs, lastsMs }) => {
    if (/[\r\n]/.test(path)) throw new Error(`a path with a line break: ${JSON.stringify(path)}`)
    const fromUs = microseconds(atMs)
    atMs += lastsMs
    return [
      `file 'file:${path.replaceAll("'", "'\\''")}'`,
      // Each stream for itself, a file with an index and a text stream goes on at its end, one fragment later (ffmpeg 5.1).
      'option seek_streams_individually 0',
      `inpoint ${Math.ceil(inMs * 1_000 - ROUNDING) / 1e6}`,
      ...(outMs === null ? [] : [`outpoint ${microseconds(outMs) / 1e6}`]),
      `duration ${(microseconds(atMs) - fromUs) / 1e6}`,
      '',
    ].join('\n')
  })
  return ['ffconcat version 1.0\n', ...entries].join('')
}

const microseconds = (ms: number): number => Math.round(ms * 1_000)
/** Of a time that is exact but for its binary digits. */
const ROUNDING = 1e-3
