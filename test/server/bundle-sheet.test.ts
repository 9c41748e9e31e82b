/** The contact sheet: under each picture the time it was taken, in letters of our own. */
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Picture, parsePixmap, pixmapOf, write } from '../../server/export/bundle-lettering.js'
import { contactSheet, picturesOf } from '../../server/export/bundle-sheet.js'
import { PICTURE_HEIGHT, PICTURE_WIDTH, sheetOf } from '../../server/export/bundle-sheet-page.js'
import { at } from '../fakes/a-bundle.js'
import { ffmpeg, probe } from '../fakes/clip.js'

const isLong = process.env['SPOKECAM_TEST'] === 'long'

let folder: string
/** Every frame shows its number in eight bars, black or white, the lowest bit on the left; a keyframe a second. */
let video: string
const SECONDS = 32
const FPS = 2
const CUT_S = 0.5
const BARS = 8

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spokecam-sheet-'))
  video = join(folder, 'numbers.mp4')
  await ffmpeg([
    ...[
      '-f',
      'lavfi',
      '-i',
      `color=black:size=160x96:rate=${FPS},geq=lum='16+219*mod(floor(N/pow(2,floor(X/20))),2)':cb=128:cr=128`,
      '-t',
      String(SECONDS),
    ],
    ...[
      '-c:v',
      'libx264',
      '-preset',
      'ultrafast',
      '-qp',
      '4',
      '-g',
      String(FPS),
      '-bf',
      '0',
      '-pix_fmt',
      'yuv420p',
      video,
    ],
  ])
}, 30_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

const signal = new AbortController().signal

/** Cut without encoding anew, as clips are: an edit list hides what lies before the first frame. */
async function cut(seconds: number): Promise<string> {
  const clip = join(folder, `clip-${seconds}.mp4`)
  await ffmpeg(['-ss', String(CUT_S), '-i', video, '-t', String(seconds), '-c', 'copy', clip])
  return clip
}

/** The number a picture of the film shows. It is taller than what it is shown in: beside it there is black. */
function frameOf({ width, height, rgb }: Picture): number {
  const filmWidth = (height * 160) / 96
  const bars = Array.from({ length: BARS }, (_, bar) => {
    const x = Math.round((width - filmWidth) / 2 + ((bar + 0.5) * filmWidth) / BARS)
    return (rgb[(Math.floor(height / 2) * width + x) * 3] ?? 0) > 128 ? 2 ** bar : 0
  })
  return bars.reduce((sum, bit) => sum + bit, 0)
}

