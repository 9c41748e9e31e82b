/** A ride from end to end: a real gpsd plays a log in real time, and everything a rider would look at is looked at. */
import { existsSync, readFileSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Page as ListPage } from '../../core/api/shapes.js'
import type { Segment } from '../../core/ride/footage.js'
import type { Now } from '../../core/ride/now.js'
import type { Ride } from '../../core/ride/ride.js'
import { openPhone, type Phone, startBrowser } from '../fakes/browser.js'
import { probe } from '../fakes/clip.js'
import { eventually } from '../fakes/eventually.js'
import { type FedGpsd, startFedGpsd } from '../fakes/gpsd.js'
import { type LiveClient, openLiveClient } from '../fakes/live-client.js'
import { epochsOf, type LoggedEpoch, makeNmeaLog } from '../fakes/nmea-log.js'
import { get, runSpokecam, SMALL_CAMERA, type Spokecam, startSpokecam } from '../fakes/spokecam.js'

const isLong = process.env['SPOKECAM_TEST'] === 'long'
const RIDE_S = isLong ? 100 : 60
const SEGMENT_S = 5
/** Of a recording of gpsd's users, where it is at hand (../shared/gpsd); else only the log that is made here. */
const recorded = resolve(import.meta.dirname, '../../../shared/gpsd/tracks/cerknicko-jezero.log')
const logs = [
  ...(existsSync(recorded)
    ? [{ name: "a rider's log", text: () => firstSeconds(readFileSync(recorded, 'latin1')) }]
    : []),
  { name: 'a log made here', text: () => makeNmeaLog(RIDE_S) },
]

