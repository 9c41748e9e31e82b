/** Four hours on a crystal that is 20 ppm fast, both clocks handed in: what was recorded when, against the truth. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { segmentId } from '../../../core/ride/footage.js'
import { stretchesOf } from '../../../core/ride/ride.js'
import { openBatch } from '../../../core/store/batch.js'
import { openReader, openStore } from '../../../core/store/store.js'
import { createJourney } from '../../../device/tracking/journey.js'
import { leftOffAt } from '../../../device/tracking/left-off.js'
import { logInto, seeded } from '../../fakes/fake-gpsd.js'
import { BOOT, fixAt, JUNE_UTC_MS } from '../../fakes/readings.js'

const PPM_FAST = 20
const HOURS = 4
const FIRST_FIX_S = 40
const SEGMENT_S = 60
/** CLOCK_MONOTONIC at a moment of true time, ms since the boot. */
const monoAt = (trueMs: number): number => trueMs * (1 + PPM_FAST * 1e-6)
const trueAt = (monoMs: number): number => monoMs / (1 + PPM_FAST * 1e-6)

it('four hours on a crystal that is 20 ppm fast are one ride without a gap, and all of it is dated right', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'crystal-'))
  const file = join(folder, 'rides.db')
  const store = await openStore(file)
  const { bootNumber } = await store.beginBoot(BOOT)
  const batch = openBatch(store, logInto([]))
  const random = seeded(20)
  const stop = new AbortController()
  const datedAtClose: number[] = []
  let nowMonoMs = 0

  const openSegment = async (number: number): Promise<void> => {
    const startMonoMs = monoAt((number - 1) * SEGMENT_S * 1_000)
    const opened = { camera: 'front', number, bootNumber, rideId: null, startUncertaintyMs: 0, file: `${number}.mp4` }
    await store.openSegment({ ...opened, startMonoMs })
  }
  /** What its name and its GPX are made of, at the moment it closes. */
  const closeSegment = async (number: number): Promise<void> => {
    await batch.commit()
    const id = segmentId('front', number)
    const startMonoMs = monoAt((number - 1) * SEGMENT_S * 1_000)
    const durationMs = monoAt(SEGMENT_S * 1_000)
    await store.closeSegment({ id, startMonoMs, startUncertaintyMs: 0, durationMs, frames: 1_800, sizeBytes: 1 })
    const startUtcMs = (await store.segment(id))?.startUtcMs ?? Number.NaN
    datedAtClose.push(startUtcMs - JUNE_UTC_MS - trueAt(startMonoMs))
  }

  const journey = createJourney({
    bootId: BOOT,
    bootNumber,
    readings: async function* () {
      await openSegment(1)
      for (let second = 1; second <= HOURS * 3_600; second++) {
        nowMonoMs = monoAt(second * 1_000) + 20 + 25 * random()
        const at = { bootId: BOOT, monoMs: nowMonoMs }
        if (second >= FIRST_FIX_S) yield fixAt(second, second * 5, { at, speedMps: 5 })
        if (second % SEGMENT_S !== 0) continue
        await closeSegment(second / SEGMENT_S)
        await openSegment(second / SEGMENT_S + 1)
      }
      stop.abort()
    },
    simulated: false,
    begin: 'power',
    onRide: () => {},
    timeZoneAt: () => null,
    splitAfterMs: 20 * 60_000,
    newRideId: () => 'r',
    resumed: await leftOffAt(store, bootNumber, 0, 20 * 60_000),
    store,
    batch,
    tell: () => {},
    onAnchor: () => {},
    nowMonoMs: () => nowMonoMs,
    log: logInto([]),
  })
  await journey.service.run(stop.signal)
  await batch.commit()

  const reader = openReader(file)
  const points = [...(reader?.pointsOf('r') ?? [])]
  expect(reader?.rides({ limit: 10, cursor: null }).items).toHaveLength(1)
  expect(points).toHaveLength(HOURS * 3_600 - FIRST_FIX_S + 1)
  expect(stretchesOf(points)).toHaveLength(1)
  expect(points.filter(({ utcMs }, index) => utcMs !== JUNE_UTC_MS + (FIRST_FIX_S + index) * 1_000)).toEqual([])
  expect(worst(points.map(({ monoMs, utcMs }) => trueAt(monoMs) + JUNE_UTC_MS - (utcMs ?? 0)))).toBeLessThan(50)
  expect(datedAtClose).toHaveLength((HOURS * 3_600) / SEGMENT_S)
  expect(worst(datedAtClose)).toBeLessThan(50)

  reader?.close()
  await store.close()
  await rm(folder, { recursive: true })
}, 60_000)

const worst = (errorsMs: readonly number[]): number => Math.max(...errorsMs.map(Math.abs))
