/** A moment is saved and the battery is pulled the instant it is answered: it is there, and so is what is around it. */
import { afterEach, expect, it } from 'vitest'
import type { Page } from '../../core/api/shapes.js'
import type { Segment } from '../../core/ride/footage.js'
import type { Incident } from '../../core/ride/incident.js'
import type { Ride } from '../../core/ride/ride.js'
import { eventually } from '../fakes/eventually.js'
import { get, processesWith, SMALL_CAMERA, type Spokecam, startSpokecam } from '../fakes/spokecam.js'

const SOON = { withinMs: 20_000 }
const SETTINGS = {
  GPS__SOURCE: 'simulator:?rateHz=5',
  CAMERAS: [SMALL_CAMERA],
  RECORDING__SEGMENT_SECONDS: '2',
  INCIDENT__BEFORE_SECONDS: '3',
  // Longer than any restart takes on a busy machine: what is recorded then is still to come now.
  INCIDENT__AFTER_SECONDS: '60',
}
let spokecam: Spokecam
let token: string
afterEach(() => spokecam.cleanUp())

async function save(key: string): Promise<Incident> {
  const headers = { authorization: `Bearer ${token}`, 'idempotency-key': key }
  const answer = await fetch(`${spokecam.url}/api/incidents`, { method: 'POST', headers })
  expect(answer.status).toBe(201)
  return (await answer.json()) as Incident
}
const incidents = async () => (await get<Page<Incident>>(spokecam, token, '/incidents')).items
const segments = async (): Promise<readonly Segment[]> => {
  const { items } = await get<Page<Ride>>(spokecam, token, '/rides')
  const pages = items.map(({ id }) => get<Page<Segment>>(spokecam, token, `/rides/${id}/segments?limit=100`))
  return (await Promise.all(pages)).flatMap((page) => page.items)
}

it('a moment that was answered outlives the end of everything, with what was around it and what came after', {
  timeout: 90_000,
}, async () => {
  spokecam = await startSpokecam(SETTINGS)
  token = await spokecam.pair()
  const before = await eventually(async () => {
    const all = await segments()
    return all.filter(({ state }) => state === 'tagged').length >= 3 && all.at(-1)?.state === 'recording' ? all : null
  }, SOON)

  const saved = await save('touch 1')
  const running = (await processesWith(spokecam.data)).sort((one, other) => other.pid - one.pid)
  for (const { pid } of running) process.kill(pid, 'SIGKILL')
  await eventually(async () => (await processesWith(spokecam.data)).length === 0, SOON)
  expect(saved).toMatchObject({ cause: 'rider', beforeMs: 3_000, afterMs: 60_000, latDeg: expect.any(Number) })
  expect(saved.segments.length).toBeGreaterThanOrEqual(2)
  const atUtcMs = saved.atUtcMs ?? 0

  spokecam = await startSpokecam(SETTINGS, spokecam.data)
  token = await spokecam.pair()
  // One that nobody had begun yet is there, and what was left open is taken in and tagged.
  const after = await eventually(async () => {
    const all = await segments()
    const isNew = ({ id }: Segment): boolean => !before.some((one) => one.id === id) && !saved.segments.includes(id)
    const left = all.filter((segment) => !isNew(segment))
    return all.some(isNew) && left.every(({ state }) => state === 'tagged') ? all : null
  }, SOON)

  const kept = after.filter((segment) => segment.kept).map(({ id }) => id)
  expect(kept).toEqual(after.filter((segment) => isAround(segment, atUtcMs)).map(({ id }) => id))
  // What was growing when it was saved is among them, and one that nobody had begun yet; the first of the ride is not.
  expect(kept).toContain(before.at(-1)?.id)
  expect(kept).toContain(after.at(-1)?.id)
  expect(kept).not.toContain(before[0]?.id)
  const [there, ...others] = await incidents()
  expect(others).toEqual([])
  expect(there).toEqual({ ...saved, atUtcMs: expect.closeTo(atUtcMs, -2), segments: expect.arrayContaining(kept) })
  expect((await save('touch 1')).id).toBe(saved.id)
  expect((await get<Page<Ride>>(spokecam, token, '/rides')).items[0]).toMatchObject({ incidents: 1 })
})

/** Whether it lies within 3 s before and 60 s after a moment, as far as its start is known. */
function isAround({ startUtcMs, startUncertaintyMs, durationMs }: Segment, atUtcMs: number): boolean {
  const slackMs = startUncertaintyMs ?? 0
  const startMs = startUtcMs ?? 0
  return startMs + durationMs + slackMs >= atUtcMs - 3_000 && startMs - slackMs <= atUtcMs + 60_000
}
