/** The same ride over a power cut, and rides that the rider begins and ends. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Reading } from '../../../core/ride/fix.js'
import { decodePolyline } from '../../../core/ride/polyline.js'
import { openBatch } from '../../../core/store/batch.js'
import { openStore, type Store } from '../../../core/store/store.js'
import { createJourney, type Journey } from '../../../device/tracking/journey.js'
import { leftOffAt } from '../../../device/tracking/left-off.js'
import type { RideBegins } from '../../../device/tracking/tracker.js'
import { logInto } from '../../fakes/fake-gpsd.js'
import { fixAt, JUNE_UTC_MS } from '../../fakes/readings.js'

const SPLIT_S = 20 * 60
let folder: string
let store: Store
let rides: number
let recorded: boolean[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'power-cut-'))
  store = await openStore(join(folder, 'rides.db'))
  rides = 0
  recorded = []
})
afterEach(async () => {
  await store.close()
  await rm(folder, { recursive: true })
})

interface Boot {
  /** In seconds of true time, of which the ride tells; CLOCK_MONOTONIC begins anew here. */
  readonly atSecond: number
  /** Seconds of true time with a fix. */
  readonly from: number
  readonly to: number
  readonly begin?: RideBegins
  readonly mode?: 2 | 3
  readonly simulated?: boolean
  readonly before?: (journey: Journey) => void
  readonly after?: (journey: Journey) => void
}

/** Lives through a boot, which ends as a pulled battery ends it. */
async function live({
  atSecond,
  from,
  to,
  begin = 'power',
  mode = 3,
  simulated = false,
  ...hooks
}: Boot): Promise<Journey> {
  const bootId = `boot at ${atSecond}`
  const { bootNumber } = await store.beginBoot(bootId)
  await store.endRidesOfOtherBoots(bootNumber)
  const batch = openBatch(store, logInto([]))
  const stop = new AbortController()
  let nowMonoMs = 0
  const readings: Reading[] = []
  for (let second = from; second <= to; second++) {
    const at = { bootId, monoMs: (second - atSecond) * 1_000 }
    readings.push(fixAt(second, second * 5, { at, mode, speedMps: 5 }))
  }
  const journey: Journey = createJourney({
    bootId,
    bootNumber,
    readings: async function* () {
      for (const reading of readings) {
        nowMonoMs = reading.at.monoMs
        yield reading
      }
      hooks.after?.(journey)
      stop.abort()
    },
    simulated,
    begin,
    onRide: (isOn) => recorded.push(isOn),
    timeZoneAt: () => 'Europe/Berlin',
    splitAfterMs: SPLIT_S * 1_000,
    newRideId: () => `ride-${++rides}`,
    resumed: await leftOffAt(store, bootNumber, (from - atSecond) * 1_000, SPLIT_S * 1_000),
    store,
    batch,
    tell: () => {},
    onAnchor: () => {},
    nowMonoMs: () => nowMonoMs,
    log: logInto([]),
  })
  hooks.before?.(journey)
  await journey.service.run(stop.signal)
  await batch.commit()
  return journey
}

const listed = async () => (await store.rides({ limit: 10, cursor: null })).items.map(({ id }) => id)
const secondsOf = async (rideId: string) =>
  (await store.pointsAfter(rideId, null)).map(({ utcMs }) => ((utcMs ?? 0) - JUNE_UTC_MS) / 1_000)
const FIRST: Boot = { atSecond: 0, from: 40, to: 100, before: (journey) => journey.begin() }

