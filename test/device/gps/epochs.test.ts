import { describe, expect, it } from 'vitest'
import { type Reading, UNKNOWN_SKY } from '../../../core/ride/fix.js'
import { createEpochs, type Epochs } from '../../../device/gps/epochs.js'
import type { SkyReport, Tpv } from '../../../device/gps/gpsd-messages.js'

const A = '/dev/ttyACM0'
const B = '/dev/ttyUSB1'
const UNKNOWN = { leapSecond: null, altitudeM: null, speedMps: null, courseDeg: null, accuracyM: null, rejected: [] }

const tpv = (second: number | null, fields: Partial<Tpv> = {}): Tpv => ({
  kind: 'tpv',
  device: A,
  mode: 3,
  utcMs: second === null ? null : Date.UTC(2026, 5, 1) + second * 1000,
  place: { latDeg: 48.1, lonDeg: 11.5 },
  ...UNKNOWN,
  ...fields,
})
const noFix = (second: number | null, device = A) => tpv(second, { mode: 1, place: null, device })
const sky = (fields: Partial<SkyReport>): SkyReport => ({
  kind: 'sky',
  device: A,
  satellitesUsed: null,
  satellitesInView: null,
  hdop: null,
  ...fields,
})
const at = (second: number) => ({ bootId: 'boot', monoMs: second * 1000 })
/** All that is told of reports that come second by second, each in a chunk of its own. */
const told = (epochs: Epochs, ...chunks: readonly (readonly [number, ...Tpv[]])[]): Reading[] =>
  chunks.flatMap(([second, ...reports]) => {
    for (const report of reports) epochs.takeTpv(report, at(second))
    return epochs.readings()
  })
const inShort = (readings: Reading[]) =>
  readings.map(
    ({ kind, receiver, receiverUtcMs }) =>
      `${kind} ${receiver} ${receiverUtcMs === null ? '-' : (receiverUtcMs / 1000) % 60}`,
  )

describe('an epoch', () => {
  it('is another one where the clock was put back to a time that was told before', () => {
    const elsewhere = { place: { latDeg: 48.2, lonDeg: 11.6 } }
    const readings = told(createEpochs(), [1, tpv(1)], [2, tpv(2)], [3, tpv(2, elsewhere)], [4, tpv(1, elsewhere)])
    expect(readings.map(({ at: { monoMs } }) => monoMs)).toEqual([1_000, 2_000, 3_000, 4_000])
  })

  it('is told once the chunk with its position is read through, with all that chunk said', () => {
    const readings = told(createEpochs(), [7, tpv(1, { mode: 2, speedMps: 5 }), tpv(1, { altitudeM: 520 })])
    expect(readings).toEqual([
      {
        kind: 'fix',
        at: at(7),
        receiverUtcMs: Date.UTC(2026, 5, 1, 0, 0, 1),
        firstByteMonoMs: null,
        receiver: A,
        latDeg: 48.1,
        lonDeg: 11.5,
        altitudeM: 520,
        speedMps: 5,
        courseDeg: null,
        accuracyM: null,
        mode: 3,
        sky: UNKNOWN_SKY,
      },
    ])
  })

  it('is told again, of the same moment and time, when a later chunk adds to it', () => {
    const [first, second, ...more] = told(
      createEpochs(),
      [7, tpv(1, { speedMps: 5 })],
      [7.1, tpv(1, { speedMps: 5.5, accuracyM: 4 })],
      [7.2, tpv(1, { accuracyM: 4 }), tpv(1)],
    )
    expect(second).toEqual({ ...first, speedMps: 5.5, accuracyM: 4 })
    expect(more).toEqual([])
  })

  it('keeps its fix when its receiver then says it has none', () => {
    expect(inShort(told(createEpochs(), [1, tpv(1)], [1, noFix(1)], [2, noFix(2)]))).toEqual([
      `fix ${A} 1`,
      `no-fix ${A} 2`,
    ])
  })

  it('without a position is no fix, until the position comes', () => {
    const parts = told(createEpochs(), [1, noFix(1)], [1, tpv(1, { place: null, speedMps: 3 })], [1, tpv(1)])
    expect(inShort(parts)).toEqual([`no-fix ${A} 1`, `fix ${A} 1`])
    expect(parts[1]).toMatchObject({ speedMps: 3 })
  })

  it('without a time stands for itself', () => {
    expect(inShort(told(createEpochs(), [1, tpv(null), tpv(null)], [2, noFix(null)]))).toEqual([
      `fix ${A} -`,
      `fix ${A} -`,
      `no-fix ${A} -`,
    ])
  })

  it('goes out even when its time goes back', () => {
    expect(inShort(told(createEpochs(), [1, tpv(10)], [2, tpv(9)], [3, tpv(8)]))).toEqual([
      `fix ${A} 10`,
      `fix ${A} 9`,
      `fix ${A} 8`,
    ])
  })

  it('is put together across interleaved ones', () => {
    const parts = told(createEpochs(), [1, tpv(10), tpv(9.5), tpv(10, { courseDeg: 90 }), tpv(9.5, { courseDeg: 89 })])
    expect(parts).toMatchObject([{ courseDeg: 90 }, { courseDeg: 89 }])
  })

  it('of a log that begins again is a new one', () => {
    const rounds = told(createEpochs(), [1, tpv(1)], [2, tpv(2)], [9, tpv(1)], [10, tpv(2)])
    expect(rounds.map((reading) => reading.at.monoMs)).toEqual([1000, 2000, 9000, 10_000])
  })

  it('whose time stands still is told no more after 5 s, and does not count as life', () => {
    const epochs = createEpochs()
    expect(told(epochs, [1, tpv(1)], [3, tpv(1, { speedMps: 1 })], [7, tpv(1, { speedMps: 2 })])).toHaveLength(2)
    expect(epochs.livedMonoMs()).toBe(1000)
    expect(told(epochs, [8, tpv(2)])).toHaveLength(1)
    expect(epochs.livedMonoMs()).toBe(8000)
  })
})

