/** The index of a tagged file takes the place of a comment: nothing behind it moves. */
import { mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { boxesIn } from '../../core/video/boxes.js'
import { commentForIndex, headWithIndex } from '../../core/video/index-room.js'
import { readIndex, type VideoIndex } from '../../core/video/video-index.js'
import { ffmpeg, makeSegment } from '../fakes/clip.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'index-room-'))
  await makeSegment(join(folder, 'recorded.mp4'), { seconds: 5 })
}, 30_000)
afterAll(() => rm(folder, { recursive: true }))

/** A copy by a real ffmpeg with a comment, its head and its index. */
async function copyWith(comment: string | null): Promise<{ head: Buffer; index: VideoIndex; path: string }> {
  const path = join(folder, 'copy.mp4')
  const words = ['-metadata', 'title=front', ...(comment === null ? [] : ['-metadata', `comment=${comment}`])]
  const movflags = '+frag_keyframe+empty_moov+default_base_moof'
  await ffmpeg(['-i', join(folder, 'recorded.mp4'), '-c', 'copy', ...words, '-movflags', movflags, path])
  const file = await open(path)
  const index = await readIndex(file)
  await file.close()
  return { head: (await readFile(path)).subarray(0, index.headerBytes), index, path }
}
const typesIn = (bytes: Buffer): string[] => [...boxesIn(bytes, 0, bytes.length)].map(({ type }) => type)

it('an index takes the place of the comment, as long as that was, and the rest of the head is kept', async () => {
  const { head, index, path } = await copyWith(commentForIndex(5))
  const indexed = headWithIndex(head, index) as Buffer
  expect(indexed).toHaveLength(head.length)
  expect(typesIn(indexed)).toEqual(['ftyp', 'moov', 'sidx', 'free'])
  const file = await open(path, 'r+')
  await file.write(indexed, 0, indexed.length, 0)
  const again = await readIndex(file)
  await file.close()
  expect(again.fragments).toEqual(index.fragments)
  expect(await ffmpeg(['-i', path, '-f', 'ffmetadata', '-'])).toMatch(/title=front/)
  expect(await ffmpeg(['-i', path, '-f', 'ffmetadata', '-'])).not.toMatch(/comment/)
})

it.each([
  ['there is no comment', null],
  ['the comment is too short', 'hello'],
])('a head is left as it is where %s', async (_, comment) => {
  const { head, index } = await copyWith(comment)
  expect(headWithIndex(head, index)).toBeNull()
})
