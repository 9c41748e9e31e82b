/** A file that is no finished video, a card that is full, a rider who changes his mind: each a clear answer, and no half file. */
import { appendFile, mkdtemp, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { clipPointsOf } from '../../core/track/clip-points.js'
import { readMovie } from '../../core/video/movie-file.js'
import { UnfitVideo } from '../../core/video/strict-boxes.js'
import { type ClipTelemetry, writeTelemetry } from '../../core/video/telemetry.js'
import { boxAtPath, type ListedBox, listBoxes } from '../fakes/box-list.js'
import { makeSegment, pictureHash, probe } from '../fakes/clip.js'
import { makeCut } from '../fakes/cut-clip.js'
import { fixesOf } from '../fakes/even-ride.js'
import { randomOf } from '../fakes/made-fixes.js'
import { JUNE_UTC_MS } from '../fakes/readings.js'
import { openSmallCard } from '../fakes/small-card.js'
import { whyNoCards } from '../power-cut/mounts.js'

const isLong = process.env['SPOKECAM_TEST'] === 'long'
const MUTANTS = isLong ? 2_000 : 100
const FIXES = fixesOf({ latDeg: 48, lonDeg: 11, altitudeM: 500, hz: 1, phaseMs: 0 }, 3)
const ABOUT: ClipTelemetry = {
  ...{ kind: 'gpmf', durationMs: 2_000, createdUtcMs: JUNE_UTC_MS, title: 'a clip' },
  points: clipPointsOf(FIXES, JUNE_UTC_MS, JUNE_UTC_MS + 2_000),
}

let folder: string
let from: string
let whole: Buffer
let fragmented: Buffer
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'refusals-'))
  from = join(folder, 'from')
  await makeCut(folder, from, { seconds: 2, isRich: true, moov: 'last' })
  whole = await readFile(from)
  await makeSegment(from, { seconds: 2 })
  fragmented = await readFile(from)
}, 30_000)
afterAll(() => rm(folder, { recursive: true }))

/** Writes telemetry into these bytes, where there is a clip already. */
async function writeInto(bytes: Buffer): Promise<void> {
  const to = join(folder, 'to.mp4')
  await writeFile(from, bytes)
  await writeFile(to, 'the clip before')
  try {
    await writeTelemetry(from, to, ABOUT)
  } catch (error) {
    expect(await readFile(to, 'utf8')).toBe('the clip before')
    throw error
  } finally {
    expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([])
  }
}

const changed = (change: (bytes: Buffer) => void): Buffer => {
  const bytes = Buffer.from(whole)
  change(bytes)
  return bytes
}
const at = (path: string): ListedBox => boxAtPath(whole, path)
const tiny = (type: string): Buffer => Buffer.concat([Buffer.from([0, 0, 0, 8]), Buffer.from(type, 'latin1')])

