import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { News } from '../../../core/link/messages.js'
import { bootFolder, segmentId } from '../../../core/ride/footage.js'
import { openStore, type Store } from '../../../core/store/store.js'
import { createRetention, type RoomMade } from '../../../device/footage/retention.js'
import { JUNE_UTC_MS } from '../../fakes/readings.js'

const SIZE = 1_000
const ALL = 1_000_000

let data: string
let footage: string
let store: Store
let told: News[]
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'retention-'))
  footage = join(data, 'footage')
  store = await openStore(join(data, 'rides.db'))
  told = []
  for (const boot of [1, 2]) {
    await store.beginBoot(`boot ${boot}`)
    await mkdir(join(footage, bootFolder(boot)), { recursive: true })
  }
})
afterEach(async () => {
  await store.close()
  await rm(data, { recursive: true })
})

/** A closed segment of ten seconds; with a date its file lies in the folder of the day. */
async function segment(
  number: number,
  { boot = 1, startMonoMs = number * 10_000, camera = 'front', utcMs }: Made = {},
) {
  const id = segmentId(camera, number)
  const file = `${bootFolder(boot)}/${id}.mp4`
  await writeFile(join(footage, file), Buffer.alloc(SIZE))
  const times = { startMonoMs, startUncertaintyMs: 0 }
  await store.openSegment({ camera, number, bootNumber: boot, rideId: null, file, ...times })
  await store.closeSegment({ id, durationMs: 9_000, frames: 90, sizeBytes: SIZE, ...times })
  if (utcMs !== undefined) await store.dateSegment(id, utcMs, 0)
  return id
}
interface Made {
  readonly boot?: number
  readonly startMonoMs?: number
  readonly camera?: string
  readonly utcMs?: number
}

/** Keeps what reaches into a span, as an incident does. */
async function incident(id: string, cause: 'rider' | 'braking', fromMonoMs: number, toMonoMs: number, boot = 1) {
  const atMonoMs = (fromMonoMs + toMonoMs) / 2
  const halfMs = (toMonoMs - fromMonoMs) / 2
  await store.markIncident({
    ...{ id, key: null, cause, bootNumber: boot, atMonoMs, rideId: null, note: null },
    ...{ beforeMs: halfMs, afterMs: halfMs },
  })
}

async function makeRoom(
  bytes: number,
  { shareBytes = ALL, held = [] as string[], busy = [] as string[] } = {},
): Promise<RoomMade> {
  const retention = createRetention({
    ...{ footage, store, expiredExports: join(data, 'exports', 'expired'), nowMonoMs: () => 1e9, pauseMs: 0 },
    isHeld: (id) => held.includes(id),
    isBusyWith: (id) => busy.includes(id),
    tell: (news) => told.push(news),
    log: { info: () => {}, warn: () => {}, error: () => {} },
  })
  return retention.makeRoom(bytes, shareBytes, new AbortController().signal)
}

/** In the order they went. */
const swept = (): string[] => told.flatMap((news) => (news.kind === 'segment' ? news.segment.id : []))
const left = async (folder = bootFolder(1)): Promise<string[]> => (await readdir(join(footage, folder))).sort()

describe('the oldest video', () => {
  it('goes first by boot and by the moment in it, whatever its date, its number or its camera says', async () => {
    await segment(3, { boot: 2, startMonoMs: 5, utcMs: JUNE_UTC_MS - 1e10 })
    await segment(2, { startMonoMs: 20_000, utcMs: JUNE_UTC_MS + 1e10 })
    await segment(1, { startMonoMs: 30_000, utcMs: JUNE_UTC_MS - 5e9 })
    await segment(9, { startMonoMs: 25_000, camera: 'rear' })
    expect(await makeRoom(ALL)).toEqual({ freedBytes: 4 * SIZE, isMore: false })
    expect(swept()).toEqual(['front-000002', 'rear-000009', 'front-000001', 'front-000003'])
  })

  it('goes only as far as is needed; its row stays and says so', async () => {
    for (const number of [1, 2, 3]) await segment(number)
    expect(await makeRoom(SIZE + 1)).toEqual({ freedBytes: 2 * SIZE, isMore: false })
    expect(await left()).toEqual(['front-000003.mp4'])
    expect(await store.segment('front-000002')).toMatchObject({ state: 'swept', frames: 90 })
  })

  it('stays while it is written, read, or written about', async () => {
    for (const number of [1, 2, 3]) await segment(number)
    const file = `${bootFolder(1)}/front-000004.mp4`
    await writeFile(join(footage, file), Buffer.alloc(SIZE))
    const times = { startMonoMs: 1, startUncertaintyMs: 0 }
    await store.openSegment({ camera: 'front', number: 4, bootNumber: 1, rideId: null, file, ...times })
    await makeRoom(ALL, { held: ['front-000001'], busy: ['front-000002'] })
    expect(await left()).toEqual(['front-000001.mp4', 'front-000002.mp4', 'front-000004.mp4'])
  })

  it('goes though one file among it cannot be removed, which makes no room', async () => {
    for (const number of [1, 2, 3]) await segment(number)
    await rm(join(footage, bootFolder(1), 'front-000001.mp4'))
    await mkdir(join(footage, bootFolder(1), 'front-000001.mp4'))
    expect(await makeRoom(2 * SIZE)).toEqual({ freedBytes: 2 * SIZE, isMore: false })
    expect(await left()).toEqual(['front-000001.mp4'])
    expect(swept()).toEqual(['front-000001', 'front-000002', 'front-000003'])
  })

  it('behind very many that are read goes all the same', async () => {
    const held: string[] = []
    for (let number = 1; number <= 60; number++) held.push(await segment(number))
    await segment(61)
    expect(await makeRoom(1, { held })).toEqual({ freedBytes: SIZE, isMore: false })
    expect(swept()).toEqual(['front-000061'])
  })

  it('of very many goes in rounds, so that the device looks at its card in between', async () => {
    for (let number = 1; number <= 55; number++) await segment(number)
    expect(await makeRoom(ALL)).toEqual({ freedBytes: 50 * SIZE, isMore: true })
    expect(await makeRoom(ALL)).toEqual({ freedBytes: 5 * SIZE, isMore: false })
  })
})

