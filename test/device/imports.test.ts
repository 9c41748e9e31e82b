/** Rides of other devices on their way through this one: who has the one place, and what becomes of what was left half. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Importing, Outcome } from '../../core/link/messages.js'
import { openLog } from '../../core/process/log.js'
import type { ImportDone, ImportedPoint } from '../../core/ride/imported.js'
import { IMPORTED_PARTS_FROM } from '../../core/ride/ride.js'
import { openReader, openStore, type Store } from '../../core/store/store.js'
import { createImports } from '../../device/imports.js'
import { makeDataFolder } from '../fakes/a-server.js'
import { JUNE_UTC_MS } from '../fakes/readings.js'

const DONE: Outcome = { kind: 'done' }
const UNKNOWN: Outcome = { kind: 'unknown' }
const BUSY: Outcome = { kind: 'refused', reason: 'another import is under way' }
/** More than are removed at once. */
const MANY = 25_000

let folder: string
let store: Store
let nowMs: number
let said: string[]
let take: (wish: Importing) => Promise<Outcome>

beforeEach(async () => {
  folder = await makeDataFolder()
  store = await openStore(join(folder, 'rides.db'))
  nowMs = 5_000
  said = []
  take = imports()
})
afterEach(async () => {
  await store.close()
  await rm(folder, { recursive: true, force: true })
})

/** As the device makes them when it begins. */
const imports = () =>
  createImports(
    store,
    () => nowMs,
    openLog('device', (line) => void said.push(line)),
  )

const begin = (id: string) => take({ kind: 'import-begin', ride: { id, name: null } })
const add = (rideId: string, count = 2) =>
  take({ kind: 'import-points', rideId, part: IMPORTED_PARTS_FROM, points: pointsOf(count) })
const end = (id: string) => take({ kind: 'import-end', ride: whole(id) })
const abandon = (rideId: string) => take({ kind: 'import-abandon', rideId })

const pointsOf = (count: number): ImportedPoint[] =>
  Array.from({ length: count }, (_, second) => [
    ...([JUNE_UTC_MS + second * 1_000, 46 + second * 1e-5, 14, 560] as const),
    ...([null, null, null, 3, null, null, null] as const),
  ])

const whole = (id: string): ImportDone => ({
  id,
  simulated: false,
  startedUtcMs: JUNE_UTC_MS,
  endedUtcMs: JUNE_UTC_MS + 1_000,
  totals: {
    lastFixMonoMs: JUNE_UTC_MS + 1_000,
    lastMovedMonoMs: JUNE_UTC_MS + 1_000,
    distanceM: 100,
    movingMs: 1_000,
    elapsedMs: 1_000,
    ascentM: 0,
    maxSpeedMps: 5,
    bounds: [14, 46, 14, 46.1],
  },
  preview: '_p~iF~ps|U',
  timeZone: null,
})

/** How many points of a ride lie in the catalogue, whole or not. */
async function pointsIn(id: string): Promise<number> {
  const reader = openReader(join(folder, 'rides.db'))
  const { length } = [...(reader?.pointsOf(id) ?? [])]
  reader?.close()
  return length
}
const listed = async () => (await store.rides({ limit: 10, cursor: null })).items.map(({ id }) => id)

