/** A Pi without a battery clock: boots in 1970, gets its fix late, and its wall clock jumps in the middle of the ride. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { monoNowMs } from '../../core/process/boot.js'
import { stretchesOf, type TrackPoint } from '../../core/ride/ride.js'
import type { SegmentOnCard } from '../../core/store/footage.js'
import { openReader } from '../../core/store/store.js'
import { type FakeGpsd, greets, startFakeGpsd } from '../fakes/fake-gpsd.js'
import { type Program, startProgram } from '../fakes/processes.js'
import { SMALL_CAMERA } from '../fakes/spokecam.js'

const isLong = process.env['SPOKECAM_TEST'] === 'long'
/** Seconds of the ride: the first fix, both jumps of the wall clock, the end. */
const [FIX, FORWARD, BACK, END] = isLong ? [40, 60, 75, 95] : [8, 13, 18, 24]
const YEARS_56_S = 56 * 31_557_600
const HOUR_S = 3_600
const LATENCY_MS = 25
const root = resolve(import.meta.dirname, '../..')

let folder: string
let gpsd: FakeGpsd
let device: Program | null = null
/** When the epochs began, and what UTC was then: the truth of this ride. */
let beganMonoMs: number
const BEGAN_UTC_MS = Date.UTC(2026, 5, 8, 9)
const utcAt = (monoMs: number): number => BEGAN_UTC_MS + monoMs - beganMonoMs
/** How late the epochs were told that the clock is first believed by: a busy machine holds us up, too. */
const firstLatenciesMs: number[] = []
/** Where the bicycle is at a second of the ride, so that a point tells when it is from. */
const latAt = (second: number): number => 48.1 + second * 5e-5

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clock-'))
  beganMonoMs = monoNowMs()
  gpsd = await startFakeGpsd((client) => greets(client, () => void ride(client)))
})
afterEach(async () => {
  await device?.end('SIGKILL')
  await gpsd.close()
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
})

/** One epoch a second, told a little after it was. */
async function ride(client: Socket): Promise<void> {
  for (let second = Math.ceil((monoNowMs() - beganMonoMs) / 1_000); !client.destroyed; second++) {
    const dueMonoMs = beganMonoMs + second * 1_000
    await sleep(Math.max(0, dueMonoMs + LATENCY_MS - monoNowMs()))
    if (second >= FIX && second < FIX + 3) firstLatenciesMs.push(monoNowMs() - dueMonoMs)
    const place = second < FIX ? { mode: 1 } : { mode: 3, lat: latAt(second), lon: 11.5, speed: 5.5, altMSL: 520 }
    const time = second < FIX ? {} : { time: new Date(BEGAN_UTC_MS + second * 1_000).toISOString() }
    client.write(`${JSON.stringify({ class: 'TPV', device: '/dev/ttyACM0', ...place, ...time })}\r\n`)
  }
}

describe('a wall clock that boots in 1970 and jumps by 56 years and back by an hour', () => {
  it('costs no gap, and everything is dated as it was', { timeout: 150_000 }, async () => {
    const wallClock = join(folder, 'wall-clock')
    await writeFile(wallClock, `-${YEARS_56_S}`)
    const faketime = (await readdir('/usr/lib')).map((name) => `/usr/lib/${name}/faketime/libfaketimeMT.so.1`)
    device = startProgram(
      process.execPath,
      [join(root, 'dist/cli/spokecam.js'), 'device', '--data', join(folder, 'data')],
      {
        LD_PRELOAD: await firstThatExists(faketime),
        FAKETIME_TIMESTAMP_FILE: wallClock,
        FAKETIME_NO_CACHE: '1',
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
        SPOKECAM_GPS__SOURCE: `gpsd://127.0.0.1:${gpsd.port}`,
        SPOKECAM_CAMERAS: JSON.stringify([SMALL_CAMERA]),
        SPOKECAM_RECORDING__SEGMENT_SECONDS: '5',
      },
    )
    await untilSecond(FORWARD)
    await writeFile(wallClock, '+0')
    await untilSecond(BACK)
    await writeFile(wallClock, `-${HOUR_S}`)
    await untilSecond(END)
    expect(await device.end(), device.said()).toBe(0)

    const steps = [...device.said().matchAll(/the wall clock was set.*?byMs"?[:=](-?\d+)/g)].map(([, byMs]) =>
      Number(byMs),
    )
    expect(steps.map((byMs) => Math.round(byMs / 1_000))).toEqual([YEARS_56_S, -HOUR_S])

    const { rides, points, segments } = await recorded()
    expect(rides).toHaveLength(1)
    expect(stretchesOf(points)).toHaveLength(1)
    expect(points).toHaveLength(END - FIX)
    const allowedMs = 50 + Math.max(0, Math.min(...firstLatenciesMs) - LATENCY_MS)
    for (const [index, point] of points.entries()) {
      const second = Math.round((point.latDeg - latAt(0)) / 5e-5)
      expect(point.utcMs).toBe(BEGAN_UTC_MS + second * 1_000)
      // The first three hold when they came: nothing better is known yet.
      const lateMs = utcAt(point.monoMs) - (point.utcMs ?? 0)
      expect(Math.abs(lateMs)).toBeLessThan(index < 3 ? 35 + Math.max(...firstLatenciesMs) : allowedMs)
    }

    // A busy machine begins some seconds late.
    expect(segments.length).toBeGreaterThanOrEqual(Math.floor((END - 6) / 5))
    // The last one may have closed as it ended, too late to be tagged.
    for (const [index, { startUtcMs, startMonoMs, file, ...segment }] of segments.slice(0, -1).entries()) {
      expect(Math.abs((startUtcMs ?? 0) - utcAt(startMonoMs)), file).toBeLessThan(allowedMs)
      expect(file).toMatch(/^2026-06-08\//)
      const next = segments[index + 1]
      // No frame is missing between one and the next.
      if (next !== undefined) expect(Math.abs(next.startMonoMs - startMonoMs - segment.durationMs)).toBeLessThan(300)
      const gpx = await readFile(join(folder, 'data/footage', file.replace(/mp4$/, 'gpx')), 'utf8')
      const from = startMonoMs - beganMonoMs
      const expected = points.filter(({ monoMs }) => monoMs >= startMonoMs && monoMs < startMonoMs + segment.durationMs)
      expect(gpx.split('<trkpt').length - 1, `of ${from} ms`).toBe(expected.length)
    }
  })
})

const untilSecond = async (second: number): Promise<void> => {
  await sleep(Math.max(0, beganMonoMs + second * 1_000 - 500 - monoNowMs()))
}

async function recorded() {
  const reader = openReader(join(folder, 'data/rides.db'))
  if (reader === null) throw new Error('nothing was recorded')
  const rides = reader.rides({ limit: 10, cursor: null }).items
  const points: TrackPoint[] = [...reader.pointsOf(rides[0]?.id ?? '')]
  const listed = reader.segments(rides[0]?.id ?? '', null, { limit: 100, cursor: null }).items
  reader.close()
  // The last one was cut off by the end: it is described by the next start.
  const segments: SegmentOnCard[] = listed.slice(0, -1)
  return { rides, points, segments }
}

async function firstThatExists(paths: readonly string[]): Promise<string> {
  for (const path of paths) if ((await readFile(path).catch(() => null)) !== null) return path
  throw new Error('libfaketime is not installed')
}
