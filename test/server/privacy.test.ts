/** Privacy zones over HTTP: changed on the page, kept by the device, told before anything leaves, and left out of what does. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { RidePrivacy } from '../../core/api/privacy.js'
import { distanceM } from '../../core/ride/geo.js'
import type { PageSettings } from '../../core/ride/settings.js'
import type { Store } from '../../core/store/store.js'
import { openPageSettings } from '../../device/page-settings.js'
import { type DeviceUnderTest, startDevice } from '../fakes/a-device.js'
import { addRide, addSegment, openRides, SEGMENT_MS } from '../fakes/a-ride.js'
import { makeDataFolder, type ServerUnderTest, SHARED, startServer } from '../fakes/a-server.js'
import { eventually } from '../fakes/eventually.js'
import { readGpx, readTrack } from '../fakes/gpx-reader.js'
import { fixAt, HOME, JUNE_UTC_MS } from '../fakes/readings.js'

const ZONE = { ...HOME, radiusM: 200 }
const FILE: PageSettings = { ...SHARED, privacy: { zones: [ZONE] } }
const SECRET = '5da67f962b0e595f738f9fa4a4f5beb8'
/** From home straight east for 3 km, a fix a second at 5 m/s, then a minute where nothing is known. */
const [FROM, TO] = [100, 700]

let server: ServerUnderTest
let store: Store
let device: DeviceUnderTest

beforeAll(async () => {
  const data = await makeDataFolder()
  store = await openRides(data)
  await store.keepPrivacySecret(SECRET)
  await addRide(store, { name: 'out', fromSecond: FROM, toSecond: TO })
  await addRide(store, { id: 'ride-home', fromSecond: 1_000, toSecond: 1_020, fix: (second) => fixAt(second, 0) })
  const far = (second: number) => fixAt(second, 20_000 + second)
  await addRide(store, { id: 'ride-far', fromSecond: 2_000, toSecond: 2_020, fix: far })
  for (const [at, second] of [FROM - 4, FROM, FROM + 2, TO - 2].entries())
    await addSegment(store, { number: at + 1, file: `${at}.mp4`, rideId: 'ride-a', second })
  // The first made room: it leaves with nobody.
  await store.sweepSegments(await store.sweepable(0, 1))
  server = await startServer({ data, privacy: FILE.privacy })
  const { change } = await openPageSettings(store, FILE)
  device = startDevice(data, async (wish) => (wish.kind === 'change-settings' ? change(wish) : { kind: 'unknown' }))
  await eventually(async () => (await server.get('/api/now')).status === 200, { withinMs: 10_000 })
}, 30_000)
beforeEach(async () => void (await patch({ privacy: FILE.privacy, display: SHARED.display })))
afterAll(async () => {
  await device.stop()
  await store.close()
  await server.stop()
})

