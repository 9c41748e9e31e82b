/** The card gives trouble in the middle of a ride: what goes, what stays, and that the ride goes on. */
import { existsSync } from 'node:fs'
import { copyFile, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Page } from '../../core/api/shapes.js'
import { standInFolder } from '../../core/process/stand-in.js'
import type { Segment } from '../../core/ride/footage.js'
import type { Incident } from '../../core/ride/incident.js'
import type { Now } from '../../core/ride/now.js'
import type { Ride } from '../../core/ride/ride.js'
import { openReader, type Reader } from '../../core/store/store.js'
import { eventually } from '../fakes/eventually.js'
import { type LiveClient, openLiveClient } from '../fakes/live-client.js'
import { openSmallCard, type SmallCard } from '../fakes/small-card.js'
import { get, SMALL_CAMERA, type Spokecam, startSpokecam } from '../fakes/spokecam.js'
import { type LoggedCard, makeImage, openCardAfter, openLoggedCard } from '../power-cut/card.js'
import { whyNoCards } from '../power-cut/mounts.js'

const SOON = { withinMs: 25_000 }
const MIB = 1024 * 1024
const why = whyNoCards()
const SETTINGS = {
  GPS__SOURCE: 'simulator:?rateHz=5',
  CAMERAS: [SMALL_CAMERA],
  RECORDING__SEGMENT_SECONDS: '3',
}

let spokecam: Spokecam
let token: string
let live: LiveClient

async function ride(card: SmallCard | LoggedCard, settings: Readonly<Record<string, unknown>> = {}): Promise<void> {
  const data = join(card.folder, 'data')
  spokecam = await startSpokecam({ ...SETTINGS, ...settings }, data, card.mounts.enter)
  token = await spokecam.pair()
  live = openLiveClient(spokecam.url, token)
}

const now = () => get<Now>(spokecam, token, '/now')
const segments = async (): Promise<readonly Segment[]> => {
  const [ride] = (await get<Page<Ride>>(spokecam, token, '/rides')).items
  if (ride === undefined) return []
  return (await get<Page<Segment>>(spokecam, token, `/rides/${ride.id}/segments?limit=100`)).items
}
const inState = async (state: Segment['state']): Promise<number[]> =>
  (await segments()).filter((segment) => segment.state === state).map(({ number }) => number)
const fixesTold = (): number[] =>
  live.messages.flatMap((message) => (message.kind === 'fix' ? (message.fix.utcMs ?? []) : []))
const fixesKept = async (): Promise<(utcMs: number) => boolean> => {
  const [ride] = (await get<Page<Ride>>(spokecam, token, '/rides')).items
  const gpx = await get<string>(spokecam, token, `/rides/${ride?.id}/track.gpx`)
  return (utcMs) => gpx.includes(new Date(utcMs).toISOString())
}
/** The catalogue of a card that nobody writes any more: a reader of SQLite's finds it only under a name without namespaces. */
async function catalogueOn(cardFolder: string, folder: string): Promise<Reader> {
  for (const part of ['', '-wal', '-shm']) {
    await copyFile(join(cardFolder, `data/rides.db${part}`), join(folder, `rides.db${part}`)).catch(() => {})
  }
  const reader = openReader(join(folder, 'rides.db'))
  if (reader === null) throw new Error('there is no catalogue on the card')
  return reader
}
const save = async (): Promise<Incident> => {
  const answer = await fetch(`${spokecam.url}/api/incidents`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
  })
  if (!answer.ok) throw new Error(`not saved: ${answer.status} ${await answer.text()}`)
  return (await answer.json()) as Incident
}

