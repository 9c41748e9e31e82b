import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { News } from '../../../core/link/messages.js'
import type { Log } from '../../../core/process/log.js'
import type { Reading } from '../../../core/ride/fix.js'
import { openBatch } from '../../../core/store/batch.js'
import { openStore, type Store } from '../../../core/store/store.js'
import type { NoticedIncident } from '../../../device/tracking/incident-detector.js'
import { createJourney, type Journey } from '../../../device/tracking/journey.js'
import { leftOffAt } from '../../../device/tracking/left-off.js'
import { timeZoneAt } from '../../../device/tracking/time-zone.js'
import { BOOT, fixAt, JUNE_UTC_MS } from '../../fakes/readings.js'

const quiet: Log = { info: () => {}, warn: () => {}, error: () => {} }
let folder: string
let store: Store
let news: News[]
let nowMonoMs: number

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'journey-'))
  store = await openStore(join(folder, 'rides.db'))
  await store.beginBoot(BOOT)
  news = []
  nowMonoMs = 0
})
afterEach(async () => {
  await store.close()
  await rm(folder, { recursive: true })
})

/** Lives through the readings as they come, and closes as a device that is stopped does. */
async function live(
  readings: readonly Reading[],
  onIncident: ((incident: NoticedIncident) => void) | null = null,
): Promise<Journey> {
  const batch = openBatch(store, quiet)
  const stop = new AbortController()
  const journey = createJourney({
    bootId: BOOT,
    bootNumber: 1,
    readings: async function* () {
      for (const reading of readings) {
        nowMonoMs = reading.at.monoMs
        yield reading
      }
      stop.abort()
    },
    simulated: true,
    begin: 'power',
    onRide: () => {},
    onIncident,
    timeZoneAt,
    splitAfterMs: 20 * 60_000,
    newRideId: () => `ride-${readings.length}`,
    resumed: await leftOffAt(store, 1, 0, 20 * 60_000),
    store,
    batch,
    tell: (item) => news.push(item),
    onAnchor: () => {},
    nowMonoMs: () => nowMonoMs,
    log: quiet,
  })
  await journey.service.run(stop.signal)
  await batch.commit()
  return journey
}

const seconds = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => fixAt(from + index, (from + index) * 5, { speedMps: 5 }))

