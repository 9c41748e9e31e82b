/** What a power cut cost, as the catalogue knows it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openStore, type Store } from '../../core/store/store.js'
import { fixAt, JUNE_UTC_MS } from '../fakes/readings.js'

let folder: string
let store: Store
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'power-cut-'))
  store = await openStore(join(folder, 'rides.db'))
  await store.beginBoot('a')
})
afterEach(async () => {
  await store.close()
  await rm(folder, { recursive: true })
})

const nextBoot = async (bootId = 'b'): Promise<number> => {
  const { bootNumber } = await store.beginBoot(bootId)
  await store.notePowerCut(bootNumber)
  return bootNumber
}
const ride = async (lastFixMonoMs: number, bootNumber = 1): Promise<void> => {
  const times = { startedUtcMs: null, timeSource: null }
  await store.beginRide({ id: 'ride', bootNumber, beganMonoMs: 1_000, simulated: false, ...times })
  const fix = fixAt(0, 0)
  const at = { bootId: 'a', monoMs: lastFixMonoMs }
  await store.addFixes('ride', bootNumber, [{ fix: { ...fix, at }, utcMs: null, leftOut: null }])
}
const open = (camera: string, number: number, startMonoMs: number) =>
  store.openSegment({
    ...{ camera, number, bootNumber: 1, rideId: null, startMonoMs, startUncertaintyMs: 100 },
    file: `boot-000001/${camera}-00000${number}.mp4`,
  })
const close = (camera: string, number: number, startMonoMs: number, durationMs: number) =>
  store.closeSegment({
    ...{ id: `${camera}-00000${number}`, startMonoMs, startUncertaintyMs: 100, durationMs },
    ...{ frames: durationMs / 100, sizeBytes: 1 },
  })
const anchor = () =>
  store.addAnchor(1, {
    bootId: 'a',
    monoMs: 2_000,
    utcMinusMonoMs: JUNE_UTC_MS,
    uncertaintyMs: 50,
    source: 'satellites',
  })

describe('a power cut', () => {
  it('is told with its time and what the camera lost from its last whole picture on', async () => {
    await anchor()
    await ride(64_300)
    await store.setTimeZone('ride', 'Europe/Berlin')
    await open('front', 1, 5_000)
    await store.growSegment('front-000001', 59_000, 590, 1)
    const boot = await nextBoot()
    // The last sign of life is the fix at 64.3 s; the next would have come a second later: the cut lies at 64.8 s.
    const known = { utcMs: JUNE_UTC_MS + 64_800, timeZone: 'Europe/Berlin' }
    expect(await store.powerCutBefore(boot)).toEqual({ ...known, lostMs: null })
    await close('front', 1, 5_000, 58_900)
    await store.settlePowerCut(boot)
    expect(await store.powerCutBefore(boot)).toEqual({ ...known, lostMs: 900 })
  })

  it('counts what is on the card as a sign of life, too', async () => {
    await anchor()
    await open('front', 1, 5_000)
    await store.growSegment('front-000001', 10_000, 100, 1)
    const boot = await nextBoot()
    await close('front', 1, 5_000, 12_000)
    await store.settlePowerCut(boot)
    expect(await store.powerCutBefore(boot)).toMatchObject({ utcMs: JUNE_UTC_MS + 17_500, lostMs: 500 })
  })

  it('is told by the camera that lost most, not by one that was off already', async () => {
    for (const [camera, startMonoMs] of [
      ['front', 5_000],
      ['rear', 6_000],
      ['side', 1_000],
    ] as const) {
      await open(camera, 1, startMonoMs)
    }
    await close('side', 1, 1_000, 1_000)
    const boot = await nextBoot()
    await close('front', 1, 5_000, 20_000)
    await close('rear', 1, 6_000, 18_000)
    await store.settlePowerCut(boot)
    expect(await store.powerCutBefore(boot)).toEqual({ utcMs: null, timeZone: null, lostMs: 1_500 })
  })

  it('that took the whole last segment of a camera cost all of it', async () => {
    await ride(9_000)
    await open('front', 1, 5_000)
    const boot = await nextBoot()
    await store.removeSegment('front-000001')
    await store.settlePowerCut(boot)
    expect((await store.powerCutBefore(boot))?.lostMs).toBe(4_500)
  })

  it('of a ride without a camera cost what came after its last fix', async () => {
    await ride(9_000)
    const boot = await nextBoot()
    await store.settlePowerCut(boot)
    expect((await store.powerCutBefore(boot))?.lostMs).toBe(500)
  })

  it('is the same after a kill in the middle of the repair, and after a restart', async () => {
    await ride(64_300)
    await open('front', 1, 5_000)
    await open('rear', 1, 5_000)
    const boot = await nextBoot()
    await store.endRidesOfOtherBoots(boot)
    await close('front', 1, 5_000, 58_900)
    expect(await nextBoot()).toBe(boot)
    await close('rear', 1, 5_000, 59_200)
    await store.settlePowerCut(boot)
    const told = await store.powerCutBefore(boot)
    expect(told?.lostMs).toBe(900)
    await nextBoot()
    await store.settlePowerCut(boot)
    expect(await store.powerCutBefore(boot)).toEqual(told)
  })

  it('is told of a device that had ended as it should, was begun again in the same boot and then cut off', async () => {
    await open('front', 1, 5_000)
    await store.closeBoot(1)
    await nextBoot('a')
    expect(await store.powerCutBefore(await nextBoot('b'))).not.toBeNull()
  })
})

describe('no power cut', () => {
  it.each([
    [
      'a device that ended as it should',
      async () => {
        await ride(9_000)
        await open('front', 1, 5_000)
        await store.closeBoot(1)
      },
    ],
    ['a boot in which nothing was recorded', async () => anchor()],
    [
      'a ride that had ended',
      async () => {
        await ride(9_000)
        await store.endRide('ride')
      },
    ],
    [
      'a ride whose fixes had long stopped',
      async () => {
        await ride(9_000)
        await store.addAnchor(1, { bootId: 'a', monoMs: 60_000, utcMinusMonoMs: 0, uncertaintyMs: 50, source: 'phone' })
      },
    ],
    [
      'a camera that had been switched off',
      async () => {
        await open('front', 1, 5_000)
        await close('front', 1, 5_000, 1_000)
      },
    ],
  ])('is %s', async (_, make) => {
    await make()
    const boot = await nextBoot()
    await store.settlePowerCut(boot)
    expect(await store.powerCutBefore(boot)).toBeNull()
  })

  it('is a device that is killed and begun again in the same boot', async () => {
    await open('front', 1, 5_000)
    expect(await nextBoot('a')).toBe(1)
    expect(await store.powerCutBefore(1)).toBeNull()
  })

  it('is one before the boot before this one', async () => {
    await open('front', 1, 5_000)
    await nextBoot('b')
    expect(await store.powerCutBefore(await nextBoot('c'))).toBeNull()
  })
})

describe('a segment that is known', () => {
  it('is not forgotten when another opens under its number', async () => {
    await open('front', 1, 5_000)
    await close('front', 1, 5_000, 3_000)
    await open('front', 1, 99_000)
    await store.growSegment('front-000001', 1, 1, 1)
    await close('front', 1, 99_000, 1)
    expect(await store.segment('front-000001')).toMatchObject({ state: 'recorded', startMonoMs: 5_000, frames: 30 })
  })

  it('is tagged once: its tagged file never counts as the bytes from before', async () => {
    await open('front', 1, 5_000)
    await close('front', 1, 5_000, 3_000)
    const tagged = { id: 'front-000001', sizeBytes: 9, file: '2026-06-06/a.mp4' }
    for (let times = 0; times < 2; times++) await store.tagSegment(tagged)
    expect(await store.segment('front-000001')).toMatchObject({ fileAsRecorded: 'boot-000001/front-000001.mp4' })
  })
})