describe('a power cut', () => {
  it('shorter than the split time leaves one ride, with what both parts add up to', async () => {
    await live(FIRST)
    const journey = await live({ ...FIRST, atSecond: 150, from: 180, to: 240 })
    expect(await listed()).toEqual(['ride-1'])
    expect(journey.picture().ride).toMatchObject({ id: 'ride-1', startedUtcMs: JUNE_UTC_MS + 40_000 })
    expect(journey.picture().ride?.elapsedMs).toBe(240_000)
    expect(journey.picture().ride?.distanceM).toBeGreaterThan(540)
    expect(journey.picture().ride?.distanceM).toBeLessThan(610)
    const seconds = await secondsOf('ride-1')
    expect([seconds.length, seconds[0], seconds.at(-1)]).toEqual([122, 40, 240])
  })

  it('leaves a drawing of the whole route', async () => {
    await live(FIRST)
    await live({ ...FIRST, atSecond: 150, from: 180, to: 240 })
    const lonDegs = decodePolyline((await store.ride('ride-1'))?.preview ?? '').map(({ lonDeg }) => lonDeg)
    expect(lonDegs).toHaveLength(122)
    expect(lonDegs).toEqual(lonDegs.toSorted((one, other) => one - other))
  })

  it('longer than the split time ends the ride', async () => {
    await live(FIRST)
    const at = 100 + SPLIT_S
    await live({ ...FIRST, atSecond: at, from: at + 20, to: at + 30 })
    expect(await listed()).toEqual(['ride-2', 'ride-1'])
    expect(await store.ride('ride-1')).toMatchObject({ endedUtcMs: JUNE_UTC_MS + 100_000 })
  })

  it('after the rider ended the ride begins another', async () => {
    await live({ ...FIRST, after: (journey) => journey.stop() })
    await live({ ...FIRST, atSecond: 150, from: 180, to: 200 })
    expect(await listed()).toEqual(['ride-2', 'ride-1'])
  })

  it('between a real ride and a simulated one leaves both what they are', async () => {
    await live(FIRST)
    await live({ ...FIRST, atSecond: 150, from: 180, to: 200, simulated: true })
    expect(await listed()).toEqual(['ride-2', 'ride-1'])
  })

  it('whose length nobody can tell leaves two rides', async () => {
    await live(FIRST)
    await live({ ...FIRST, atSecond: 150, from: 180, to: 240, mode: 2 })
    expect(await listed()).toEqual(['ride-2', 'ride-1'])
  })

  it('is gone over once, however often the device is begun again after it', async () => {
    await live(FIRST)
    await live({ ...FIRST, atSecond: 150, from: 180, to: 240 })
    const journey = await live({ ...FIRST, atSecond: 150, from: 245, to: 300 })
    expect(await listed()).toEqual(['ride-1'])
    expect(journey.picture().ride?.elapsedMs).toBe(300_000)
    expect(await secondsOf('ride-1')).toHaveLength(61 + 61 + 56)
  })

  it('does not end the ride before its last part has ended', async () => {
    await live(FIRST)
    await live({ ...FIRST, atSecond: 150, from: 180, to: 240, after: (journey) => journey.stop() })
    expect(await store.ride('ride-1')).toMatchObject({ endedUtcMs: JUNE_UTC_MS + 240_000 })
  })

  it('twice, too soon for a fix in between, leaves one ride with the footage of all three boots', async () => {
    await live(FIRST)
    await live({ ...FIRST, atSecond: 120, from: 125, to: 124 })
    const opened = {
      camera: 'front',
      bootNumber: 2,
      rideId: 'ride-2',
      startUncertaintyMs: 0,
      startMonoMs: 0,
      file: 'a',
    }
    await store.openSegment({ ...opened, number: 1 })
    await live({ ...FIRST, atSecond: 150, from: 180, to: 240 })
    expect(await listed()).toEqual(['ride-1'])
    expect(await store.segment('front-000001')).toMatchObject({ rideId: 'ride-1' })
  })

  it('twice, with a ride that the rider ended in between, leaves what the rider ended', async () => {
    await live(FIRST)
    await live({ ...FIRST, atSecond: 120, from: 125, to: 124, after: (journey) => journey.stop() })
    await store.openSegment({
      ...{ camera: 'front', bootNumber: 2, rideId: 'ride-2', startUncertaintyMs: 0, startMonoMs: 0, file: 'a' },
      number: 1,
    })
    await live({ ...FIRST, atSecond: 150, from: 180, to: 240 })
    expect(await listed()).toEqual(['ride-3', 'ride-2', 'ride-1'])
  })

  it('after which the rider ends the ride before the time is known does not bring it back', async () => {
    const manual: Boot = { atSecond: 0, from: 40, to: 100, begin: 'manual' }
    await live({ ...manual, before: (journey) => journey.begin() })
    const pressed = (journey: Journey) => {
      journey.begin()
      journey.stop()
    }
    await live({ ...manual, atSecond: 150, from: 180, to: 240, before: pressed })
    expect(recorded).toEqual([true, true, false])
    expect(await secondsOf('ride-1')).toHaveLength(61)
  })

  it('after which the rider ends one ride and begins the next leaves three', async () => {
    await live(FIRST)
    const pressed = (journey: Journey) => {
      for (const press of [journey.begin, journey.stop, journey.begin]) press()
    }
    await live({ ...FIRST, atSecond: 150, from: 180, to: 240, before: pressed })
    expect(await listed()).toEqual(['ride-3', 'ride-2', 'ride-1'])
  })

  it('leaves the name that was given to the second part', async () => {
    await live(FIRST)
    await live({ ...FIRST, atSecond: 150, from: 180, to: 240, mode: 2 })
    await store.renameRide('ride-2', 'Home from work')
    await live({ ...FIRST, atSecond: 150, from: 241, to: 250 })
    expect((await store.rides({ limit: 10, cursor: null })).items).toMatchObject([{ name: 'Home from work' }])
  })

  it('over and over is one ride', async () => {
    for (const atSecond of [0, 150, 300, 450])
      await live({ ...FIRST, atSecond, from: atSecond + 40, to: atSecond + 100 })
    expect(await listed()).toEqual(['ride-1'])
    expect(await secondsOf('ride-1')).toHaveLength(4 * 61)
  })

  it('in a ride that movement began begins the recording again with movement', async () => {
    const motion: Boot = { atSecond: 0, from: 40, to: 100, begin: 'motion' }
    await live(motion)
    await live({ ...motion, atSecond: 150, from: 180, to: 240 })
    expect(await listed()).toEqual(['ride-1'])
    expect(recorded).toEqual([true, true])
  })

  it('in a ride that the rider began goes on recording by itself once the time is known', async () => {
    const manual: Boot = { atSecond: 0, from: 40, to: 100, begin: 'manual' }
    await live({ ...manual, before: (journey) => journey.begin() })
    await live({ ...manual, atSecond: 150, from: 180, to: 240 })
    expect(await listed()).toEqual(['ride-1'])
    expect(recorded).toEqual([true, true])
  })
})

