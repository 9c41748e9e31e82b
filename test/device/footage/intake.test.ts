import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Log } from '../../../core/process/log.js'
import { openBatch } from '../../../core/store/batch.js'
import { openStore, type Store } from '../../../core/store/store.js'
import { createIntake, type Intake } from '../../../device/footage/intake.js'
import { makeSegment } from '../../fakes/clip.js'

const silent: Log = { info: () => {}, warn: () => {}, error: () => {} }
const FIRST = { camera: 'front', number: 1, file: 'front-000001.mp4', start: { monoMs: 10_000, uncertaintyMs: 20 } }

let folder: string
let store: Store
let intake: Intake
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'intake-'))
  await mkdir(join(folder, 'boot-000001'))
  await makeSegment(join(folder, 'clip.mp4'), { seconds: 3 })
  store = await openStore(join(folder, 'rides.db'))
  await store.beginBoot('this boot')
  intake = createIntake({
    bootNumber: 1,
    footage: folder,
    folder: 'boot-000001',
    rideId: () => null,
    fps: new Map([['front', 10]]),
    nowMonoMs: () => 14_000,
    store,
    batch: openBatch(store, silent),
    tell: () => {},
    onClosed: () => {},
    log: silent,
  })
})
afterEach(async () => {
  await store.close()
  await rm(folder, { recursive: true })
})

const grow = () => copyFile(join(folder, 'clip.mp4'), join(folder, 'boot-000001', FIRST.file))

describe('what a recorder wrote since it was last looked at', () => {
  it('is counted when it falls: only what is not on the card is missing', async () => {
    intake.begun(FIRST)
    await grow()
    await intake.fallen('front')
    expect(intake.recorded('front')).toMatchObject({ frames: 30, framesExpected: 40, gaps: 1, durationMs: 3_000 })
    expect(intake.growingFiles()).toEqual([])
  })

  it('is counted when it is killed as the rider ends the ride', async () => {
    intake.begun(FIRST)
    await grow()
    await intake.off('front')
    expect(intake.recorded('front')).toMatchObject({ frames: 30, framesExpected: 30, gaps: 0 })
    expect(intake.growingFiles()).toEqual([])
  })
})

it('a closed segment is in the catalogue as long as its file is', async () => {
  intake.begun(FIRST)
  await grow()
  await intake.ended({ ...FIRST, start: { monoMs: 10_020, uncertaintyMs: 5 } })
  const expected = { state: 'recorded', frames: 30, durationMs: 3_000, startMonoMs: 10_020 }
  expect(await store.segment('front-000001')).toMatchObject(expected)
  expect(intake.growingFiles()).toEqual([])
})
