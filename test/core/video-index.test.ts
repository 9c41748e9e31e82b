/** The index of a recording agrees with ffprobe, and ends where the whole fragments end. */
import { appendFile, open, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { durationMsOf, EMPTY_INDEX, framesIn, readIndex, type VideoIndex } from '../../core/video/video-index.js'
import { recordFootage } from '../fakes/a-ride.js'
import { makeDataFolder } from '../fakes/a-server.js'
import { ffmpeg, makeSegment, probe } from '../fakes/clip.js'

let folder: string
let file: string
let whole: Buffer

beforeAll(async () => {
  folder = await makeDataFolder()
  file = join(folder, 'clip.mp4')
  await makeSegment(file, { seconds: 4, fps: 10 })
  whole = await readFile(file)
}, 30_000)
afterAll(() => rm(folder, { recursive: true }))

async function indexOf(path: string, known?: VideoIndex): Promise<VideoIndex> {
  const handle = await open(path)
  try {
    return await readIndex(handle, known)
  } finally {
    await handle.close()
  }
}

async function indexOfBytes(bytes: Buffer): Promise<VideoIndex> {
  const path = join(folder, 'bytes.mp4')
  await writeFile(path, bytes)
  return indexOf(path)
}

async function expectAgreement(path: string): Promise<void> {
  const index = await indexOf(path)
  const { streams } = await probe(path)
  const picture = streams.find(({ codec_type }) => codec_type === 'video')
  expect(framesIn(index)).toBe(Number(picture?.nb_read_packets))
  expect(durationMsOf(index) / 1_000).toBeCloseTo(Number(picture?.duration), 2)
}

describe('the index of a recording', () => {
  it('has a fragment for each second, one behind the other', async () => {
    const { headerBytes, fragments, endBytes } = await indexOf(file)
    expect(fragments).toMatchObject(
      [0, 1_000, 2_000, 3_000].map((startMs) => ({
        startMs,
        durationMs: 1_000,
        frames: 10,
        longestFrameMs: 100,
        beginsWithKeyframe: true,
      })),
    )
    for (const [at, { offset, sizeBytes }] of fragments.entries()) {
      expect(offset + sizeBytes).toBe(fragments[at + 1]?.offset ?? offset + sizeBytes)
      expect(whole.toString('latin1', offset + 4, offset + 8)).toBe('moof')
    }
    expect(fragments[0]?.offset).toBe(headerBytes)
    expect(endBytes).toBe(whole.length)
  })

  it.each([
    ['30 frames a second', ['-r', '30']],
    ['29.97 frames a second', ['-r', '30000/1001']],
    ['frames that come unevenly', ['-vf', "select='not(eq(mod(n,7),3))'", '-fps_mode', 'passthrough']],
    ['sound beside the picture', ['-f', 'lavfi', '-i', 'sine', '-shortest', '-c:a', 'aac']],
    ['B frames', ['-bf', '2']],
  ])('agrees with ffprobe on %s', async (_, options) => {
    const path = join(folder, 'made.mp4')
    await ffmpeg([
      ...['-f', 'lavfi', '-i', 'testsrc2=size=160x96:rate=30:duration=3', ...options, '-t', '3'],
      ...['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '30', '-pix_fmt', 'yuv420p'],
      ...['-movflags', '+frag_keyframe+empty_moov+default_base_moof', path],
    ])
    await expectAgreement(path)
  })

  it('knows which fragments a player cannot begin with, where keyframes are rare', async () => {
    const [rare, path] = [join(folder, 'rare.mp4'), join(folder, 'rare-fragments.mp4')]
    const picture = ['-f', 'lavfi', '-i', 'testsrc2=size=160x96:rate=10:duration=8', '-pix_fmt', 'yuv420p']
    await ffmpeg([...picture, '-c:v', 'libx264', '-preset', 'ultrafast', '-g', '40', '-bf', '0', rare])
    const movflags = '+frag_keyframe+empty_moov+default_base_moof'
    await ffmpeg(['-i', rare, '-c', 'copy', '-movflags', movflags, '-frag_duration', '1500000', path])
    const { fragments } = await indexOf(path)
    expect(fragments.map(({ startMs, beginsWithKeyframe }) => [startMs, beginsWithKeyframe])).toEqual([
      [0, true],
      [1_500, false],
      [3_000, false],
      [4_000, true],
      [5_500, false],
      [7_000, false],
    ])
    await expectAgreement(path)
  })

  it.each([
    ['at its end', 13, 20, 900],
    ['in its midst', 13, 16, 500],
  ])('shows where frames of a fragment are missing %s', async (_, from, to, longestMs) => {
    const path = join(folder, 'hole.mp4')
    const hole = `select='not(between(n,${from},${to}))'`
    await ffmpeg([
      ...['-f', 'lavfi', '-i', 'testsrc2=size=160x96:rate=10:duration=4', '-vf', hole, '-fps_mode', 'passthrough'],
      ...['-c:v', 'libx264', '-preset', 'ultrafast', '-force_key_frames', 'expr:gte(t,n_forced)', '-bf', '0'],
      ...['-pix_fmt', 'yuv420p', '-movflags', '+frag_keyframe+empty_moov+default_base_moof', path],
    ])
    const { fragments } = await indexOf(path)
    expect(Math.max(...fragments.map(({ longestFrameMs }) => longestFrameMs))).toBeCloseTo(longestMs, 0)
    await expectAgreement(path)
  })

  it('agrees with ffprobe on what the recorder made, and on what tagging makes of it', async () => {
    const [recorded = ''] = await recordFootage(folder, 'front', 2)
    const path = join(folder, 'footage', recorded)
    await expectAgreement(path)
    const [subtitle, tagged] = [join(folder, 'x.srt'), join(folder, 'tagged.mp4')]
    await writeFile(
      subtitle,
      '1\n00:00:00,000 --> 00:00:01,000\n18.0 km/h\n\n2\n00:00:01,000 --> 00:00:02,000\n19 km/h\n',
    )
    await ffmpeg([
      ...['-i', path, '-i', subtitle, '-map', '0:v', '-map', '1:s', '-c:v', 'copy', '-c:s', 'mov_text'],
      ...['-movflags', '+frag_keyframe+empty_moov+default_base_moof+global_sidx', tagged],
    ])
    await expectAgreement(tagged)
    expect((await indexOf(tagged)).fragments).toHaveLength(2)
    expect((await indexOf(tagged)).headerBytes).toBeGreaterThan((await indexOf(path)).headerBytes)
  })

  it('of an ordinary MP4 has no fragments', async () => {
    const path = join(folder, 'plain.mp4')
    await ffmpeg(['-i', file, '-c', 'copy', path])
    expect((await indexOf(path)).fragments).toEqual([])
  })

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['zeroes', Buffer.alloc(5_000)],
    ['text', Buffer.from('this is no video, whatever its name says'.repeat(50))],
    ['a box that claims to be endless', Buffer.from('\xff\xff\xff\xffmoov', 'latin1')],
    ['a box smaller than its head', Buffer.from('\x00\x00\x00\x04moov\x00\x00\x00\x00', 'latin1')],
  ])('of %s is empty', async (_, bytes) => {
    expect(await indexOfBytes(bytes)).toEqual(EMPTY_INDEX)
  })
})

