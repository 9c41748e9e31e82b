/** Clips and bundles are made and taken along while the ride goes on: the recording does not feel it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Page } from '../../core/api/shapes.js'
import type { Clip, ClipWish } from '../../core/ride/clip.js'
import type { Segment } from '../../core/ride/footage.js'
import type { Now } from '../../core/ride/now.js'
import type { Ride } from '../../core/ride/ride.js'
import { filmNumbers, makeFilm } from '../fakes/camera-film.js'
import { ffmpeg } from '../fakes/clip.js'
import { eventually } from '../fakes/eventually.js'
import { type LiveClient, openLiveClient } from '../fakes/live-client.js'
import { get, type Spokecam, startSpokecam } from '../fakes/spokecam.js'

const IS_LONG = process.env['SPOKECAM_TEST'] === 'long'
const EXPORTS_S = 600
const SEGMENT_S = 8
const FPS = 24
const FILM_FRAMES = 10 * FPS
const CLIP_MS = 4_000
const SOON = { withinMs: 30_000 }
/** One after another: as it is, drawn into, encoded anew, with the other kind of track, with what is hidden left out. */
const KINDS: readonly Partial<ClipWish>[] = [
  {},
  { overlay: true },
  { exact: true },
  { telemetry: 'camm' },
  { privacy: true },
]

let folder: string
let spokecam: Spokecam
let token: string
let live: LiveClient
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'taken-along-'))
  const [raw, film] = [join(folder, 'film.h264'), join(folder, 'film.mp4')]
  await makeFilm(raw, { frames: FILM_FRAMES, fps: FPS })
  await ffmpeg(['-r', String(FPS), '-i', raw, '-c', 'copy', film])
  spokecam = await startSpokecam({
    GPS__SOURCE: 'simulator:?rateHz=5',
    CAMERAS: [{ name: 'front', source: `file:${film}` }],
    RECORDING__SEGMENT_SECONDS: String(SEGMENT_S),
  })
  token = await spokecam.pair()
  live = openLiveClient(spokecam.url, token)
}, 60_000)
afterEach(async () => {
  live.close()
  await spokecam.cleanUp()
  await rm(folder, { recursive: true, force: true })
})

const ask = (method: string, path: string, body?: object): Promise<Response> =>
  fetch(`${spokecam.url}/api${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
const rideNow = async (): Promise<Ride | undefined> => (await get<Page<Ride>>(spokecam, token, '/rides')).items[0]
const closedSegments = async (rideId: string): Promise<Segment[]> => {
  const segments: Segment[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const at: string = cursor === '' ? '' : `&cursor=${cursor}`
    const page: Page<Segment> = await get(spokecam, token, `/rides/${rideId}/segments?limit=100${at}`)
    segments.push(...page.items.filter(({ state }) => state === 'recorded' || state === 'tagged'))
    cursor = page.next
  }
  return segments
}

it.runIf(IS_LONG)(
  `${EXPORTS_S} s of exports in a loop cost the recording no frame and no fix`,
  {
    timeout: (EXPORTS_S + 180) * 1_000,
  },
  async () => {
    const ride = await eventually(async () => {
      const ride = await rideNow()
      return (
        ride !== undefined && (await closedSegments(ride.id)).filter(({ startUtcMs }) => startUtcMs).length >= 2 && ride
      )
    }, SOON)
    const endsMs = performance.now() + EXPORTS_S * 1_000
    let made = 0
    for (; performance.now() < endsMs || made < KINDS.length; made++) {
      const segments = (await closedSegments(ride.id)).filter(({ startUtcMs }) => startUtcMs !== null)
      const segment = segments[(made * 7) % segments.length]
      const fromUtcMs = (segment?.startUtcMs ?? 0) + ((made * 391) % 2_000)
      await takeAlong(ride.id, { ...KINDS[made % KINDS.length], fromUtcMs, toUtcMs: fromUtcMs + CLIP_MS })
    }

    const { cameras } = await get<Now>(spokecam, token, '/now')
    expect(cameras[0]).toMatchObject({ state: 'recording', gaps: 0, framesExpected: cameras[0]?.frames })
    const told = live.messages.flatMap((message) => (message.kind === 'fix' ? (message.fix.utcMs ?? []) : []))
    expect(told.length).toBeGreaterThan(EXPORTS_S * 4)
    await eventually(async () => {
      const gpx = await get<string>(spokecam, token, `/rides/${ride.id}/track.gpx`)
      return told.every((utcMs) => gpx.includes(new Date(utcMs).toISOString()))
    }, SOON)
    const numbers: number[] = []
    for (const { id } of await closedSegments(ride.id)) {
      const file = join(folder, 'segment.mp4.part')
      await writeFile(file, Buffer.from(await (await ask('GET', `/segments/${id}/video.mp4`)).arrayBuffer()))
      numbers.push(...(await filmNumbers(file)))
    }
    expect(numbers).toEqual(numbers.map((_, index) => index % FILM_FRAMES))
    process.stdout.write(`${made} clips and bundles beside ${numbers.length} frames and ${told.length} fixes\n`)
  },
)

/** Asks for a clip, waits until it is ready, fetches all there is of it, and removes it. */
async function takeAlong(rideId: string, wish: Partial<ClipWish>): Promise<void> {
  const asked = await ask('POST', `/rides/${rideId}/clips`, wish)
  expect(asked.status, await asked.clone().text()).toBe(202)
  const { id } = (await asked.json()) as Clip
  const clip = await eventually(async () => {
    const clip = await get<Clip>(spokecam, token, `/clips/${id}`)
    return ['ready', 'failed', 'canceled'].includes(clip.state) && clip
  }, SOON)
  expect(clip).toMatchObject({ state: 'ready', progress: 1 })
  const video = await ask('GET', `/clips/${id}/video.mp4`)
  expect((await video.arrayBuffer()).byteLength).toBe(clip.sizeBytes)
  expect(await get<string>(spokecam, token, `/clips/${id}/track.gpx`)).toContain('<trkpt')
  const bundle = await ask('GET', `/clips/${id}/bundle.zip`)
  expect((await bundle.arrayBuffer()).byteLength).toBe(Number(bundle.headers.get('content-length')))
  expect((await ask('DELETE', `/clips/${id}`)).status).toBe(204)
  expect((await ask('GET', `/clips/${id}`)).status).toBe(404)
}
