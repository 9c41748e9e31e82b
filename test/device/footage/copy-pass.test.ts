import { mkdtemp, open, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TrackPoint } from '../../../core/ride/ride.js'
import { boxesIn } from '../../../core/video/boxes.js'
import { readIndex, readIndexOf } from '../../../core/video/video-index.js'
import { copyTagged } from '../../../device/footage/copy-pass.js'
import type { DatedSegment } from '../../../device/footage/describing.js'
import { addSoundAndRotation, makeSegment, pictureHash, probe } from '../../fakes/clip.js'
import { JUNE_UTC_MS } from '../../fakes/readings.js'

const segment: DatedSegment = {
  id: 'front-000007',
  rideId: 'ride',
  camera: 'front',
  number: 7,
  startUtcMs: JUNE_UTC_MS + 250,
  startUncertaintyMs: 100,
  durationMs: 4_000,
  frames: 40,
  sizeBytes: 0,
  state: 'recorded',
  kept: false,
  bootNumber: 1,
  startMonoMs: 10_000,
  file: 'boot-000001/front-000007.mp4',
  fileAsRecorded: null,
}
const point = (second: number): TrackPoint => ({
  part: 1,
  monoMs: 10_000 + second * 1_000,
  utcMs: JUNE_UTC_MS + 250 + second * 1_000,
  latDeg: 43.65012,
  lonDeg: -79.38004,
  altitudeM: 80,
  speedMps: 5,
  courseDeg: 90,
  accuracyM: 4,
  mode: 3,
  satellitesUsed: 9,
  hdop: 0.9,
})

let folder: string
let recorded: string
const tag = async (name: string, points: readonly TrackPoint[]): Promise<string> => {
  const to = join(folder, name)
  await copyTagged(recorded, to, segment, points, new AbortController().signal)
  return to
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'copy pass '))
  recorded = join(folder, "rider's 100% clip.mp4")
  await makeSegment(recorded, { seconds: 4 })
})
afterAll(() => rm(folder, { recursive: true }))

describe('a tagged segment', () => {
  it('has the picture it was recorded with, packet for packet', async () => {
    expect(await pictureHash(await tag('same.mp4', [point(0), point(1)]))).toBe(await pictureHash(recorded))
  })

  it('tells the hash of the picture as it was recorded, which anybody can check', async () => {
    const to = join(folder, 'hash.mp4')
    const { picture } = await copyTagged(recorded, to, segment, [point(0)], new AbortController().signal)
    expect(picture).toMatch(/^murmur3=[0-9a-f]{32}$/)
    expect(await pictureHash(recorded, 'murmur3')).toContain(picture)
    expect(await pictureHash(to, 'murmur3')).toContain(picture)
  })

  it('keeps its sound, and which way up it is', async () => {
    const from = join(folder, 'sound.mp4')
    await addSoundAndRotation(recorded, from)
    const to = join(folder, 'tagged sound.mp4')
    await copyTagged(from, to, segment, [point(0), point(1)], new AbortController().signal)
    const [before, after] = [await probe(from), await probe(to)]
    expect(after.streams.map(({ codec_name }) => codec_name)).toEqual(['h264', 'aac', 'mov_text'])
    const rotation = ({ streams }: typeof before) =>
      streams[0]?.side_data_list?.map((side) => Math.abs(side.rotation ?? 0))
    expect(rotation(before)).toEqual([90])
    expect(rotation(after)).toEqual(rotation(before))
    for (const stream of ['0:v', '0:a']) {
      expect(await pictureHash(to, 'murmur3', stream)).toBe(await pictureHash(from, 'murmur3', stream))
    }
    // The sound lies in the same fragments: their index is still one a second.
    const [was, is] = [await readIndexOf(from), await readIndexOf(to)]
    expect(is.fragments.map(({ startMs, frames }) => [startMs, frames])).toEqual(
      was.fragments.map(({ startMs, frames }) => [startMs, frames]),
    )
  })

  it('carries time, place, title and the track as text', async () => {
    const { format, streams } = await probe(await tag('tagged.mp4', [0, 1, 2, 3].map(point)))
    expect(format.tags).toMatchObject({
      creation_time: '2026-06-06T08:00:00.000000Z',
      location: '+43.6501-079.3800/',
      title: 'front-000007',
    })
    expect(streams.map(({ codec_name }) => codec_name)).toEqual(['h264', 'mov_text'])
    expect(Number(streams[0]?.nb_read_packets)).toBe(40)
  })

  it('has time but no place and no text where there was no fix', async () => {
    const { format, streams } = await probe(await tag('no-fix.mp4', []))
    expect(format.tags).toMatchObject({ creation_time: '2026-06-06T08:00:00.000000Z' })
    expect(format.tags?.['location']).toBeUndefined()
    expect(streams).toHaveLength(1)
  })

  it('begins with an index of its fragments that agrees with the file', async () => {
    const file = await open(await tag('index.mp4', [point(0)]))
    const bytes = await file.readFile()
    const index = await readIndex(file)
    await file.close()
    const sidx = [...boxesIn(bytes, 0, bytes.length)].find(({ type }) => type === 'sidx')
    expect(sidx).toBeDefined()
    const at = sidx?.bodyAt ?? 0
    const references = Array.from({ length: bytes.readUInt16BE(at + 22) }, (_, reference) => ({
      sizeBytes: bytes.readUInt32BE(at + 24 + reference * 12),
      ticks: bytes.readUInt32BE(at + 28 + reference * 12),
    }))
    const firstAt = (sidx?.endAt ?? 0) + bytes.readUInt32BE(at + 16)
    expect(firstAt).toBe(index.fragments[0]?.offset)
    expect(references.map(({ sizeBytes }) => sizeBytes)).toEqual(index.fragments.map(({ sizeBytes }) => sizeBytes))
    const timescale = bytes.readUInt32BE(at + 8)
    expect(references.map(({ ticks }) => (ticks * 1_000) / timescale)).toEqual([1_000, 1_000, 1_000, 1_000])
  })

  it('leaves nothing else behind, when it fails neither', async () => {
    const before = await readdir(folder)
    const to = join(folder, 'never.mp4')
    await expect(
      copyTagged(join(folder, 'missing.mp4'), to, segment, [], new AbortController().signal),
    ).rejects.toThrow()
    expect(await readdir(folder)).toEqual(before)
  })

  it('stops when it is told to', async () => {
    const stop = new AbortController()
    const copying = copyTagged(recorded, join(folder, 'aborted.tmp'), segment, [point(0)], stop.signal)
    stop.abort()
    await expect(copying).rejects.toThrow()
  })
})
