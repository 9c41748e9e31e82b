/** Moments as the device saves them: with what is recorded in this very second, whoever can be told of it. */
import { rm } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { News, Wish } from '../../core/link/messages.js'
import { type Batch, openBatch } from '../../core/store/batch.js'
import { type Store, step } from '../../core/store/store.js'
import { createHolds } from '../../device/footage/holds.js'
import { createIncidents, type Incidents } from '../../device/incidents.js'
import { grant } from '../../device/wishes.js'
import { addRide, addSegment, openRides } from '../fakes/a-ride.js'
import { makeDataFolder } from '../fakes/a-server.js'
import { fixAt, JUNE_UTC_MS } from '../fakes/readings.js'

let folder: string
let store: Store
let batch: Batch
let incidents: Incidents
let news: News[]
let said: string[]
let isDeaf: boolean

beforeEach(async () => {
  folder = await makeDataFolder()
  store = await openRides(folder)
  await addRide(store, { fromSecond: 100, toSecond: 190, hasEnded: false })
  said = []
  news = []
  isDeaf = false
  const log = {
    info: () => {},
    warn: (words: string) => void said.push(words),
    error: (words: string) => void said.push(words),
  }
  batch = openBatch(store, log)
  incidents = createIncidents({
    ...{ bootNumber: 1, settings: { beforeSeconds: 30, afterSeconds: 10 }, store, batch, log },
    tell: (item) => {
      if (isDeaf) throw new Error('nobody is there')
      news.push(item)
    },
    tellRide: async (id: string) => void news.push({ kind: 'ride', ride: (await store.ride(id)) ?? never() }),
    nowMonoMs: () => 200_000,
    newId: () => `incident-${news.length}`,
  })
})
afterEach(async () => {
  await store.close().catch(() => {}) // One test has closed it.
  await rm(folder, { recursive: true, force: true })
})

const never = (): never => {
  throw new Error('there is no such thing')
}
const nothing = async () => {}
const wish = (asked: Wish) =>
  grant(
    asked,
    {},
    {
      ...{ holds: createHolds(), recall: () => ({ points: [], isLast: true }), isInMemory: false },
      ...{
        store,
        incidents,
        setRecording: nothing,
        offerClock: nothing,
        takeImport: async () => ({ kind: 'done' }),
        changeSettings: async () => ({ kind: 'done' }),
      },
      tellRide: async (id: string) => void news.push({ kind: 'ride', ride: (await store.ride(id)) ?? never() }),
    },
  )

describe('a moment', () => {
  it('has the fix and the segment of this very second, which wait for the next commit', async () => {
    const opened = { camera: 'front', number: 7, bootNumber: 1, rideId: 'ride-a', startUncertaintyMs: 20 }
    batch.add(
      step('addFixes', 'ride-a', 1, [{ fix: fixAt(200, 500), utcMs: null, leftOut: null }]),
      step('openSegment', { ...opened, startMonoMs: 198_000, file: 'boot-000001/front-000007.mp4' }),
      step('growSegment', 'front-000007', 1_000, 10, 1_000),
    )
    const marked = await incidents.mark({ cause: 'crash', atMonoMs: 200_000, key: null, note: null })
    expect(marked).toEqual({ kind: 'incident', incidentId: 'incident-0' })
    expect(await store.incident('incident-0')).toMatchObject({
      ...{ cause: 'crash', rideId: 'ride-a', beforeMs: 30_000, afterMs: 10_000, segments: ['front-000007'] },
      lonDeg: fixAt(200, 500).lonDeg,
    })
    expect(await store.segment('front-000007')).toMatchObject({ kept: true, state: 'recording' })
    expect(news.map(({ kind }) => kind)).toEqual(['incident', 'segment', 'ride'])
  })

  it('of the rider is so many seconds ago', async () => {
    await incidents.markByRider({ key: null, secondsAgo: 12.5, note: null })
    expect(await store.incident('incident-0')).toMatchObject({ cause: 'rider', atUtcMs: JUNE_UTC_MS + 187_500 })
  })

  it('is saved although nobody can be told', async () => {
    isDeaf = true
    expect(await incidents.mark({ cause: 'button', atMonoMs: 1, key: null, note: null })).toMatchObject({
      kind: 'incident',
    })
    expect(said).toEqual(['a saved moment could not be told'])
  })

  it('is refused in words where the catalogue is gone, and nothing is thrown', async () => {
    await store.close()
    expect(await incidents.mark({ cause: 'braking', atMonoMs: 1, key: null, note: null })).toEqual({
      ...{ kind: 'refused', reason: 'the catalogue on the card cannot be written' },
    })
    expect(said).toContain('a moment could not be saved')
  })
})

describe('a wish', () => {
  it('notes a moment and takes it away, and everybody hears what changed', async () => {
    await addSegment(store, { number: 1, file: 'boot-000001/front-000001.mp4', rideId: 'ride-a', second: 195 })
    await wish({ kind: 'mark-incident', key: 'k', secondsAgo: 0, note: null })
    news.length = 0
    expect(await wish({ kind: 'note-incident', incidentId: 'incident-0', note: 'bus' })).toEqual({ kind: 'done' })
    expect(news[0]).toMatchObject({ kind: 'incident', incident: { note: 'bus' } })
    news.length = 0
    expect(await wish({ kind: 'delete-incident', incidentId: 'incident-0' })).toEqual({ kind: 'done' })
    expect(news).toMatchObject([
      { kind: 'segment', segment: { id: 'front-000001', kept: false } },
      { kind: 'ride', ride: { incidents: 0 } },
    ])
    expect(await wish({ kind: 'delete-incident', incidentId: 'incident-0' })).toEqual({ kind: 'unknown' })
    expect(await wish({ kind: 'note-incident', incidentId: 'incident-0', note: 'x' })).toEqual({ kind: 'unknown' })
  })

  it('keeps a ride, and everybody hears it', async () => {
    expect(await wish({ kind: 'keep-ride', rideId: 'ride-a', isKept: true })).toEqual({ kind: 'done' })
    expect(news).toMatchObject([{ kind: 'ride', ride: { id: 'ride-a', kept: true } }])
    expect(await wish({ kind: 'keep-ride', rideId: 'ride-x', isKept: true })).toEqual({ kind: 'unknown' })
  })
})