describe('a leap second', () => {
  const leap = (fields: Partial<Tpv> = {}) => tpv(null, { leapSecond: '2028-12-31T23:59:60.000Z', ...fields })
  const inPlace = (latDeg: number) => ({ place: { latDeg, lonDeg: 11.5 } })

  it('is one fix of the track, in its order, at its own moment, without a time', () => {
    const midnight = Date.UTC(2029, 0, 1)
    const readings = told(
      createEpochs(),
      [1, tpv(null, { utcMs: midnight - 1_000 })],
      [2, leap(inPlace(48.101)), leap({ ...inPlace(48.101), speedMps: 5 })],
      [2.1, leap({ ...inPlace(48.101), speedMps: 5 })],
      [3, tpv(null, { utcMs: midnight, ...inPlace(48.102) })],
    )
    expect(readings).toMatchObject([
      { at: at(1), receiverUtcMs: midnight - 1_000 },
      { at: at(2), receiverUtcMs: null, latDeg: 48.101, speedMps: 5 },
      { at: at(3), receiverUtcMs: midnight, latDeg: 48.102 },
    ])
    expect(readings).toHaveLength(3)
  })

  it('is life, but not when it is repeated for ever', () => {
    const epochs = createEpochs()
    told(epochs, [1, tpv(1)], [2, leap()], [6, leap()])
    expect(epochs.livedMonoMs()).toBe(2_000)
    expect(told(epochs, [7.5, leap({ speedMps: 2 })])).toEqual([])
  })
})

describe('the first byte of an epoch', () => {
  const utcMs = (second: number) => Date.UTC(2026, 5, 1) + second * 1000

  it('is known from before its report, and only for that epoch', () => {
    const epochs = createEpochs()
    epochs.takeFirstByte(A, utcMs(1), 900)
    expect(told(epochs, [1, tpv(1), tpv(2)], [1.2, tpv(1, { speedMps: 5 })])).toMatchObject([
      { firstByteMonoMs: 900 },
      { firstByteMonoMs: null },
      { firstByteMonoMs: 900 },
    ])
  })

  it('is taken over when it is told later, and told with what comes after that', () => {
    const epochs = createEpochs()
    expect(told(epochs, [1, tpv(1)])).toMatchObject([{ firstByteMonoMs: null }])
    epochs.takeFirstByte(A, utcMs(1), 900)
    expect(epochs.readings()).toEqual([])
    expect(told(epochs, [1.2, tpv(1, { speedMps: 5 })])).toMatchObject([{ firstByteMonoMs: 900 }])
  })

  it.each([
    ['another receiver', B, utcMs(1), 900],
    ['another time', A, utcMs(1) + 1, 900],
    ['a byte that came after the report of the epoch', A, utcMs(1), 1_001],
    ['a byte that came long before the report', A, utcMs(1), -501],
  ])('is not that of %s', (_name, device, time, monoMs) => {
    const before = createEpochs()
    before.takeFirstByte(device, time, monoMs)
    expect(told(before, [1, tpv(1)])).toMatchObject([{ firstByteMonoMs: null }])
    const after = createEpochs()
    told(after, [1, tpv(1)])
    after.takeFirstByte(device, time, monoMs)
    expect(told(after, [1.2, tpv(1, { speedMps: 5 })])).toMatchObject([{ firstByteMonoMs: null }])
  })
})

