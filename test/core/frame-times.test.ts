/** When frames are shown agrees with ffprobe, for cameras that send them out of order, too. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { frameTimesIn } from '../../core/video/frame-times.js'
import { readIndexOf } from '../../core/video/video-index.js'
import { ffmpeg } from '../fakes/clip.js'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'frame-times-'))
})
afterAll(() => rm(folder, { recursive: true }))

describe('the frames of a fragment', () => {
  it.each([
    ['in order', '0', 'N'],
    ['at uneven times', '0', 'N+mod(N*7\\,3)/5'],
    ['out of order', '2', 'N'],
  ])('that come %s have the times ffprobe tells', async (what, bFrames, frame) => {
    const file = join(folder, `${what}.mp4`)
    await ffmpeg([
      ...['-f', 'lavfi', '-i', 'testsrc2=size=160x96:rate=10', '-t', '3', '-vf', `settb=1/1000,setpts=(${frame})*100`],
      ...['-fps_mode', 'passthrough', '-enc_time_base', '1:1000', '-c:v', 'libx264', '-preset', 'ultrafast'],
      ...['-bf', bFrames, '-g', '10', '-movflags', '+frag_keyframe+empty_moov+default_base_moof', '-f', 'mp4', file],
    ])
    const index = await readIndexOf(file)
    const { stdout } = await promisify(execFile)('ffprobe', [
      ...['-v', 'error', '-select_streams', 'v', '-show_entries', 'packet=pts_time', '-of', 'csv=p=0', file],
    ])
    const told = stdout
      .trim()
      .split('\n')
      .map((seconds) => Number.parseFloat(seconds) * 1_000)
      .sort((one, other) => one - other)
    const times = await frameTimesIn(file, index, index.fragments)
    expect(times).toHaveLength(30)
    expect(times.filter((ms, at) => Math.abs(ms - (told[at] ?? 0)) > 0.01)).toEqual([])
    expect(await frameTimesIn(file, index, index.fragments.slice(1, 2))).toEqual(times.slice(10, 20))
  })
})