describe.each(isLong ? logs : logs.slice(0, 1))(`a ride of ${RIDE_S} s from $name`, ({ text }) => {
  const log = text()
  const truth = epochsOf(log)
  let gpsd: FedGpsd
  let spokecam: Spokecam
  let token: string
  let viewer: LiveClient
  let browser: Browser
  let phone: Phone
  let ride: Ride
  let segments: readonly Segment[]

  beforeAll(async () => {
    gpsd = await startFedGpsd(log, 1)
    browser = await startBrowser()
    spokecam = await startSpokecam({
      GPS__SOURCE: gpsd.url,
      CAMERAS: [SMALL_CAMERA],
      RECORDING__SEGMENT_SECONDS: String(SEGMENT_S),
    })
    token = await spokecam.pair()
    viewer = openLiveClient(spokecam.url, token)
    phone = await openPhone(browser)
    await sleep(RIDE_S * 1_000)
    // The last fix of the log was a moment ago; the segment it lies in closes and is described within seconds.
    await eventually(async () => (await segmentAt(truth.at(-1) as LoggedEpoch))?.state === 'tagged', {
      withinMs: 20_000,
    })
    ride = (await get<ListPage<Ride>>(spokecam, token, '/rides')).items[0] as Ride
    segments = await allSegments()
  }, 180_000)

  afterAll(async () => {
    viewer.close()
    await browser.close()
    await spokecam.cleanUp()
    await gpsd.end()
  })

  const allSegments = async (): Promise<readonly Segment[]> => {
    const [ride] = (await get<ListPage<Ride>>(spokecam, token, '/rides')).items
    const page = await get<ListPage<Segment>>(spokecam, token, `/rides/${ride?.id}/segments?limit=100`)
    return page.items
  }
  const segmentAt = async ({ utcMs }: LoggedEpoch): Promise<Segment | undefined> =>
    (await allSegments()).find(({ startUtcMs, durationMs }) => {
      return startUtcMs !== null && startUtcMs <= utcMs && utcMs < startUtcMs + durationMs
    })
  const closed = (): readonly Segment[] => segments.filter(({ state }) => state === 'tagged')
  const fileOf = async ({ number }: Segment, extension: string): Promise<string> => {
    const footage = join(spokecam.data, 'footage')
    const name = (await readdir(footage, { recursive: true })).find((path) => {
      return path.startsWith('2026-') && path.endsWith(`-${String(number).padStart(6, '0')}.${extension}`)
    })
    return join(footage, name ?? 'no such file')
  }

  it('is the one ride in the list, with its points, and marked as no simulation', async () => {
    expect((await get<ListPage<Ride>>(spokecam, token, '/rides')).items).toHaveLength(1)
    expect(ride).toMatchObject({ startedUtcMs: truth[0]?.utcMs, simulated: false, cameras: ['front'] })
    expect(ride.segments).toBeGreaterThanOrEqual(RIDE_S / SEGMENT_S)
  })

  it('has a track that agrees with the log within a millionth of a degree at every epoch', async () => {
    const { stdout } = await runSpokecam(['export', 'latest', '--format', 'gpx', '--data', spokecam.data])
    const points = pointsOf(stdout)
    expect(points.map(({ utcMs }) => utcMs)).toEqual(truth.map(({ utcMs }) => utcMs))
    for (const [index, { latDeg, lonDeg }] of points.entries()) {
      expect(Math.abs(latDeg - (truth[index]?.latDeg ?? 0))).toBeLessThan(1e-6)
      expect(Math.abs(lonDeg - (truth[index]?.lonDeg ?? 0))).toBeLessThan(1e-6)
    }
    expect(await get<string>(spokecam, token, `/rides/${ride.id}/track.gpx`)).toContain('<trkpt')
  })

  it('was told live, fix by fix, in order and without a hole', () => {
    expect(viewer.messages[0]).toMatchObject({ kind: 'hello' })
    const told = viewer.messages.slice(1)
    expect(told.map(({ seq }) => seq)).toEqual(told.map((_, index) => (told[0]?.seq ?? 0) + index))
    const times = new Set(told.flatMap((message) => (message.kind === 'fix' ? [message.fix.utcMs] : [])))
    const [first] = [...times].filter((utcMs) => utcMs !== null)
    expect(first).toBeLessThan((truth[0]?.utcMs ?? 0) + 30_000)
    const afterIt = truth.map(({ utcMs }) => utcMs).filter((utcMs) => utcMs >= (first ?? 0))
    expect(afterIt.filter((utcMs) => !times.has(utcMs))).toEqual([])
  })

  it('has footage from its first second on, without a gap between segments', () => {
    expect(closed().length).toBeGreaterThanOrEqual(RIDE_S / SEGMENT_S - 1)
    for (const [index, segment] of closed().entries()) {
      const before = closed()[index - 1]
      expect(segment).toMatchObject({
        rideId: ride.id,
        frames: SEGMENT_S * SMALL_CAMERA.fps,
        durationMs: SEGMENT_S * 1_000,
      })
      if (before === undefined) continue
      const gapMs = (segment.startUtcMs ?? 0) - (before.startUtcMs ?? 0) - before.durationMs
      expect(Math.abs(gapMs)).toBeLessThan(150)
    }
  })

  it('has beside every closed segment the GPX of its span', async () => {
    for (const segment of closed()) {
      const points = pointsOf(await readFile(await fileOf(segment, 'gpx'), 'utf8'))
      const [from, to] = [segment.startUtcMs ?? 0, (segment.startUtcMs ?? 0) + segment.durationMs]
      const inside = truth.filter(({ utcMs }) => utcMs >= from && utcMs < to)
      expect(points.map(({ utcMs }) => utcMs)).toEqual(inside.map(({ utcMs }) => utcMs))
    }
  })

  it('has time in every closed segment, and place where there was a fix', { timeout: 60_000 }, async () => {
    for (const segment of closed()) {
      const { format, streams } = await probe(await fileOf(segment, 'mp4'))
      const hasFix = pointsOf(await readFile(await fileOf(segment, 'gpx'), 'utf8')).length > 0
      const secondsAs = new Date(segment.startUtcMs ?? 0).toISOString().slice(0, 19)
      expect(format.tags?.['creation_time']).toBe(`${secondsAs}.000000Z`)
      expect(format.tags?.['location'] !== undefined).toBe(hasFix)
      expect(Number(streams[0]?.nb_read_packets)).toBe(segment.frames)
    }
  })

  it('was recorded within the frames the camera gave', async () => {
    const now = await get<Now>(spokecam, token, '/now')
    expect(now.cameras[0]).toMatchObject({ state: 'recording', gaps: 0 })
    expect(now.cameras[0]?.frames).toBe(now.cameras[0]?.framesExpected)
  })

  it('is shown on the phone: paired, live, listed, and played over the end of a segment', async () => {
    const { page } = phone
    await page.goto(`${spokecam.url}/#pair=${await spokecam.code()}`)
    await page.getByRole('button', { name: /pair/i }).click()
    await page
      .getByTestId('recording-state')
      .filter({ hasText: /recording/i })
      .waitFor()
    // The log has ended by now, and the page does not pretend otherwise.
    await page
      .getByTestId('fix-quality')
      .filter({ hasText: /silent/i })
      .waitFor()

    await page.goto(`${spokecam.url}/#/rides`)
    await page.getByTestId('ride').first().waitFor()
    expect(await page.getByTestId('ride').count()).toBe(1)

    await page.goto(`${spokecam.url}/#/rides/${ride.id}`)
    const video = page.getByTestId('video')
    await video.waitFor()
    const boundaryS = SEGMENT_S * 3
    await eventually(() => video.evaluate((element: HTMLVideoElement) => element.readyState >= 2), { withinMs: 15_000 })
    await video.evaluate(async (element: HTMLVideoElement, atS) => {
      element.muted = true
      element.currentTime = atS
      await element.play()
    }, boundaryS - 1.5)
    await eventually(
      () => video.evaluate((element: HTMLVideoElement, atS) => element.currentTime > atS + 1, boundaryS),
      {
        withinMs: 15_000,
      },
    )

    // The marker is where the bicycle was at the frame that is shown.
    await video.evaluate((element: HTMLVideoElement) => element.pause())
    const playedS = await video.evaluate((element: HTMLVideoElement) => element.currentTime)
    const shownMs = (closed()[0]?.startUtcMs ?? 0) + playedS * 1_000
    const expected = truth.reduce((best, epoch) => {
      return Math.abs(epoch.utcMs - shownMs) < Math.abs(best.utcMs - shownMs) ? epoch : best
    })
    const marker = page.getByTestId('position-marker').first()
    await eventually(async () => Math.abs(Number(await marker.getAttribute('data-lat')) - expected.latDeg) < 5e-5, {
      withinMs: 5_000,
    })
    expect(phone.faults).toEqual([])
    expect(phone.foreignRequests).toEqual([])
  }, 60_000)

  it('ends with everything closed when it is stopped', async () => {
    expect(await spokecam.end()).toBe(0)
    const { stdout } = await runSpokecam(['rides', '--json', '--data', spokecam.data])
    expect(JSON.parse(stdout)).toMatchObject({ items: [{ id: ride.id }] })
  }, 30_000)
})

function firstSeconds(log: string): string {
  const lines = log.split(/(?<=\n)/)
  const starts = lines.flatMap((line, index) => (/^\$..RMC/.test(line) ? [index] : []))
  return lines.slice(0, starts[RIDE_S]).join('')
}

interface GpxPoint extends LoggedEpoch {}

function pointsOf(gpx: string): GpxPoint[] {
  return [...gpx.matchAll(/<trkpt lat="([^"]+)" lon="([^"]+)">.*?<time>([^<]+)<\/time>/g)].map((found) => ({
    latDeg: Number(found[1]),
    lonDeg: Number(found[2]),
    utcMs: Date.parse(found[3] as string),
  }))
}