describe('the noise a receiver tells of', () => {
  const noise = (second: number | null, accuracyM: number | null, device = A) => ({
    kind: 'noise' as const,
    device,
    utcMs: tpv(second).utcMs,
    accuracyM,
  })

  it('is the accuracy of an epoch of which nothing better is known, whether it comes before or after', () => {
    const epochs = createEpochs()
    epochs.takeNoise(noise(1, 7), at(1))
    expect(told(epochs, [1, tpv(1)])).toMatchObject([{ accuracyM: 7 }])
    expect(told(epochs, [2, tpv(2)])).toMatchObject([{ accuracyM: null }])
    epochs.takeNoise(noise(2, 8), at(2.1))
    epochs.takeNoise(noise(2, 8), at(2.1))
    expect(epochs.readings()).toMatchObject([{ accuracyM: 8, at: at(2) }])
  })

  it('gives way to what gpsd says of the accuracy itself', () => {
    const epochs = createEpochs()
    epochs.takeNoise(noise(1, 7), at(1))
    expect(told(epochs, [1, tpv(1, { accuracyM: 4 })])).toMatchObject([{ accuracyM: 4 }])
    epochs.takeNoise(noise(1, 9), at(1))
    expect(epochs.readings()).toEqual([])
  })

  it.each([
    ['has no time', noise(null, 7)],
    ['has no figure', noise(1, null)],
    ['is of another time', noise(2, 7)],
    ['is of another receiver', noise(1, 7, B)],
  ])('says nothing of an epoch where it %s', (_name, report) => {
    const epochs = createEpochs()
    epochs.takeNoise(report, at(1))
    expect(told(epochs, [1, tpv(1)])).toMatchObject([{ accuracyM: null }])
    epochs.takeNoise(report, at(1))
    expect(epochs.readings()).toEqual([])
  })

  it('is forgotten with its epoch: a log that begins again tells it anew', () => {
    const epochs = createEpochs()
    told(epochs, [1, tpv(1)])
    epochs.takeNoise(noise(1, 7), at(2))
    expect(epochs.readings()).toEqual([])
    told(epochs, [3, tpv(2)])
    expect(told(epochs, [9, tpv(1)])).toMatchObject([{ accuracyM: null }])
  })
})

describe('the sky', () => {
  it('keeps the counts when newer reports tell only the DOPs', () => {
    const epochs = createEpochs()
    epochs.takeSky(sky({ satellitesUsed: 9, satellitesInView: 14 }), at(1))
    epochs.takeSky(sky({ hdop: 1.2 }), at(1))
    expect(told(epochs, [1, tpv(1)])).toMatchObject([{ sky: { satellitesUsed: 9, satellitesInView: 14, hdop: 1.2 } }])
  })

  it.each([
    ['are unknown once they are over 30 s old, and not shown as if they were fresh', 31.5, null, 1_000],
    ['hold for 30 s', 31, 9, 1_000],
  ])('has counts that %s', (_name, second, satellitesUsed, toldMonoMs) => {
    const epochs = createEpochs()
    epochs.takeSky(sky({ satellitesUsed: 9, satellitesInView: 14 }), at(1))
    epochs.takeSky(sky({ hdop: 1.2 }), at(20))
    expect(told(epochs, [second, tpv(1)])).toMatchObject([{ sky: { satellitesUsed, hdop: 1.2, toldMonoMs } }])
  })

  it('has no HDOP any more once that is over 30 s old, whatever is told of satellites', () => {
    const epochs = createEpochs()
    epochs.takeSky(sky({ satellitesInView: 14, hdop: 1.2 }), at(1))
    epochs.takeSky(sky({ satellitesUsed: 9 }), at(20))
    expect(told(epochs, [31.5, tpv(1)])).toMatchObject([
      { sky: { satellitesUsed: 9, satellitesInView: null, hdop: null, toldMonoMs: 20_000 } },
    ])
  })

  it('is that of the receiver listened to', () => {
    const epochs = createEpochs()
    epochs.takeSky(sky({ satellitesUsed: 9 }), at(1))
    epochs.takeSky(sky({ satellitesUsed: 3, device: B }), at(1))
    expect(told(epochs, [1, tpv(1)])).toMatchObject([{ sky: { satellitesUsed: 9 } }])
  })
})