describe('an import', () => {
  it('is listed once it has ended, and leaves its place to the next', async () => {
    expect(await begin('a')).toEqual(DONE)
    expect(await add('a')).toEqual(DONE)
    expect(await listed()).toEqual([])
    expect(await end('a')).toEqual(DONE)
    expect(await listed()).toEqual(['a'])
    expect(await begin('b')).toEqual(DONE)
    expect(await pointsIn('a')).toBe(2)
  })

  it('is refused while another one is alive, which each page of it proves', async () => {
    await begin('a')
    nowMs += 29_999
    expect(await begin('b')).toEqual(BUSY)
    await add('a')
    nowMs += 29_999
    expect(await begin('b')).toEqual(BUSY)
    expect(await add('b')).toEqual(UNKNOWN)
    expect(await end('a')).toEqual(DONE)
    expect(await pointsIn('a')).toBe(2)
  })

  it('takes the place of one that was silent for 30 s, and nothing of that one stays', async () => {
    await begin('a')
    await add('a')
    nowMs += 30_000
    expect(await begin('b')).toEqual(DONE)
    expect(await pointsIn('a')).toBe(0)
    expect(await add('a')).toEqual(UNKNOWN)
    expect(await end('a')).toEqual(UNKNOWN)
    expect(await add('b')).toEqual(DONE)
    expect(await end('b')).toEqual(DONE)
    expect(await listed()).toEqual(['b'])
  })

  it('is not removed by the one whose place it took, when that one wakes up and gives up', async () => {
    await begin('a')
    nowMs += 30_000
    await begin('b')
    await add('b')
    expect(await abandon('a')).toEqual(UNKNOWN)
    expect(await add('b')).toEqual(DONE)
    expect(await end('b')).toEqual(DONE)
    expect(await pointsIn('b')).toBe(2)
  })

  it('that is given up is removed whole, and leaves its place at once', async () => {
    await begin('a')
    await add('a', MANY)
    expect(await abandon('a')).toEqual(DONE)
    expect(await pointsIn('a')).toBe(0)
    expect(await abandon('a')).toEqual(UNKNOWN)
    expect(await begin('b')).toEqual(DONE)
  })

  it('keeps its place when the end of the one before it comes late', async () => {
    await begin('a')
    await add('a')
    nowMs += 30_000
    const ending = end('a')
    const beginning = begin('b')
    expect(await Promise.all([ending, beginning])).toEqual([DONE, DONE])
    expect(await add('b')).toEqual(DONE)
    expect(await listed()).toEqual(['a'])
  })

  it('keeps its place and its points when one that it overtook is still removing what it found', async () => {
    await begin('a')
    await add('a', MANY)
    nowMs += 30_000
    const overtaken = begin('b')
    nowMs += 30_000
    expect(await begin('c')).toEqual(DONE)
    expect(await overtaken).toEqual(UNKNOWN)
    expect(await add('c')).toEqual(DONE)
    expect(await end('c')).toEqual(DONE)
    expect(await pointsIn('c')).toBe(2)
  })
})

describe('what an earlier run of the device left half taken in', () => {
  beforeEach(async () => {
    await begin('half')
    await add('half', MANY)
  })

  it('is removed when the device begins, and is nobody to wait for', async () => {
    take = imports()
    const deadlineMs = performance.now() + 5_000
    while ((await pointsIn('half')) > 0 && performance.now() < deadlineMs) await sleep(10)
    expect(await pointsIn('half')).toBe(0)
  })

  it('is gone before a new import begins', async () => {
    take = imports()
    expect(await begin('a')).toEqual(DONE)
    expect(await pointsIn('half')).toBe(0)
    expect(await add('half')).toEqual(UNKNOWN)
    expect(await add('a')).toEqual(DONE)
    expect(await end('a')).toEqual(DONE)
    expect(await pointsIn('a')).toBe(2)
  })

  it('is told where it cannot be removed, and tried again with the next import', async () => {
    let isBroken = true
    const broken: Pick<Store, 'abandonImports' | 'addImported' | 'beginImport' | 'finishImport'> = {
      addImported: store.addImported,
      beginImport: store.beginImport,
      finishImport: store.finishImport,
      abandonImports: async (id) => {
        if (isBroken) throw new Error('disk I/O error')
        return store.abandonImports(id)
      },
    }
    take = createImports(
      broken,
      () => nowMs,
      openLog('device', (line) => void said.push(line)),
    )
    await expect(begin('a')).rejects.toThrow('disk I/O error')
    expect(said.join('')).toContain('a broken import could not be removed error="disk I/O error"')
    isBroken = false
    nowMs += 30_000
    expect(await begin('b')).toEqual(DONE)
    expect(await pointsIn('half')).toBe(0)
  })
})