describe('a file that is no finished video is refused in words', () => {
  const REFUSED: [string, () => Buffer, RegExp][] = [
    ['nothing', () => Buffer.alloc(0), /no "moov"/],
    ['a few bytes', () => Buffer.from('mp4'), /middle of a box/],
    ['zeroes', () => Buffer.alloc(100_000), /no "moov"/],
    ['text', () => Buffer.from('this is no video, whatever its name says'.repeat(50)), /reaches past its end/],
    ['a recording', () => fragmented, /fragmented/],
    ['a box smaller than its head', () => Buffer.from('\0\0\0\x04ftyp\0\0\0\0', 'latin1'), /smaller than its head/],
    ['a large box without a size', () => Buffer.from('\0\0\0\x01mdat\0\0\0\0', 'latin1'), /smaller than its head/],
    ['boxes without end', () => Buffer.concat(Array.from({ length: 5_000 }, () => tiny('free'))), /over 1000 boxes/],
    ['two moov', () => Buffer.concat([whole, tiny('moov')]), /more than one "moov"/],
    ['an empty moov', () => tiny('moov'), /no track/],
    ['a picture that was cut short', () => whole.subarray(0, at('mdat').endAt - 100), /cut short/],
    ['a moov that was cut short', () => whole.subarray(0, whole.length - 10), /cut short/],
    ['an endless box', () => changed((bytes) => bytes.writeUInt32BE(0xffffffff, at('mdat').startAt)), /past its end/],
    [
      'an inner box past its outer',
      () => changed((bytes) => bytes.writeUInt32BE(1e6, at('moov/trak').startAt)),
      /larger than/,
    ],
    [
      'a list of more offsets than there are',
      () => changed((bytes) => bytes.writeUInt32BE(0xffffffff, at('moov/trak/mdia/minf/stbl/stco').bodyAt + 4)),
      /too small for what it lists/,
    ],
    [
      'a picture that lies nowhere',
      () => changed((bytes) => bytes.writeUInt32BE(0xfffffff0, at('moov/trak/mdia/minf/stbl/stco').bodyAt + 8)),
      /where there is nothing/,
    ],
    [
      'a header of another version',
      () => changed((bytes) => bytes.writeUInt8(9, at('moov/mvhd').bodyAt)),
      /unknown version/,
    ],
    [
      'a track without a header',
      () => changed((bytes) => bytes.write('free', at('moov/trak/tkhd').startAt + 4)),
      /no "tkhd"/,
    ],
    ['a moov for fragments', () => changed((bytes) => bytes.write('mvex', at('moov/udta').startAt + 4)), /fragmented/],
  ]
  it.each(REFUSED)('%s', async (_, bytes, words) => {
    const refused = writeInto(bytes())
    await expect(refused).rejects.toThrow(words)
    await expect(refused).rejects.toBeInstanceOf(UnfitVideo)
  })

  it('one that is not there', async () => {
    await expect(writeTelemetry(join(folder, 'no-clip'), join(folder, 'to.mp4'), ABOUT)).rejects.toThrow(/ENOENT/)
  })
})

it('a box that lasts to the end of the file does not swallow what comes behind', async () => {
  const mdat = at('mdat')
  const moved = Buffer.concat([
    whole.subarray(0, mdat.startAt),
    whole.subarray(mdat.endAt),
    whole.subarray(mdat.startAt, mdat.endAt),
  ])
  const behind = whole.length - mdat.endAt
  for (const { path, bodyAt } of listBoxes(moved)) {
    if (!path.endsWith('/stco')) continue
    for (let index = 0; index < moved.readUInt32BE(bodyAt + 4); index++) {
      const entryAt = bodyAt + 8 + 4 * index
      moved.writeUInt32BE(moved.readUInt32BE(entryAt) + behind, entryAt)
    }
  }
  moved.writeUInt32BE(0, boxAtPath(moved, 'mdat').startAt)
  await writeInto(moved)
  const to = join(folder, 'to.mp4')
  expect((await probe(to)).streams).toHaveLength(4)
  await writeFile(from, whole)
  expect(await pictureHash(to)).toBe(await pictureHash(from))
})

