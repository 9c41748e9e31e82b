/** What a real ffmpeg makes of our commands: every kind of camera that can be had on any machine, held against ffprobe. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { durationMsOf, framesIn, readIndexOf } from '../../../core/video/video-index.js'
import {
  type CameraSettings,
  type CameraSource,
  type RecorderCommands,
  recorderCommands,
} from '../../../device/camera/command.js'
import { openCameraSource } from '../../../device/camera/source.js'
import { startBrowser } from '../../fakes/browser.js'
import { filmNumbers, installRpicamVid, makeFifo, makeFilm, playing, startFifoCamera } from '../../fakes/camera-film.js'
import { ffmpeg, probe } from '../../fakes/clip.js'
import { eventually } from '../../fakes/eventually.js'
import { framesOf } from '../../fakes/film-player.mjs'
import { freePort, type Program, startProgram } from '../../fakes/processes.js'

const IS_LONG = process.env['SPOKECAM_TEST'] === 'long'
const inLong = (...formats: readonly ['h264' | 'mpegts', string][]) => (IS_LONG ? formats : [])

const FPS = 30
const SEGMENT_SECONDS = 2
/** Two closed segments and the beginning of a third. */
const ENOUGH = 3
const camera: CameraSettings = {
  name: 'front',
  width: 256,
  height: 96,
  fps: FPS,
  bitrateMbps: 0.5,
  rotateDeg: 0,
  audio: false,
}
const means = { microphone: null, ffmpegMajor: 5 }

let folder: string
let film: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spokecam-recorded-'))
  film = join(folder, 'film.h264')
  await makeFilm(film, { frames: 300, fps: FPS })
  const frames = framesOf(await readFile(film))
  await writeFile(join(folder, 'joined.film'), Buffer.concat(frames.slice(10).map(({ bytes }) => bytes)))
  const sound = ['-f', 'lavfi', '-i', 'sine=sample_rate=8000', '-c:a', 'aac', '-shortest']
  await ffmpeg(['-r', `${FPS}`, '-i', film, ...sound, '-c:v', 'copy', join(folder, 'clip.mp4')])
  await ffmpeg([
    '-r',
    `${FPS}`,
    '-i',
    film,
    '-c:v',
    'libx264',
    '-x264-params',
    'keyint=150:min-keyint=150:scenecut=0:bframes=0',
    join(folder, 'rare.mp4'),
  ])
}, 30_000)
afterAll(() => rm(folder, { recursive: true }))

interface Recorded {
  readonly files: readonly string[]
  /** What ffmpeg complained of. */
  readonly complaints: readonly string[]
}

/** Records until so many files are there, then ends as the device does. */
async function record(
  source: CameraSource,
  settings: Partial<CameraSettings> = {},
  { files = ENOUGH, change = (commands: RecorderCommands) => commands, env = {} as NodeJS.ProcessEnv } = {},
): Promise<Recorded> {
  const into = join(folder, `out-${Math.random()}`)
  await mkdir(into)
  const plan = { camera: { ...camera, ...settings }, source, folder: into, firstNumber: 1, metadataFile: null }
  const commands = change(recorderCommands({ ...plan, segmentSeconds: SEGMENT_SECONDS }))
  const [program = '', ...words] = commands.camera ?? []
  const player = program === '' ? null : spawn(program, words, { stdio: ['ignore', 'pipe', 'ignore'], env })
  const recorder = spawn('ffmpeg', commands.ffmpeg, { stdio: [player?.stdout ?? 'ignore', 'ignore', 'pipe', 'pipe'] })
  let said = ''
  recorder.stderr?.on('data', (words: Buffer) => {
    said += words
  })
  recorder.stdio[3]?.on('error', () => {}) // It is read by nobody here.
  ;(recorder.stdio[3] as NodeJS.ReadableStream).resume()
  const gone = new Promise((done) => recorder.once('close', done))
  const names = async () => (await readdir(into)).sort()
  try {
    await eventually(async () => recorder.exitCode !== null || (await names()).length >= files, { withinMs: 45_000 })
  } finally {
    player?.kill('SIGINT')
    recorder.kill('SIGINT')
    await gone
  }
  const complaints = said.split('\n').filter((line) => /\[(warning|error|fatal)\]/.test(line))
  return { files: (await names()).map((name) => join(into, name)), complaints }
}

