/** Makes a clip of its plan: the video, and the track of its span beside it. */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { JobFailed } from '../../core/process/idle-job.js'
import type { ClipPoint } from '../../core/ride/clip.js'
import type { TrackPoint } from '../../core/ride/ride.js'
import { gpxOf } from '../../core/track/gpx.js'
import { subtitlesOf } from '../../core/track/subtitles.js'
import { ClipFailure } from './clip-failure.js'
import { missingWords } from './clip-words.js'
import { cutClip, goesOn, soundOf } from './cut.js'
import { type ExactCut, exactCutOf } from './exact-cut.js'
import { type Film, type Films, framesAbout, readFilms } from './film.js'
import { overlayOf } from './overlay.js'
import type { Units } from './overlay-words.js'
import type { ClipPlan, UtcSpan } from './plan-shapes.js'

export interface MakingOptions {
  readonly plan: ClipPlan
  /** Everything made here is marked where it is simulated. */
  readonly simulated: boolean
  /** In the order of time, of the span and of as much about it as an overlay is to draw. Hidden ones are left out here. */
  readonly points: readonly TrackPoint[]
  /** The zone is an IANA name. */
  readonly overlay: { readonly units: Units; readonly timeZone: string } | null
  /** Encoded anew, so that no frame from before the clip is in its file. */
  readonly exact: boolean
  /** Speed, position and time as a text stream. */
  readonly subtitles: boolean
  readonly title: string
  /** A folder of this clip's own, which is made; gone again where making it fails. */
  readonly work: string
  readonly signal: AbortSignal
  /** 0 to 1, as often as twice a second. */
  readonly onProgress: (progress: number) => void
}

export interface MadeClip extends UtcSpan {
  /** A finished MP4 that is not fragmented, its moov last; its name does not end so. */
  readonly file: string
  /** GPX of the span. */
  readonly gpx: string
  /** Of the span, on the time of the clip. */
  readonly points: readonly ClipPoint[]
  /** From the first frame to the end of the last. */
  readonly durationMs: number
  readonly encodedAnew: boolean
  /** What is missing in it and what was done to it, in words for the rider; null where there is nothing to say. */
  readonly reason: string | null
  readonly widthPx: number
  readonly heightPx: number
}

/** @throws ClipFailure, or what the abort of the signal gives: nothing is left then */
export async function makeClip(options: MakingOptions): Promise<MadeClip> {
  const { work, signal } = options
  signal.throwIfAborted()
  try {
    await mkdir(work, { recursive: true })
    return await make(options)
  } catch (error) {
    await rm(work, { recursive: true, force: true })
    signal.throwIfAborted()
    throw failureOf(error)
  }
}

const HOLDS_MS = 2_000
const NAMES = { video: 'video.cut', gpx: 'track.gpx', text: 'text.srt', overlay: 'overlay.ass' } as const

async function make(options: MakingOptions): Promise<MadeClip> {
  const { plan, work, exact, title, simulated, overlay } = options
  const films = await readFilms(plan.pieces)
  const cut = await exactCutOf(plan.pieces, (path) => timesOf(films, path))
  if (cut === null) throw new ClipFailure('hidden', 'No frame was filmed in this span that may be shown.')
  const durationMs = cut.toUtcMs - cut.fromUtcMs
  const shown = options.points.filter(isDated).filter(({ utcMs }) => !plan.hidden.some((span) => isIn(span, utcMs)))
  const inside = shown.filter(({ utcMs }) => isIn(cut, utcMs))
  const size = filmOf(films, cut.pieces[0]?.path ?? '').makeUp

  // What the last fix before the clip told holds for its first moments, too.
  const told = shown.filter(({ utcMs }) => utcMs > cut.fromUtcMs - HOLDS_MS && utcMs < cut.toUtcMs)
  const text = options.subtitles ? subtitlesOf(told.map(onUtc), cut.fromUtcMs, durationMs) : ''
  if (text !== '') await writeFile(join(work, NAMES.text), text)
  if (overlay !== null)
    await writeFile(join(work, NAMES.overlay), overlayOf({ ...size, ...cut, ...overlay, points: shown, simulated }))
  const head = { name: title, utcMs: cut.fromUtcMs, simulated }
  await writeFile(join(work, NAMES.gpx), [...gpxOf(head, inside)].join(''))

  await cutClip({
    cut,
    films,
    exact,
    overlay: overlay === null ? null : NAMES.overlay,
    final: { subtitles: text === '' ? null : NAMES.text, title, createdUtcMs: cut.fromUtcMs },
    work,
    to: NAMES.video,
    signal: options.signal,
    onProgress: options.onProgress,
  })
  for (const name of await readdir(work))
    if (name !== NAMES.video && name !== NAMES.gpx) await rm(join(work, name), { force: true })
  const isChanged = cut.pieces.some((piece) => !goesOn(cut.pieces[0] ?? piece, piece, films))
  return {
    fromUtcMs: cut.fromUtcMs,
    toUtcMs: cut.toUtcMs,
    durationMs,
    file: join(work, NAMES.video),
    gpx: join(work, NAMES.gpx),
    points: inside.map((point) => ({ ...point, atMs: point.utcMs - cut.fromUtcMs })),
    encodedAnew: isChanged || exact || overlay !== null,
    reason: reasonFor(plan, cut, films, isChanged),
    widthPx: size.widthPx,
    heightPx: size.heightPx,
  }
}

function reasonFor(plan: ClipPlan, cut: ExactCut, films: Films, isChanged: boolean): string | null {
  const hasSomeSound = cut.pieces.some(({ path }) => filmOf(films, path).makeUp.sound !== null)
  const said = [
    missingWords(plan),
    isChanged ? 'It was encoded anew, because the settings of the camera were changed in between.' : null,
    hasSomeSound && soundOf(cut.pieces, films) === 'none'
      ? 'It has no sound, because not all of it was filmed with the same sound.'
      : null,
  ].filter((words) => words !== null)
  return said.length === 0 ? null : said.join(' ')
}

function filmOf(films: Films, path: string): Film {
  const film = films.get(path)
  if (film === undefined) throw new Error(`nothing is known of the file ${path}`)
  return film
}

function timesOf(films: Films, path: string) {
  const film = filmOf(films, path)
  return { keyframesMs: film.keyframesMs, framesAboutMs: (atMs: number) => framesAbout(film, atMs) }
}

type Dated = TrackPoint & { readonly utcMs: number }
const isDated = (point: TrackPoint): point is Dated => point.utcMs !== null
const isIn = ({ fromUtcMs, toUtcMs }: UtcSpan, utcMs: number): boolean => utcMs >= fromUtcMs && utcMs < toUtcMs

/** A clip may go over several boots: its time is UTC alone. */
const onUtc = (point: Dated): TrackPoint => ({ ...point, monoMs: point.utcMs })

function failureOf(error: unknown): ClipFailure {
  if (error instanceof ClipFailure) return error
  const code = (error as NodeJS.ErrnoException).code
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new ClipFailure('no-room', 'There is not enough room on the card for this clip.', error)
  if (code === 'EIO' || code === 'ENOENT')
    return new ClipFailure('gone', 'A part of the video was removed while the clip was made.', error)
  const words = error instanceof JobFailed || error instanceof Error ? error.message : String(error)
  return new ClipFailure('ffmpeg', `The clip could not be made: ${words}.`, error)
}
