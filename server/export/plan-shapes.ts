/** What a clip is planned of, and what its plan says: pieces of files, in the order of time. */
import type { SegmentOnCard } from '../../core/store/footage.js'

/** A clip is no longer than this. */
export const HOURS_MOST = 10

export type RefusalWhy =
  | 'no-time'
  | 'reversed'
  | 'empty'
  | 'too-long'
  | 'unknown-camera'
  | 'no-footage'
  | 'time-unknown'
  | 'swept'
  | 'hidden'
  | 'outside'
  | 'not-recorded'

/** Milliseconds since 1970, from (inclusive) and to (exclusive); open ends are infinite. */
export interface UtcSpan {
  readonly fromUtcMs: number
  readonly toUtcMs: number
}

/** A segment with where its file lies now. */
export interface FilmedSegment
  extends Pick<SegmentOnCard, 'id' | 'startUtcMs' | 'startUncertaintyMs' | 'durationMs' | 'state'> {
  readonly path: string
}

export interface ClipAsk extends UtcSpan {
  readonly camera: string
  /** Those that filmed the ride. */
  readonly cameras: readonly string[]
  /** Of that camera, in any order; of a growing one the duration is of what is whole by now. */
  readonly segments: readonly FilmedSegment[]
  /** Of these nothing may be in the file, for privacy; in any order. */
  readonly hidden: readonly UtcSpan[]
}

export interface Piece {
  readonly segmentId: string
  readonly path: string
  /** UTC of the first frame of the file. */
  readonly startUtcMs: number
  /** Since the first frame of the file, from (inclusive) and to (exclusive). */
  readonly fromMs: number
  readonly toMs: number
  /** What its file has behind the piece must not be read. */
  readonly endsEarly: boolean
  /** Before this, since the first frame of the file, nothing may be in the clip, not even unseen; 0 where all may. */
  readonly clearFromMs: number
  /** The last frame stays for so long, because footage is missing behind it. */
  readonly heldMs: number
}

/** hidden: left out for privacy; swept: removed to make room; not-recorded: there never was any. */
export type MissingWhy = 'hidden' | 'swept' | 'not-recorded' | 'not-recorded-yet'

export interface Missing extends UtcSpan {
  readonly why: MissingWhy
  /** Inside of the clip it is a held frame; before and after it the clip is shorter. */
  readonly where: 'before' | 'inside' | 'after'
}

export interface ClipPlan extends UtcSpan {
  readonly kind: 'plan'
  readonly camera: string
  /** In the order of time, at least one; what fromUtcMs and toUtcMs say is what they cover. */
  readonly pieces: readonly Piece[]
  readonly missing: readonly Missing[]
  readonly missingMs: number
  /** How far off the times may be; null where nobody knows. */
  readonly uncertaintyMs: number | null
  /** As asked for, and a little wider: as much as the times may be off. In the order of time, apart from one another. */
  readonly hidden: readonly UtcSpan[]
}

export interface ClipRefusal {
  readonly kind: 'refused'
  readonly why: RefusalWhy
  /** One sentence for the rider. */
  readonly words: string
}

export const utcFromOf = (piece: Piece): number => piece.startUtcMs + piece.fromMs
export const utcToOf = (piece: Piece): number => piece.startUtcMs + piece.toMs

/** The pieces, each held up to the next. */
export const held = (pieces: readonly Piece[]): Piece[] =>
  pieces.map((piece, index) => {
    const next = pieces[index + 1]
    return { ...piece, heldMs: next === undefined ? 0 : Math.max(0, utcFromOf(next) - utcToOf(piece)) }
  })