const patch = (body: unknown): Promise<Response> =>
  server.get('/api/settings', {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
const settings = async (): Promise<PageSettings> => (await server.get('/api/settings')).json() as Promise<PageSettings>
const privacyOf = async (ride: string): Promise<RidePrivacy> =>
  (await server.get(`/api/rides/${ride}/privacy`)).json() as Promise<RidePrivacy>
const track = async (path: string): Promise<string> => (await server.get(`/api/rides/${path}`)).text()

describe('the settings on the page', () => {
  it('are those in force: the file, until the page says otherwise, and nothing of the secret', async () => {
    expect(await settings()).toEqual(FILE)
    const zones = [{ latDeg: 1, lonDeg: -2, radiusM: 500 }]
    const answer = await patch({ privacy: { zones } })
    expect(answer.status).toBe(200)
    expect(await answer.json()).toEqual({ ...SHARED, privacy: { zones } })
    expect(await settings()).toEqual({ ...SHARED, privacy: { zones } })
    expect((await store.settings()).privacySecret).toBe(SECRET)
  })

  it('change one at a time, and the others stay', async () => {
    await patch({ display: { units: 'imperial' } })
    await patch({ display: { timeZone: 'Europe/Berlin' } })
    await patch({ privacy: { zones: [] } })
    expect(await settings()).toEqual({
      privacy: { zones: [] },
      display: { units: 'imperial', timeZone: 'Europe/Berlin' },
    })
  })

  it.each([
    [{}, 'privacy or display must be given'],
    [{ privacy: null }, 'privacy must be an object with zones'],
    [{ privacy: {} }, 'privacy.zones is missing: must be a list of at most 100'],
    [{ privacy: { zones: {} } }, 'privacy.zones must be a list of at most 100'],
    [{ privacy: { zones: Array(101).fill(ZONE) } }, 'privacy.zones must be a list of at most 100'],
    [
      { privacy: { zones: [ZONE, { latDeg: 91, lonDeg: 0, radiusM: 0 }] } },
      'privacy.zones[1].latDeg must be a number from -90 to 90; privacy.zones[1].radiusM must be a number from 1 to 100000',
    ],
    [{ privacy: { zones: [{ latDeg: 1, lonDeg: '2', radiusM: 3 }] } }, 'privacy.zones[0].lonDeg must be a number'],
    [{ privacy: { zones: [{ latDeg: 1, lonDeg: 2 }] } }, 'privacy.zones[0].radiusM is missing'],
    [{ privacy: { zones: [{ ...ZONE, name: 'home' }] } }, 'privacy.zones[0].name is not known here'],
    [{ display: { units: 'stone' } }, 'display.units must be metric or imperial'],
    [{ display: { timeZone: 'Europe/Nowhere' } }, 'display.timeZone must be auto or a name such as Europe/Berlin'],
    [{ display: { timeZone: 5 } }, 'display.timeZone must be auto or a name such as Europe/Berlin'],
    [{ cameras: [] }, 'cameras is not known here'],
  ])('refuse %j and say why', async (body, detail) => {
    const answer = await patch(body)
    expect(answer.status).toBe(400)
    expect(((await answer.json()) as { detail: string }).detail).toContain(detail)
    expect(await settings()).toEqual(FILE)
  })
})

describe('what privacy would leave out', () => {
  it('is told with the times, points, metres and seconds of video, before anything leaves', async () => {
    const told = await privacyOf('ride-a')
    expect(told).toMatchObject({ rideId: 'ride-a', zones: [ZONE], hiddenSpans: 1 })
    expect(told.points.hidden + told.points.visible).toBe(TO - FROM + 1)
    expect(told.points.hidden).toBeGreaterThan(ZONE.radiusM / 5)
    expect(told.hidden).toEqual([{ fromUtcMs: null, toUtcMs: told.firstVisibleUtcMs }])
    expect(told.firstVisibleUtcMs).toBe(JUNE_UTC_MS + (FROM + told.points.hidden) * 1_000)
    expect(told.lastVisibleUtcMs).toBe(JUNE_UTC_MS + TO * 1_000)
    expect(told.distanceM.hidden).toBeCloseTo(told.points.hidden * 5, -1)
    expect(told.distanceM.visible).toBeCloseTo((told.points.visible - 1) * 5, -1)
    expect(told.video).toEqual([{ camera: 'front', hiddenMs: 2 * SEGMENT_MS, visibleMs: SEGMENT_MS }])
  })

  it('is all of a ride that never left, and nothing of one far away', async () => {
    const home = await privacyOf('ride-home')
    expect(home).toMatchObject({ points: { hidden: 21, visible: 0 }, firstVisibleUtcMs: null, lastVisibleUtcMs: null })
    expect(home.hidden).toEqual([{ fromUtcMs: null, toUtcMs: null }])
    expect(await privacyOf('ride-far')).toMatchObject({ points: { hidden: 0, visible: 21 }, hidden: [] })
  })

  it('is nothing where there is no zone', async () => {
    await patch({ privacy: { zones: [] } })
    expect(await privacyOf('ride-home')).toMatchObject({ zones: [], points: { hidden: 0, visible: 21 }, hidden: [] })
  })
})

describe('a track with privacy on', () => {
  it.each([
    ['gpx', 'gpx'],
    ['geojson', 'geojson'],
    ['csv', 'unicsv,utc=0'],
  ] as const)('as %s has what was told to leave, and no point of the zone', async (format, as) => {
    const { points } = await privacyOf('ride-a')
    const read = await readTrack(await track(`ride-a/track.${format}?privacy=on`), as)
    expect(read).toHaveLength(points.visible)
    expect(Math.min(...read.map((point) => distanceM(HOME, point)))).toBeGreaterThan(ZONE.radiusM)
  })

  it('tells nowhere when the ride began at home, not in the name of its file either', async () => {
    const { firstVisibleUtcMs } = await privacyOf('ride-a')
    const answer = await server.get('/api/rides/ride-a/track.gpx?privacy=on')
    const seen = new Date(firstVisibleUtcMs ?? 0).toISOString()
    expect(answer.headers.get('content-disposition')).toContain(`ride-${seen.slice(0, 19).replaceAll(':', '')}Z-out`)
    const times = [...(await answer.text()).matchAll(/<time>([^<]*)/g)].map(([, time]) => time)
    expect(times[0]).toBe(seen)
    expect(times.every((time) => (time ?? '') >= seen)).toBe(true)
  })

  it('is whole with it off, and empty but for its name where the ride never left', async () => {
    expect(await readGpx(await track('ride-a/track.gpx?privacy=off'))).toHaveLength(TO - FROM + 1)
    const home = await track('ride-home/track.gpx?privacy=on')
    expect(home).toContain('<name>ride ride-home</name>')
    expect(home).not.toMatch(/<time>|<trkpt/)
  })

  it('of a period is what of it may be seen', async () => {
    const read = await readGpx(await track(`ride-a/track.gpx?privacy=on&toUtcMs=${JUNE_UTC_MS + (TO - 10) * 1_000}`))
    expect(read).toHaveLength((await privacyOf('ride-a')).points.visible - 11)
    expect(await readGpx(await track(`ride-a/track.gpx?privacy=on&toUtcMs=${JUNE_UTC_MS + 110_000}`))).toEqual([])
  })

  it('is refused for any other word', async () => {
    expect((await server.get('/api/rides/ride-a/track.gpx?privacy=yes')).status).toBe(400)
  })
})
