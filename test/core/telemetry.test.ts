/** The track in a clip is read by programs that others wrote: every point, where and when it was. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Telemetry } from '../../core/ride/clip.js'
import type { TrackPoint } from '../../core/ride/ride.js'
import { clipPointsOf } from '../../core/track/clip-points.js'
import { writeTelemetry } from '../../core/video/telemetry.js'
import { ffmpeg } from '../fakes/clip.js'
import { makeCut } from '../fakes/cut-clip.js'
import { type EvenRide, fixesOf, isKnownAt, truthAt } from '../fakes/even-ride.js'
import { type Exiftool, startExiftool } from '../fakes/exiftool.js'
import { JUNE_UTC_MS } from '../fakes/readings.js'
import {
  fileByExiftool,
  type ReadPoint,
  readByExiftool,
  readByGoproTelemetry,
  tagsByExiftool,
} from '../fakes/telemetry-readers.js'

const SECONDS = 12
const isLong = process.env['SPOKECAM_TEST'] === 'long'

let folder: string
let exiftool: Exiftool
beforeAll(async () => {
  exiftool = startExiftool()
  folder = await mkdtemp(join(tmpdir(), 'telemetry-'))
  await makeCut(folder, join(folder, 'rich'), { seconds: SECONDS, isRich: true, moov: 'last' })
  await makeCut(folder, join(folder, 'plain'), { seconds: 1, isRich: false, moov: 'first' })
}, 30_000)
afterAll(async () => {
  await exiftool.close()
  await rm(folder, { recursive: true })
})

const HOME: EvenRide = { latDeg: 48.1, lonDeg: 11.5, altitudeM: 520, hz: 1, phaseMs: 0 }

interface Clip {
  readonly file: string
  readonly fixes: readonly TrackPoint[]
  readonly points: ReturnType<typeof clipPointsOf>
  readonly durationMs: number
}

async function clipOf(ride: EvenRide, kind: Telemetry, seconds = SECONDS, from = 'rich'): Promise<Clip> {
  const file = join(folder, `${kind}.mp4`)
  const fixes = fixesOf(ride, seconds)
  const durationMs = seconds * 1_000
  const points = clipPointsOf(fixes, JUNE_UTC_MS, JUNE_UTC_MS + durationMs)
  await writeTelemetry(join(folder, from), file, {
    ...{ kind, points, durationMs, createdUtcMs: JUNE_UTC_MS, title: 'a clip' },
  })
  return { file, fixes, points, durationMs }
}

/** Moments of the clip that can be known, so many a second. */
const knownMoments = ({ fixes, durationMs }: Clip, hz: number): number[] =>
  Array.from({ length: Math.ceil((durationMs / 1_000) * hz) }, (_, index) => (index * 1_000) / hz).filter((atMs) =>
    isKnownAt(fixes, JUNE_UTC_MS + atMs),
  )

function expectTruth(ride: EvenRide, points: readonly ReadPoint[]): void {
  for (const point of points) {
    const truth = truthAt(ride, point.utcMs)
    expect(Math.abs(point.utcMs - JUNE_UTC_MS - point.atMs)).toBeLessThan(2)
    expect(Math.abs(point.latDeg - truth.latDeg)).toBeLessThan(1.1e-7)
    expect(Math.abs(point.lonDeg - truth.lonDeg)).toBeLessThan(1.1e-7)
    expect(Math.abs(point.altitudeM - truth.altitudeM)).toBeLessThan(0.0011)
    expect(Math.abs(point.speedMps - truth.speedMps)).toBeLessThan(0.0011)
  }
}

const RIDES: [string, EvenRide][] = [
  ['with a fix a second', HOME],
  ['with fixes that do not begin with the clip', { ...HOME, phaseMs: 370 }],
  ['with ten fixes a second', { ...HOME, hz: 10, phaseMs: 40 }],
  ['in the south-west', { ...HOME, latDeg: -33.4, lonDeg: -70.6 }],
  ['over 180 degrees', { ...HOME, latDeg: -16.8, lonDeg: 179.9998, phaseMs: 500 }],
  ['from above the sea to below', { ...HOME, altitudeM: 1.2, phaseMs: 90 }],
  ['through a tunnel', { ...HOME, gapsMs: [[3_500, 9_500]] }],
]

describe.each(RIDES)('a ride %s', (_, ride) => {
  it('is read as from a GoPro, every point', async () => {
    const clip = await clipOf(ride, 'gpmf')
    const expected = knownMoments(clip, ride.hz)
    expect(expected.length).toBeGreaterThan(5)
    const byExiftool = await readByExiftool(exiftool, clip.file)
    expect(byExiftool.map(({ atMs }) => Math.round(atMs))).toEqual(expected)
    expectTruth(ride, byExiftool)
    const gps5 = await readByGoproTelemetry(clip.file, 'GPS5')
    expect(gps5.map(({ atMs }) => Math.round(atMs))).toEqual(expected)
    expectTruth(ride, gps5)
    const gps9 = await readByGoproTelemetry(clip.file, 'GPS9')
    expect(gps9.map(({ atMs }) => Math.round(atMs))).toEqual(
      Array.from({ length: SECONDS * ride.hz }, (_, index) => (index * 1_000) / ride.hz),
    )
    expectTruth(
      ride,
      gps9.filter(({ fix }) => fix === 3),
    )
    expect(gps9.filter(({ fix }) => fix === 3)).toHaveLength(expected.length)
    expect(gps9.filter(({ fix }) => fix === 0)).toHaveLength(gps9.length - expected.length)
  })

  it('is read as CAMM, every fix at its moment', async () => {
    const clip = await clipOf(ride, 'camm')
    const byExiftool = await readByExiftool(exiftool, clip.file)
    expect(byExiftool.map(({ atMs }) => Math.round(atMs))).toEqual(clip.points.map(({ atMs }) => atMs))
    expect(byExiftool[0]?.atMs).toBe(0)
    expectTruth(ride, byExiftool)
  })
})

