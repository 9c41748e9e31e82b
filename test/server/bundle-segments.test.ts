/** Which segments a bundle is made of, as the catalogue knows them, and what of the time they leave open. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openReader, type Reader } from '../../core/store/store.js'
import { markedIn } from '../../server/export/bundle-marked.js'
import { choose, holesIn, segmentAt, segmentsAround, wantedOf } from '../../server/export/bundle-segments.js'
import { aClip, aSegment, at } from '../fakes/a-bundle.js'
import { addRide, addSegment, openRides } from '../fakes/a-ride.js'
import { JUNE_UTC_MS } from '../fakes/readings.js'

let folder: string
let reader: Reader
/** Of segments of two seconds: number 1 begins at second 2 of the boot, 200 at 400; the ride has 100 to 150. */
const COUNT = 200

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spokecam-bundle-'))
  const store = await openRides(folder)
  await addRide(store, { fromSecond: 200, toSecond: 310 })
  for (let number = 1; number <= COUNT; number += 1) {
    const rideId = number >= 100 && number < 150 ? 'ride-a' : null
    const file = `boot-000001/front-${String(number).padStart(6, '0')}.mp4`
    await addSegment(store, { number, file, rideId, second: number * 2, isRecording: number === COUNT })
  }
  await addSegment(store, { camera: 'rear', number: 120, file: 'boot-000001/rear.mp4', rideId: 'ride-a', second: 240 })
  await store.close()
  const opened = openReader(join(folder, 'rides.db'))
  if (opened === null) throw new Error('it was just written')
  reader = opened
}, 30_000)
afterAll(async () => {
  reader.close()
  await rm(folder, { recursive: true, force: true })
})

/** UTC of a second of the boot. */
const second = (of: number): number => JUNE_UTC_MS + of * 1_000
const clip = (from: number, to: number, camera = 'front') => ({
  ...{ rideId: 'ride-a', camera, fromUtcMs: second(from), toUtcMs: second(to) },
})
const numbers = (segments: readonly { readonly number: number }[]) => {
  const all = segments.map(({ number }) => number)
  expect(all).toEqual(all.toSorted((one, other) => one - other))
  return [all[0], all.at(-1), all.length]
}

describe('the segments around a clip', () => {
  it('reach a minute before and after it, over the ends of its ride', () => {
    const found = segmentsAround(reader, clip(220, 290))
    // Their times are known to some 80 ms: the one that ends where the minute begins may reach into it.
    expect(numbers(found)).toEqual([79, 175, 97])
    expect(found.every(({ timeSource }) => timeSource === 'satellites')).toBe(true)
  })

  it('end where there are no more', () => {
    expect(numbers(segmentsAround(reader, { ...clip(204, 206), fromUtcMs: second(-60) }))).toEqual([1, 133, 133])
  })

  it('are of its camera alone', () => {
    expect(segmentsAround(reader, clip(220, 290, 'rear')).map(({ id }) => id)).toEqual(['rear-000120'])
    expect(segmentsAround(reader, clip(220, 290, 'side'))).toEqual([])
  })

  it('of another time are none', () => {
    expect(segmentsAround(reader, clip(2_000, 2_010))).toEqual([])
  })
})

describe('what is chosen', () => {
  it('is what covers the minutes around the clip, swept and growing ones aside', () => {
    const segments = [
      aSegment(-10),
      aSegment(10, { state: 'swept' }),
      aSegment(20),
      aSegment(30, { state: 'recording' }),
    ]
    const { taken, leftOut } = choose(aClip(), segments, [{ fromUtcMs: null, toUtcMs: null }])
    expect(taken.map(({ startUtcMs }) => startUtcMs)).toEqual([at(20)])
    expect(leftOut.map(({ why }) => why)).toEqual(['swept', 'recording'])
  })

  it.each([
    [{ fromUtcMs: at(0), toUtcMs: at(19.9) }, true],
    [{ fromUtcMs: at(0), toUtcMs: at(19.97) }, false],
    [{ fromUtcMs: at(25), toUtcMs: at(25) }, false],
    [{ fromUtcMs: at(30.1), toUtcMs: null }, true],
    [{ fromUtcMs: at(30.03), toUtcMs: null }, false],
    [{ fromUtcMs: null, toUtcMs: at(10) }, true],
    [{ fromUtcMs: Number.NEGATIVE_INFINITY, toUtcMs: Number.POSITIVE_INFINITY }, false],
  ])('of a clip without what is hidden in %j: %s', (hidden, isTaken) => {
    const { taken } = choose(aClip({ privacy: true }), [aSegment(20)], [hidden])
    expect(taken.length === 1).toBe(isTaken)
  })
})

describe('a hole', () => {
  const wanted = wantedOf(aClip())
  const holes = (...segments: ReturnType<typeof aSegment>[]) =>
    holesIn(wanted, segments).map(({ fromUtcMs, toUtcMs }) => [(fromUtcMs - at(0)) / 1_000, (toUtcMs - at(0)) / 1_000])
  const long = (from: number, to: number) => aSegment(from, { number: from, durationMs: (to - from) * 1_000 })

  it.each([
    ['none', [long(4, 128)], []],
    ['none where times are off by a hundredth', [long(3, 60), long(60.1, 128)], []],
    ['all of it', [], [[4, 128]]],
    [
      'before, between and after',
      [long(10, 60), long(61, 100)],
      [
        [4, 10],
        [60, 61],
        [100, 128],
      ],
    ],
    ['none where they overlap', [long(0, 70), long(60, 65), long(65, 130)], []],
    ['what lies outside is none', [long(-20, -10), long(4, 128), long(140, 150)], []],
    ['and their order does not matter', [long(61, 128), long(4, 60)], [[60, 61]]],
  ])('%s', (_, segments, expected) => {
    expect(holes(...segments)).toEqual(expected)
  })

  it('is where no picture of a moment is', () => {
    const segments = [long(10, 60), long(61, 100)]
    expect(segmentAt(segments, at(60))).toBeNull()
    expect(segmentAt(segments, at(61))?.number).toBe(61)
  })
})

describe('the moment of a clip', () => {
  const incidents = (found: readonly (readonly [number | null, 'rider' | 'braking' | 'button'])[]) => ({
    incidents: () => ({
      items: found.map(([of, cause]) => ({
        ...{ id: 'i', rideId: 'ride-a', atUtcMs: of === null ? null : at(of), latDeg: null, lonDeg: null, cause },
        ...{ beforeMs: 0, afterMs: 0, note: 'n', segments: [] },
      })),
      next: null,
    }),
  })

  it.each([
    [[], null],
    [
      [
        [60, 'rider'],
        [68, 'rider'],
        [null, 'rider'],
      ],
      null,
    ],
    [
      [
        [67, 'braking'],
        [65, 'braking'],
      ],
      65,
    ],
    [
      [
        [65, 'braking'],
        [67, 'button'],
        [66, 'rider'],
      ],
      66,
    ],
  ] as const)('of %j is at %s', (found, second) => {
    const marked = markedIn(incidents(found), aClip())
    expect(marked).toEqual(second === null ? null : expect.objectContaining({ atUtcMs: at(second), note: 'n' }))
  })
})
