/** A ride's track over HTTP: small for a map, whole as a file, and no more than is taken of it. */
import { get, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Track } from '../../core/api/shapes.js'
import type { Store } from '../../core/store/store.js'
import { addRide, addSegment, openRides } from '../fakes/a-ride.js'
import { type ServerUnderTest, startServer } from '../fakes/a-server.js'
import { readGpx, readTrack, rewriteGpx } from '../fakes/gpx-reader.js'
import { fixAt, JUNE_UTC_MS } from '../fakes/readings.js'

let server: ServerUnderTest
let store: Store
const LONG = 12_000

beforeAll(async () => {
  server = await startServer()
  store = await openRides(server.data)
  await addRide(store, { name: 'Über <b>hills</b>\r\n"fast"', without: (second) => second > 120 && second < 130 })
  await addRide(store, { id: 'ride-undated', bootId: 'boot-b', isDated: false })
  await addRide(store, {
    id: 'ride-long',
    fromSecond: 10_000,
    toSecond: 10_000 + LONG - 1,
    fix: (second) => fixAt(second, second * 5, { latDeg: 48 + Math.sin(second * 1.7) * 0.002 }),
  })
  await addSegment(store, { number: 1, file: 'x.mp4', rideId: 'ride-a', second: 110 })
}, 30_000)
afterAll(async () => {
  await store.close()
  await server.stop()
})

const track = async (path: string): Promise<Track> => (await server.get(path)).json() as Promise<Track>
const gpx = async (path: string): Promise<string> => (await server.get(path)).text()

describe('the track for a map', () => {
  it('is simplified to 2 m, in stretches that end where fixes stop', async () => {
    const { rideId, toleranceM, points, ofPoints, stretches } = await track('/api/rides/ride-a/track')
    expect({ rideId, toleranceM, points, ofPoints }).toEqual({
      rideId: 'ride-a',
      toleranceM: 2,
      points: 4,
      ofPoints: 52,
    })
    expect(stretches.map(({ length }) => length)).toEqual([2, 2])
    const begin = fixAt(100, 0)
    expect(stretches[0]?.[0]).toEqual([begin.lonDeg, begin.latDeg, JUNE_UTC_MS + 100_000, 500, 5])
  })

  it('has all vertices that are off the line when asked for 0 m', async () => {
    const { toleranceM, points } = await track('/api/rides/ride-a/track?toleranceM=0')
    expect(toleranceM).toBe(0)
    expect(points).toBeGreaterThan(4)
  })

  it.each(['toleranceM=0', 'toleranceM=0.001', ''])('has at most 5,000 vertices and says how: ?%s', async (query) => {
    const { toleranceM, points, ofPoints, stretches } = await track(`/api/rides/ride-long/track?${query}`)
    expect(ofPoints).toBe(LONG)
    expect(stretches.flat()).toHaveLength(points)
    expect(points).toBeLessThanOrEqual(5_000)
    expect(toleranceM).toBeGreaterThan(2)
  })

  it('has null where a time is unknown', async () => {
    const { stretches } = await track('/api/rides/ride-undated/track')
    expect(stretches[0]?.[0]?.[2]).toBeNull()
  })

  it.each(['toleranceM=-1', 'toleranceM=1001', 'toleranceM=x', 'toleranceM=1&toleranceM=2'])(
    'is refused with ?%s',
    async (query) => {
      expect((await server.get(`/api/rides/ride-a/track?${query}`)).status).toBe(400)
    },
  )
})

