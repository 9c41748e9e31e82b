/** Writing telemetry changes nothing of picture, sound, text and what hides the pre-roll; and players play it. */
import { createReadStream } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ClipPoint, Telemetry } from '../../core/ride/clip.js'
import { clipPointsOf } from '../../core/track/clip-points.js'
import { rewrittenMovie } from '../../core/video/movie.js'
import { type ClipTelemetry, writeTelemetry } from '../../core/video/telemetry.js'
import { boxAtPath, listBoxes } from '../fakes/box-list.js'
import { startBrowser } from '../fakes/browser.js'
import { ffmpeg, pictureHash, probe } from '../fakes/clip.js'
import { makeCut } from '../fakes/cut-clip.js'
import { fixesOf } from '../fakes/even-ride.js'
import { type Exiftool, startExiftool } from '../fakes/exiftool.js'
import { JUNE_UTC_MS } from '../fakes/readings.js'
import { fileByExiftool } from '../fakes/telemetry-readers.js'

const SECONDS = 3.4
const RIDE = { latDeg: -33.456789, lonDeg: -70.612345, altitudeM: -2.34, hz: 1, phaseMs: 200 }
const POINTS: readonly ClipPoint[] = clipPointsOf(fixesOf(RIDE, 4), JUNE_UTC_MS, JUNE_UTC_MS + SECONDS * 1_000)
const ABOUT = {
  points: POINTS,
  durationMs: SECONDS * 1_000,
  createdUtcMs: JUNE_UTC_MS,
  title: 'Anna’s “way” <home> 🚲',
}

let folder: string
let exiftool: Exiftool
const cut = { first: '', last: '' }
beforeAll(async () => {
  exiftool = startExiftool()
  folder = await mkdtemp(join(tmpdir(), 'telemetry-copy-'))
  for (const moov of ['first', 'last'] as const) {
    cut[moov] = join(folder, `${moov}.cut`)
    await makeCut(folder, cut[moov], { seconds: SECONDS, isRich: moov === 'last', moov })
  }
}, 30_000)
afterAll(async () => {
  await exiftool.close()
  await rm(folder, { recursive: true })
})

async function written(kind: Telemetry, from: string, other: Partial<ClipTelemetry> = {}): Promise<string> {
  const file = join(folder, `${kind}.mp4`)
  const sizeBytes = await writeTelemetry(from, file, { ...ABOUT, kind, ...other })
  expect((await readFile(file)).length).toBe(sizeBytes)
  return file
}

const KINDS = ['gpmf', 'camm', 'none'] as const

/** The packets of picture, sound and text, and when each is shown. */
const packets = (file: string): Promise<string> =>
  ffmpeg(['-i', file, ...['v', 'a?', 's?'].flatMap((kind) => ['-map', `0:${kind}`]), ...FRAME_BY_FRAME])
const FRAME_BY_FRAME = ['-c', 'copy', '-copyts', '-f', 'framehash', '-hash', 'md5', '-']
const frames = (file: string): Promise<string> => ffmpeg(['-i', file, '-map', '0:v', '-copyts', '-f', 'framemd5', '-'])

describe.each(['first', 'last'] as const)('a clip whose moov comes %s', (moov) => {
  it.each(moov === 'last' ? KINDS : KINDS.slice(0, 1))('keeps its streams and its edit list (%s)', async (kind) => {
    const [from, to] = [cut[moov], await written(kind, cut[moov])]
    expect(await packets(to)).toBe(await packets(from))
    if (kind === 'gpmf') expect(await frames(to)).toBe(await frames(from))
    const [before, after] = [await readFile(from), await readFile(to)]
    const edit = (bytes: Buffer): string => {
      const { startAt, endAt } = boxAtPath(bytes, 'moov/trak/edts/elst')
      return bytes.toString('hex', startAt, endAt)
    }
    expect(edit(after)).toBe(edit(before))
    expect(listBoxes(after).filter(({ path }) => !path.includes('/'))[1]?.path).toBe('moov')
  })

  it('has time, place and title, and none of the segment’s', async () => {
    const file = await written('gpmf', cut[moov])
    const { format, streams } = await probe(file)
    expect(format.tags).toMatchObject({
      ...{ creation_time: '2026-06-06T08:00:00.000000Z', location: '-33.456789-070.612345-2.3/' },
      ...{ title: ABOUT.title, artist: 'kept' },
    })
    expect(streams).toHaveLength(moov === 'first' ? 2 : 4)
    expect(streams.every(({ tags }) => tags?.['creation_time'] === '2026-06-06T08:00:00.000000Z')).toBe(true)
    const bytes = await readFile(file)
    expect(listBoxes(bytes).filter(({ path }) => /loci|xyz/.test(path))).toHaveLength(1)
    expect(await fileByExiftool(exiftool, file)).toMatchObject({
      ...{ 'QuickTime:CreateDate': '2026:06:06 08:00:00', 'Track1:TrackCreateDate': '2026:06:06 08:00:00' },
      ...{ 'UserData:GPSCoordinates': '-33.456789 -70.612345 -2.3', 'ItemList:Title': ABOUT.title },
      ...{ 'ItemList:Artist': 'kept' },
    })
  })
})