describe('a torn recording', () => {
  it('ends with its last whole fragment, wherever it was torn', async () => {
    const { headerBytes, fragments } = await indexOf(file)
    const ends = fragments.map(({ offset, sizeBytes }) => offset + sizeBytes)
    const cuts = [headerBytes - 1, headerBytes, ...ends.flatMap((end) => [end - 1, end, end + 1, end + 8, end + 100])]
    for (const cut of cuts) {
      const index = await indexOfBytes(whole.subarray(0, cut))
      expect([cut, index.fragments.length]).toEqual([cut, ends.filter((end) => end <= cut).length])
      expect(index.endBytes).toBe(
        Math.max(cut < headerBytes ? whole.readUInt32BE(0) : headerBytes, ...ends.filter((end) => end <= cut)),
      )
    }
  })

  it('with zeroes for a tail, as a power cut leaves it, ends before them', async () => {
    const { fragments } = await indexOf(file)
    const second = fragments[1]
    if (second === undefined) throw new Error('there is a second fragment')
    const torn = Buffer.concat([whole.subarray(0, second.offset + 40), Buffer.alloc(60_000)])
    expect((await indexOfBytes(torn)).fragments).toEqual(fragments.slice(0, 1))
  })

  it('cut back to its index is a video again', async () => {
    const path = join(folder, 'torn.mp4')
    await writeFile(path, whole.subarray(0, whole.length - 3_000))
    await truncate(path, (await indexOf(path)).endBytes)
    expect((await probe(path)).streams[0]?.nb_read_packets).toBe('30')
  })
})

describe('a growing recording', () => {
  it('is read on from where it was left, and comes out the same', async () => {
    const path = join(folder, 'growing.mp4')
    await writeFile(path, '')
    let index: VideoIndex = EMPTY_INDEX
    for (let at = 0; at < whole.length; at += 1_777) {
      await appendFile(path, whole.subarray(at, at + 1_777))
      const next = await indexOf(path, index)
      expect(next.fragments.slice(0, index.fragments.length)).toEqual(index.fragments)
      index = next
    }
    expect(index).toEqual(await indexOf(file))
  })
})