describe.skipIf(why !== null)(`a card that fills${why === null ? '' : `, skipped: it ${why}`}`, () => {
  let card: SmallCard
  beforeEach(async () => {
    card = await openSmallCard(400)
  })
  afterEach(async () => {
    live?.close()
    await spokecam?.cleanUp()
    await card.close()
  })

  it.runIf(process.env['SPOKECAM_TEST'] === 'long')(
    'loses its oldest video, but for what was saved, and not a frame of what is recorded',
    async () => {
      await ride(card, { KEEP__FREE_PERCENT: '50', INCIDENT__BEFORE_SECONDS: '1', INCIDENT__AFTER_SECONDS: '0' })
      await eventually(async () => (await inState('tagged')).length >= 2, SOON)
      const saved = await save()
      expect(saved.segments.length).toBeGreaterThan(0)
      await eventually(async () => (await inState('tagged')).length >= 3, SOON)
      await card.fillUpTo(195 * MIB)
      await eventually(async () => (await inState('swept')).length >= 3, SOON)

      const told = await segments()
      const gone = told.filter(({ state }) => state === 'swept')
      const kept = told.filter(({ kept }) => kept)
      expect(kept.map(({ id }) => id)).toEqual(saved.segments)
      expect(gone.some(({ kept }) => kept)).toBe(false)
      // The oldest first: behind the last that went nothing older is left but what is kept.
      const lastGone = Math.max(...gone.map(({ number }) => number))
      expect(told.filter(({ number, kept, state }) => number < lastGone && !kept && state !== 'swept')).toEqual([])
      // A row goes before its file; its track stays.
      const filesOf = async ({ number }: Segment): Promise<string[]> => {
        const names = await readdir(join(card.folderFromOutside, 'data/footage'), { recursive: true })
        const own = names.filter(
          (name) => basename(name).startsWith('front-') && name.includes(`-${String(number).padStart(6, '0')}.`),
        )
        return [...new Set(own.map((name) => name.slice(name.lastIndexOf('.'))))].sort()
      }
      for (const segment of gone) {
        // The last of them has only just closed.
        await eventually(async () => (await filesOf(segment)).join() === '.gpx,.json', SOON)
      }
      for (const segment of kept) expect(await filesOf(segment)).toContain('.mp4')
      const { cameras, storage } = await now()
      expect(cameras[0]).toMatchObject({ state: 'recording', gaps: 0 })
      expect(cameras[0]?.frames).toBe(cameras[0]?.framesExpected)
      expect(storage.keptBytes).toBeGreaterThan(0)
    },
    90_000,
  )

  it('with what is kept, then to the last byte by somebody else, ends the video and not the ride, and loses nothing told', async () => {
    await ride(card, { KEEP__FREE_PERCENT: '0' })
    await eventually(async () => (await inState('tagged')).length >= 1, SOON)
    const device = await spokecam.child('device')
    const { segments: saved } = await save()
    await card.fillUpTo(40 * MIB)
    await eventually(async () => (await now()).cameras[0]?.state === 'failed', SOON)
    const full = await now()
    expect(full.cameras[0]?.reason).toBe('the card is full of what is kept')
    expect(full.storage.state).toBe('full')
    expect(spokecam.start.said()).toContain('video stops, the track goes on')
    expect(await inState('swept')).toEqual([])

    await card.fillUpTo(0)
    const before = fixesTold().length
    await eventually(() => fixesTold().length > before + 25, SOON)

    await card.fillUpTo(300 * MIB)
    await eventually(async () => (await now()).cameras[0]?.state === 'recording', SOON)
    const told = fixesTold()
    await eventually(async () => told.every(await fixesKept()), SOON)
    expect(await spokecam.child('device')).toBe(device)
    const kept = (await segments()).filter(({ kept }) => kept).map(({ id }) => id)
    expect(kept).toEqual(expect.arrayContaining([...saved]))
  }, 120_000)
})

