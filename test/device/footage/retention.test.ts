import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openStore, type Store } from '../../../core/store/store.js'
import { retention, surplusBytes } from '../../../device/footage/retention.js'
import { eventually } from '../../fakes/eventually.js'
import { BOOT } from '../../fakes/readings.js'

const GB = 1_000_000_000

describe('what has to go', () => {
  it.each([
    ['nothing while there is room', { freeBytes: 20 * GB, footageBytes: 60 * GB }, { mostFootageBytes: null }, 0],
    [
      'what is missing of 10 % free, and a little more',
      { freeBytes: 8 * GB, footageBytes: 60 * GB },
      { mostFootageBytes: null },
      2.5 * GB,
    ],
    [
      'what is missing of an hour',
      { freeBytes: 8 * GB, footageBytes: 60 * GB },
      { mostFootageBytes: null, bytesAnHour: 12 * GB },
      4.6 * GB,
    ],
    ['what footage has too much', { freeBytes: 50 * GB, footageBytes: 3 * GB }, { mostFootageBytes: 2 * GB }, 1.1 * GB],
  ])('is %s', (_, card, room, expected) => {
    const limits = { freePercent: 10, bytesAnHour: 3 * GB, ...room }
    expect(surplusBytes({ totalBytes: 100 * GB, ...card }, limits)).toBe(expected)
  })
})

describe('sweeping', () => {
  let footage: string
  let store: Store
  beforeEach(async () => {
    footage = await mkdtemp(join(tmpdir(), 'retention-'))
    store = await openStore(join(footage, 'rides.db'))
    await store.beginBoot(BOOT)
    await mkdir(join(footage, 'boot-000001'))
    for (const number of [1, 2, 3, 4]) {
      const file = `boot-000001/front-00000${number}.mp4`
      await writeFile(join(footage, file), Buffer.alloc(1_000))
      const times = { startMonoMs: number * 1_000, startUncertaintyMs: 0 }
      await store.openSegment({ camera: 'front', number, bootNumber: 1, rideId: null, file, ...times })
      // The newest goes on recording.
      if (number === 4) continue
      await store.closeSegment({
        id: `front-00000${number}`,
        durationMs: 1_000,
        frames: 10,
        sizeBytes: 1_000,
        ...times,
      })
    }
  })
  afterEach(async () => {
    await store.close()
    await rm(footage, { recursive: true })
  })

  it('takes the oldest video first, keeps its row, and never touches what is being written', async () => {
    const stop = new AbortController()
    const room = { mostFootageBytes: 1_500, freePercent: 0, bytesAnHour: 0 }
    const quiet = { info: () => {}, warn: () => {}, error: () => {} }
    const running = retention(footage, room, store, quiet).run(stop.signal)
    await eventually(async () => (await store.footageBytes()) <= 1_500, { withinMs: 5_000 })
    stop.abort()
    await running
    expect(await readdir(join(footage, 'boot-000001'))).toEqual(['front-000003.mp4', 'front-000004.mp4'])
    expect(await store.segment('front-000001')).toMatchObject({ state: 'swept', frames: 10 })
    expect(await store.segment('front-000004')).toMatchObject({ state: 'recording' })
  })
})
