/** Rides of other devices: not there until they are whole, and then where their time puts them. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ImportDone, ImportedPoint, SameRide } from '../../core/ride/imported.js'
import { IMPORTED_PARTS_FROM, stretchesOf } from '../../core/ride/ride.js'
import { openStore, type Store } from '../../core/store/store.js'
import { addRide } from '../fakes/a-ride.js'
import { makeDataFolder } from '../fakes/a-server.js'
import { JUNE_UTC_MS } from '../fakes/readings.js'

let folder: string
let store: Store
beforeEach(async () => {
  folder = await makeDataFolder()
  store = await openStore(join(folder, 'rides.db'))
})
afterEach(async () => {
  await store.close()
  await rm(folder, { recursive: true, force: true })
})

const pointAt = (second: number): ImportedPoint =>
  [
    ...[JUNE_UTC_MS + second * 1_000, 46 + second * 1e-5, 14, 560],
    ...[null, null, null, 3, null, null, null],
  ] as unknown as ImportedPoint

const whole = (id: string, from: number, to: number): ImportDone => ({
  id,
  simulated: false,
  startedUtcMs: JUNE_UTC_MS + from * 1_000,
  endedUtcMs: JUNE_UTC_MS + to * 1_000,
  totals: {
    lastFixMonoMs: JUNE_UTC_MS + to * 1_000,
    lastMovedMonoMs: JUNE_UTC_MS + to * 1_000,
    distanceM: 100,
    movingMs: 1_000,
    elapsedMs: (to - from) * 1_000,
    ascentM: 0,
    maxSpeedMps: 5,
    bounds: [14, 46, 14, 46.1],
  },
  preview: '_p~iF~ps|U',
  timeZone: 'Europe/Ljubljana',
})

async function take(id: string, from: number, to: number): Promise<void> {
  await store.beginImport({ id, name: null })
  await store.addImported(id, IMPORTED_PARTS_FROM, [pointAt(from), pointAt(to)])
  await store.finishImport(whole(id, from, to))
}
const same = (from: number, to: number): SameRide => ({
  simulated: false,
  startedUtcMs: JUNE_UTC_MS + from * 1_000,
  endedUtcMs: JUNE_UTC_MS + to * 1_000,
  taken: 2,
  leftOut: 0,
})
const listed = async () => (await store.rides({ limit: 10, cursor: null })).items.map(({ id }) => id)

describe('an imported ride', () => {
  it('is nowhere to be seen until it is whole', async () => {
    await store.beginImport({ id: 'half', name: 'Round the lake' })
    await store.addImported('half', IMPORTED_PARTS_FROM, [pointAt(1)])
    expect(await store.ride('half')).toBeNull()
    expect(await listed()).toEqual([])
    await store.finishImport(whole('half', 1, 1))
    expect(await store.ride('half')).toMatchObject({ name: 'Round the lake', source: 'import', elapsedMs: 0 })
  })

  it.each([true, false])('is listed as simulated where it says so: %s', async (simulated) => {
    await store.beginImport({ id: 'r', name: null })
    await store.finishImport({ ...whole('r', 1, 2), simulated })
    expect(await store.ride('r')).toMatchObject({ simulated, source: 'import' })
  })

  it('has its gaps where it says so, however far apart its points are', async () => {
    await store.beginImport({ id: 'sparse', name: null })
    await store.addImported('sparse', IMPORTED_PARTS_FROM, [0, 30, 60].map(pointAt))
    await store.addImported('sparse', IMPORTED_PARTS_FROM + 1, [61, 90].map(pointAt))
    await store.finishImport(whole('sparse', 0, 90))
    expect(stretchesOf(await store.pointsAfter('sparse', null)).map(({ length }) => length)).toEqual([3, 2])
  })

  it('stands among the others by its time, with those of unknown time left where they are', async () => {
    await addRide(store, { id: 'second', bootId: 'one', fromSecond: 1_000, toSecond: 1_010, simulated: false })
    await addRide(store, { id: 'unknown', bootId: 'two', isDated: false })
    await addRide(store, { id: 'fourth', bootId: 'three', fromSecond: 5_000, toSecond: 5_010, simulated: false })
    await take('first', 500, 510)
    await take('between', 2_000, 2_010)
    await take('last', 9_000, 9_010)
    expect(await listed()).toEqual(['last', 'fourth', 'unknown', 'between', 'second', 'first'])
  })

  it('does not stand beside the replay of an old log, which came about today', async () => {
    await addRide(store, { id: 'first', bootId: 'one', fromSecond: 1_000, toSecond: 1_010, simulated: false })
    await addRide(store, { id: 'second', bootId: 'two', fromSecond: 5_000, toSecond: 5_010, simulated: false })
    await addRide(store, { id: 'replay', bootId: 'three', fromSecond: 1_500, toSecond: 1_510 })
    await take('between', 2_000, 2_010)
    expect(await listed()).toEqual(['replay', 'second', 'between', 'first'])
  })

  it('is known by its beginning and its end', async () => {
    await take('r', 10, 20)
    expect(await store.sameRide(same(10, 20))).toBe('r')
    expect(await store.sameRide(same(10, 21))).toBeNull()
    expect(await store.sameRide(same(11, 20))).toBeNull()
  })

  it('is not another one of the same times, with other points or that nobody has ridden', async () => {
    await take('r', 10, 20)
    expect(await store.sameRide({ ...same(10, 20), taken: 3 })).toBeNull()
    expect(await store.sameRide({ ...same(10, 20), taken: 1 })).toBeNull()
    expect(await store.sameRide({ ...same(10, 20), simulated: true })).toBeNull()
  })

  it('is known where fewer of its points are believed than when it was recorded', async () => {
    await take('r', 10, 20)
    expect(await store.sameRide({ ...same(10, 20), taken: 1, leftOut: 1 })).toBe('r')
  })

  it('is here already when the device has recorded it, once that has ended', async () => {
    const seconds = { fromSecond: 10, toSecond: 20 }
    await addRide(store, { id: 'r', bootId: 'one', ...seconds, simulated: false })
    expect(await store.sameRide({ ...same(10, 20), taken: 11 })).toBe('r')
    await addRide(store, { id: 's', bootId: 'two', fromSecond: 40, toSecond: 50, simulated: false, hasEnded: false })
    expect(await store.sameRide({ ...same(40, 50), taken: 11 })).toBeNull()
  })

  it('never gives its points to the footage of a boot', async () => {
    await addRide(store, { id: 'r', bootId: 'one', fromSecond: 0, toSecond: 10 })
    await take('i', 2, 8)
    expect(await store.pointsBetween({ bootNumber: 1, fromMonoMs: 0, toMonoMs: 1e15 })).toHaveLength(11)
  })

  it('is no ride that goes on', async () => {
    await take('i', 2, 8)
    expect(await store.rideBefore(1)).toBeNull()
    expect(await store.endRidesOfOtherBoots(1)).toEqual([])
    expect(await store.ride('i')).not.toBeNull()
  })

  it('that broke off is removed, and no other', async () => {
    await take('whole', 10, 20)
    await store.beginImport({ id: 'half', name: null })
    const points = Array.from({ length: 10_500 }, (_, second) => pointAt(second))
    await store.addImported('half', IMPORTED_PARTS_FROM, points)
    let rounds = 0
    while (await store.abandonImports()) rounds++
    expect(rounds).toBeGreaterThan(1)
    expect(await store.pointsAfter('half', null)).toEqual([])
    expect(await listed()).toEqual(['whole'])
    await store.beginImport({ id: 'half', name: null })
  })
})
