/** Makes the contact sheet of a clip, once: it stays in the clip's folder and goes with it. */
import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { UNFINISHED } from '../../core/process/durable.js'
import { type JobInput, runJob } from '../../core/process/ffmpeg.js'
import { parsePixmap, pixmapOf } from './bundle-lettering.js'
import { PICTURE_HEIGHT, PICTURE_WIDTH, type SheetHead, sheetOf, type TimedPicture } from './bundle-sheet-page.js'

export interface SheetOptions {
  readonly video: string
  /** Where the sheet is kept. */
  readonly folder: string
  readonly durationMs: number
  /** UTC of the picture that is shown this long after the clip's first. */
  readonly utcMsAt: (atMs: number) => number
  readonly head: SheetHead
  readonly signal: AbortSignal
}

const PICTURES = 12
/** Each input has a decoder of its own, whose pictures take 3 MB each: four took 75 MB for 1080p. */
const AT_ONCE = 4
/** With a keyframe a second there are enough of them; in a shorter clip every picture counts. */
const KEYFRAMES_FROM_MS = 24_000

/**
 * The path of the sheet. Only what is shown is read of the video, however long it is, and of a longer one only keyframes.
 * @throws where ffmpeg or the card fails, or the clip has no picture
 */
export async function contactSheet(options: SheetOptions): Promise<string> {
  const sheet = join(options.folder, `contact-sheet-${await fingerprintOf(options)}.jpg`)
  if (await isThere(sheet)) return sheet
  const work = await mkdtemp(join(options.folder, `contact-sheet${UNFINISHED}-`))
  try {
    const pictures = await picturesOf(options, work)
    const [page, drawn] = [join(work, 'page.ppm'), join(work, 'page.jpg')]
    await writeFile(page, pixmapOf(sheetOf(pictures, options.head)))
    await runJob([{ file: `file:${page}` }], ['-q:v', '4', '-update', '1'], `file:${drawn}`, options.signal)
    // Not synced: a power cut costs no more than drawing it anew, and an empty file would be no sheet.
    await rename(drawn, sheet)
    return sheet
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/**
 * Pictures from all over a clip, with the times they were taken. @param work a folder for their files, and for nothing else
 * @throws where ffmpeg fails, or the clip has no picture
 */
export async function picturesOf(
  { video, durationMs, utcMsAt, signal }: Omit<SheetOptions, 'folder' | 'head'>,
  work: string,
): Promise<TimedPicture[]> {
  const onlyKeyframes = durationMs >= KEYFRAMES_FROM_MS ? ['-skip_frame', 'nokey', '-noaccurate_seek'] : []
  const input = (index: number): JobInput => {
    const fromS = (durationMs * index) / PICTURES / 1_000
    // Frames keep the time they are shown at, whatever was sought.
    const options = [...onlyKeyframes, '-threads', '1', '-copyts', '-ss', fromS.toFixed(3)]
    return { file: `file:${video}`, options }
  }
  for (let first = 0; first < PICTURES; first += AT_ONCE) {
    const inputs = Array.from({ length: AT_ONCE }, (_, index) => input(first + index))
    // The number in the name is the time in ms, so that a keyframe that is found twice is there once.
    const into = `file:${work.replaceAll('%', '%%')}/%d.ppm`
    const outputs = inputs.map((_, index) => outputOptions(index))
    const others = outputs.slice(0, -1).flatMap((options) => [...options, into])
    await runJob(inputs, [...others, ...(outputs.at(-1) ?? [])], into, signal)
  }
  const names = (await readdir(work)).filter((name) => /^\d+\.ppm$/.test(name))
  if (names.length === 0) throw new Error('the clip has no picture')
  const times = names.map((name) => Number.parseInt(name, 10)).sort((one, other) => one - other)
  return Promise.all(
    times.map(async (atMs) => ({
      utcMs: utcMsAt(atMs),
      picture: parsePixmap(await readFile(join(work, `${atMs}.ppm`))),
    })),
  )
}

/** Of all that is seen on it. */
async function fingerprintOf({ video, head, durationMs }: SheetOptions): Promise<string> {
  const { size, mtimeMs } = await stat(video)
  return createHash('sha256')
    .update(JSON.stringify([size, mtimeMs, head, durationMs]))
    .digest('hex')
    .slice(0, 12)
}

const isThere = (file: string): Promise<boolean> =>
  stat(file).then(
    ({ size }) => size > 0,
    () => false, // It is made.
  )

const outputOptions = (input: number): string[] => [
  ...['-map', `${input}:v:0`, '-frames:v', '1'],
  '-vf',
  `scale=${PICTURE_WIDTH}:${PICTURE_HEIGHT}:force_original_aspect_ratio=decrease:flags=area,pad=${PICTURE_WIDTH}:${PICTURE_HEIGHT}:-1:-1,setsar=1`,
  ...['-fps_mode', 'passthrough', '-enc_time_base', '1/1000', '-c:v', 'ppm', '-f', 'image2', '-frame_pts', '1'],
]
