import { access, copyFile, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Log } from '../../../core/process/log.js'
import { openBatch } from '../../../core/store/batch.js'
import { openStore, type Store } from '../../../core/store/store.js'
import { createSegmentFiles } from '../../../device/footage/records/segment-files.js'
import { createTagging } from '../../../device/footage/tagging.js'
import { makeSegment, pictureHash } from '../../fakes/clip.js'
import { eventually } from '../../fakes/eventually.js'
import { BOOT, JUNE_UTC_MS } from '../../fakes/readings.js'

const SOON = { withinMs: 15_000 }
const quiet: Log = { info: () => {}, warn: () => {}, error: () => {} }
let footage: string
let store: Store
let nowMonoMs: number
const complaints: string[] = []

beforeEach(async () => {
  footage = await mkdtemp(join(tmpdir(), 'tagging-'))
  store = await openStore(join(footage, 'rides.db'))
  await store.beginBoot(BOOT)
  await mkdir(join(footage, 'boot-000001'))
  await makeSegment(join(footage, 'clip.mp4'), { seconds: 1 })
  nowMonoMs = 100_000
  complaints.length = 0
})
afterEach(async () => {
  await store.close()
  await rm(footage, { recursive: true })
})

/** A closed segment of a second that began so many seconds after the boot. */
async function addSegment(number: number): Promise<void> {
  const file = `boot-000001/front-00000${number}.mp4`
  await copyFile(join(footage, 'clip.mp4'), join(footage, file))
  const times = { startMonoMs: number * 1_000, startUncertaintyMs: 50 }
  await store.openSegment({ camera: 'front', number, bootNumber: 1, rideId: null, file, ...times })
  await store.closeSegment({ id: `front-00000${number}`, durationMs: 1_000, frames: 10, sizeBytes: 1, ...times })
}
const believeReceiver = () =>
  store.addAnchor(1, { bootId: BOOT, monoMs: 0, utcMinusMonoMs: JUNE_UTC_MS, uncertaintyMs: 50, source: 'satellites' })

/** Runs tagging until the check holds. */
async function run(
  until: (look: () => void) => Promise<boolean>,
  { hasRoom = true, files = createSegmentFiles(footage, false, store) } = {},
): Promise<void> {
  const stop = new AbortController()
  const tagging = createTagging({
    bootNumber: 1,
    footage,
    simulated: false,
    hasReceiver: true,
    store,
    segmentFiles: files,
    batch: openBatch(store, quiet),
    nowMonoMs: () => nowMonoMs,
    isWritable: () => true,
    hasRoom: () => hasRoom,
    tell: () => {},
    log: { ...quiet, error: (message) => complaints.push(message) },
  })
  const running = tagging.service.run(stop.signal)
  await eventually(() => until(tagging.look), SOON)
  stop.abort()
  await running
}
const stateOf = async (number: number) => (await store.segment(`front-00000${number}`))?.state
const record = async (base: string): Promise<Record<string, unknown>> =>
  JSON.parse(await readFile(join(footage, '2026-06-06', `${base}.json`), 'utf8'))
const day = () => readdir(join(footage, '2026-06-06'))
const isThere = (file: string) =>
  access(join(footage, file)).then(
    () => true,
    () => false,
  )