async function ffprobe(words: readonly string[]): Promise<string> {
  return (await promisify(execFile)('ffprobe', ['-v', 'error', ...words])).stdout
}

const closed = ({ files }: Recorded): readonly string[] => files.slice(0, ENOUGH - 1)
const numbersIn = async ({ files }: Recorded): Promise<number[]> => (await Promise.all(files.map(filmNumbers))).flat()

/** Each closed segment is whole, frame by frame; sound may cut a fragment anywhere, where it comes late. */
async function expectWholeSegments(recorded: Recorded): Promise<void> {
  expect(recorded.files.length).toBeGreaterThanOrEqual(ENOUGH)
  for (const file of closed(recorded)) expect(framesIn(await readIndexOf(file))).toBe(SEGMENT_SECONDS * FPS)
}

/** And so is each of its fragments: a second that begins with a keyframe. */
async function expectWholeSeconds(recorded: Recorded): Promise<void> {
  await expectWholeSegments(recorded)
  for (const file of closed(recorded)) {
    const { fragments } = await readIndexOf(file)
    expect(fragments.map(({ frames }) => frames)).toEqual([FPS, FPS])
  }
}

describe.concurrent('a real ffmpeg records', { timeout: 60_000 }, () => {
  it('a test picture, by the second', async () => {
    await expectWholeSeconds(await record({ kind: 'test', ...means }))
  })

  it('a clip without a frame missing, its own sound beside it', async () => {
    const recorded = await record(
      { kind: 'file', file: join(folder, 'clip.mp4'), isH264: true, ...means },
      { audio: true },
    )
    await expectWholeSegments(recorded)
    const numbers = await numbersIn(recorded)
    expect(numbers).toEqual(numbers.map((_, index) => index))
    for (const file of closed(recorded))
      expect((await probe(file)).streams.map(({ codec_name }) => codec_name)).toEqual(['h264', 'aac'])
  })

  it('a clip without sound where sound was asked for', async () => {
    const rare: CameraSource = { kind: 'file', file: join(folder, 'rare.mp4'), isH264: true, ...means }
    const { files } = await record(rare, { audio: true }, { files: 1 })
    expect((await probe(files[0] ?? '')).streams).toHaveLength(1)
  })

  it('a camera with a keyframe every 5 s in fragments of 1.5 s at most, of which only some begin with one', async () => {
    const rare: CameraSource = { kind: 'file', file: join(folder, 'rare.mp4'), isH264: true, ...means }
    const { files } = await record(rare, {}, { files: 2 })
    const { fragments } = await readIndexOf(files[0] ?? '')
    expect(fragments.map(({ durationMs }) => Math.round(durationMs))).toEqual([1_500, 1_500, 1_500, 500])
    expect(await filmNumbers(files[0] ?? '')).toHaveLength(150)
  })

  it.each<['h264' | 'mpegts' | 'mp4', string]>([
    ['h264', 'camera.h264'],
    ['mpegts', 'named-by-nothing-ts'],
    ['mp4', 'camera.mp4'],
    ...inLong(['h264', 'named-by-nothing-h264'], ['mpegts', 'camera.ts']),
  ])('a FIFO of %s at %s from its first frame on, without one missing', async (format, name) => {
    const fifo = join(folder, name)
    await makeFifo(fifo)
    const player = format === 'mp4' ? playMp4(fifo) : startFifoCamera(fifo, { film, fps: FPS, format })
    try {
      const recorded = await record(await openCameraSource(`file:${fifo}`))
      // Which keyframe a file ends with follows from when it came, and a busy machine may be late.
      for (const path of closed(recorded)) expect(framesIn(await readIndexOf(path)) % FPS).toBe(0)
      const numbers = await numbersIn(recorded)
      expect(numbers).toEqual(numbers.map((_, index) => index))
    } finally {
      await player.end('SIGKILL')
    }
  })

  it.each<['h264' | 'mpegts', string]>([
    ['h264', 'joined.h264'],
    ...inLong(['h264', 'joined-by-nothing-h264'], ['mpegts', 'joined.ts']),
  ])('a FIFO of %s at %s that is joined between two keyframes, from the next one on', async (format, name) => {
    const fifo = join(folder, name)
    await makeFifo(fifo)
    const player = startFifoCamera(fifo, { film: join(folder, 'joined.film'), fps: FPS, format })
    try {
      const recorded = await record(await openCameraSource(`file:${fifo}`))
      expect(recorded.files.length).toBeGreaterThanOrEqual(ENOUGH)
      const numbers = await numbersIn(recorded)
      expect(numbers).toEqual(numbers.map((_, index) => FPS + index))
    } finally {
      await player.end('SIGKILL')
    }
  })

  it.each(IS_LONG ? (['hardware', 'software'] as const) : (['hardware'] as const))(
    'what rpicam-vid plays from an encoder in %s, from its first frame on',
    async (encoder) => {
      const path = await installRpicamVid(join(folder, `bin-${encoder}`))
      const env = { ...process.env, ...playing({ film }), PATH: path }
      const recorded = await record({ kind: 'rpicam', camera: 0, encoder, ...means }, {}, { env })
      await expectWholeSeconds(recorded)
      const numbers = await numbersIn(recorded)
      expect(numbers).toEqual(numbers.map((_, index) => index))
    },
  )

  it.runIf(IS_LONG)('a network camera with its telephone sound, without re-encoding the picture', async () => {
    const port = await freePort()
    const url = `rtsp://127.0.0.1:${port}/live`
    // Debian's ffmpeg is no RTSP server: here it is the camera that calls, everything else is as on the road.
    const listening = ({ ffmpeg, ...rest }: RecorderCommands): RecorderCommands => ({
      ...rest,
      ffmpeg: ffmpeg.flatMap((word) => (word === '-rtsp_transport' ? ['-rtsp_flags', 'listen', word] : [word])),
    })
    const recording = record({ kind: 'rtsp', url, ...means }, { audio: true }, { change: listening })
    const sound = ['-re', '-f', 'lavfi', '-i', 'sine=sample_rate=8000', '-c:a', 'pcm_mulaw']
    const picture = ['-v', 'error', '-re', '-stream_loop', '-1', '-i', join(folder, 'clip.mp4')]
    const words = [...picture, ...sound, '-map', '0:v', '-map', '1:a', '-c:v', 'copy', '-t', '20']
    let isOver = false
    const calling = (async () => {
      // Until somebody listens it is refused, and calls again.
      while (!isOver) {
        const caller = startProgram('ffmpeg', [...words, '-f', 'rtsp', '-rtsp_transport', 'tcp', url])
        await eventually(() => isOver || caller.child.exitCode !== null, { withinMs: 20_000 })
        await caller.end('SIGKILL')
      }
    })()
    const recorded = await recording.finally(() => {
      isOver = true
    })
    await calling
    expect(recorded.files.length).toBeGreaterThanOrEqual(ENOUGH)
    for (const file of closed(recorded))
      expect((await probe(file)).streams.map(({ codec_name }) => codec_name)).toEqual(['h264', 'aac'])
    const numbers = await numbersIn(recorded)
    expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 0) + index))
  })
})

