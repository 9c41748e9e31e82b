/** Moments that stay, in the catalogue: marked once, merged, and keeping what is around them. */
import { rm } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Incident, IncidentCause } from '../../core/ride/incident.js'
import type { MomentMarked } from '../../core/store/incidents-writing.js'
import { type Store, step } from '../../core/store/store.js'
import { addRide, addSegment, openRides } from '../fakes/a-ride.js'
import { makeDataFolder } from '../fakes/a-server.js'
import { BOOT, fixAt, JUNE_UTC_MS } from '../fakes/readings.js'

let folder: string
let store: Store
let ids = 0

beforeEach(async () => {
  folder = await makeDataFolder()
  store = await openRides(folder)
  await store.beginBoot(BOOT)
  ids = 0
})
afterEach(async () => {
  await store.close()
  await rm(folder, { recursive: true, force: true })
})

const momentAt = (second: number, known: Partial<MomentMarked> = {}): MomentMarked => ({
  ...{ id: `incident-${++ids}`, bootNumber: 1, atMonoMs: second * 1_000, beforeMs: 60_000, afterMs: 60_000 },
  ...{ cause: 'rider', key: null, note: null, ...known },
})
const mark = async (second: number, known: Partial<MomentMarked> = {}): Promise<string> =>
  (await store.markIncident(momentAt(second, known))).incidentId
const told = async (id: string): Promise<Incident> => {
  const incident = await store.incident(id)
  if (incident === null) throw new Error(`there is no ${id}`)
  return incident
}
const keptIds = async (): Promise<string[]> => {
  const { items } = await store.segments('ride-a', null, { limit: 100, cursor: null })
  return items.filter(({ kept }) => kept).map(({ id }) => id)
}
/** Segments of two seconds, each beginning with its number's second. */
const film = async (camera: string, seconds: readonly number[], rideId: string | null = 'ride-a'): Promise<void> => {
  for (const second of seconds)
    await addSegment(store, { camera, number: second, file: `boot-000001/${camera}-${second}.mp4`, rideId, second })
}

