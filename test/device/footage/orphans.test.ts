import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Log } from '../../../core/process/log.js'
import { openStore, type Store } from '../../../core/store/store.js'
import { nextFileNumber, takeInOrphans } from '../../../device/footage/orphans.js'
import { makeSegment, probe } from '../../fakes/clip.js'
import { BOOT } from '../../fakes/readings.js'

const quiet: Log = { info: () => {}, warn: () => {}, error: () => {} }
let folder: string
let boot: string
let store: Store
let whole: string

const open = (camera: string, number: number) =>
  store.openSegment({
    camera,
    number,
    bootNumber: 1,
    rideId: null,
    startMonoMs: 5_000,
    startUncertaintyMs: 100,
    file: `boot-000001/${camera}-00000${number}.mp4`,
  })
const takeIn = (camera?: string) => takeInOrphans(folder, 1, store, quiet, new AbortController().signal, camera)

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orphans-'))
  boot = join(folder, 'boot-000001')
  whole = join(folder, 'whole.mp4')
  await mkdir(boot)
  await makeSegment(whole, { seconds: 3 })
  store = await openStore(join(folder, 'rides.db'))
  await store.beginBoot(BOOT)
})
afterEach(async () => {
  await store.close()
  await rm(folder, { recursive: true })
})

describe('a file left open', () => {
  it('is cut back to its last whole fragment and taken in', async () => {
    await open('front', 1)
    const file = join(boot, 'front-000001.mp4')
    await copyFile(whole, file)
    const { length } = await readFile(whole)
    await truncate(file, Math.round(length * 0.8))
    await takeIn()
    expect(await store.segment('front-000001')).toMatchObject({ state: 'recorded', frames: 20, durationMs: 2_000 })
    expect(Number((await probe(file)).streams[0]?.nb_read_packets)).toBe(20)
  })

  it.each([
    ['empty', async (file: string) => writeFile(file, '')],
    ['only a header', async (file: string) => writeFile(file, (await readFile(whole)).subarray(0, 900))],
    ['zeros', async (file: string) => writeFile(file, Buffer.alloc(50_000))],
  ])('that is %s is set aside, not deleted and not listed', async (_, make) => {
    await open('front', 1)
    await make(join(boot, 'front-000001.mp4'))
    await takeIn()
    expect(await readdir(boot)).toEqual(['front-000001.mp4.empty'])
    expect(await store.segment('front-000001')).toBeNull()
  })

  it('that never reached the card leaves no row', async () => {
    await open('front', 1)
    await takeIn()
    expect(await store.segment('front-000001')).toBeNull()
  })

  it('of another camera is left to it', async () => {
    await open('front', 1)
    await open('rear', 1)
    await copyFile(whole, join(boot, 'front-000001.mp4'))
    await copyFile(whole, join(boot, 'rear-000001.mp4'))
    await takeIn('rear')
    expect(await store.segment('front-000001')).toMatchObject({ state: 'recording' })
    expect(await store.segment('rear-000001')).toMatchObject({ state: 'recorded' })
  })
})

describe('the next number', () => {
  it('is above every row and every file, so that nothing is written over', async () => {
    await writeFile(join(boot, 'front-000009.mp4'), '')
    await writeFile(join(boot, 'rear-000044.mp4'), '')
    expect(await nextFileNumber(boot, 'front', 4)).toBe(10)
    expect(await nextFileNumber(boot, 'front', 12)).toBe(13)
    expect(await nextFileNumber(boot, 'side', 0)).toBe(1)
  })
})
