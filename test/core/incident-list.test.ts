/** The list of saved moments: whole, once, newest first, whatever cursor somebody makes up. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Incident } from '../../core/ride/incident.js'
import { UnknownCursor } from '../../core/store/listing.js'
import { openReader, type Reader, type Store, step } from '../../core/store/store.js'
import { addRide, openRides } from '../fakes/a-ride.js'
import { makeDataFolder } from '../fakes/a-server.js'

const COUNT = 43
const wanted = Array.from({ length: COUNT }, (_, index) => `incident-${COUNT - index}`)
let folder: string
let store: Store
let reader: Reader

beforeAll(async () => {
  folder = await makeDataFolder()
  store = await openRides(folder)
  await addRide(store, { fromSecond: 0, toSecond: 1_500 })
  await store.beginBoot('the boot after')
  const moment = { beforeMs: 0, afterMs: 0, cause: 'rider', key: null, note: null } as const
  // The last lies in the second boot, at a moment that is earlier on its clock; the others come out of order.
  const moments = Array.from({ length: COUNT }, (_, index) => ({
    ...{ ...moment, id: `incident-${index + 1}`, bootNumber: index === COUNT - 1 ? 2 : 1 },
    atMonoMs: index === COUNT - 1 ? 50 : 100 + index * 100_000,
  }))
  await store.together([...moments].reverse().map((one) => step('markIncident', one)))
  const opened = openReader(join(folder, 'rides.db'))
  if (opened === null) throw new Error('there is no catalogue')
  reader = opened
})
afterAll(async () => {
  reader.close()
  await store.close()
  await rm(folder, { recursive: true, force: true })
})

it.each([1, 2, 42, 43, 44, 100])('comes whole and once in pages of %d, newest first', (limit) => {
  const seen: string[] = []
  let cursor: string | null = null
  do {
    const page: { items: Incident[]; next: string | null } = reader.incidents({ limit, cursor })
    expect(page.items.length).toBeLessThanOrEqual(limit)
    seen.push(...page.items.map(({ id }) => id))
    cursor = page.next
  } while (cursor !== null)
  expect(seen).toEqual(wanted)
})

it('is cut to one ride', () => {
  const { items } = reader.incidents({ limit: 100, cursor: null }, 'ride-a')
  expect(items.map(({ id }) => id)).toEqual(wanted.slice(-15))
  expect(reader.ride('ride-a')?.incidents).toBe(15)
  expect(reader.incidents({ limit: 100, cursor: null }, 'ride-x').items).toEqual([])
})

it.each(['nonsense', '', '[1,2]', '[1,2,3,4]', '[1,2,null]', '[1,2,[3]]', '{"0":1}'])('knows no cursor %j', (key) => {
  const cursor = Buffer.from(key).toString('base64url')
  expect(() => reader.incidents({ limit: 10, cursor })).toThrow(UnknownCursor)
  expect(() => reader.incidents({ limit: 10, cursor: key })).toThrow(UnknownCursor)
})

it.each(['["x\' OR 1=1 --",1,1]', '[1e308,-1e308,0.5]', '["","",""]'])(
  'is not harmed by a made-up cursor %s',
  (key) => {
    const cursor = Buffer.from(key).toString('base64url')
    expect(reader.incidents({ limit: 10, cursor }).items.length).toBeLessThanOrEqual(10)
  },
)
