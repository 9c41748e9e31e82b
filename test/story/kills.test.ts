/** Processes die in the middle of a ride, without a word: what each death costs, and that `start` mends it. */
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Page as ListPage } from '../../core/api/shapes.js'
import type { Segment } from '../../core/ride/footage.js'
import type { Now } from '../../core/ride/now.js'
import type { Ride } from '../../core/ride/ride.js'
import { openReader } from '../../core/store/store.js'
import { framesIn, readIndex } from '../../core/video/video-index.js'
import { eventually } from '../fakes/eventually.js'
import { get, processesWith, SMALL_CAMERA, type Spokecam, startSpokecam } from '../fakes/spokecam.js'

/** Restarts take a second or two; how long exactly is told by the benchmark. */
const SOON = { withinMs: 15_000 }

let spokecam: Spokecam
let token: string

beforeEach(async () => {
  spokecam = await startSpokecam({
    GPS__SOURCE: 'simulator:?rateHz=5',
    CAMERAS: [SMALL_CAMERA],
    RECORDING__SEGMENT_SECONDS: '3',
  })
  token = await spokecam.pair()
  await eventually(async () => (await segments()).filter(({ state }) => state === 'tagged').length > 0, SOON)
}, 40_000)
afterEach(() => spokecam.cleanUp())

const now = () => get<Now>(spokecam, token, '/now')
const rides = async () => (await get<ListPage<Ride>>(spokecam, token, '/rides')).items
const segments = async (): Promise<readonly Segment[]> => {
  const [ride] = await rides()
  if (ride === undefined) return []
  return (await get<ListPage<Segment>>(spokecam, token, `/rides/${ride.id}/segments?limit=100`)).items
}
/** Whole fragments of a growing file, as anybody would find them in it. */
const framesOnCard = async (number: number): Promise<number> => {
  const name = `front-${String(number).padStart(6, '0')}.mp4`
  return eventually(async () => {
    const file = await open(join(spokecam.data, 'footage/boot-000001', name))
    const frames = framesIn(await readIndex(file))
    await file.close()
    return frames
  }, SOON)
}
const recorders = async () =>
  (await processesWith(spokecam.data)).filter(({ words }) => words[0] === 'ffmpeg' && words.includes('-segment_list'))
const kill = async (name: 'device' | 'server'): Promise<void> => {
  const pid = await spokecam.child(name)
  if (pid === null) throw new Error(`${name} does not run`)
  process.kill(pid, 'SIGKILL')
  await eventually(async () => ((await spokecam.child(name)) ?? pid) !== pid, SOON)
}
const isServed = async (): Promise<boolean> => (await fetch(`${spokecam.url}/api/health`)).ok

describe('kill -9', () => {
  it('of the server costs no fix and no frame, and it is back at the same address', async () => {
    await kill('server')
    await eventually(isServed, SOON)
    const before = (await segments()).length
    await eventually(async () => (await segments()).filter(({ state }) => state === 'tagged').length > before + 1, SOON)

    const [ride] = await rides()
    const reader = openReader(`${spokecam.data}/rides.db`)
    const times = [...(reader?.pointsOf(ride?.id ?? '') ?? [])].map(({ utcMs }) => utcMs ?? 0)
    reader?.close()
    expect(times.length).toBeGreaterThan(30)
    expect(times.slice(1).map((utcMs, index) => utcMs - (times[index] ?? 0))).toEqual(times.slice(1).map(() => 200))

    const closed = (await segments()).filter(({ state }) => state === 'tagged')
    expect(closed.map(({ frames }) => frames)).toEqual(closed.map(() => 3 * SMALL_CAMERA.fps))
    expect(closed.map(({ number }) => number)).toEqual(closed.map((_, index) => index + 1))
    expect((await now()).cameras[0]).toMatchObject({ gaps: 0, state: 'recording' })
  }, 60_000)

  it('of the device costs at most the open second, and one recorder records the same ride again', async () => {
    const [ride] = await rides()
    const before = await now()
    const numberThen = Math.max(...(await segments()).map(({ number }) => number))
    const framesThen = await framesOnCard(numberThen)
    await kill('device')
    await eventually(async () => (await now()).uptimeMs > before.uptimeMs + 1_000, SOON)
    await eventually(async () => (await now()).deviceSeenMsAgo < 1_000, SOON)
    await eventually(async () => (await recorders()).length === 1, SOON)
    await eventually(async () => (await now()).cameras[0]?.state === 'recording', SOON)
    expect(await recorders()).toHaveLength(1)

    const taken = await eventually(async () => {
      return (await segments()).find(({ number, state }) => number === numberThen && state === 'tagged')
    }, SOON)
    // Every second that was whole is kept; how much of the open one is lost is told by the benchmark.
    expect(framesThen).toBeGreaterThan(0)
    expect(taken.frames).toBeGreaterThanOrEqual(framesThen)
    expect((await rides()).map(({ id }) => id)).toEqual([ride?.id])
    await eventually(async () => (await segments()).some(({ number }) => number > numberThen), SOON)
  }, 60_000)

  it('of start leaves no process behind', async () => {
    expect((await recorders()).length).toBe(1)
    process.kill(spokecam.start.pid, 'SIGKILL')
    await eventually(async () => (await processesWith(spokecam.data)).length === 0, SOON)
  }, 40_000)

  it.runIf(process.env['SPOKECAM_TEST'] === 'long')(
    'of the recorder alone is mended by the device, which takes in what it left',
    async () => {
      const [recorder] = await recorders()
      process.kill(recorder?.pid ?? 0, 'SIGKILL')
      await eventually(async () => (await now()).cameras[0]?.gaps === 1, SOON)
      await eventually(async () => (await now()).cameras[0]?.state === 'recording', SOON)
      await eventually(async () => (await segments()).filter(({ state }) => state === 'recording').length === 1, SOON)
      // What was missed meanwhile is not hidden.
      const camera = (await now()).cameras[0]
      expect(camera?.framesExpected).toBeGreaterThan(camera?.frames ?? 0)
      expect(await recorders()).toHaveLength(1)
    },
    40_000,
  )
})

describe('Ctrl-C', () => {
  it.runIf(process.env['SPOKECAM_TEST'] === 'long')(
    'stops everything, closes the last file and leaves nothing to mend',
    async () => {
      expect(await spokecam.end()).toBe(0)
      expect(await processesWith(spokecam.data)).toEqual([])
      const reader = openReader(`${spokecam.data}/rides.db`)
      expect(reader?.segmentsInState('recording', 1, 10)).toEqual([])
      reader?.close()
    },
    40_000,
  )
})
