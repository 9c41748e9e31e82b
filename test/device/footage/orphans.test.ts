import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Log } from '../../../core/process/log.js'
import { openStore, type Store } from '../../../core/store/store.js'
import { readIndexOf } from '../../../core/video/video-index.js'
import { takeInOrphans } from '../../../device/footage/orphans.js'
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
const takeIn = (camera = 'front') =>
  takeInOrphans(folder, 1, store, quiet, (segment) => segment.camera === camera, new AbortController().signal)

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

  it('that is damaged in the middle keeps all that is good: what is behind the damage is set aside', async () => {
    await open('front', 1)
    const file = join(boot, 'front-000001.mp4')
    const bytes = await readFile(whole)
    const { fragments } = await readIndexOf(whole)
    const second = fragments[1]?.offset ?? 0
    bytes.fill(0xff, second, second + 8)
    await writeFile(file, bytes)
    await takeIn()
    expect(await store.segment('front-000001')).toMatchObject({ state: 'recorded', frames: 10 })
    expect(await readFile(`${file}.rest`)).toEqual(bytes.subarray(second))
  })

  it('that has a hole where the bytes never came ends before it', async () => {
    await open('front', 1)
    const file = join(boot, 'front-000001.mp4')
    const bytes = await readFile(whole)
    const third = (await readIndexOf(whole)).fragments[2]?.offset ?? 0
    bytes.fill(0, Math.ceil((third + 1_000) / 4_096) * 4_096)
    await writeFile(file, bytes)
    await takeIn()
    expect(await store.segment('front-000001')).toMatchObject({ state: 'recorded', frames: 20 })
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

  it('is put right where the catalogue knew more than reached the card, and that is told', async () => {
    await open('front', 1)
    await store.growSegment('front-000001', 3_000, 30, 1)
    const file = join(boot, 'front-000001.mp4')
    await copyFile(whole, file)
    await truncate(file, Math.round((await readFile(whole)).length * 0.8))
    const told: unknown[] = []
    const log = { ...quiet, info: (_: string, facts?: object) => told.push(facts) }
    await takeInOrphans(folder, 1, store, log, () => true, new AbortController().signal)
    expect(await store.segment('front-000001')).toMatchObject({ state: 'recorded', frames: 20 })
    expect(told).toMatchObject([{ frames: 20, lostFrames: 10 }])
  })

  it('that somebody removed after it had grown is told as gone, not as never there', async () => {
    await open('front', 1)
    await store.growSegment('front-000001', 3_000, 30, 1)
    await takeIn()
    expect(await store.segment('front-000001')).toMatchObject({ state: 'swept', frames: 30 })
  })

  it('does not hold up the others where it cannot be mended', async () => {
    await open('front', 1)
    await open('front', 2)
    await mkdir(join(boot, 'front-000001.mp4'))
    await copyFile(whole, join(boot, 'front-000002.mp4'))
    await takeIn()
    expect(await store.segment('front-000001')).toMatchObject({ state: 'recording' })
    expect(await store.segment('front-000002')).toMatchObject({ state: 'recorded' })
  })

  it('keeps what is known of its beginning, and how well', async () => {
    await open('front', 1)
    await copyFile(whole, join(boot, 'front-000001.mp4'))
    await takeIn()
    expect(await store.segmentBefore('front', 2, 1)).toMatchObject({ endMonoMs: 8_000, startUncertaintyMs: 100 })
  })

  it('is taken in with what its recorder, which outlived its device, still writes before it closes it', async () => {
    await open('front', 1)
    const file = join(boot, 'front-000001.mp4')
    const bytes = await readFile(whole)
    const lastAt = (await readIndexOf(whole)).fragments.at(-1)?.offset ?? 0
    await writeFile(file, bytes.subarray(0, lastAt))
    await writeFile(join(folder, 'last'), bytes.subarray(lastAt))
    const script = 'exec 3>>"$0"; echo open; read -r _; cat "$1" >&3'
    const recorder = spawn('sh', ['-c', script, file, join(folder, 'last')])
    await once(recorder.stdout, 'data')
    const taken = takeIn()
    await Promise.race([taken, sleep(50)])
    recorder.stdin.end('\n')
    await taken
    expect(await store.segment('front-000001')).toMatchObject({ state: 'recorded', frames: 30, durationMs: 3_000 })
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