describe('a moment', () => {
  it('knows its ride, its place, its time and the segments of all cameras around it, in order', async () => {
    await addRide(store, { fromSecond: 100, toSecond: 300 })
    await film('rear', [100, 138, 200, 260, 262])
    await film('front', [258, 264])
    const id = await mark(200, { note: 'van, 1 m' })
    const { latDeg, lonDeg } = fixAt(200, 500)
    expect(await told(id)).toEqual({
      ...{ id, rideId: 'ride-a', atUtcMs: JUNE_UTC_MS + 200_000, cause: 'rider', note: 'van, 1 m' },
      ...{ beforeMs: 60_000, afterMs: 60_000, latDeg, lonDeg },
      segments: ['front-000258', 'rear-000138', 'rear-000200', 'rear-000260'],
    })
    expect(await keptIds()).toEqual(['front-000258', 'rear-000138', 'rear-000200', 'rear-000260'])
    expect((await store.ride('ride-a'))?.incidents).toBe(1)
  })

  it('has the place of the nearest fix of the track, and none where that is over 5 s away', async () => {
    await addRide(store, { fromSecond: 100, toSecond: 300, without: (second) => second > 150 && second < 170 })
    expect((await told(await mark(154.9, { beforeMs: 0, afterMs: 0 }))).lonDeg).toBe(fixAt(150, 250).lonDeg)
    expect(await told(await mark(168, { beforeMs: 0, afterMs: 0 }))).toMatchObject({ lonDeg: fixAt(170, 350).lonDeg })
    expect(await told(await mark(160, { beforeMs: 0, afterMs: 0 }))).toMatchObject({ latDeg: null, lonDeg: null })
  })

  it('is dated later by itself where the time was not known yet', async () => {
    const id = await mark(30)
    expect((await told(id)).atUtcMs).toBeNull()
    await store.addAnchor(1, {
      ...{ bootId: BOOT, monoMs: 90_000, utcMinusMonoMs: JUNE_UTC_MS, uncertaintyMs: 50, source: 'satellites' },
    })
    expect((await told(id)).atUtcMs).toBe(JUNE_UTC_MS + 30_000)
  })

  it('belongs to the ride that it lies in, or to none', async () => {
    await addRide(store, { fromSecond: 100, toSecond: 300 })
    await film('front', [300])
    await addRide(store, { id: 'ride-b', fromSecond: 1_000, toSecond: 1_010, hasEnded: false })
    const rideAt = async (second: number): Promise<string | null> => {
      return (await told(await mark(second, { beforeMs: 0, afterMs: 0 }))).rideId
    }
    expect(await rideAt(50)).toBeNull()
    expect(await rideAt(150)).toBe('ride-a')
    // In its footage, behind its last fix; between two rides; in the one in progress, which has had no fix for long.
    expect(await rideAt(301)).toBe('ride-a')
    expect(await rideAt(400)).toBeNull()
    expect(await rideAt(5_000)).toBe('ride-b')
  })

  it('from before the first ride goes with the footage that ride takes', async () => {
    await film('front', [10, 40], null)
    const [first, second] = [await mark(11, { beforeMs: 0, afterMs: 0 }), await mark(30, { beforeMs: 0, afterMs: 0 })]
    await store.beginRide({
      ...{ id: 'ride-a', bootNumber: 1, beganMonoMs: 90_000, simulated: true, startedUtcMs: null, timeSource: null },
    })
    await store.adoptFootage('ride-a', 1, 0)
    await store.adoptIncidents('ride-a', 1)
    expect([(await told(first)).rideId, (await told(second)).rideId]).toEqual(['ride-a', null])
  })

  it('keeps the segment that is still to come', async () => {
    await addRide(store, { hasEnded: false })
    await film('front', [150])
    const id = await mark(151)
    await film('front', [152, 210, 212])
    expect(await keptIds()).toEqual(['front-000150', 'front-000152', 'front-000210'])
    expect((await told(id)).segments).toEqual(['front-000150', 'front-000152', 'front-000210'])
  })

  it('reaches back over a power cut', async () => {
    await addRide(store, { fromSecond: 0, toSecond: 100 })
    // It ends at second 100: of the 60 s, 20 lie in the present boot, 6 in the flicker, 34 from second 66 on in this one.
    await film('front', [10, 60, 63, 98])
    // The battery made bad contact: a boot of six seconds lies in between.
    const flicker = { camera: 'front', number: 200, rideId: 'ride-a', startMonoMs: 4_000, startUncertaintyMs: 0 }
    const { bootNumber: flickerNumber } = await store.beginBoot('a flicker')
    await store.openSegment({ ...flicker, bootNumber: flickerNumber, file: 'boot-000002/front-000200.mp4' })
    await store.growSegment('front-000200', 2_000, 20, 1)
    const { bootNumber } = await store.beginBoot('the boot after')
    const id = await mark(20, { bootNumber })
    expect((await told(id)).segments).toEqual(['front-000098', 'front-000200'])
  })

  it('does not list a video that made room or has no picture yet, and lists 500 segments at most', async () => {
    await addRide(store, { fromSecond: 0, toSecond: 100 })
    await film('front', [50, 52])
    await store.sweepSegments(await store.sweepable(0, 1))
    const growing = { camera: 'front', number: 54, bootNumber: 1, rideId: 'ride-a', file: 'boot-000001/front-54.mp4' }
    await store.openSegment({ ...growing, startMonoMs: 54_000, startUncertaintyMs: 20 })
    const id = await mark(60)
    expect((await told(id)).segments).toEqual(['front-000052'])
    const numbers = Array.from({ length: 510 }, (_, index) => 1_000 + index)
    const opened = { camera: 'side', bootNumber: 1, rideId: null, startMonoMs: 60_000, startUncertaintyMs: 20 }
    await store.together(
      numbers.flatMap((number) => [
        step('openSegment', { ...opened, number, file: `boot-000001/${number}` }),
        step('growSegment', `side-00${number}`, 1_000, 10, 1),
      ]),
    )
    expect((await told(id)).segments).toHaveLength(500)
  })
})