describe('tagging', () => {
  it('names a segment by satellite time, with its track and what is known of it beside it', async () => {
    await addSegment(1)
    await believeReceiver()
    await run(async () => (await stateOf(1)) === 'tagged')
    const base = 'front-2026-06-06T080001Z-000001'
    await eventually(async () => (await record(base))['state'] === 'tagged', SOON)
    expect((await day()).sort()).toEqual([`${base}.gpx`, `${base}.json`, `${base}.mp4`])
    const { picture } = await record(base)
    expect(await pictureHash(join(footage, '2026-06-06', `${base}.mp4`), 'murmur3')).toContain(picture)
  })

  it('leaves the track and the record of one that had to make room before its time was known', async () => {
    await addSegment(1)
    await store.sweepSegments(await store.sweepable(0, 1))
    await believeReceiver()
    const base = 'front-2026-06-06T080001Z-000001'
    await run(async () => (await isThere(`2026-06-06/${base}.gpx`)) && (await isThere(`2026-06-06/${base}.json`)))
    expect(await store.segment('front-000001')).toMatchObject({ state: 'swept', startUtcMs: JUNE_UTC_MS + 1_000 })
    expect(await record(base)).toMatchObject({ state: 'swept' })
    expect((await day()).sort()).toEqual([`${base}.gpx`, `${base}.json`])
  })

  it('waits for a receiver that is believed', async () => {
    await addSegment(1)
    let looks = 0
    await run(async () => ++looks > 40)
    expect(await stateOf(1)).toBe('recorded')
    expect(await isThere('2026-06-06')).toBe(false)
  })

  it('waits for the last fix of a segment, which comes a little after its end', async () => {
    await addSegment(1)
    await believeReceiver()
    nowMonoMs = 2_100
    let looks = 0
    await run(async () => ++looks > 40)
    expect(await stateOf(1)).toBe('recorded')
    nowMonoMs = 3_600
    await run(async () => (await stateOf(1)) === 'tagged')
  })

  it('goes on with the others where one cannot be written', async () => {
    await addSegment(1)
    await addSegment(2)
    await mkdir(join(footage, '2026-06-06/front-2026-06-06T080001Z-000001.gpx'), { recursive: true })
    await believeReceiver()
    await run(async () => (await stateOf(2)) === 'tagged' && complaints.length > 0)
    expect(await stateOf(1)).toBe('recorded')
    expect(complaints).toContain('a segment could not be described')
  })

  it('tries again for as long as the card is full, which is no fault of a segment', async () => {
    await addSegment(1)
    await believeReceiver()
    let refusals = 5
    const files = createSegmentFiles(footage, false, store)
    const write: typeof files.write = async (...given) => {
      if (refusals-- > 0) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
      return files.write(...given)
    }
    const tagged = async (look: () => void): Promise<boolean> => {
      look()
      return (await stateOf(1)) === 'tagged'
    }
    await run(tagged, { files: { ...files, write } })
    expect(complaints).toEqual(['a segment could not be described, tried again'])
  })

  it('goes on with the others where a file is gone', async () => {
    await addSegment(1)
    await addSegment(2)
    await rm(join(footage, 'boot-000001/front-000001.mp4'))
    await believeReceiver()
    await run(async () => (await stateOf(2)) === 'tagged' && complaints.length > 0)
    expect(complaints).toContain('a segment could not be tagged')
  })

  it('describes but makes no second copy while the room is short', async () => {
    await addSegment(1)
    await believeReceiver()
    await run(async () => (await isThere('2026-06-06')) && (await day()).length === 2, { hasRoom: false })
    expect(await stateOf(1)).toBe('recorded')
  })

  it('keeps the old bytes for players for ten minutes, counted anew after a restart', async () => {
    await addSegment(1)
    await believeReceiver()
    await run(async () => (await stateOf(1)) === 'tagged')
    let looks = 0
    await run(async () => ++looks > 30)
    expect(await isThere('boot-000001/front-000001.mp4')).toBe(true)
    expect(await store.segment('front-000001')).toMatchObject({ fileAsRecorded: 'boot-000001/front-000001.mp4' })

    let hasPassed = false
    await run(async () => {
      // The ten minutes pass while it runs.
      if (!hasPassed && ++looks > 60) {
        nowMonoMs += 10 * 60_000
        hasPassed = true
      }
      return (await store.segment('front-000001'))?.fileAsRecorded === null
    })
    expect(await isThere('boot-000001/front-000001.mp4')).toBe(false)
  })

  it('keeps the old bytes where somebody removed the tagged file: they are the only ones', async () => {
    await addSegment(1)
    await believeReceiver()
    await run(async () => (await stateOf(1)) === 'tagged')
    await rm(join(footage, '2026-06-06/front-2026-06-06T080001Z-000001.mp4'))
    let looks = 0
    await run(async () => {
      if (++looks === 30) nowMonoMs += 10 * 60_000
      return looks > 60
    })
    expect(await isThere('boot-000001/front-000001.mp4')).toBe(true)
  })
})