describe('a contact sheet', () => {
  it.each<[string, number, number]>([
    ['a long clip: keyframes from all over it', 30, 12],
    ...(isLong ? [['a short clip: whatever is shown at those times', 6, 12] as [string, number, number]] : []),
    ['a clip of three frames', 1.5, 3],
  ])('tells of each picture of %s when it was taken', async (_, seconds, count) => {
    const work = join(folder, `work-${seconds}`)
    await mkdir(work)
    const utcMsAt = (atMs: number) => at(64) + atMs
    const pictures = await picturesOf({ video: await cut(seconds), durationMs: seconds * 1_000, utcMsAt, signal }, work)
    expect(pictures).toHaveLength(count)
    for (const { utcMs, picture } of pictures) {
      const second = (utcMs - at(64)) / 1_000 + CUT_S
      expect(frameOf(picture)).toBe(second * FPS)
    }
    const times = pictures.map(({ utcMs }) => utcMs - at(64))
    expect(times).toEqual(times.toSorted((one, other) => one - other))
    expect((times.at(-1) ?? 0) / 1_000).toBeGreaterThan(seconds * 0.6)
  })

  it('is made once, and leaves nothing else behind', async () => {
    const own = join(folder, 'own')
    await mkdir(own)
    const head = { camera: 'front', timeZone: 'America/Argentina/Buenos_Aires', simulated: false }
    const clip = await cut(6)
    const options = {
      video: clip,
      folder: own,
      durationMs: 6_000,
      utcMsAt: (atMs: number) => at(64) + atMs,
      head,
      signal,
    }
    const [one, other] = [await contactSheet(options), await contactSheet(options)]
    expect(other).toBe(one)
    expect(await readdir(own)).toHaveLength(1)
    expect((await probe(one)).streams[0]).toMatchObject({ codec_name: 'mjpeg', width: 1616, height: 832 })
  })

  it.runIf(isLong)('is another where its times are told in another zone', async () => {
    const own = join(folder, 'zones')
    await mkdir(own)
    const clip = {
      video: await cut(6),
      folder: own,
      durationMs: 6_000,
      utcMsAt: (atMs: number) => at(64) + atMs,
      signal,
    }
    const inZone = (timeZone: string) =>
      contactSheet({ ...clip, head: { camera: 'front', timeZone, simulated: false } })
    expect(await inZone('UTC')).not.toBe(await inZone('Europe/Berlin'))
  })

  it('leaves nothing behind when nobody waits for it any more, or there is nothing to see', async () => {
    const own = join(folder, 'none')
    await mkdir(own)
    const head = { camera: 'front', timeZone: 'UTC', simulated: false }
    const options = { video, folder: own, durationMs: 6_000, utcMsAt: (atMs: number) => atMs, head, signal }
    await expect(contactSheet({ ...options, signal: AbortSignal.abort() })).rejects.toThrow()
    const sound = join(folder, 'sound.mp4')
    await ffmpeg(['-f', 'lavfi', '-i', 'sine', '-t', '1', sound])
    await expect(contactSheet({ ...options, video: sound })).rejects.toThrow()
    expect(await readdir(own)).toEqual([])
  })

  it('has as many rows as it needs', () => {
    const picture = {
      width: PICTURE_WIDTH,
      height: PICTURE_HEIGHT,
      rgb: new Uint8Array(PICTURE_WIDTH * PICTURE_HEIGHT * 3),
    }
    const head = { camera: 'front', timeZone: 'UTC', simulated: true }
    const heights = [1, 4, 5].map((count) => {
      const sheet = sheetOf(
        Array.from({ length: count }, (_, index) => ({ utcMs: at(index), picture })),
        head,
      )
      expect(sheet.rgb).toHaveLength(sheet.width * sheet.height * 3)
      return sheet.height
    })
    expect(heights).toEqual([320, 320, 576])
  })
})

describe('letters', () => {
  it('look as they should', () => {
    const picture: Picture = { width: 17, height: 7, rgb: new Uint8Array(17 * 7 * 3) }
    write(picture, '1:z', 0, 0, 1, [255, 255, 255])
    const rows = Array.from({ length: 7 }, (_, y) =>
      Array.from({ length: 17 }, (_, x) => (picture.rgb[(y * 17 + x) * 3] === 255 ? '#' : '.')).join(''),
    )
    expect(rows).toEqual([
      '..#.........#####',
      '.##....##.......#',
      '..#....##......#.',
      '..#...........#..',
      '..#....##....#...',
      '..#....##...#....',
      '.###........#####',
    ])
  })

  it('outside of a picture, and those there are none of, harm nothing', () => {
    const picture: Picture = { width: 3, height: 3, rgb: new Uint8Array(27) }
    write(picture, 'W🚲ß', -2, -2, 5, [1, 2, 3])
    expect([...picture.rgb].every((byte) => byte <= 3)).toBe(true)
  })
})

describe('a pixmap', () => {
  it('is read as it was written', () => {
    const picture: Picture = { width: 2, height: 1, rgb: Uint8Array.from([1, 2, 3, 35, 10, 32]) }
    const read = parsePixmap(pixmapOf(picture))
    expect([read.width, read.height, [...read.rgb]]).toEqual([2, 1, [1, 2, 3, 35, 10, 32]])
  })

  it.each(['', 'P6\n2 1\n255\nabc', 'P5\n1 1\n255\nabc', 'P6\n-1 1\n255\nabc'])('is none: %j', (bytes) => {
    expect(() => parsePixmap(Buffer.from(bytes))).toThrow('no portable pixmap')
  })
})