it.each([
  ['gpmf', 'gpmd', 4],
  ['camm', 'camm', 6],
] as const)('ffprobe sees the track (%s)', async (kind, codec_tag_string, packets) => {
  const [before, { format, streams }] = [await probe(cut.last), await probe(await written(kind, cut.last))]
  expect(format.duration).toBe(before.format.duration)
  expect(streams.at(-1)).toMatchObject({ codec_type: 'data', codec_tag_string, nb_read_packets: String(packets) })
  // Of CAMM's last sample, which has no length of its own, ffprobe has it that it lasts as long as the rest does.
  expect(Math.abs(Number(streams.at(-1)?.duration) - SECONDS)).toBeLessThan(kind === 'gpmf' ? 0.001 : 0.1)
})

it('ffmpeg takes the track along when it copies', async () => {
  const [file, copy] = [await written('gpmf', cut.last), join(folder, 'copy.mp4')]
  await ffmpeg(['-i', file, '-map', '0', '-c', 'copy', copy])
  expect(await pictureHash(copy, 'sha256', '0:d')).toBe(
    (await pictureHash(file, 'sha256', '0:d')).replace('3,d', '0,d'),
  )
  expect((await probe(copy)).streams.at(-1)).toMatchObject({ codec_tag_string: 'gpmd', nb_read_packets: '4' })
})

it('a clip that has telemetry already gets it in place of what a new one tells', async () => {
  const once = await written('gpmf', cut.last)
  const again = join(folder, 'again.mp4')
  await writeTelemetry(once, again, { ...ABOUT, kind: 'none', points: [], title: 'another' })
  expect(await packets(again)).toBe(await packets(cut.last))
  const told = await fileByExiftool(exiftool, again)
  expect(told['ItemList:Title']).toBe('another')
  expect(told['UserData:GPSCoordinates']).toBeUndefined()
})

it('a picture that offsets of 64 bits lead to is found', async () => {
  const bytes = await readFile(cut.last)
  const moov = boxAtPath(bytes, 'moov')
  const rewriting = { moved: (offset: number) => offset, isLarge: true, track: null, place: null }
  const large = rewrittenMovie(bytes.subarray(moov.startAt, moov.endAt), { ...ABOUT, ...rewriting })
  const from = join(folder, 'large.cut')
  await writeFile(from, Buffer.concat([bytes.subarray(0, moov.startAt), large]))
  expect(listBoxes(await readFile(from)).some(({ path }) => path.endsWith('/stco'))).toBe(false)
  expect(await packets(await written('gpmf', from))).toBe(await packets(cut.last))
})

it('a clip of 2041 is not of 1904', async () => {
  const createdUtcMs = Date.UTC(2041, 4, 5, 6, 7, 8)
  const file = await written('camm', cut.last, { createdUtcMs, points: [] })
  expect(await packets(file)).toBe(await packets(cut.last))
  const { format, streams: probed } = await probe(file)
  expect(format.tags?.['creation_time']).toBe('2041-05-05T06:07:08.000000Z')
  expect(probed.map(({ tags }) => tags?.['creation_time'])).toEqual(probed.map(() => '2041-05-05T06:07:08.000000Z'))
  expect(format.duration).toBe((await probe(cut.last)).format.duration)
})

describe('Chromium', () => {
  let server: Server
  beforeAll(async () => {
    server = createServer((request, response) => {
      const isVideo = request.url?.endsWith('.mp4') === true
      response.writeHead(200, { 'content-type': isVideo ? 'video/mp4' : 'text/html' })
      if (!isVideo) response.end('<!doctype html><video muted></video>')
      else createReadStream(join(folder, request.url ?? '')).pipe(response)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  })
  afterAll(() => new Promise((resolve) => server.close(resolve)))

  it('plays what we wrote, and it is as long as it was', { timeout: 30_000 }, async () => {
    const files: [string, string][] = [
      [await written('gpmf', cut.last), cut.last],
      [await written('camm', cut.first), cut.first],
    ]
    const browser = await startBrowser()
    try {
      const page = await browser.newPage()
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
      for (const [file, before] of files) {
        const seen = await page.evaluate(async (name) => {
          const video = document.querySelector('video') as HTMLVideoElement
          const shown = new Promise<void>((resolve, reject) => {
            video.onerror = () => reject(new Error(video.error?.message))
            video.ontimeupdate = () => video.currentTime > 0.3 && resolve()
          })
          video.src = name
          await video.play()
          await shown
          return { duration: video.duration, width: video.videoWidth }
        }, file.slice(folder.length))
        const durationS = Number((await probe(before)).format.duration)
        expect(seen).toEqual({ duration: expect.closeTo(durationS, 1), width: 160 })
      }
    } finally {
      await browser.close()
    }
  })
})
