import { mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Log } from '../../core/process/log.js'
import { openStore } from '../../core/store/store.js'
import { openCatalogue } from '../../server/http/catalogue.js'
import { addRide } from '../fakes/a-ride.js'
import { eventually } from '../fakes/eventually.js'

let folder: string
let file: string
const quiet: Log = { info: () => {}, warn: () => {}, error: () => {} }
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'served-'))
  file = join(folder, 'rides.db')
})
afterEach(() => rm(folder, { recursive: true }))

async function makeCatalogue(path: string, rideId: string): Promise<void> {
  const store = await openStore(path)
  await addRide(store, { id: rideId })
  await store.close()
}

it('a catalogue that another has taken the place of is not read for ever, nor one that is gone', async () => {
  await makeCatalogue(file, 'old')
  const catalogue = openCatalogue(file, quiet)
  const rides = () =>
    catalogue.askOr((reading) => reading.rides({ limit: 9, cursor: null }).items.map(({ id }) => id), [])
  expect(rides()).toEqual(['old'])
  await makeCatalogue(join(folder, 'other.db'), 'new')
  for (const part of ['', '-wal', '-shm']) await rename(file + part, join(folder, `aside${part}`))
  await eventually(() => rides().length === 0, { withinMs: 5_000 })
  for (const part of ['', '-wal', '-shm']) await rename(join(folder, `other.db${part}`), file + part)
  await eventually(() => rides()[0] === 'new', { withinMs: 5_000 })
  catalogue.close()
})