describe('a clip', () => {
  it.each(['gpmf', 'camm'] as const)('of one second has its track (%s)', async (kind) => {
    const clip = await clipOf({ ...HOME, phaseMs: 600 }, kind, 1, 'plain')
    const read = await readByExiftool(exiftool, clip.file)
    expect(read.map(({ atMs }) => atMs)).toEqual(kind === 'gpmf' ? [0] : [0, 600, 1_000])
    expectTruth(HOME, read)
    if (kind === 'gpmf') expectTruth(HOME, await readByGoproTelemetry(clip.file, 'GPS9'))
  })

  it('that begins without a fix does not move its track to the front', async () => {
    const late: EvenRide = { ...HOME, gapsMs: [[-20_000, 4_200]] }
    for (const kind of ['gpmf', 'camm'] as const) {
      const { file } = await clipOf(late, kind)
      const read = await readByExiftool(exiftool, file)
      expect([kind, read[0]?.atMs, read.length]).toEqual([kind, 5_000, kind === 'gpmf' ? 7 : 8])
      expectTruth(late, read)
    }
  })

  it('whose fixes stop in the middle of a second tells ten a second to the last one', async () => {
    const ride: EvenRide = { ...HOME, hz: 10, gapsMs: [[4_350, 9_950]] }
    const { file } = await clipOf(ride, 'gpmf')
    const locked = (await readByGoproTelemetry(file, 'GPS9')).filter(({ fix }) => fix === 3)
    expect(locked.map(({ atMs }) => Math.round(atMs)).filter((atMs) => atMs >= 4_000 && atMs < 11_000)).toEqual([
      ...[4_000, 4_100, 4_200, 4_300, 10_000, 10_100, 10_200, 10_300, 10_400, 10_500, 10_600, 10_700, 10_800, 10_900],
    ])
    expectTruth(ride, locked)
    // GPS5 has no word for a part of a second.
    const gps5 = await readByGoproTelemetry(file, 'GPS5')
    expect(gps5.map(({ atMs }) => Math.round(atMs)).filter((atMs) => atMs >= 4_000 && atMs < 10_000)).toEqual([4_000])
    expectTruth(ride, gps5)
    expectTruth(ride, await readByExiftool(exiftool, file))
  })

  it('says where the receiver told no speed, altitude or accuracy', async () => {
    const ride: EvenRide = {
      ...HOME,
      without: { speedMps: null, altitudeM: null, courseDeg: null, accuracyM: null, hdop: null },
    }
    const camm = (await tagsByExiftool(exiftool, (await clipOf(ride, 'camm')).file)).at(-1)
    expect(camm).toMatchObject({
      ...{ GPSMeasureMode: ['2'], GPSAltitude: ['0'], GPSHorizontalAccuracy: ['NaN'], GPSSpeedAccuracy: ['NaN'] },
      ...{ GPSVelocityEast: ['NaN'], GPSVelocityNorth: ['NaN'], GPSVelocityUp: ['NaN'] },
    })
    const [first] = await readByGoproTelemetry((await clipOf(ride, 'gpmf')).file, 'GPS9')
    // GPMF has no word for an unknown speed: that of the way.
    expect(first).toMatchObject({ fix: 2, altitudeM: 0, speedMps: expect.closeTo(4.467, 2) })
  })

  it.each(['gpmf', 'camm'] as const)('has neither track nor place where no fix is known (%s)', async (kind) => {
    const { file } = await clipOf({ ...HOME, gapsMs: [[-20_000, 40_000]] }, kind)
    expect(await readByExiftool(exiftool, file)).toEqual([])
    const told = await fileByExiftool(exiftool, file)
    expect(Object.keys(told).filter((tag) => /GPS|Location/.test(tag))).toEqual([])
    expect(told['ItemList:Title']).toBe('a clip')
  })

  it.runIf(isLong)('has all 36,000 points of ten hours', { timeout: 300_000 }, async () => {
    const SPARSE = 97
    const clip = await clipOf(HOME, 'gpmf', 36_000)
    const gps9 = await readByGoproTelemetry(clip.file, 'GPS9')
    expect(gps9).toHaveLength(36_000)
    expectTruth(
      HOME,
      gps9.filter((_, index) => index % SPARSE === 0),
    )
    // exiftool takes minutes for so many: ffmpeg finds the samples, each of 60 bytes.
    const camm = join(folder, 'camm')
    await ffmpeg(['-i', (await clipOf(HOME, 'camm', 36_000)).file, '-map', '0:d', '-c', 'copy', '-f', 'data', camm])
    const samples = await readFile(camm)
    expect(samples.length).toBe(60 * 36_001)
    for (let index = 0; index <= 36_000; index += SPARSE) {
      const truth = truthAt(HOME, JUNE_UTC_MS + index * 1_000)
      expect(samples.readDoubleLE(60 * index + 4)).toBe((JUNE_UTC_MS + index * 1_000) / 1_000)
      expect(samples.readDoubleLE(60 * index + 16)).toBeCloseTo(truth.latDeg, 9)
    }
  })
})
