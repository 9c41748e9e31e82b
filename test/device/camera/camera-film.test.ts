/** The cameras that stand in for real ones can be believed: what they play is the film, at the moments they tell. */
import { execFile, spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  filmNumbers,
  installRpicamVid,
  makeFifo,
  makeFilm,
  type Playing,
  playing,
  startFifoCamera,
  truthOf,
} from '../../fakes/camera-film.js'
import { ffmpeg } from '../../fakes/clip.js'
import { eventually } from '../../fakes/eventually.js'

const FPS = 30
/** Else ffmpeg reads 5 s of a live stream before it begins. */
const AT_ONCE = ['-probesize', '32768', '-analyzeduration', '0']
const upTo = (count: number, first = 0): number[] => Array.from({ length: count }, (_, index) => first + index)

let folder: string
let film: string
let path: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spokecam-film-'))
  film = join(folder, 'film.h264')
  await makeFilm(film, { frames: 90, fps: FPS })
  path = await installRpicamVid(join(folder, 'bin'))
})
afterAll(() => rm(folder, { recursive: true }))

/** Plays into a file until the log has so many frames, then asks it to end. */
async function record(words: readonly string[], frames: number, how: Partial<Playing> = {}) {
  const log = join(folder, `${Math.random()}.log`)
  const file = join(folder, 'recorded')
  const args = ['-n', '-t', '0', '--framerate', String(FPS), ...words, '-o', '-']
  const camera = spawn('rpicam-vid', args, {
    env: { ...process.env, ...playing({ film, log, ...how }), PATH: path },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const gone = new Promise<number | null>((done) => camera.once('close', done))
  const written = pipeline(camera.stdout, createWriteStream(file))
  await eventually(async () => (await truthOf(log)).length >= frames, { withinMs: 10_000 })
  camera.kill('SIGINT')
  const code = await gone
  await written
  return { file, code, truth: await truthOf(log) }
}

// They hold what other tests stand on: as often as those are run whole.
const IS_LONG = process.env['SPOKECAM_TEST'] === 'long'

describe.runIf(IS_LONG)('the fake rpicam-vid', () => {
  it.each([
    ['an elementary stream', ['--codec', 'h264', '--inline']],
    ['a transport stream', ['--codec', 'libav', '--libav-video-codec', 'libx264', '--libav-format', 'mpegts']],
  ])('plays the film frame by frame as %s, and ends properly when asked to', async (_, words) => {
    const { file, code, truth } = await record(words, 40)
    expect(code).toBe(0)
    expect(await filmNumbers(file)).toEqual(upTo(truth.length))
    expect(truth.map(({ frame }) => frame)).toEqual(upTo(truth.length))
  })

  it('gives the frames of a transport stream the distances at which they were taken, lost ones included', async () => {
    const words = ['--codec', 'libav', '--libav-format', 'mpegts']
    const { file, truth } = await record(words, 40, { jitterMs: 20, dropEvery: 7 })
    const told = await ffmpeg(['-i', file, '-map', '0:v', '-c', 'copy', '-f', 'framecrc', '-copyts', '-'])
    const seconds = told.split('\n').flatMap((line) => (line.startsWith('0,') ? [Number(line.split(',')[2]) / 90] : []))
    expect(seconds).toHaveLength(truth.length)
    for (const [index, { monoMs }] of truth.entries())
      expect((seconds[index] ?? 0) - (seconds[0] ?? 0)).toBeCloseTo(monoMs - (truth[0]?.monoMs ?? 0), 0)
    // Twelve frames later, but fourteen places in time: two were lost between them.
    expect((truth[12]?.monoMs ?? 0) - (truth[0]?.monoMs ?? 0)).toBeGreaterThan((13 * 1_000) / FPS)
  })

  it('tells the moment of each frame in its metadata', async () => {
    const metadata = join(folder, 'meta.json')
    const { truth } = await record(['--metadata', metadata, '--metadata-format', 'json'], 20)
    const told = JSON.parse(await readFile(metadata, 'utf8')) as { SensorTimestamp: number }[]
    expect(told.map(({ SensorTimestamp }) => SensorTimestamp / 1_000_000)).toEqual(truth.map(({ monoMs }) => monoMs))
  })

  it.each<[string, Partial<Playing>, RegExp]>([
    ['has no camera', { mode: 'absent' }, /no cameras available/],
    ['falls', { mode: 'exit:3' }, /failed to queue/],
  ])('can be one that %s', async (_, how, says) => {
    const env = { ...process.env, ...playing({ film, ...how }), PATH: path }
    await expect(promisify(execFile)('rpicam-vid', ['-t', '0', '-o', '-'], { env, timeout: 5_000 })).rejects.toThrow(
      says,
    )
  })
})

it.runIf(IS_LONG)(
  'the camera behind a FIFO waits for its reader, and goes on with a keyframe for the next one',
  async () => {
    const fifo = join(folder, 'fifo')
    await makeFifo(fifo)
    const camera = startFifoCamera(fifo, { film, fps: FPS })
    try {
      for (const file of ['first', 'second']) {
        const path = join(folder, `${file}.h264`)
        await ffmpeg([...AT_ONCE, '-f', 'h264', '-i', fifo, '-frames:v', '10', '-c', 'copy', path])
        const numbers = await filmNumbers(path)
        expect(numbers).toEqual(upTo(10, numbers[0]))
        expect((numbers[0] ?? 1) % FPS).toBe(0)
      }
    } finally {
      await camera.end('SIGKILL')
    }
  },
)
