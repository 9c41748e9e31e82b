/** What a clip needs to know of the files it is cut from: where their frames lie, and how they are made up. */
import { open } from 'node:fs/promises'
import { boxOf } from '../../core/video/boxes.js'
import { frameTimesIn } from '../../core/video/frame-times.js'
import { type MakeUp, makeUpOf } from '../../core/video/make-up.js'
import { durationMsOf, framesIn, readIndex, readIndexOf, type VideoIndex } from '../../core/video/video-index.js'
import { ClipFailure } from './clip-failure.js'
import type { FilmedSegment, Piece } from './plan-shapes.js'

export interface Film {
  readonly path: string
  /** What the file calls the time of its first frame, in milliseconds. */
  readonly beginsMs: number
  /** Since the first frame. */
  readonly keyframesMs: readonly number[]
  readonly makeUp: MakeUp
  /** Of the picture, in frames a second. */
  readonly fps: number
  readonly index: VideoIndex
}

/** By path. */
export type Films = ReadonlyMap<string, Film>

/** @throws ClipFailure where a file is gone or unreadable */
export async function readFilms(pieces: readonly Piece[]): Promise<Films> {
  const films = new Map<string, Film>()
  for (const { path, segmentId } of pieces) if (!films.has(path)) films.set(path, await readFilm(path, segmentId))
  return films
}

/** When the frames about a moment are shown: those of its fragment and of the next. Both since the first frame. */
export async function framesAbout({ path, index, beginsMs }: Film, atMs: number): Promise<number[]> {
  const at = index.fragments.findLastIndex(({ startMs }) => startMs - beginsMs <= atMs)
  const times = await frameTimesIn(path, index, index.fragments.slice(Math.max(0, at), Math.max(0, at) + 2))
  return times.map((ms) => ms - beginsMs)
}

/** Growing segments with what is whole of them by now; the others as they are. */
export function asGrown(segments: readonly FilmedSegment[]): Promise<FilmedSegment[]> {
  const grown = async (segment: FilmedSegment): Promise<FilmedSegment> => {
    if (segment.state !== 'recording') return segment
    const index = await readIndexOf(segment.path).catch(() => null) // It was closed and moved just now.
    return index === null ? segment : { ...segment, durationMs: durationMsOf(index) }
  }
  return Promise.all(segments.map(grown))
}

async function readFilm(path: string, segmentId: string): Promise<Film> {
  const file = await open(path, 'r').catch((error: unknown) => {
    throw new ClipFailure('gone', `the video of ${segmentId} is not there any more`, error)
  })
  try {
    const index = await readIndex(file)
    const head = Buffer.alloc(index.headerBytes)
    await file.read(head, 0, head.length, 0)
    const moov = boxOf('moov', head, { bodyAt: 0, endAt: head.length })
    const makeUp = moov === null ? null : makeUpOf(head, moov)
    const first = index.fragments[0]
    if (makeUp === null || first === undefined)
      throw new ClipFailure('unreadable', `the video of ${segmentId} cannot be read`)
    const keyframes = index.fragments.filter(({ beginsWithKeyframe }) => beginsWithKeyframe)
    return {
      path,
      beginsMs: first.startMs,
      keyframesMs: keyframes.map(({ startMs }) => startMs - first.startMs),
      makeUp,
      fps: (framesIn(index) * 1_000) / Math.max(1, durationMsOf(index)),
      index,
    }
  } finally {
    await file.close()
  }
}
