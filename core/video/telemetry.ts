/** Writes the track of a ride, its time and its place into a finished clip. */
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { ClipPoint, Telemetry } from '../ride/clip.js'
import { box, HEAD_BYTES } from './box-writing.js'
import { cammOf } from './camm.js'
import { gpmfOf } from './gpmf.js'
import { rewrittenMovie } from './movie.js'
import { inOrder, type KeptBox, movedBy, readMovie, readWhole } from './movie-file.js'
import type { TimedSamples } from './timed-samples.js'
import { timedTrack } from './timed-track.js'
import { iso6709 } from './user-data.js'

export interface ClipTelemetry {
  readonly kind: Telemetry
  /** In order of time; the first one is the place of the clip. Without any there is neither a track nor a place. */
  readonly points: readonly ClipPoint[]
  /** Of what is shown. */
  readonly durationMs: number
  /** Of the first frame that is shown. */
  readonly createdUtcMs: number
  readonly title: string
}

export interface WritingOptions {
  readonly signal?: AbortSignal
  /** After each piece of a MiB at most: a slow card is spared by syncing the file, and resting, here. */
  readonly eachPiece?: (file: FileHandle) => Promise<void>
}

/** Never `.mp4`: nobody takes it for a video. Nor what a cut is called that is not finished: it may be the source. */
const UNFINISHED = '.telemetry.tmp'
const PIECE_BYTES = 1024 * 1024
/** Offsets that may grow past 32 bits by what is added get 64 at once. */
const LARGE_FROM_BYTES = 2 ** 32 - 256 * 1024 * 1024

/**
 * Copies an unfragmented MP4, wherever its moov is, and writes telemetry into the copy, whose moov comes first. Streams, edit lists and
 * all else stay as they are. `to` appears once it is whole and on the card, or not at all.
 * @returns the size of `to` in bytes
 * @throws UnfitVideo where `from` is no such file; where the card refuses; the signal's reason
 */
export async function writeTelemetry(
  from: string,
  to: string,
  telemetry: ClipTelemetry,
  options: WritingOptions = {},
): Promise<number> {
  options.signal?.throwIfAborted()
  const source = await open(from, 'r')
  const unfinished = `${to}${UNFINISHED}`
  try {
    const copy = await copyOf(source, telemetry)
    const target = await open(unfinished, 'w')
    try {
      await writeCopy(source, copy, target, options)
      await target.datasync()
    } finally {
      await target.close()
    }
    options.signal?.throwIfAborted()
    await rename(unfinished, to)
    await syncFolder(dirname(to))
    return copy.sizeBytes
  } catch (error) {
    await rm(unfinished, { force: true })
    throw error
  } finally {
    await source.close()
  }
}

interface Copy {
  /** What is written, in order: bytes, or boxes of the source. */
  readonly parts: readonly (Buffer | KeptBox)[]
  readonly sizeBytes: number
}

async function copyOf(source: FileHandle, telemetry: ClipTelemetry): Promise<Copy> {
  const { moov, others, sizeBytes } = await readMovie(source)
  const { points, durationMs, createdUtcMs, title } = telemetry
  const samples = samplesOf(telemetry)
  const place = points[0] === undefined ? null : iso6709(points[0], points[0].altitudeM)
  const isLarge = sizeBytes + (samples?.bytes.length ?? 0) > LARGE_FROM_BYTES
  const keptBytes = others.reduce((sum, { startAt, endAt }) => sum + endAt - startAt, 0)

  const movieFor = (moovBytes: number): Buffer =>
    rewrittenMovie(moov, {
      ...{ createdUtcMs, title, place, isLarge },
      moved: movedBy(others, moovBytes),
      track:
        samples === null
          ? null
          : (trackId, movieTimescale) => {
              const samplesAt = moovBytes + keptBytes + HEAD_BYTES
              return timedTrack(samples, { trackId, samplesAt, createdUtcMs, movieTimescale, durationMs })
            },
    })
  // Offsets depend on how long the moov is, and that not on them.
  const movie = movieFor(movieFor(moov.length).length)
  const { before, behind } = inOrder(others)
  const extra = samples === null ? [] : [box('mdat', samples.bytes)]
  const parts = [...before, movie, ...behind, ...extra]
  return { parts, sizeBytes: keptBytes + movie.length + (extra[0]?.length ?? 0) }
}

function samplesOf({ kind, points, durationMs, createdUtcMs }: ClipTelemetry): TimedSamples | null {
  switch (kind) {
    case 'gpmf':
      return gpmfOf(points, durationMs, createdUtcMs)
    case 'camm':
      return cammOf(points, durationMs, createdUtcMs)
    case 'none':
      return null
  }
}

async function writeCopy(
  source: FileHandle,
  { parts }: Copy,
  target: FileHandle,
  { signal, eachPiece }: WritingOptions,
): Promise<void> {
  const room = Buffer.allocUnsafe(PIECE_BYTES)
  let at = 0
  const put = async (bytes: Buffer): Promise<void> => {
    signal?.throwIfAborted()
    await writeWhole(target, bytes, at)
    at += bytes.length
    await eachPiece?.(target)
  }
  for (const part of parts) {
    if (Buffer.isBuffer(part)) {
      for (let from = 0; from < part.length; from += PIECE_BYTES) await put(part.subarray(from, from + PIECE_BYTES))
      continue
    }
    await put(part.head)
    for (let from = part.bodyAt; from < part.endAt; from += PIECE_BYTES) {
      const piece = room.subarray(0, Math.min(PIECE_BYTES, part.endAt - from))
      await readWhole(source, piece, from)
      await put(piece)
    }
  }
}

/** A full card takes some of the bytes, and the rest is refused only when asked again. */
async function writeWhole(file: FileHandle, bytes: Buffer, at: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, at + done)
    done += bytesWritten
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
