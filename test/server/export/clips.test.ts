/** Clips that are cut begin and end with the very frames that were asked for, and show nothing that was to be left out. */
import { mkdtemp, readdir, readFile, rm, stat, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { copyTagged } from '../../../device/footage/copy-pass.js'
import { planClip } from '../../../server/export/clip-plan.js'
import { asGrown } from '../../../server/export/film.js'
import { type MadeClip, type MakingOptions, makeClip } from '../../../server/export/make-clip.js'
import type { ClipAsk, FilmedSegment } from '../../../server/export/plan-shapes.js'
import { filmFrames, filmNumbers, hiddenFilmNumbers } from '../../fakes/camera-film.js'
import { addSoundAndRotation, ffmpeg, probe } from '../../fakes/clip.js'
import { type FilmedRide, FPS, filmRide, pointsOfRide, START_UTC_MS } from '../../fakes/filmed-ride.js'

const SECONDS = 24
const SEGMENT_SECONDS = 6
const RANDOM_CLIPS = process.env['SPOKECAM_TEST'] === 'long' ? 50 : 6
const FRAME_MS = 1_000 / FPS

let folder: string
let ride: FilmedRide
let works = 0

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clips-'))
  ride = await filmRide(join(folder, 'ride'), SECONDS, SEGMENT_SECONDS)
}, 60_000)
afterAll(() => rm(folder, { recursive: true }))

const ms = (fromMs: number, toMs: number) => ({ fromUtcMs: START_UTC_MS + fromMs, toUtcMs: START_UTC_MS + toMs })

function planOf(fromMs: number, toMs: number, rest: Partial<ClipAsk> = {}) {
  const plan = planClip({
    ...{ camera: 'front', cameras: ['front'], segments: ride.segments, hidden: [] },
    ...ms(fromMs, toMs),
    ...rest,
  })
  if (plan.kind === 'refused') throw new Error(plan.words)
  return plan
}

function options(fromMs: number, toMs: number, rest: Partial<ClipAsk & MakingOptions> = {}): MakingOptions {
  works += 1
  return {
    plan: planOf(fromMs, toMs, rest),
    ...{
      simulated: false,
      points: pointsOfRide(SECONDS),
      overlay: null,
      exact: false,
      subtitles: true,
      title: 'a ride',
    },
    work: join(folder, `work-${works}`),
    signal: new AbortController().signal,
    onProgress: () => {},
    ...rest,
  }
}

const clip = (fromMs: number, toMs: number, rest: Partial<ClipAsk & MakingOptions> = {}): Promise<MadeClip> =>
  makeClip(options(fromMs, toMs, rest))

/** Numbers of all frames that were taken from (inclusive) to (exclusive) two moments after the ride began. */
const framesIn = (fromMs: number, toMs: number): number[] =>
  ride.frames.filter(
    (frame) =>
      ride.utcOfFrame(frame) >= START_UTC_MS + fromMs - 1e-3 && ride.utcOfFrame(frame) < START_UTC_MS + toMs - 1e-3,
  )

/** It shows these frames and no others, each at the time it was taken. */
async function expectFrames({ file, fromUtcMs }: MadeClip, frames: readonly number[]): Promise<void> {
  const shown = await filmFrames(file)
  expect(shown.map(({ number }) => number)).toEqual(frames)
  expect(shown.filter(({ number, atMs }) => Math.abs(fromUtcMs + atMs - ride.utcOfFrame(number)) > 1)).toEqual([])
}

/** As the device leaves it in the end: with an index, and the track as a text stream. */
async function tagged(segment: FilmedSegment): Promise<FilmedSegment> {
  const path = join(folder, `${segment.id}-tagged-${works}.mp4`)
  const startUtcMs = segment.startUtcMs ?? 0
  const rest = { rideId: null, camera: 'front', number: 1, frames: 0, sizeBytes: 0, kept: false, bootNumber: 1 }
  const dated = { ...segment, ...rest, startUtcMs, startMonoMs: startUtcMs, file: '', fileAsRecorded: null }
  const points = pointsOfRide(SECONDS).map((point) => ({ ...point, monoMs: point.utcMs ?? 0 }))
  const inside = points.filter(({ monoMs }) => monoMs >= startUtcMs && monoMs < startUtcMs + segment.durationMs)
  await copyTagged(segment.path, path, dated, inside, new AbortController().signal)
  return { ...segment, path, state: 'tagged' }
}