describe('what is kept', () => {
  it('by the rider never goes, be it the moment or the ride', async () => {
    for (const number of [1, 2, 3, 4]) await segment(number)
    await incident('mine', 'rider', 21_000, 24_000)
    await makeRoom(ALL, { shareBytes: 0 })
    expect(await left()).toEqual(['front-000002.mp4'])
  })

  it('by the device stays up to its share, the newest of it', async () => {
    for (const number of [1, 2, 3, 4, 5]) await segment(number)
    await incident('first', 'braking', 11_000, 28_000)
    await incident('second', 'braking', 41_000, 42_000)
    await makeRoom(ALL, { shareBytes: 2 * SIZE })
    expect(swept()).toEqual(['front-000001', 'front-000003', 'front-000005'])
    expect(await left()).toEqual(['front-000002.mp4', 'front-000004.mp4'])
  })

  it('beyond the share of the device goes when its turn comes among the others', async () => {
    for (const number of [1, 2, 3]) await segment(number)
    await incident('noticed', 'braking', 21_000, 22_000)
    await makeRoom(2 * SIZE, { shareBytes: 0 })
    expect(swept()).toEqual(['front-000001', 'front-000002'])
  })

  it('by both is the rider’s', async () => {
    await segment(1)
    await incident('noticed', 'braking', 11_000, 12_000)
    await incident('mine', 'rider', 11_000, 12_000)
    await makeRoom(ALL, { shareBytes: 0 })
    expect(await left()).toEqual(['front-000001.mp4'])
  })

  it.each([
    { where: 'before it', fromMs: 5_000, toMs: 9_000 },
    { where: 'behind it', fromMs: 20_000, toMs: 25_000 },
  ])('by a moment $where stays where the segment may have begun so early, or so late', async ({ fromMs, toMs }) => {
    const id = await segment(1)
    await segment(2, { startMonoMs: 200_000 })
    await store.dateSegment(id, JUNE_UTC_MS, 2_000)
    await incident('mine', 'rider', fromMs, toMs)
    await makeRoom(ALL, { shareBytes: 0 })
    expect(await left()).toEqual(['front-000001.mp4'])
  })

  it('as another file since it was asked about is not told as swept', async () => {
    const id = await segment(1)
    const asked = await store.sweepable(0, 1)
    await store.tagSegment({ id, sizeBytes: SIZE, file: '2026-06-06/front-2026-06-06T080000Z-000001.mp4' })
    expect(await store.sweepSegments(asked)).toEqual([])
    expect(await store.segment(id)).toMatchObject({ state: 'tagged' })
  })

  it('since it was asked about stays', async () => {
    await segment(1)
    const asked = await store.sweepable(ALL, 10)
    await incident('mine', 'rider', 11_000, 12_000)
    expect(await store.sweepSegments(asked)).toEqual([])
    expect(await store.segment('front-000001')).toMatchObject({ state: 'recorded', kept: true })
  })
})

describe('before any video goes', () => {
  it('temporary files, bytes that are there twice and exports that had their time go, in that order', async () => {
    await segment(1)
    const tagged = await segment(2)
    await mkdir(join(footage, '2026-06-01'))
    await mkdir(join(data, 'exports', 'expired'), { recursive: true })
    const [base, export_] = ['2026-06-01/front-2026-06-01T080000Z-00000', join(data, 'exports', 'expired', 'clip.mp4')]
    const temporary = join(footage, `${base}1.mp4.tmp`)
    for (const file of [temporary, join(footage, `${base}2.mp4`), export_]) await writeFile(file, Buffer.alloc(SIZE))
    await store.dateSegment(tagged, JUNE_UTC_MS, 0)
    await store.tagSegment({ id: tagged, sizeBytes: SIZE, file: `${base}2.mp4` })

    await makeRoom(1)
    expect(await left('2026-06-01')).toEqual(['front-2026-06-01T080000Z-000002.mp4'])
    expect(await left()).toEqual(['front-000001.mp4', 'front-000002.mp4'])
    await makeRoom(1)
    expect(await left()).toEqual(['front-000001.mp4'])
    expect(await readdir(join(data, 'exports', 'expired'))).toEqual(['clip.mp4'])
    await makeRoom(1)
    expect(await readdir(join(data, 'exports', 'expired'))).toEqual([])
    expect(await left()).toEqual(['front-000001.mp4'])
    await makeRoom(1)
    expect(swept()).toEqual(['front-000001'])
  })
})

describe('how much a camera writes', () => {
  it('is what its last segments had, not what the settings say', async () => {
    expect(await store.measuredBytesPerSecond('front')).toBeNull()
    for (const number of [1, 2, 3]) await segment(number)
    expect(await store.measuredBytesPerSecond('front')).toBeCloseTo(SIZE / 9)
    expect(await store.measuredBytesPerSecond('rear')).toBeNull()
  })
})

describe('the bytes on the card', () => {
  it('are told as what they are kept for', async () => {
    for (const number of [1, 2, 3]) await segment(number)
    await incident('mine', 'rider', 11_000, 12_000)
    await incident('noticed', 'braking', 11_000, 22_000)
    expect(await store.footageBytes()).toEqual({ all: 3 * SIZE, keptByRider: SIZE, keptByDevice: SIZE })
  })
})