describe('marking again', () => {
  it('with the same key answers the same moment and changes nothing of it', async () => {
    const first = await mark(100, { key: 'phone-1 a', note: 'bus' })
    expect(await mark(130, { key: 'phone-1 a', note: 'other' })).toBe(first)
    expect(await told(first)).toMatchObject({ note: 'bus', afterMs: 60_000 })
    // Another key far away is another moment; the key of one that was merged is remembered, too.
    expect(await mark(1_000, { key: 'phone-2 a' })).not.toBe(first)
    expect(await mark(110, { key: 'phone-1 b' })).toBe(first)
    expect(await mark(5_000, { key: 'phone-1 b' })).toBe(first)
  })

  it('within the reach of a moment makes both one, which reaches over both', async () => {
    await addRide(store, { fromSecond: 0, toSecond: 400 })
    await film('front', [30, 60, 200, 218, 222, 270])
    const first = await mark(100)
    expect(await mark(159)).toBe(first)
    expect(await told(first)).toMatchObject({ beforeMs: 60_000, afterMs: 119_000 })
    expect(await mark(90)).toBe(first)
    expect(await told(first)).toMatchObject({ beforeMs: 70_000, afterMs: 119_000 })
    expect(await keptIds()).toEqual(['front-000030', 'front-000060', 'front-000200', 'front-000218'])
    expect((await store.ride('ride-a'))?.incidents).toBe(1)
  })

  it('outside of it, or in another boot, is a moment of its own', async () => {
    const first = await mark(100)
    expect(await mark(160.1)).not.toBe(first)
    const { bootNumber } = await store.beginBoot('the boot after')
    expect(await mark(100, { bootNumber })).not.toBe(first)
  })

  it('goes to the nearest of those that hold it', async () => {
    const [first, second] = [await mark(100), await mark(165)]
    expect(await mark(120)).toBe(first)
    expect(await mark(150)).toBe(second)
  })

  it('on cobbles for an hour does not make one moment of the whole ride', async () => {
    const jolts = Array.from({ length: 120 }, (_, index) => momentAt(1_000 + index * 30, { cause: 'braking' }))
    await store.together(jolts.map((jolt) => step('markIncident', jolt)))
    const { items } = await store.incidents({ limit: 100, cursor: null })
    expect(items.length).toBeGreaterThanOrEqual(6)
    for (const { beforeMs, afterMs } of items) expect(beforeMs + afterMs).toBeLessThanOrEqual(10 * 60_000)
  })

  it('is called by what weighs most: the rider’s own, then a crash', async () => {
    const pairs: [IncidentCause, IncidentCause, IncidentCause][] = [
      ['braking', 'rider', 'rider'],
      ['crash', 'button', 'button'],
      ['rider', 'crash', 'rider'],
      ['button', 'rider', 'button'],
      ['braking', 'crash', 'crash'],
      ['crash', 'braking', 'crash'],
    ]
    for (const [index, [one, other, cause]] of pairs.entries()) {
      const id = await mark(1_000 + index * 1_000, { cause: one })
      expect(await mark(1_010 + index * 1_000, { cause: other })).toBe(id)
      expect([one, other, (await told(id)).cause]).toEqual([one, other, cause])
    }
  })

  it('keeps the note unless there is a new one', async () => {
    const id = await mark(100, { note: 'bus' })
    await mark(101)
    expect((await told(id)).note).toBe('bus')
    await mark(102, { note: 'a red bus' })
    expect((await told(id)).note).toBe('a red bus')
  })
})

describe('a note', () => {
  it('is written and taken away; of a moment nobody saved nothing is known', async () => {
    const id = await mark(100)
    expect(await store.noteIncident(id, 'x')).toBe(true)
    expect((await told(id)).note).toBe('x')
    expect(await store.noteIncident(id, null)).toBe(true)
    expect((await told(id)).note).toBeNull()
    expect(await store.noteIncident('nobody', 'x')).toBe(false)
  })
})

describe('taking a moment away', () => {
  it('lets its footage go, but not what another moment keeps', async () => {
    await addRide(store, { fromSecond: 0, toSecond: 400 })
    await film('front', [50, 130, 210])
    const [first, second] = [await mark(100, { key: 'k' }), await mark(165)]
    expect(await store.deleteIncident(first)).toBe(true)
    expect(await store.incident(first)).toBeNull()
    expect(await keptIds()).toEqual(['front-000130', 'front-000210'])
    expect(await store.deleteIncident(first)).toBe(false)
    expect(await store.deleteIncident(second)).toBe(true)
    expect(await keptIds()).toEqual([])
    expect((await store.ride('ride-a'))?.incidents).toBe(0)
    expect(await mark(100, { key: 'k' })).not.toBe(first)
  })
})

describe('a ride', () => {
  it('is kept as a whole, and let go', async () => {
    await addRide(store)
    await film('front', [100, 102])
    expect(await store.keepRide('ride-a', true)).toBe(true)
    expect((await store.ride('ride-a'))?.kept).toBe(true)
    expect(await keptIds()).toHaveLength(2)
    await store.keepRide('ride-a', false)
    expect(await keptIds()).toEqual([])
    expect(await store.keepRide('nobody', true)).toBe(false)
  })
})