describe('the track as a GPX file', () => {
  it('has every kept point', async () => {
    const answer = await server.get('/api/rides/ride-long/track.gpx')
    expect(answer.headers.get('content-type')).toMatch(/^application\/gpx\+xml/)
    const read = await readGpx(await answer.text())
    expect(read).toHaveLength(LONG)
    expect(read[7_000]?.lonDeg).toBeCloseTo(fixAt(17_000, 17_000 * 5).lonDeg, 6)
  })

  it('has a name that is safe in a header and on a card', async () => {
    const answer = await server.get('/api/rides/ride-a/track.gpx')
    const disposition = 'attachment; filename="ride-2026-06-06T080140Z-Uber-b-hills-b-fast.gpx"'
    expect(answer.headers.get('content-disposition')).toBe(disposition)
    const text = await answer.text()
    expect(text.split('<trkseg>')).toHaveLength(3)
    expect(await rewriteGpx(text)).toContain('Über &lt;b&gt;hills&lt;/b&gt;')
  })

  it.each([
    [`fromUtcMs=${JUNE_UTC_MS + 150_000}`, 11],
    [`toUtcMs=${JUNE_UTC_MS + 105_000}`, 5],
    [`fromUtcMs=${JUNE_UTC_MS + 110_000}&toUtcMs=${JUNE_UTC_MS + 112_000}`, 2],
    [`fromUtcMs=${JUNE_UTC_MS + 999_000}`, 0],
  ])('is cut to a period, its end excluded: ?%s', async (query, points) => {
    expect(await readGpx(await gpx(`/api/rides/ride-a/track.gpx?${query}`))).toHaveLength(points)
  })

  it('of a ride without a date is whole, but empty for a period', async () => {
    const answer = await server.get('/api/rides/ride-undated/track.gpx')
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="ride.gpx"')
    expect(await readGpx(await answer.text())).toHaveLength(61)
    expect(await readGpx(await gpx('/api/rides/ride-undated/track.gpx?fromUtcMs=0'))).toEqual([])
  })

  it('of a segment has the points of its span', async () => {
    const answer = await server.get('/api/segments/front-000001/track.gpx')
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="front-2026-06-06T080150Z-1.gpx"')
    expect((await readGpx(await answer.text())).map(({ time }) => time)).toEqual([
      '2026/06/06 08:01:50',
      '2026/06/06 08:01:51',
    ])
  })

  it.each(['gpx', 'geojson', 'csv'])('is refused where its period is the wrong way round: .%s', async (format) => {
    const answer = await server.get(`/api/rides/ride-a/track.${format}?fromUtcMs=2000&toUtcMs=1000`)
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ detail: 'toUtcMs is before fromUtcMs' })
    const empty = await server.get(`/api/rides/ride-a/track.${format}?fromUtcMs=2000&toUtcMs=2000`)
    expect(empty.status).toBe(200)
  })

  it.each([
    ['geojson', 'application/geo+json; charset=utf-8', 'ride-2026-06-06T080140Z-Uber-b-hills-b-fast.geojson'],
    ['csv', 'text/csv; charset=utf-8', 'ride-2026-06-06T080140Z-Uber-b-hills-b-fast.csv'],
  ] as const)('can be had as %s, too, with every kept point', async (format, mime, fileName) => {
    const answer = await server.get(`/api/rides/ride-a/track.${format}`)
    expect(answer.headers.get('content-type')).toBe(mime)
    expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="${fileName}"`)
    const written = await answer.text()
    expect(written.split('2026-06-06T08:0').length - 1).toBeGreaterThanOrEqual(52)
    expect(await readTrack(written, format === 'csv' ? 'unicsv,utc=0' : 'geojson')).toHaveLength(52)
  })

  it('is told about without being made', async () => {
    const answer = await server.get('/api/rides/ride-long/track.gpx', { method: 'HEAD' })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toMatch(/^application\/gpx\+xml/)
    expect(await answer.text()).toBe('')
  })

  it.each(['gpx', 'geojson', 'csv'])(
    'waits for a reader that pauses, serves others meanwhile, and is whole in the end: .%s',
    async (format) => {
      const path = `/api/rides/ride-long/track.${format}`
      const headers = { authorization: `Bearer ${server.token}` }
      const paused = await new Promise<IncomingMessage>((resolve) => get(server.url + path, { headers }, resolve))
      for (let n = 0; n < 5; n++) expect((await server.get('/api/session')).status).toBe(200)
      const whole = await text(paused)
      expect(whole.match(/2026-06-06T1[0-4]:/g)?.length).toBeGreaterThanOrEqual(LONG)
      expect(whole === (await gpx(path))).toBe(true)
    },
  )
})