/** Something else that records, and hands on fragments of a second. */
function playMp4(fifo: string): Program {
  const input = ['-v', 'error', '-y', '-re', '-i', join(folder, 'clip.mp4'), '-an', '-c', 'copy']
  return startProgram('ffmpeg', [...input, '-movflags', '+frag_keyframe+empty_moov', '-f', 'mp4', fifo])
}

describe.concurrent('sound beside the picture', { timeout: 60_000 }, () => {
  /** Without a sound card in the house: the tone stands where the microphone does, stamped by the same clock. */
  const withTone = ({ ffmpeg, ...rest }: RecorderCommands): RecorderCommands => {
    const [from, to] = [ffmpeg.indexOf('alsa') - 1, ffmpeg.indexOf('-isync')]
    const tone = ['-re', '-use_wallclock_as_timestamps', '1', '-f', 'lavfi']
    return {
      ...rest,
      ffmpeg: [...ffmpeg.slice(0, from), ...tone, ...ffmpeg.slice(to)].map((word) =>
        word === 'plughw:1,0' ? 'sine=sample_rate=48000' : word,
      ),
    }
  }

  it('leaves the picture cut on its keyframes, its first frame at zero', async () => {
    const recorded = await record({ kind: 'test', ...means }, { audio: true })
    await expectWholeSegments(recorded)
    for (const file of closed(recorded)) {
      const index = await readIndexOf(file)
      expect(index.track?.trackId).toBe(1)
      expect(index.fragments[0]?.startMs).toBe(0)
      expect(durationMsOf(index)).toBeCloseTo(SEGMENT_SECONDS * 1_000, 0)
      const { streams } = await probe(file)
      expect(streams.map(({ codec_name }) => codec_name)).toEqual(['h264', 'aac'])
      expect(Number(streams[1]?.duration)).toBeCloseTo(SEGMENT_SECONDS, 0)
      const flags = [
        '-select_streams',
        'v',
        '-read_intervals',
        '%+#1',
        '-show_entries',
        'packet=flags',
        '-of',
        'csv=p=0',
      ]
      expect(await ffprobe([...flags, file])).toMatch(/^K/)
    }
  })

  it.runIf(IS_LONG)('of a microphone is held beside a camera without a frame missing', async () => {
    const path = await installRpicamVid(join(folder, 'bin-sound'))
    const env = { ...process.env, ...playing({ film }), PATH: path }
    const source: CameraSource = {
      kind: 'rpicam',
      camera: 0,
      encoder: 'hardware',
      microphone: 'plughw:1,0',
      ffmpegMajor: 5,
    }
    const recorded = await record(source, { audio: true }, { env, change: withTone })
    await expectWholeSegments(recorded)
    const numbers = await numbersIn(recorded)
    expect(numbers).toEqual(numbers.map((_, index) => index))
    for (const file of closed(recorded)) expect((await probe(file)).streams).toHaveLength(2)
  })

  it('that stops leaves the picture going on', async () => {
    const ends = (commands: RecorderCommands): RecorderCommands => ({
      ...commands,
      ffmpeg: commands.ffmpeg.map((word) => (word.startsWith('sine=') ? `${word}:duration=1` : word)),
    })
    const recorded = await record({ kind: 'test', ...means }, { audio: true }, { change: ends })
    await expectWholeSegments(recorded)
  })
})