it('whatever a file claims, it is refused in words or becomes a whole one', { timeout: 300_000 }, async () => {
  const { random } = randomOf(20_261_122)
  const upTo = (end: number): number => Math.floor(random() * end)
  const heads = listBoxes(whole)
  const outcomes = { whole: 0, refused: 0 }
  for (let mutant = 0; mutant < MUTANTS; mutant++) {
    let bytes = Buffer.from(whole)
    for (let changes = 1 + upTo(3); changes > 0; changes--) {
      const box = heads[upTo(heads.length)] ?? at('moov')
      const place = Math.min(
        bytes.length - 4,
        box.startAt + (random() < 0.5 ? 0 : upTo(Math.min(200, box.endAt - box.startAt))),
      )
      if (place < 0) continue
      const kind = upTo(6)
      if (kind === 0) bytes.writeUInt32BE([0, 1, 7, 8, 0x7fffffff, 0xffffffff][upTo(6)] ?? 0, place)
      if (kind === 1) bytes[place] = upTo(256)
      if (kind === 2) bytes.writeUInt32BE((bytes.readUInt32BE(place) + upTo(64) - 32) >>> 0, place)
      if (kind === 3) bytes = bytes.subarray(0, upTo(bytes.length + 1))
      if (kind === 4) bytes = Buffer.concat([bytes.subarray(0, place), bytes.subarray(place + upTo(16))])
      if (kind === 5) bytes = Buffer.concat([bytes.subarray(0, place), bytes.subarray(upTo(place + 1))])
    }
    const beganMs = performance.now()
    try {
      await writeInto(bytes)
      outcomes.whole++
      const file = await open(join(folder, 'to.mp4'))
      expect((await readMovie(file)).sizeBytes).toBeGreaterThan(0)
      await file.close()
    } catch (error) {
      expect(error).toBeInstanceOf(UnfitVideo)
      outcomes.refused++
    }
    expect(performance.now() - beganMs).toBeLessThan(5_000)
  }
  expect(outcomes.whole).toBeGreaterThan(MUTANTS / 20)
  expect(outcomes.refused).toBeGreaterThan(MUTANTS / 20)
})

describe('what is not wanted any more', () => {
  it.each([0, 1, 2])('leaves nothing after piece %i', async (pieces) => {
    await writeFile(from, whole)
    const to = join(folder, 'unwanted.mp4')
    const wish = new AbortController()
    let written = 0
    if (pieces === 0) wish.abort(new Error('changed my mind'))
    const writing = writeTelemetry(from, to, ABOUT, {
      signal: wish.signal,
      eachPiece: async () => {
        written++
        if (written === pieces) wish.abort(new Error('changed my mind'))
      },
    })
    await expect(writing).rejects.toThrow('changed my mind')
    expect((await readdir(folder)).filter((name) => name.startsWith('unwanted'))).toEqual([])
  })
})

const why = whyNoCards()
it.skipIf(why !== null)('a full card is said to be full, and keeps nothing of it', async () => {
  const card = await openSmallCard(16)
  try {
    const there = card.folderFromOutside
    const large = join(there, 'cut')
    await writeFile(large, whole)
    const { startAt } = at('mdat')
    // A free box makes it large enough for several pieces.
    const free = Buffer.alloc(3 * 1024 * 1024)
    free.writeUInt32BE(free.length, 0)
    free.write('free', 4)
    expect(startAt).toBeGreaterThan(0)
    await appendFile(large, free)
    await card.fillUpTo(2 * 1024 * 1024)
    const before = await readdir(there)
    await expect(writeTelemetry(large, join(there, 'clip.mp4'), ABOUT)).rejects.toMatchObject({ code: 'ENOSPC' })
    expect(await readdir(there)).toEqual(before)
    expect(await card.freeBytes()).toBeGreaterThan(1.9 * 1024 * 1024)
  } finally {
    await card.close()
  }
})

it.runIf(isLong)('a clip of over four gigabytes has its track behind them', { timeout: 600_000 }, async () => {
  const [large, to] = [join(folder, 'large'), join(folder, 'large.mp4')]
  const FREE_BYTES = 4.2e9
  const free = Buffer.alloc(16)
  free.writeUInt32BE(1, 0)
  free.write('free', 4)
  free.writeBigUInt64BE(BigInt(FREE_BYTES), 8)
  await writeFile(large, Buffer.concat([whole, free]))
  const file = await open(large, 'r+')
  await file.truncate(whole.length + FREE_BYTES)
  await file.close()
  try {
    const sizeBytes = await writeTelemetry(large, to, ABOUT)
    expect((await stat(to)).size).toBe(sizeBytes)
    const { streams } = await probe(to)
    expect(streams.at(-1)).toMatchObject({ codec_tag_string: 'gpmd', nb_read_packets: '2' })
    await writeFile(from, whole)
    expect(await pictureHash(to)).toBe(await pictureHash(from))
  } finally {
    await rm(large, { force: true })
    await rm(to, { force: true })
  }
})