/** Park and Miller's generator: the same clips in every run. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}

describe('a clip', () => {
  const random = randomFrom(20_260_701)
  const spans = Array.from({ length: RANDOM_CLIPS }, () => {
    const fromMs = Math.floor(random() * 20_000)
    return [fromMs, Math.min(24_000, fromMs + 100 + Math.floor(random() * 12_000))] as const
  })

  it.each(spans)('from %i to %i ms has the frames that were taken then, at their times', async (fromMs, toMs) => {
    const made = await clip(fromMs, toMs)
    const expected = framesIn(fromMs, toMs)
    await expectFrames(made, expected)
    expect(made.encodedAnew).toBe(false)
    expect(made.reason).toBe(null)
    expect(Math.abs(made.fromUtcMs - ride.utcOfFrame(expected[0] ?? 0))).toBeLessThan(1)
  })

  it('is a finished MP4 whose index is at its end, with time, title and text, and the GPX of its span beside it', async () => {
    const made = await clip(3_456, 9_000, { title: `it's "a" ride; 🚲` })
    const bytes = await readFile(made.file)
    expect(bytes.indexOf('moof')).toBe(-1)
    expect(bytes.indexOf('moov')).toBeGreaterThan(bytes.indexOf('mdat'))
    const { format, streams } = await probe(made.file)
    expect(format.tags).toMatchObject({ creation_time: '2026-07-01T06:15:10.000000Z', title: `it's "a" ride; 🚲` })
    expect(streams.map(({ codec_name }) => codec_name)).toEqual(['h264', 'mov_text'])
    const text = await ffmpeg(['-i', made.file, '-map', '0:s', '-f', 'srt', '-'])
    expect(text).toContain('18.0 km/h  48.10016')
    expect(text).not.toContain('Lat')
    const times = [...(await readFile(made.gpx, 'utf8')).matchAll(/<time>([^<]+)</g)].map(([, time]) => time)
    expect(times).toEqual(
      [made.fromUtcMs, ...[11, 12, 13, 14, 15].map((second) => Date.UTC(2026, 6, 1, 6, 15, second))].map((utcMs) =>
        new Date(utcMs).toISOString(),
      ),
    )
    expect(made.points.map(({ atMs }) => Math.round(atMs + made.fromUtcMs))).toEqual(
      [11, 12, 13, 14, 15].map((second) => Date.UTC(2026, 6, 1, 6, 15, second)),
    )
    expect((await readdir(join(made.file, '..'))).sort()).toEqual(['track.gpx', 'video.cut'])
  })

  it('holds the last frame over a gap, so that its time stays true', async () => {
    const segments = ride.segments.filter((_, index) => index !== 1)
    const made = await clip(4_000, 14_000, { segments })
    const expected = [...framesIn(4_000, 6_010), ...framesIn(12_000, 14_000)]
    await expectFrames(made, expected)
    expect(made.reason).toMatch(/^The picture stands still for 6\.0 s from 06:15:13Z/)
  })

  it('shows nothing twice where the clocks of two segments overlap', async () => {
    const later = ride.segments.map((segment, index) =>
      index === 0 ? { ...segment, startUtcMs: (segment.startUtcMs ?? 0) + 90 } : segment,
    )
    const made = await clip(2_000, 8_000, { segments: later })
    const shown = await filmFrames(made.file)
    expect(shown.every(({ atMs }, index) => index === 0 || atMs > (shown[index - 1]?.atMs ?? 0))).toBe(true)
    const numbers = shown.map(({ number }) => number)
    expect(numbers).not.toContain(179)
    expect(numbers.at(-1)).toBe(framesIn(2_000, 8_000).at(-1))
  })

  it('goes from segments that were tagged into others and back', async () => {
    const segments = await Promise.all(
      ride.segments.map((one, index) => (index === 1 || index === 3 ? one : tagged(one))),
    )
    const made = await clip(2_345, 14_000, { segments })
    const expected = framesIn(2_345, 14_000)
    await expectFrames(made, expected)
    expect(made.encodedAnew).toBe(false)
    // Its last frame is the last of a fragment.
    const upToFragment = await clip(12_500, 15_004, { segments })
    expect((await filmNumbers(upToFragment.file)).at(-1)).toBe(449)
    expect(Math.abs(Number((await probe(upToFragment.file)).format.duration) - 2.5)).toBeLessThan(0.05)
  })

  it('takes of a growing segment the fragments that are whole', async () => {
    const growing = join(folder, 'growing.mp4')
    await ffmpeg([
      '-i',
      ride.segments[1]?.path ?? '',
      '-c',
      'copy',
      '-movflags',
      '+frag_keyframe+empty_moov+default_base_moof',
      '-f',
      'mp4',
      growing,
    ])
    await truncate(growing, Math.floor((await stat(growing)).size * 0.6))
    const [first, second] = ride.segments as [FilmedSegment, FilmedSegment]
    const segments = await asGrown([first, { ...second, path: growing, state: 'recording', durationMs: 500 }])
    const made = await clip(5_000, 12_000, { segments })
    await expectFrames(made, framesIn(5_000, 9_005))
    expect(made.reason).toMatch(/the rest was not filmed yet/)
  })
})

describe('what must not be seen', () => {
  const HIDDEN = ms(7_300, 9_700)

  it.each([false, true])('is in no frame of the file, encoded anew: %s', async (exact) => {
    const made = await clip(5_500, 12_500, { hidden: [HIDDEN], exact })
    const all = await hiddenFilmNumbers(made.file)
    const widened = framesIn(7_300 - 20, 9_700 + 20)
    expect(all.filter((frame) => widened.includes(frame))).toEqual([])
    // Behind it the picture begins with the next keyframe.
    const expected = [...framesIn(5_500, 7_280), ...framesIn(10_000, 12_500)]
    await expectFrames(made, expected)
    expect(made.reason).toContain('that lies in a privacy zone')
    expect(made.points.some(({ utcMs }) => (utcMs ?? 0) >= HIDDEN.fromUtcMs && (utcMs ?? 0) < HIDDEN.toUtcMs)).toBe(
      false,
    )
    expect(await readFile(made.gpx, 'utf8')).not.toContain('06:15:15.000')
  })

  it('is not even in the frames before the first that is shown', async () => {
    const made = await clip(8_500, 12_000, { hidden: [ms(8_000, 8_300)] })
    expect(await hiddenFilmNumbers(made.file)).toEqual(framesIn(9_000, 12_000))
  })

  it('is nothing before the beginning of an exact clip', async () => {
    const copied = await clip(3_456, 8_000)
    expect((await hiddenFilmNumbers(copied.file))[0]).toBe(90)
    const made = await clip(3_456, 8_000, { exact: true })
    expect(await hiddenFilmNumbers(made.file)).toEqual(framesIn(3_456, 8_000))
    await expectFrames(made, framesIn(3_456, 8_000))
    expect(made.encodedAnew).toBe(true)
  })
})

describe('segments that were recorded differently', () => {
  it('are encoded anew in the size of the first, with black around them', async () => {
    const small = join(folder, 'small.mp4')
    await ffmpeg([
      ...['-i', ride.segments[1]?.path ?? '', '-vf', 'scale=128:48,pad=128:96:0:24', '-fps_mode', 'passthrough'],
      ...['-enc_time_base', '1:15360', '-video_track_timescale', '15360', '-c:v', 'libx264', '-g', '30', '-bf', '0'],
      ...['-movflags', '+frag_keyframe+empty_moov+default_base_moof', '-f', 'mp4', small],
    ])
    const segments = ride.segments.map((segment, index) => (index === 1 ? { ...segment, path: small } : segment))
    const made = await clip(4_000, 14_000, { segments })
    expect(made).toMatchObject({ encodedAnew: true, widthPx: 256, heightPx: 96 })
    expect(made.reason).toBe('It was encoded anew, because the settings of the camera were changed in between.')
    const shown = await filmFrames(made.file)
    const expected = framesIn(4_000, 14_000)
    // The bars of what was made smaller are narrower than what is read.
    const isSmall = (frame: number): boolean => frame >= 180 && frame < 360
    const wrong = expected.filter((frame, index) => {
      const { number, atMs } = shown[index] ?? { number: -1, atMs: 0 }
      return (!isSmall(frame) && number !== frame) || Math.abs(made.fromUtcMs + atMs - ride.utcOfFrame(frame)) > 1
    })
    expect([shown.length, wrong]).toEqual([expected.length, []])
  })

  it('keep their sound and how they are turned, over a gap too, where all have it', async () => {
    const [first, second] = (await Promise.all(
      ride.segments.slice(0, 2).map(async (segment): Promise<FilmedSegment> => {
        const path = join(folder, `${segment.id}-turned.mp4`)
        await addSoundAndRotation(segment.path, path)
        return tagged({ ...segment, path })
      }),
    )) as [FilmedSegment, FilmedSegment]
    const later = { ...second, startUtcMs: (second.startUtcMs ?? 0) + 2_000 }
    for (const segments of [
      [first, second],
      [first, later],
    ]) {
      const made = await clip(4_500, 11_000, { segments })
      const { format, streams } = await probe(made.file)
      const [picture, sound] = streams
      expect(streams.map(({ codec_name }) => codec_name)).toEqual(['h264', 'aac', 'mov_text'])
      expect(picture?.side_data_list?.some(({ rotation }) => Math.abs(rotation ?? 0) === 90)).toBe(true)
      expect(made).toMatchObject({ widthPx: 96, heightPx: 256, encodedAnew: false })
      expect(Math.abs(Number(format.duration) - 6.5)).toBeLessThan(0.1)
      expect(Number(sound?.duration)).toBeGreaterThan(6.4)
    }
    const mixed = await clip(4_500, 11_000, { segments: [first, ride.segments[1] as FilmedSegment] })
    expect((await probe(mixed.file)).streams.map(({ codec_name }) => codec_name)).toEqual(['h264', 'mov_text'])
    expect(mixed.reason).toContain('It has no sound')
  })
})

describe('an overlay clip', () => {
  it('shows every frame at its time, and its clock goes on while the picture stands still', async () => {
    const segments = ride.segments.filter((_, index) => index !== 1)
    const told: number[] = []
    const overlay = { units: 'metric', timeZone: 'Europe/Berlin' } as const
    const made = await clip(5_000, 13_000, { segments, overlay, onProgress: (progress) => told.push(progress) })
    const shown = await filmFrames(made.file)
    const numbers = shown.map(({ number }) => number)
    expect(numbers[0]).toBe(framesIn(5_000, 13_000)[0])
    expect(numbers.at(-1)).toBe(framesIn(5_000, 13_000).at(-1))
    expect(numbers.filter((number) => number === 179).length).toBeGreaterThan(5 * FPS)
    const at = numbers.indexOf(360)
    expect(Math.abs(made.fromUtcMs + (shown[at]?.atMs ?? 0) - ride.utcOfFrame(360))).toBeLessThan(FRAME_MS)
    expect(told.at(-1)).toBeGreaterThan(0.9)
    expect(told.every((progress, index) => progress >= (told[index - 1] ?? 0) && progress <= 1)).toBe(true)
  })
})

describe('a clip that cannot be made', () => {
  it('says that its video is gone, and leaves nothing', async () => {
    const segments = ride.segments.map((segment, index) =>
      index === 1 ? { ...segment, path: join(folder, 'gone.mp4') } : segment,
    )
    const asked = options(5_000, 13_000, { segments })
    await expect(makeClip(asked)).rejects.toMatchObject({
      why: 'gone',
      message: 'the video of front-000001 is not there any more',
    })
    await expect(stat(asked.work)).rejects.toThrow('ENOENT')
  })

  it('leaves nothing when it is given up', async () => {
    const stop = new AbortController()
    const asked = options(0, 24_000, {
      exact: true,
      signal: stop.signal,
      onProgress: () => stop.abort(new Error('canceled')),
    })
    await expect(makeClip(asked)).rejects.toThrow('canceled')
    await expect(stat(asked.work)).rejects.toThrow('ENOENT')
  })
})
