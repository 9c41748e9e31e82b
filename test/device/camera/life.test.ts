/** A camera's life with a program of its own that falls, hangs, floods and comes back: how soon it records again. */
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { monoNowMs } from '../../../core/process/boot.js'
import type { Log } from '../../../core/process/log.js'
import { framesIn, readIndexOf } from '../../../core/video/video-index.js'
import type { SegmentEnded } from '../../../device/camera/camera.js'
import { type CameraLife, createCameraLife } from '../../../device/camera/life.js'
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
import { eventually } from '../../fakes/eventually.js'

const FPS = 30
/** May hold a player or ffmpeg up for longer than what is measured. */
const A_BUSY_MACHINE = 2
const SOON = { withinMs: 20_000 }
const HANGING = process.env['SPOKECAM_TEST'] === 'long' ? (['hang:75', 'deaf:75'] as const) : (['deaf:75'] as const)
const silent: Log = { info: () => {}, warn: () => {}, error: () => {} }
const settings = {
  name: 'front',
  width: 256,
  height: 96,
  fps: FPS,
  bitrateMbps: 1,
  rotateDeg: 0,
  audio: false,
} as const

let films: string
let folder: string
let log: string
const environment = { ...process.env }
beforeAll(async () => {
  films = await mkdtemp(join(tmpdir(), 'films-'))
  await makeFilm(join(films, 'film.h264'), { frames: 20 * FPS, fps: FPS })
  process.env['PATH'] = await installRpicamVid(join(films, 'bin'))
}, 30_000)
afterAll(async () => {
  process.env = environment
  await rm(films, { recursive: true })
})
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'life-'))
  log = join(folder, 'truth.log')
  await mkdir(join(folder, 'boot'))
})

let life: Awaited<ReturnType<typeof live>> | null = null
afterEach(async () => {
  await life?.end()
  life = null
  await rm(folder, { recursive: true, force: true })
})

interface Began {
  readonly file: string
  readonly monoMs: number
}

/** A camera that lives; its program is told how to play by the environment, as every new one is. */
function live(how: Partial<Playing> = {}, sourceText = 'rpicam:0') {
  const began: Began[] = []
  const starts = new Map<string, number>()
  const ended: SegmentEnded[] = []
  const fellMonoMs: number[] = []
  const stop = new AbortController()
  let recordedBytes = 0
  let number = 0
  const play = (next: Partial<Playing>): void => {
    for (const name of Object.keys(process.env)) if (name.startsWith('FAKE_CAMERA_')) delete process.env[name]
    Object.assign(process.env, playing({ film: join(films, 'film.h264'), log, ...next }))
  }
  play(how)
  const camera: CameraLife = createCameraLife({
    settings,
    sourceText,
    folder: join(folder, 'boot'),
    segmentSeconds: 60,
    nextNumber: async () => ++number,
    nowMonoMs: monoNowMs,
    whenOn: async (signal) => signal,
    onRate: () => {},
    onBegun: ({ file, start }) => began.push({ file, monoMs: start.monoMs }),
    onEnded: async (segment) => {
      ended.push(segment)
      starts.set(segment.file, segment.start?.monoMs ?? Number.NaN)
    },
    onFallen: async () => void fellMonoMs.push(monoNowMs()),
    onOff: async () => {},
    recordedBytes: () => recordedBytes,
    log: silent,
  })
  const counting = setInterval(async () => {
    const names = await readdir(join(folder, 'boot'))
    const indexes = await Promise.all(names.map((name) => readIndexOf(join(folder, 'boot', name)).catch(() => null)))
    recordedBytes = indexes.reduce((sum, index) => sum + (index === null ? 0 : index.endBytes), 0)
  }, 200)
  const gone = camera.service.run(stop.signal)
  return {
    camera,
    began,
    starts,
    ended,
    fellMonoMs,
    play,
    stop: async () => {
      stop.abort()
      await gone
    },
    end: async () => {
      stop.abort()
      clearInterval(counting)
      await gone
    },
  }
}