describe('of several receivers', () => {
  it('the first with a fix is listened to, and before that all of them', () => {
    const epochs = createEpochs()
    const readings = told(
      epochs,
      [1, noFix(1), noFix(1, B)],
      [2, tpv(2, { device: B }), tpv(2)],
      [3, tpv(3), tpv(3, { device: B })],
    )
    expect(inShort(readings)).toEqual([`no-fix ${A} 1`, `no-fix ${B} 1`, `fix ${B} 2`, `fix ${B} 3`])
    expect(epochs.receiver()).toBe(B)
  })

  it.each([
    ['its time stands still', tpv(1)],
    ['it has lost its fix', noFix(6.5)],
    ['it says nothing', tpv(6.5, { device: '/dev/third', place: null, mode: 1 })],
  ])('another takes over when after 5 s %s', (_name, report) => {
    const epochs = createEpochs()
    told(epochs, [1, tpv(1)], [5.9, tpv(6, { device: B })], [6.5, report])
    expect(epochs.receiver()).toBe(A)
    expect(inShort(told(epochs, [6.6, tpv(7, { device: B })], [6.7, tpv(8)]))).toEqual([`fix ${B} 7`])
    expect(epochs.receiver()).toBe(B)
  })

  it('another takes over although the first goes on to say, second by second, that it has no fix', () => {
    const epochs = createEpochs()
    told(epochs, [1, tpv(1)])
    const seconds = [2, 3, 4, 5, 6, 7, 8]
    const readings = told(
      epochs,
      ...seconds.map((second) => [second, noFix(second), tpv(second, { device: B })] as const),
    )
    expect(inShort(readings)).toEqual([
      ...[2, 3, 4, 5, 6].map((second) => `no-fix ${A} ${second}`),
      `no-fix ${A} 7`,
      `fix ${B} 7`,
      `fix ${B} 8`,
    ])
  })

  it('one that searches is told of while the first does not live, and no longer than that', () => {
    const epochs = createEpochs()
    told(epochs, [1, tpv(1)], [3, noFix(3, B)])
    expect(inShort(told(epochs, [6.5, noFix(6, B)]))).toEqual([`no-fix ${B} 6`])
    expect(epochs.livedMonoMs()).toBe(6_500)
    expect(epochs.receiver()).toBe(A)
    expect(inShort(told(epochs, [7, tpv(7)], [7.5, noFix(7, B)]))).toEqual([`fix ${A} 7`])
  })

  it('another takes over at once when the first is taken away, and stays when that is back', () => {
    const epochs = createEpochs()
    told(epochs, [1, tpv(1), noFix(1, B)])
    expect(epochs.takeGone(A, at(1.5))).toBe(false)
    const readings = told(epochs, [2, tpv(2, { device: B })], [3, tpv(3), tpv(3, { device: B })])
    expect(inShort(readings)).toEqual([`fix ${B} 2`, `fix ${B} 3`])
  })

  it('none is left when the one listened to is taken away, and the others have long been silent', () => {
    const epochs = createEpochs()
    told(epochs, [1, noFix(1, B)], [9, tpv(9)])
    expect(epochs.takeGone(B, at(9))).toBe(false)
    expect(epochs.takeGone(A, at(9))).toBe(true)
  })

  it('none is left when all are gone', () => {
    const epochs = createEpochs()
    told(epochs, [1, tpv(1), tpv(1, { device: B })])
    expect(epochs.takeGone(null, at(1))).toBe(true)
  })

  it('the last words of one that was taken away, said once more, are no new fix', () => {
    const epochs = createEpochs()
    told(epochs, [1, tpv(1)])
    epochs.takeGone(A, at(1.5))
    expect(told(epochs, [1.6, tpv(1, { speedMps: 3 })])).toEqual([])
    expect(inShort(told(epochs, [9, tpv(9)]))).toEqual([`fix ${A} 9`])
  })

  it('only the one asked for is listened to, whatever the others have', () => {
    const epochs = createEpochs(B)
    const readings = told(epochs, [1, tpv(1), noFix(1, B)], [20, tpv(20)], [21, tpv(21, { device: B })])
    expect(inShort(readings)).toEqual([`no-fix ${B} 1`, `fix ${B} 21`])
    expect(epochs.receiver()).toBe(B)
    expect(epochs.takeGone(A, at(21))).toBe(false)
    expect(told(epochs, [40, tpv(40)], [60, tpv(60)])).toEqual([])
    expect(epochs.takeGone(B, at(60))).toBe(true)
  })

  it('another takes over 5 s after the last new time, however often that was repeated', () => {
    const epochs = createEpochs()
    told(epochs, [1, tpv(1)], [5, tpv(1)], [6.5, tpv(6, { device: B })])
    expect(epochs.receiver()).toBe(B)
  })

  it('a thousand names cost no memory: the oldest is forgotten, but never the one listened to', () => {
    const epochs = createEpochs()
    epochs.takeSky(sky({ device: B, satellitesUsed: 9 }), at(1))
    told(epochs, [1, tpv(1, { speedMps: 5 })])
    for (let count = 0; count < 1000; count += 1) told(epochs, [1, tpv(1, { device: `/dev/${count}` })])
    expect(told(epochs, [1, tpv(1, { courseDeg: 5 })])).toMatchObject([{ speedMps: 5, courseDeg: 5 }])
    expect(told(epochs, [9, tpv(9, { device: B })])).toMatchObject([{ receiver: B, sky: { satellitesUsed: null } }])
  })
})
