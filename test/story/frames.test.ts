/** No frame is lost from one segment to the next: every one carries its number, and no encoder is at work. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Now } from '../../core/ride/now.js'
import type { SegmentOnCard } from '../../core/store/footage.js'
import { openReader } from '../../core/store/store.js'
import { filmNumbers, makeFilm } from '../fakes/camera-film.js'
import { ffmpeg } from '../fakes/clip.js'
import { eventually } from '../fakes/eventually.js'
import { get, type Spokecam, startSpokecam } from '../fakes/spokecam.js'

const SEGMENTS = process.env['SPOKECAM_TEST'] === 'long' ? 30 : 5
const SEGMENT_SECONDS = 2
/** Not what the settings have where they are left out. */
const FPS = 24
/** Shorter than the ride: the film begins again and again, where a frame could be lost, too. */
const FILM_FRAMES = 10 * FPS
const CAMERAS = ['front', 'rear']

let folder: string
let spokecam: Spokecam
let token: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'frames-'))
  const [raw, film] = [join(folder, 'film.h264'), join(folder, 'film.mp4')]
  await makeFilm(raw, { frames: FILM_FRAMES, fps: FPS })
  await ffmpeg(['-r', String(FPS), '-i', raw, '-c', 'copy', film])
  spokecam = await startSpokecam({
    GPS__SOURCE: 'simulator:',
    CAMERAS: CAMERAS.map((name) => ({ name, source: `file:${film}` })),
    RECORDING__SEGMENT_SECONDS: String(SEGMENT_SECONDS),
  })
  token = await spokecam.pair()
}, 60_000)
afterEach(async () => {
  await spokecam.cleanUp()
  await rm(folder, { recursive: true, force: true })
})

it(`${SEGMENTS} segments of two cameras lack no frame, and the counts say so`, { timeout: 150_000 }, async () => {
  const enough = async () => (await closedSegments()).length >= CAMERAS.length * SEGMENTS
  await eventually(enough, { withinMs: (SEGMENTS * SEGMENT_SECONDS + 60) * 1_000 })
  const cameras = await eventually(
    async () => {
      const { cameras } = await get<Now>(spokecam, token, '/now')
      return cameras.every(({ frames }) => frames >= SEGMENTS * SEGMENT_SECONDS * FPS) && cameras
    },
    { withinMs: 5_000 },
  )
  for (const camera of cameras)
    expect(camera).toMatchObject({ state: 'recording', gaps: 0, framesExpected: camera.frames })

  const segments = await closedSegments()
  for (const camera of CAMERAS) {
    const own = segments.filter((segment) => segment.camera === camera)
    expect(own.length).toBeGreaterThanOrEqual(SEGMENTS)
    const numbers = (await Promise.all(own.map(({ file }) => filmNumbers(join(spokecam.data, 'footage', file))))).flat()
    expect(numbers).toEqual(numbers.map((_, index) => index % FILM_FRAMES))
  }
})

/** In order, of files that still bear the names they were recorded under or have been tagged since. */
async function closedSegments(): Promise<SegmentOnCard[]> {
  const reader = openReader(join(spokecam.data, 'rides.db'))
  if (reader === null) return []
  try {
    const [ride] = reader.rides({ limit: 1, cursor: null }).items
    const { items } = reader.segments(ride?.id ?? '', null, { limit: 100, cursor: null })
    return items.filter(({ state }) => state === 'recorded' || state === 'tagged')
  } finally {
    reader.close()
  }
}