describe.skipIf(why !== null)(`a card that takes nothing any more${why === null ? '' : `, skipped: it ${why}`}`, () => {
  let folder: string
  let card: LoggedCard
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bad-card-'))
    await makeImage(join(folder, 'blank'), 600)
    card = await openLoggedCard({ blankImage: join(folder, 'blank'), folder })
  })
  afterEach(async () => {
    live?.close()
    await spokecam?.cleanUp()
    await card.close()
    await rm(folder, { recursive: true, force: true })
  })

  it('ends the video; the ride is live on, its last half hour can be had, and what was told before is on the card', async () => {
    await ride(card, { KEEP__FREE_PERCENT: '0' })
    await eventually(async () => (await inState('tagged')).length >= 1, SOON)
    const incident = await save()
    const device = await spokecam.child('device')
    const toldBefore = fixesTold()
    await sleep(2_000) // A commit comes once a second.
    await card.breakDown()
    await eventually(async () => (await now()).storage.state === 'failed', SOON)
    const failed = await now()
    expect(failed.cameras[0]).toMatchObject({ state: 'failed', reason: 'the card cannot be written' })
    const before = fixesTold().length
    await eventually(() => fixesTold().length > before + 25, SOON)

    const told = fixesTold()
    const recalled = await get<string>(spokecam, token, '/live/track.gpx')
    expect(told.filter((utcMs) => !recalled.includes(new Date(utcMs).toISOString()))).toEqual([])
    const saving = await fetch(`${spokecam.url}/api/incidents`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
    })
    expect([409, 503]).toContain(saving.status)
    expect(await spokecam.child('device')).toBe(device)
    expect((spokecam.start.said().match(/begun again/g) ?? []).length).toBeLessThan(6)

    await spokecam.end()
    const writes = (await card.logSoFar()).flatMap((record) => (record.kind === 'write' ? record : []))
    const after = await openCardAfter(join(folder, 'blank'), writes, await mkdtemp(join(folder, 'after-')))
    const reader = await catalogueOn(after.folderFromOutside, folder)
    const [last] = reader.rides({ limit: 1, cursor: null }).items
    const kept = new Set([...reader.pointsOf(last?.id ?? '')].map(({ utcMs }) => utcMs))
    expect(toldBefore.filter((utcMs) => !kept.has(utcMs))).toEqual([])
    expect(reader.incident(incident.id)?.segments).toEqual(expect.arrayContaining([...incident.segments]))
    reader.close()
    await after.close()
  }, 120_000)
})

describe.skipIf(why !== null)(`a card that can only be read${why === null ? '' : `, skipped: it ${why}`}`, () => {
  let card: SmallCard
  beforeEach(async () => {
    card = await openSmallCard(400)
  })
  afterEach(async () => {
    live?.close()
    await spokecam?.cleanUp()
    await card.close()
  })

  it('keeps nobody from riding: live and in memory, told as not recorded, and recorded once it can be written', async () => {
    await ride(card)
    await eventually(async () => (await inState('tagged')).length >= 1, SOON)
    const before = await get<Page<Ride>>(spokecam, token, '/rides')
    await spokecam.end()
    live.close()
    await card.remount('ro')

    const settings = { ...SETTINGS, GPS__SOURCE: 'simulator:?rateHz=5' }
    spokecam = await startSpokecam(settings, join(card.folder, 'data'), card.mounts.enter)
    // The phone is paired: its token is known, though nothing can be written.
    live = openLiveClient(spokecam.url, token)
    await eventually(async () => (await now()).storage.state === 'failed', SOON)
    const { cameras, ride: inMemory } = await now()
    expect(cameras[0]).toMatchObject({ state: 'failed', reason: 'the card cannot be written' })
    expect(inMemory).not.toBeNull()
    await eventually(() => fixesTold().length > 20, SOON)
    const recalled = await get<string>(spokecam, token, '/live/track.gpx')
    expect(
      fixesTold()
        .slice(0, 15)
        .every((utcMs) => recalled.includes(new Date(utcMs).toISOString())),
    ).toBe(true)
    await expect(save()).rejects.toThrow('the card cannot be written')
    expect((await get<Page<Ride>>(spokecam, token, '/rides')).items.map(({ id }) => id)).toEqual(
      before.items.map(({ id }) => id),
    )
    const device = await spokecam.child('device')
    expect(spokecam.start.said()).not.toMatch(/(device|server) failed, begun again/)

    await card.remount('rw')
    await eventually(async () => (await now()).cameras[0]?.state === 'recording', SOON)
    expect((await now()).storage.state).toBe('ok')
    expect(await spokecam.child('device')).toBe(device)
    expect((await save()).id).not.toBe('')

    await spokecam.end()
    const data = join(card.folder, 'data')
    expect((['device', 'server'] as const).filter((of) => existsSync(standInFolder(data, of)))).toEqual([])
  }, 120_000)
})
