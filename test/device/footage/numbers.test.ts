import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openStore, type Store } from '../../../core/store/store.js'
import { highestBootFolder, nextFileNumber, openNumbers } from '../../../device/footage/numbers.js'

let footage: string
let store: Store

beforeEach(async () => {
  footage = await mkdtemp(join(tmpdir(), 'numbers-'))
  store = await openStore(join(footage, 'rides.db'))
  for (const id of ['a', 'b', 'c']) await store.beginBoot(id)
  await mkdir(join(footage, 'boot-000003'))
})
afterEach(async () => {
  await store.close()
  await rm(footage, { recursive: true })
})

const lay = async (file: string): Promise<void> => {
  await mkdir(join(footage, file, '..'), { recursive: true })
  await writeFile(join(footage, file), '')
}
const known = (camera: string, number: number) => {
  const times = { startMonoMs: 0, startUncertaintyMs: 0 }
  return store.openSegment({ camera, number, bootNumber: 1, rideId: null, file: 'boot-000001/gone.mp4', ...times })
}
const next = async (camera = 'front') => (await openNumbers(footage, 3, ['front', 'rear'], store)).next(camera)

describe('the number of a new segment', () => {
  it('is 1 on a new card', async () => {
    expect(await next()).toBe(1)
  })

  it.each([
    ['in the folder of this boot', 'boot-000003/front-000041.mp4'],
    ['in the folder of an earlier boot', 'boot-000002/front-000041.mp4'],
    ['tagged, where the catalogue was lost', '2026-06-06/front-2026-06-06T080001Z-000041.mp4'],
    ['swept with only its track left, where the catalogue was lost', '2026-06-06/front-2026-06-06T080001Z-000041.gpx'],
    ['half tagged, where the catalogue was lost', '2026-06-06/front-2026-06-06T080001Z-000041.mp4.tmp'],
    ['set aside', 'boot-000002/front-000041.mp4.empty'],
    ['set aside twice', 'boot-000002/front-000041.mp4.double-2'],
  ])('is not that of a file %s', async (_, file) => {
    await lay(file)
    expect(await next()).toBe(42)
    expect(await next('rear')).toBe(1)
  })

  it('is not that of a row without a file', async () => {
    await known('front', 41)
    expect(await next()).toBe(42)
  })

  it('is not that of a segment the device has begun since', async () => {
    const numbers = await openNumbers(footage, 3, ['front'], store)
    await lay('boot-000003/front-000001.mp4')
    expect(await numbers.next('front')).toBe(2)
    await known('front', 2)
    expect(await numbers.next('front')).toBe(3)
  })

  it('is found without a look into old folders where the catalogue knows them', async () => {
    await store.footageIsInOrder(2)
    await lay('2026-06-06/front-2026-06-06T080001Z-000043.mp4')
    await lay('boot-000001/front-000042.mp4')
    await lay('boot-000002/front-000041.mp4')
    expect(await next()).toBe(42)
  })

  it.each(['boot-000003/front-99999999999.mp4', 'boot-99999999999999999999/front-000007.mp4'])(
    'is one that a recorder can count on from, whoever put %s there',
    async (file) => {
      await lay(file)
      expect(await next()).toBe(1)
      expect(await highestBootFolder(footage)).toBe(3)
    },
  )

  it('does not wait for a folder that cannot be read', async () => {
    await writeFile(join(footage, '2026-06-06'), '')
    expect(await next()).toBe(1)
  })

  it('tells what was begun before from what is being recorded', async () => {
    await lay('boot-000003/front-000041.mp4')
    const { isFromBefore } = await openNumbers(footage, 3, ['front'], store)
    expect([isFromBefore('front', 41), isFromBefore('front', 42), isFromBefore('sold', 99)]).toEqual([
      true,
      false,
      true,
    ])
  })

  it('is above every file and every row of its own camera alone', async () => {
    await lay('boot-000003/front-000009.mp4')
    await lay('boot-000003/rear-000044.mp4')
    const folder = join(footage, 'boot-000003')
    expect(await nextFileNumber(folder, 'front', 4)).toBe(10)
    expect(await nextFileNumber(folder, 'front', 12)).toBe(13)
    expect(await nextFileNumber(folder, 'side', 0)).toBe(1)
  })
})

describe('the number of a boot', () => {
  it('goes on from what lies on the card where the catalogue was lost', async () => {
    await mkdir(join(footage, 'boot-000017'))
    await lay('holiday.mp4')
    expect(await highestBootFolder(footage)).toBe(17)
    expect(await store.beginBoot('d', 17)).toMatchObject({ bootNumber: 18 })
    expect(await store.beginBoot('d', 99)).toMatchObject({ bootNumber: 18 })
    expect(await store.beginBoot('e', 3)).toMatchObject({ bootNumber: 19 })
  })
})
