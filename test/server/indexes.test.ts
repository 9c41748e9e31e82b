/** Indexes are read once: a closed file is not opened again, of a growing one only what is new is read. */
import { appendFile, type FileHandle, open, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openIndexes } from '../../server/http/indexes.js'
import { makeDataFolder } from '../fakes/a-server.js'
import { makeSegment } from '../fakes/clip.js'

let folder: string
let whole: Buffer
/** The files as they were opened, and where reading began in each. */
const openings: { file: string; firstAt: number | null }[] = []

beforeAll(async () => {
  folder = await makeDataFolder()
  await makeSegment(join(folder, 'a.mp4'), { seconds: 3 })
  whole = await readFile(join(folder, 'a.mp4'))
  for (const name of ['b.mp4', 'c.mp4']) await writeFile(join(folder, name), whole)
})
afterAll(() => rm(folder, { recursive: true }))

async function openWatched(file: string): Promise<FileHandle | null> {
  if (file === 'gone.mp4') return null
  const handle = await open(join(folder, file))
  const opening = { file, firstAt: null as number | null }
  openings.push(opening)
  return new Proxy(handle, {
    get: (target, name) => {
      const member = Reflect.get(target, name)
      if (typeof member !== 'function') return member
      return (...given: unknown[]) => {
        if (name === 'read') opening.firstAt ??= given[3] as number
        return Reflect.apply(member, target, given)
      }
    },
  })
}

const opened = (file: string): number => openings.filter((opening) => opening.file === file).length

describe('an index', () => {
  it('of a closed file is read once, however many ask at once and afterwards', async () => {
    const indexes = openIndexes(openWatched)
    const [one, other] = await Promise.all([indexes.of('a.mp4', false), indexes.of('a.mp4', false)])
    expect(one?.fragments).toHaveLength(3)
    expect(other).toBe(one)
    expect(await indexes.of('a.mp4', false)).toBe(one)
    expect(opened('a.mp4')).toBe(1)
  })

  it('of a growing file is read on from where it ended, and a last time when it is closed', async () => {
    const indexes = openIndexes(openWatched)
    const second = whole.indexOf('moof', whole.indexOf('moof') + 4)
    await writeFile(join(folder, 'growing.mp4'), whole.subarray(0, second + 100))
    expect((await indexes.of('growing.mp4', true))?.fragments).toHaveLength(1)
    await appendFile(join(folder, 'growing.mp4'), whole.subarray(second + 100))
    expect((await indexes.of('growing.mp4', true))?.fragments).toHaveLength(3)
    expect(openings.at(-1)).toEqual({ file: 'growing.mp4', firstAt: second - 4 })
    await indexes.of('growing.mp4', false)
    await indexes.of('growing.mp4', false)
    expect(opened('growing.mp4')).toBe(3)
  })

  it('of a file that is not there is asked for again', async () => {
    const indexes = openIndexes(openWatched)
    expect(await indexes.of('gone.mp4', false)).toBeNull()
    expect(await indexes.of('gone.mp4', false)).toBeNull()
  })

  it('is forgotten where there are too many, the oldest first', async () => {
    const indexes = openIndexes(openWatched, 2)
    const before = { b: opened('b.mp4'), c: opened('c.mp4') }
    for (const file of ['b.mp4', 'c.mp4', 'a.mp4', 'c.mp4', 'b.mp4']) await indexes.of(file, false)
    expect([opened('b.mp4') - before.b, opened('c.mp4') - before.c]).toEqual([2, 1])
  })
})
