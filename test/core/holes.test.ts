/** What a power cut leaves of a file whose length came to the card before its bytes. */
import { copyFile, mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasHole, withoutHoles } from '../../core/video/holes.js'
import { type Fragment, readIndex } from '../../core/video/video-index.js'
import { makeSegment } from '../fakes/clip.js'

const BLOCK = 4096
let folder: string
let whole: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holes-'))
  whole = join(folder, 'whole.mp4')
  await makeSegment(whole, { seconds: 4, fps: 30 })
}, 30_000)
afterAll(() => rm(folder, { recursive: true }))

/** How many fragments are left where bytes were lost. */
async function leftAfter(
  lose: (fragments: readonly Fragment[]) => readonly [from: number, to: number],
): Promise<number> {
  const path = join(folder, 'holed.mp4')
  await copyFile(whole, path)
  const file = await open(path, 'r+')
  try {
    const index = await readIndex(file)
    expect(index.fragments).toHaveLength(4)
    const [from, to] = lose(index.fragments)
    await file.write(Buffer.alloc(to - from), 0, to - from, from)
    const left = await withoutHoles(file, await readIndex(file))
    expect(left.endBytes).toBe(index.fragments[left.fragments.length]?.offset ?? index.endBytes)
    return left.fragments.length
  } finally {
    await file.close()
  }
}
const blockIn = ({ offset }: Fragment): number => (Math.ceil(offset / BLOCK) + 1) * BLOCK

describe('a recording whose boxes look whole', () => {
  it('ends before the first fragment with a block of zeros in its picture', async () => {
    expect(
      await leftAfter((fragments) => [blockIn(fragments[2] as Fragment), blockIn(fragments[2] as Fragment) + BLOCK]),
    ).toBe(2)
  })

  it('ends before a last fragment whose end never came', async () => {
    expect(
      await leftAfter((fragments) => {
        const { offset, sizeBytes } = fragments[3] as Fragment
        const end = offset + sizeBytes
        return [Math.floor((end - 17) / BLOCK) * BLOCK, end]
      }),
    ).toBe(3)
  })

  it('is left as it is where nothing is missing', async () => {
    expect(await leftAfter(() => [0, 0])).toBe(4)
  })
})

describe('a block of zeros', () => {
  const bytes = (length: number): Buffer => Buffer.alloc(length, 7)
  it.each([
    ['a run of zeros over no whole block', bytes(3 * BLOCK).fill(0, 100, BLOCK + 4_000), 0, false],
    ['one block', bytes(3 * BLOCK).fill(0, BLOCK, 2 * BLOCK), 0, true],
    ['one block by the file, not by the bytes', bytes(3 * BLOCK).fill(0, 100, 100 + BLOCK), BLOCK - 100, true],
    ['what is there of the last one', bytes(BLOCK + 20).fill(0, BLOCK), 0, true],
    ['a few zeros at the end', bytes(BLOCK + 3).fill(0, BLOCK), 0, false],
  ])('%s', (_, data, offset, expected) => {
    expect(hasHole(data, offset)).toBe(expected)
  })
})
