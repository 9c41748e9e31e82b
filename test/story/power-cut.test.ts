/** The battery is pulled while two cameras record; the next start records at once and says what was lost. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import type { Page } from '../../core/api/shapes.js'
import type { Segment } from '../../core/ride/footage.js'
import type { Now } from '../../core/ride/now.js'
import type { Ride } from '../../core/ride/ride.js'
import { openForWriting } from '../../core/store/database.js'
import { CATALOGUE } from '../../core/store/migrations.js'
import { eventually } from '../fakes/eventually.js'
import { get, processesWith, SMALL_CAMERA, type Spokecam, startSpokecam } from '../fakes/spokecam.js'

const SOON = { withinMs: 20_000 }
const SETTINGS = {
  GPS__SOURCE: 'simulator:?rateHz=5',
  CAMERAS: [SMALL_CAMERA, { ...SMALL_CAMERA, name: 'rear' }],
  RECORDING__SEGMENT_SECONDS: '3',
}
let spokecam: Spokecam
afterEach(() => spokecam.cleanUp())

/** Nobody closes anything: the recorders go with the device. What a card loses of that is told by test/power-cut. */
async function pullTheBattery(): Promise<void> {
  const running = (await processesWith(spokecam.data)).sort((one, other) => other.pid - one.pid)
  for (const { pid } of running) process.kill(pid, 'SIGKILL')
  await eventually(async () => (await processesWith(spokecam.data)).length === 0, SOON)
}

/** The boot that was is another one now; answers the segments that are known. */
function bootAnew(bootNumber: number): string[] {
  const database = openForWriting(join(spokecam.data, 'rides.db'), CATALOGUE)
  database.prepare('UPDATE boots SET bootId = ? WHERE number = ?').run(`boot ${bootNumber}, gone`, bootNumber)
  const segments = database.prepare<[], { id: string }>('SELECT id FROM segments').all()
  database.close()
  return segments.map(({ id }) => id)
}

it.runIf(process.env['SPOKECAM_TEST'] === 'long')(
  'after a power cut it records at once, takes in what was left and says what was lost',
  {
    timeout: 90_000,
  },
  async () => {
    spokecam = await startSpokecam(SETTINGS)
    const first = await spokecam.pair()
    const segmentsOf = async (token: string): Promise<readonly Segment[]> => {
      const { items } = await get<Page<Ride>>(spokecam, token, '/rides')
      const pages = items.map(({ id }) => get<Page<Segment>>(spokecam, token, `/rides/${id}/segments?limit=100`))
      return (await Promise.all(pages)).flatMap((page) => page.items)
    }
    await eventually(async () => (await segmentsOf(first)).some(({ state }) => state === 'tagged'), SOON)
    await eventually(
      async () => (await segmentsOf(first)).some(({ state, frames }) => state === 'recording' && frames > 9),
      SOON,
    )
    const cutUtcMs = (await get<Now>(spokecam, first, '/now')).utcMs ?? 0
    await pullTheBattery()
    const before = bootAnew(1)
    // More than it would like to look through before it records.
    const days = join(spokecam.data, 'footage/2026-01-01')
    await mkdir(days, { recursive: true })
    for (let number = 1; number < 30; number++)
      await writeFile(join(days, `side-2026-01-01T0000${10 + number}Z-0000${10 + number}.mp4`), '')

    spokecam = await startSpokecam(SETTINGS, spokecam.data)
    const token = await spokecam.pair()
    const now = () => get<Now>(spokecam, token, '/now')
    await eventually(async () => (await now()).cameras.every(({ state }) => state === 'recording'), SOON)
    const told = await eventually(async () => {
      const cut = (await now()).lastPowerCut
      return cut?.lostMs == null ? null : cut
    }, SOON)
    expect(told.lostMs).toBeGreaterThan(0)
    expect(told.lostMs).toBeLessThan(3_000)
    expect(Math.abs((told.utcMs ?? 0) - cutUtcMs)).toBeLessThan(3_000)

    const ofBefore = await eventually(async () => {
      const all = (await segmentsOf(token)).filter(({ id }) => before.includes(id))
      return all.length > 0 && all.every(({ state }) => state === 'tagged') ? all : null
    }, SOON)
    expect(ofBefore.length).toBeGreaterThan(2)
    // No number is used twice, and whoever ends it as it should has no power cut.
    const ids = (await segmentsOf(token)).map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(await spokecam.end()).toBe(0)
    bootAnew(2)
    spokecam = await startSpokecam(SETTINGS, spokecam.data)
    expect((await get<Now>(spokecam, await spokecam.pair(), '/now')).lastPowerCut).toBeNull()
  },
)