describe('a device that was away for longer than the split time, without a reboot', () => {
  it('begins another ride, which leaves the footage from before the first one ended alone', async () => {
    await live(FIRST)
    const opened = { camera: 'front', bootNumber: 1, rideId: null, startUncertaintyMs: 0 }
    await store.openSegment({ ...opened, number: 1, startMonoMs: 50_000, file: 'a' })
    await store.closeSegment({
      id: 'front-000001',
      ...opened,
      startMonoMs: 50_000,
      durationMs: 9_000,
      frames: 9,
      sizeBytes: 9,
    })
    await live({ ...FIRST, from: 101 + SPLIT_S, to: 130 + SPLIT_S })
    expect(await listed()).toEqual(['ride-2', 'ride-1'])
    expect(await store.ride('ride-1')).toMatchObject({ endedUtcMs: JUNE_UTC_MS + 100_000 })
    expect(await store.segment('front-000001')).toMatchObject({ rideId: null })
  })
})

describe('a ride whose time is known while it has no fix', () => {
  it.each([
    ['a receiver that was believed before', FIRST, 'satellites'],
    ['a phone', { ...FIRST, mode: 2 as const, after: (j: Journey) => j.offerClock(JUNE_UTC_MS + 100_000) }, 'phone'],
  ])('is dated by %s', async (_, first, timeSource) => {
    await live(first)
    const again = (journey: Journey) => {
      journey.stop()
      journey.begin()
    }
    await live({ ...first, from: 101, to: 100, before: again, after: () => {} })
    expect((await store.rides({ limit: 1, cursor: null })).items[0]).toMatchObject({ id: 'ride-2', timeSource })
  })

  it('has an end as soon as the time is known, although it had ended before', async () => {
    await live({ ...FIRST, mode: 2, after: (journey) => journey.stop() })
    await live({ ...FIRST, from: 101, to: 110, before: () => {} })
    expect(await store.ride('ride-1')).toMatchObject({ endedUtcMs: JUNE_UTC_MS + 100_000 })
  })
})

describe('a restart of the device after a ride had ended', () => {
  it('begins none while nothing moves', async () => {
    await live({ ...FIRST, after: (journey) => journey.stop() })
    const standing = await live({ ...FIRST, from: 101, to: 103, before: () => {} })
    expect(standing.rideId()).toBeNull()
  })
})

describe('a ride that never had a fix', () => {
  it('is the same after a restart, however long it lasts: nobody can tell that it has ended', async () => {
    await live({ ...FIRST, from: 101, to: 100 })
    const journey = await live({ ...FIRST, from: 2 * SPLIT_S, to: 2 * SPLIT_S - 1, before: () => {} })
    expect(journey.rideId()).toBe('ride-1')
  })
})

describe('a ride that the rider begins', () => {
  it('is none before that, and none after its end', async () => {
    const manual: Boot = { atSecond: 0, from: 40, to: 100, begin: 'manual' }
    const journey = await live(manual)
    expect(journey.rideId()).toBeNull()
    expect(await listed()).toEqual([])
    await live({ ...manual, before: (begun) => begun.begin(), after: (ended) => ended.stop() })
    expect(recorded).toEqual([true, false])
    expect((await live({ ...manual, from: 101, to: 150 })).rideId()).toBeNull()
  })

  it('has the time zone of its first fix', async () => {
    await live(FIRST)
    expect(await store.ride('ride-1')).toMatchObject({ timeZone: 'Europe/Berlin' })
  })
})

describe("a phone's time", () => {
  it('is taken while no receiver is believed, and dates the ride', async () => {
    const journey = await live({ ...FIRST, mode: 2, after: (offered) => offered.offerClock(JUNE_UTC_MS + 100_000) })
    expect(journey.anchor()).toMatchObject({ source: 'phone' })
    expect(await store.ride('ride-1')).toMatchObject({ startedUtcMs: JUNE_UTC_MS, timeSource: 'phone' })
  })

  it('is not taken once a receiver is', async () => {
    const journey = await live({ ...FIRST, after: (offered) => offered.offerClock(JUNE_UTC_MS + 3_700_000) })
    expect(journey.anchor()).toMatchObject({ source: 'satellites', utcMinusMonoMs: JUNE_UTC_MS })
  })
})