describe('a camera', () => {
  it.runIf(process.env['SPOKECAM_TEST'] === 'long')(
    'that ends again and again is begun again at once whenever anything came of it',
    { timeout: 40_000 },
    async () => {
      life = live({ mode: `exit:${FPS * 2 + 5}` })
      const { began, fellMonoMs } = life
      await eventually(() => began.length >= 5, SOON)
      const pausesMs = began.slice(1).map(({ monoMs }, index) => monoMs - (fellMonoMs[index] ?? 0))
      // What it takes to begin, and none of the pauses between vain attempts: 4 s it would be by now.
      expect(pausesMs.at(-1)).toBeLessThan(3_900)
      expect(life.camera.now().name).toBe('front')
    },
  )

  it.runIf(process.env['SPOKECAM_TEST'] === 'long')(
    'that is not there is asked for at once, then 1 s and 2 s apart, and why is said',
    {
      timeout: 40_000,
    },
    async () => {
      life = live({ mode: 'absent' })
      const { fellMonoMs, camera } = life
      await eventually(() => fellMonoMs.length >= 4, SOON)
      expect(camera.now()).toMatchObject({ state: 'failed', reason: expect.stringContaining('no cameras available') })
      const [first = 0, second = 0, third = 0, fourth = 0] = fellMonoMs
      expect(third - second).toBeGreaterThanOrEqual(1_000)
      expect(fourth - third).toBeGreaterThanOrEqual(2_000)
      expect(second - first).toBeLessThan(third - second)
      life.play({})
      await eventually(() => camera.now().state === 'recording', SOON)
      expect(camera.now().reason).toBeNull()
    },
  )

  it.each(HANGING)(
    'that hangs (%s) is begun again, its program is gone, and all that it gave is kept',
    {
      timeout: 40_000,
    },
    async (mode) => {
      life = live({ mode })
      const { began, camera } = life
      await eventually(() => camera.now().state === 'stalled', SOON)
      life.play({})
      await eventually(() => began.length >= 2, SOON)
      await eventually(() => camera.now().state === 'recording', SOON)
      // Of a transport stream the last frame may never be known to be whole.
      expect(framesIn(await readIndexOf(join(folder, 'boot', began[0]?.file ?? '')))).toBeGreaterThanOrEqual(74)
    },
  )

  it.runIf(process.env['SPOKECAM_TEST'] === 'long')(
    'that floods its messages loses no frame by it',
    { timeout: 40_000 },
    async () => {
      life = live({ mode: 'flood' })
      await eventually(async () => (await truthOf(log)).length > 5 * FPS, SOON)
      await life.stop()
      const [{ file } = { file: '' }] = life.began
      const numbers = await filmNumbers(join(folder, 'boot', file))
      expect(numbers.length).toBeGreaterThan(5 * FPS - 5)
      expect(numbers).toEqual(numbers.map((_, index) => index))
    },
  )

  it('whose program tells of its sensor has its first frame timed by it', {
    timeout: 60_000,
    retry: A_BUSY_MACHINE,
  }, async () => {
    life = live({ latencyMs: 80, jitterMs: 10 })
    await eventually(async () => (await truthOf(log)).length > 3 * FPS, SOON)
    await life.stop()
    const [[file, startMonoMs] = ['', 0]] = life.starts
    const [first] = await filmNumbers(join(folder, 'boot', file))
    const truth = (await truthOf(log)).find(({ frame }) => frame === first)
    expect(Math.abs(startMonoMs - (truth?.monoMs ?? 0))).toBeLessThan(50)
  })

  it.runIf(process.env['SPOKECAM_TEST'] === 'long')(
    'that writes into a FIFO is recorded on by a recorder that is begun again, and what waited meanwhile is no lie',
    {
      timeout: 60_000,
      retry: A_BUSY_MACHINE,
    },
    async () => {
      const fifo = join(folder, 'front.h264')
      await makeFifo(fifo)
      const player = startFifoCamera(fifo, { fps: FPS, film: join(films, 'film.h264'), log })
      try {
        life = live({}, `file:${fifo}`)
        const { began, camera } = life
        await eventually(async () => began.length === 1 && (await truthOf(log)).length > 2 * FPS, SOON)
        camera.wallClockSet()
        await eventually(() => began.length === 2, SOON)
        const shown = (await truthOf(log)).length
        await eventually(async () => (await truthOf(log)).length > shown + 3 * FPS, SOON)
        await life.stop()
        const [, again] = [...life.ended]
        const [first] = await filmNumbers(join(folder, 'boot', again?.file ?? ''))
        const truth = (await truthOf(log)).filter(({ frame }) => frame % (20 * FPS) === first).at(-1)
        const errorMs = Math.abs((again?.start?.monoMs ?? 0) - (truth?.monoMs ?? 0))
        expect(errorMs).toBeLessThanOrEqual(again?.start?.uncertaintyMs ?? 0)
        expect(errorMs).toBeLessThan(1_000)
      } finally {
        await player.end('SIGKILL')
      }
    },
  )

  it('that writes into a FIFO has its first frame timed by when it came, however long ffmpeg takes to start', {
    timeout: 60_000,
    retry: A_BUSY_MACHINE,
  }, async () => {
    const [bin, fifo, path] = [join(folder, 'bin'), join(folder, 'front.h264'), process.env['PATH']]
    await mkdir(bin)
    await makeFifo(fifo)
    await writeFile(join(bin, 'ffmpeg'), `#!/bin/sh\nsleep 0.5\nPATH='${path}' exec ffmpeg "$@"\n`)
    await chmod(join(bin, 'ffmpeg'), 0o755)
    const player = startFifoCamera(fifo, { fps: FPS, film: join(films, 'film.h264'), log })
    try {
      life = live({}, `file:${fifo}`)
      process.env['PATH'] = `${bin}:${path}`
      await eventually(() => life?.camera.now().state === 'recording', SOON)
      await eventually(async () => (await truthOf(log)).length > 3 * FPS, SOON)
      await life.stop()
      const [[file, startMonoMs] = ['', 0]] = life.starts
      const [first] = await filmNumbers(join(folder, 'boot', file))
      const truth = (await truthOf(log)).find(({ frame }) => frame === first)
      expect(Math.abs(startMonoMs - (truth?.monoMs ?? 0))).toBeLessThan(50)
    } finally {
      process.env['PATH'] = path
      await player.end('SIGKILL')
    }
  })
})