const TURNED = IS_LONG ? ([90, 180, 270] as const) : ([90] as const)

describe.concurrent('a turned picture', { timeout: 60_000 }, () => {
  it.each(TURNED)('of %d degrees is tagged in every file, clockwise', async (rotateDeg) => {
    const clip: CameraSource = { kind: 'file', file: join(folder, 'clip.mp4'), isH264: true, ...means }
    const { files } = await record(clip, { rotateDeg })
    const filter = { 90: 'transpose=clock', 180: 'hflip,vflip', 270: 'transpose=cclock' }[rotateDeg]
    for (const file of files.slice(0, ENOUGH - 1)) {
      const seen = await ffmpeg(['-i', file, '-frames:v', '1', '-f', 'framemd5', '-'])
      const turned = await ffmpeg(['-noautorotate', '-i', file, '-vf', filter, '-frames:v', '1', '-f', 'framemd5', '-'])
      const straight = await ffmpeg(['-noautorotate', '-i', file, '-frames:v', '1', '-f', 'framemd5', '-'])
      expect(seen).toBe(turned)
      expect(seen).not.toBe(straight)
    }
  })

  it.runIf(IS_LONG)('is shown standing by a browser', async () => {
    const { files } = await record(
      { kind: 'file', file: join(folder, 'clip.mp4'), isH264: true, ...means },
      { rotateDeg: 90 },
    )
    const film = await readFile(files[0] ?? '')
    const server = createServer((request, answer) => {
      answer.setHeader('content-type', request.url === '/film' ? 'video/mp4' : 'text/html')
      answer.end(request.url === '/film' ? film : '<video src="/film" muted></video>')
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const browser = await startBrowser()
    try {
      const page = await browser.newPage()
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
      const size = await page.evaluate(async () => {
        const video = document.querySelector('video') as HTMLVideoElement
        if (video.readyState === 0) await new Promise((done) => video.addEventListener('loadedmetadata', done))
        return [video.videoWidth, video.videoHeight]
      })
      expect(size).toEqual([camera.height, camera.width])
    } finally {
      await browser.close()
      server.close()
    }
  })
})
