/** Rides over several boots: what the catalogue makes of a power cut, of a phone's time, and of a file from before. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Anchor } from '../../core/ride/clock.js'
import { stretchesOf } from '../../core/ride/ride.js'
import { connect } from '../../core/store/connection.js'
import { openForWriting } from '../../core/store/database.js'
import { CATALOGUE } from '../../core/store/migrations.js'
import { openReader, openStore, type Store } from '../../core/store/store.js'
import { addRide, addSegment } from '../fakes/a-ride.js'
import { makeDataFolder } from '../fakes/a-server.js'
import { BOOT, JUNE_UTC_MS } from '../fakes/readings.js'

let folder: string
let file: string
let store: Store
beforeEach(async () => {
  folder = await makeDataFolder()
  file = join(folder, 'rides.db')
  store = await openStore(file)
})
afterEach(async () => {
  await store.close()
  await rm(folder, { recursive: true, force: true })
})

const phone = (bootId: string): Anchor => ({
  bootId,
  monoMs: 0,
  utcMinusMonoMs: JUNE_UTC_MS + 9_000,
  uncertaintyMs: 2_000,
  source: 'phone',
})

describe('a ride over a power cut', () => {
  it('is one ride with the points of both boots in order, and a gap where the power was away', async () => {
    await addRide(store, { id: 'before', bootId: 'one', fromSecond: 100, toSecond: 110 })
    await addRide(store, { id: 'after', bootId: 'two', fromSecond: 5, toSecond: 8, hasEnded: false })
    await store.joinRides('before', 'after')

    const points = [...(await pagesOf('before'))]
    expect(points.map(({ part, monoMs }) => [part, monoMs / 1_000])).toEqual([
      ...Array.from({ length: 11 }, (_, index) => [1, 100 + index]),
      ...Array.from({ length: 4 }, (_, index) => [2, 5 + index]),
    ])
    expect(stretchesOf(points).map(({ length }) => length)).toEqual([11, 4])
    expect(await store.ride('after')).toBeNull()
    expect(await store.rideInProgress(2)).toMatchObject({ id: 'before' })
    expect((await store.rides({ limit: 10, cursor: null })).items).toHaveLength(1)
  })

  it('takes its footage along, and a segment finds the points of its own boot only', async () => {
    await addRide(store, { id: 'before', bootId: 'one', fromSecond: 0, toSecond: 10 })
    await addRide(store, { id: 'after', bootId: BOOT, fromSecond: 0, toSecond: 3, hasEnded: false })
    await addSegment(store, { rideId: 'after', number: 7, file: 'a', second: 1 })
    await store.joinRides('before', 'after')
    expect((await store.segments('before', null, { limit: 10, cursor: null })).items).toHaveLength(1)
    const inBoot = (bootNumber: number) => store.pointsBetween({ bootNumber, fromMonoMs: 0, toMonoMs: 60_000 })
    expect(await inBoot(1)).toHaveLength(11)
    expect(await inBoot(2)).toHaveLength(4)
  })

  it('is known with when it last moved, over boots that never knew the time', async () => {
    await addRide(store, { id: 'dated', bootId: 'one', fromSecond: 100, toSecond: 110 })
    expect(await store.rideBefore(2)).toMatchObject({
      id: 'dated',
      lastMovedUtcMs: JUNE_UTC_MS + 110_000,
      isStopped: false,
      totals: { elapsedMs: 10_000 },
    })
    expect(await store.rideBefore(1)).toBeNull()
    await addRide(store, { id: 'undated', bootId: 'two', isDated: false })
    expect(await store.rideBefore(3)).toMatchObject({ id: 'dated' })
  })

  it('that the rider ended is told as ended', async () => {
    await addRide(store, { id: 'r', bootId: 'one', hasEnded: false })
    await store.endRide('r', true)
    expect(await store.rideBefore(2)).toMatchObject({ isStopped: true })
  })
})

describe('a boot without satellites', () => {
  const ride = async (bootId: string) => {
    const { bootNumber } = await store.beginBoot(bootId)
    await store.beginRide({
      id: 'undated',
      bootNumber,
      beganMonoMs: 1_000,
      simulated: false,
      startedUtcMs: null,
      timeSource: null,
    })
    return bootNumber
  }

  it('leaves a ride of unknown time between its neighbours', async () => {
    await addRide(store, { id: 'first', bootId: 'one' })
    await ride(BOOT)
    await addSegment(store, { rideId: 'undated', number: 7, file: 'a', second: 1 })
    await addRide(store, { id: 'third', bootId: 'three' })
    await store.endRidesOfOtherBoots(4)
    const { items } = await store.rides({ limit: 10, cursor: null })
    expect(items.map(({ id, timeSource }) => [id, timeSource])).toEqual([
      ['third', 'satellites'],
      ['undated', null],
      ['first', 'satellites'],
    ])
  })

  it('leaves no ride where it left neither a fix nor a picture', async () => {
    await ride('two')
    expect(await store.endRidesOfOtherBoots(2)).toEqual([])
    expect(await store.ride('undated')).toBeNull()
  })

  it('is dated by a phone, marked so, until a receiver knows better', async () => {
    const bootNumber = await ride('two')
    await store.addAnchor(bootNumber, phone('two'))
    expect(await store.ride('undated')).toMatchObject({ startedUtcMs: JUNE_UTC_MS + 10_000, timeSource: 'phone' })
    await addRide(store, { id: 'later', bootId: 'two', fromSecond: 100, toSecond: 101 })
    expect(await store.ride('undated')).toMatchObject({ startedUtcMs: JUNE_UTC_MS + 1_000, timeSource: 'satellites' })
  })

  it.each([
    ['waits for a receiver while that may still speak', 1, false, 0],
    ['is dated by the phone where there is no receiver', 1, true, 1],
    ['is dated by the phone once its boot is over', 2, false, 1],
  ])('has footage that %s', async (_, bootNow, phoneWillDo, expected) => {
    const { bootNumber } = await store.beginBoot(BOOT)
    await addSegment(store, { rideId: null, number: 7, file: 'a', second: 1 })
    await store.addAnchor(bootNumber, phone(BOOT))
    expect(await store.undatedSegments(bootNow, 10, phoneWillDo)).toHaveLength(expected)
  })
})

describe('what the rider said of recording', () => {
  it('is kept for its boot, and forgotten in the next', async () => {
    const { bootNumber } = await store.beginBoot(BOOT)
    expect(await store.recordingWord(bootNumber)).toBeNull()
    await store.keepRecordingWord(bootNumber, true)
    await store.keepRecordingWord(bootNumber, false)
    expect(await store.recordingWord(bootNumber)).toBe(false)
    expect(await store.recordingWord(bootNumber + 1)).toBeNull()
  })
})

describe('a catalogue from before rides went on over power cuts', () => {
  it('keeps its rides and their fixes', () => {
    const old = join(folder, 'old.db')
    openForWriting(old, CATALOGUE.slice(0, 1)).close()
    const database = connect(old, {})
    database.exec(`
      INSERT INTO boots VALUES (3, 'three');
      INSERT INTO rides (number, id, bootNumber, beganMonoMs, lastFixMonoMs, lastMovedMonoMs, startedUtcMs, simulated, source)
        VALUES (5, 'r', 3, 1000, 61000, 61000, 1780732801000, 0, 'device');
      INSERT INTO fixes VALUES (5, 1000, NULL, 1780732801000, 48.1, 11.5, 500, 5, 90, 4, 3, 9, 0.9, NULL),
        (5, 2000, NULL, 1780732802000, 48.2, 11.5, 500, 5, 90, 4, 3, 9, 0.9, 'implausible-jump');
    `)
    database.close()
    expect(() => openReader(old)).toThrow(
      expect.objectContaining({
        cause: expect.objectContaining({ message: expect.stringContaining('start the device once') }),
      }),
    )
    openForWriting(old, CATALOGUE).close()
    const reader = openReader(old)
    expect(reader?.ride('r')).toMatchObject({ elapsedMs: 60_000, timeSource: 'satellites' })
    expect([...(reader?.pointsOf('r') ?? [])]).toMatchObject([{ part: 3, monoMs: 1_000, latDeg: 48.1, hdop: 0.9 }])
    expect(reader?.pointsBetween({ bootNumber: 3, fromMonoMs: 0, toMonoMs: 9_000 })).toHaveLength(1)
    reader?.close()
  })
})

async function pagesOf(rideId: string) {
  return store.pointsAfter(rideId, null)
}
