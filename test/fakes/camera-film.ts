/** Films with a number in every frame, and the fake cameras that play them in real time. */
import { execFile, spawn } from 'node:child_process'
import { chmod, mkdir, readFile, symlink } from 'node:fs/promises'
import { delimiter, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { type Program, startProgram } from './processes.js'

const run = promisify(execFile)

const SIZE = { width: 256, height: 96 }
/** Each bit of the number is a bar down most of the picture: no encoder makes a bar of 16 pixels unreadable. */
const BITS = 16
/** Below the bars: a picture without it has 50 bytes a frame, and no camera plays so little. */
const NOISE_ROWS = 32
const BAR_PX = SIZE.width / BITS
/** The row that is read back. */
const ROW = (SIZE.height - NOISE_ROWS) / 2

export interface FilmOptions {
  readonly frames: number
  readonly fps: number
  /** Frames from one keyframe to the next; a second's worth where it is left out. */
  readonly gop?: number
}

/** An H.264 elementary stream of 256 x 96 whose frames carry their number, counted from 0, as 16 bars. */
export async function makeFilm(file: string, { frames, fps, gop = fps }: FilmOptions): Promise<void> {
  const encoder = spawn('ffmpeg', [
    ...['-v', 'error', '-y', '-f', 'rawvideo', '-pix_fmt', 'gray', '-s', `${SIZE.width}x${SIZE.height}`],
    ...['-r', String(fps), '-i', 'pipe:0', '-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'],
    ...['-g', String(gop), '-keyint_min', String(gop), '-sc_threshold', '0', '-bf', '0', '-f', 'h264', file],
  ])
  const gone = new Promise<number | null>((done) => encoder.once('close', done))
  for (let frame = 0; frame < frames; frame++) encoder.stdin.write(pictureOf(frame))
  encoder.stdin.end()
  const code = await gone
  if (code !== 0) throw new Error(`ffmpeg ended with ${code}`)
}

function pictureOf(frame: number): Buffer {
  const row = Buffer.alloc(SIZE.width)
  for (let bit = 0; bit < BITS; bit++) row.fill((frame >> bit) & 1 ? 235 : 16, bit * BAR_PX, (bit + 1) * BAR_PX)
  const bars = Array.from({ length: SIZE.height - NOISE_ROWS }, () => row)
  return Buffer.concat([...bars, noise(SIZE.width * NOISE_ROWS, frame + 1)])
}

/** Park and Miller's generator: the same film in every run. */
function noise(sizeBytes: number, seed: number): Buffer {
  let state = seed
  return Buffer.from(
    Array.from({ length: sizeBytes }, () => {
      state = (state * 48_271) % 2_147_483_647
      return state & 0xff
    }),
  )
}

/** The numbers in the frames of a file, in the order of showing. */
export const filmNumbers = async (file: string): Promise<number[]> => (await filmFrames(file)).map(numberOf)

/** The same with the frames that are in the file and are not shown, because an edit list says so. */
export const hiddenFilmNumbers = async (file: string): Promise<number[]> =>
  (await filmFrames(file, ['-ignore_editlist', '1'])).map(numberOf)

export interface FilmFrame {
  readonly number: number
  /** When it is shown. */
  readonly atMs: number
}

const numberOf = ({ number }: FilmFrame): number => number

/** The frames of a file, in the order of showing. @param how options that stand before its -i */
export async function filmFrames(file: string, how: readonly string[] = []): Promise<FilmFrame[]> {
  const { stdout, stderr } = await run(
    'ffmpeg',
    [
      ...['-hide_banner', '-nostats', '-noautorotate', ...how, '-i', file, '-map', '0:v', '-fps_mode', 'passthrough'],
      ...['-vf', `format=gray,crop=${SIZE.width}:1:0:${ROW},showinfo=checksum=0`, '-f', 'rawvideo', 'pipe:1'],
    ],
    { encoding: 'buffer', maxBuffer: 64 * 1024 * 1024 },
  )
  const times = [...stderr.toString('latin1').matchAll(/ pts_time:(\S+)/g)].map(
    ([, seconds]) => Number(seconds) * 1_000,
  )
  return Array.from({ length: Math.floor(stdout.length / SIZE.width) }, (_, frame) => {
    let number = 0
    for (let bit = 0; bit < BITS; bit++)
      if ((stdout[frame * SIZE.width + bit * BAR_PX + BAR_PX / 2] ?? 0) > 128) number |= 1 << bit
    return { number, atMs: times[frame] ?? Number.NaN }
  })
}

/** How a fake camera plays its film. */
export interface Playing {
  /** Raw H.264; `{camera}` in it is the number asked for, so that several cameras can play films of their own. */
  readonly film: string
  /** Where the true moment of each frame is written, see truthOf; `{camera}` as above. */
  readonly log?: string
  /** A frame arrives up to so much later than it was taken. */
  readonly jitterMs?: number
  readonly latencyMs?: number
  /** One in so many frames is lost in the sensor: its place in time stays empty, the film goes on. */
  readonly dropEvery?: number
  readonly seed?: number
  /** From its start to the first frame; 300 where it is left out. Of rpicam-vid alone. */
  readonly startMs?: number
  /**
   * hang:N and exit:N after N frames; deaf:N hangs and ignores SIGINT; absent has no camera; flood says 1 kB a frame on
   * standard error, and waits where nobody reads it.
   */
  readonly mode?: 'film' | 'flood' | 'absent' | `${'hang' | 'deaf' | 'exit'}:${number}`
}

/** The environment a fake camera runs in. */
export function playing({
  film,
  log,
  jitterMs,
  latencyMs,
  dropEvery,
  seed,
  startMs,
  mode,
}: Playing): Record<string, string> {
  const told = {
    FILM: film,
    LOG: log,
    JITTER_MS: jitterMs,
    LATENCY_MS: latencyMs,
    DROP_EVERY: dropEvery,
    SEED: seed,
    START_MS: startMs,
    MODE: mode,
  }
  return Object.fromEntries(
    Object.entries(told).flatMap(([name, value]) => (value === undefined ? [] : [[`FAKE_CAMERA_${name}`, `${value}`]])),
  )
}

/** Puts a rpicam-vid into a folder; answers the PATH that finds it first. */
export async function installRpicamVid(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true })
  const program = resolve(import.meta.dirname, 'rpicam-vid.mjs')
  await chmod(program, 0o755)
  await symlink(program, join(folder, 'rpicam-vid'))
  return `${folder}${delimiter}${process.env['PATH']}`
}

/** Begins to play into a FIFO that is there already; the film begins when somebody reads it. */
export function startFifoCamera(
  fifo: string,
  { fps, format = 'h264', ...how }: Playing & { readonly fps: number; readonly format?: 'h264' | 'mpegts' },
): Program {
  const program = resolve(import.meta.dirname, 'fifo-camera.mjs')
  return startProgram(process.execPath, [program, fifo, String(fps), format], playing(how))
}

export const makeFifo = async (path: string): Promise<void> => {
  await run('mkfifo', [path])
}

/** The true moments of the frames a fake camera has shown, by their number. */
export async function truthOf(log: string): Promise<{ readonly frame: number; readonly monoMs: number }[]> {
  const lines = (await readFile(log, 'utf8')).split('\n').filter((line) => line.endsWith('}'))
  return lines.map((line) => JSON.parse(line) as { frame: number; monoMs: number })
}