describe('a journey', () => {
  it('has its latest points in the span of a segment, before the ride is next added up', async () => {
    await live(seconds(1, 3))
    await store.addFixes('ride-2', 1, [{ fix: fixAt(60, 300), utcMs: null, leftOut: null }])
    const points = await store.pointsBetween({ bootNumber: 1, fromMonoMs: 59_000, toMonoMs: 61_000 })
    expect(points.map(({ monoMs }) => monoMs)).toEqual([60_000])
  })

  it('dates the points from before the receiver was believed afterwards', async () => {
    await live(seconds(1, 6))
    const points = await store.pointsAfter('ride-5', null)
    expect(points.map(({ utcMs }) => utcMs)).toEqual([1, 2, 3, 4, 5].map((second) => JUNE_UTC_MS + second * 1_000))
    expect(await store.ride('ride-5')).toMatchObject({ startedUtcMs: JUNE_UTC_MS + 1_000, endedUtcMs: null })
  })

  it('tells every fix at once, without a time until the receiver is believed', async () => {
    await live(seconds(1, 5))
    const told = news.flatMap((item) => (item.kind === 'fix' ? [item.fix.utcMs] : []))
    expect(told).toEqual([null, null, JUNE_UTC_MS + 3_000, JUNE_UTC_MS + 4_000])
  })

  it('leaves a track without times where the receiver was never believed', async () => {
    await live(seconds(1, 6).map((fix) => ({ ...fix, mode: 2 as const })))
    expect((await store.pointsAfter('ride-5', null)).map(({ utcMs }) => utcMs)).toEqual([null, null, null, null, null])
    expect(await store.ride('ride-5')).toMatchObject({ startedUtcMs: null, distanceM: 20 })
  })

  it('gives fixes of a new place their own times when they are believed after all', async () => {
    const elsewhere = [6, 7, 8].map((second) => fixAt(second, 500_000 + second * 5, { speedMps: 5 }))
    await live([...seconds(1, 6), ...elsewhere])
    const points = await store.pointsAfter('ride-8', null)
    expect(points.map(({ utcMs }) => utcMs)).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((s) => JUNE_UTC_MS + s * 1_000))
    expect((await store.ride('ride-8'))?.distanceM).toBe(30)
  })

  it('goes on with the same ride after a restart in the same boot, dated from its first fix on', async () => {
    await live(seconds(1, 6))
    const journey = await live(seconds(8, 11))
    expect(journey.picture().ride).toMatchObject({ id: 'ride-5', startedUtcMs: JUNE_UTC_MS + 1_000 })
    expect(await store.pointsAfter('ride-5', null)).toHaveLength(8)
    expect((await store.pointsAfter('ride-5', null)).at(-1)?.utcMs).toBe(JUNE_UTC_MS + 10_000)
    expect((await store.rides({ limit: 10, cursor: null })).items).toHaveLength(1)
  })

  it('gives the first ride the footage from before its first fix, and the moment saved in it', async () => {
    const opened = { camera: 'front', bootNumber: 1, rideId: null, startUncertaintyMs: 0 }
    await store.openSegment({ ...opened, number: 1, startMonoMs: 100, file: 'a' })
    const moment = { cause: 'rider', beforeMs: 0, afterMs: 0, key: null, note: null } as const
    await store.markIncident({ ...moment, id: 'incident-a', bootNumber: 1, atMonoMs: 500 })
    await live(seconds(1, 3))
    expect(await store.segment('front-000001')).toMatchObject({ rideId: 'ride-2' })
    expect(await store.incident('incident-a')).toMatchObject({ rideId: 'ride-2' })
  })

  const riddenTo = (second: number) =>
    Array.from({ length: second }, (_, index) => fixAt(index, index * 7, { speedMps: 7 + (index % 3) / 50 }))
  const stoodFrom = (second: number) =>
    Array.from({ length: 9 }, (_, index) => fixAt(second + index, second * 7, { speedMps: 0 }))

  const noFix: Reading = { ...fixAt(19.5, 0), kind: 'no-fix', state: 'no-fix' }

  it('tells a crash once, when it happened', async () => {
    const incidents: NoticedIncident[] = []
    await live([...riddenTo(20), ...stoodFrom(20)], (incident) => incidents.push(incident))
    expect(incidents).toEqual([{ cause: 'crash', atMonoMs: 19_000 }])
  })

  it.each([
    [
      'where fixes cannot be true',
      [9, 20, 31, 9, 20].map((km, index) => fixAt(20 + index, km * 1_000, { speedMps: 0 })),
    ],
    ['where the receiver did not know for a moment where it was', [noFix, ...stoodFrom(20)]],
  ])('tells no incident %s', async (_, readings) => {
    const incidents: NoticedIncident[] = []
    await live([...riddenTo(20), ...readings, ...riddenTo(40).slice(30)], (incident) => incidents.push(incident))
    expect(incidents).toEqual([])
  })

  it('does not show a position that is no longer where the bicycle is', async () => {
    const journey = await live(seconds(1, 4))
    expect(journey.picture()).toMatchObject({ fix: { utcMs: JUNE_UTC_MS + 3_000 }, receiver: { state: 'fix-3d' } })
    nowMonoMs += 5_001
    expect(journey.picture()).toMatchObject({ fix: null, receiver: { state: 'silent' } })
  })

  it('has an age and nothing else before its first fix, and pauses only where it is seen to stand', async () => {
    const journey = await live([])
    journey.begin()
    nowMonoMs += 90_000
    expect(journey.picture().ride).toMatchObject({ distanceM: 0, elapsedMs: 90_000, isPaused: false })
  })

  it('is paused while it is seen to stand, and not when nothing is seen any more', async () => {
    const standing = Array.from({ length: 30 }, (_, second) => fixAt(second + 1, 0, { speedMps: 0 }))
    const journey = await live(standing)
    expect(journey.picture().ride).toMatchObject({ isPaused: true })
    nowMonoMs += 6_000
    expect(journey.picture().ride).toMatchObject({ isPaused: false })
  })

  it('draws no route where nothing was ridden', async () => {
    const journey = await live([])
    journey.begin()
    await journey.service.run(AbortSignal.timeout(5))
    expect((await store.rides({ limit: 1, cursor: null })).items).toMatchObject([{ preview: null }])
  })

  it('says what the receiver says, and that it is absent before it said anything', async () => {
    const journey = await live([])
    expect(journey.picture().receiver).toMatchObject({ state: 'absent', satellitesUsed: null, ageMs: null })
  })
})
