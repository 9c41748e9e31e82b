/** A catalogue that is lost, whenever and however, is what it was again: whoever asked only waited longer. */
import { copyFile, mkdtemp, open, readdir, readFile, rename, rm, truncate, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Log } from '../../core/process/log.js'
import { connect } from '../../core/store/connection.js'
import { openReader, openStore, type Rebuilt, type Store, step } from '../../core/store/store.js'
import { addRide, addSegment } from '../fakes/a-ride.js'
import { eventually } from '../fakes/eventually.js'
import { fixAt } from '../fakes/readings.js'

let folder: string
let file: string
let store: Store
let rebuilt: Rebuilt[]
let said: string[]
const say = (message: string): void => void said.push(message)
const log: Log = { info: say, warn: say, error: say }
const opened = (looksAfterMs = 30_000) =>
  openStore(file, { log, looksAfterMs, onRebuilt: (outcome) => rebuilt.push(outcome) })

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lost-'))
  file = join(folder, 'rides.db')
  rebuilt = []
  said = []
  store = await opened()
  await store.beginBoot('a boot')
  await addRide(store, { id: 'first' })
  await addSegment(store, { number: 1, file: 'boot-000002/front-000001.mp4', rideId: 'first', second: 100 })
  await store.setTimeZone('first', 'Europe/Berlin')
})
afterEach(async () => {
  await store.close().catch(() => {}) // Some tests have closed it.
  await rm(folder, { recursive: true })
})

/** Everything that is in it, but for what a restart itself writes. */
function contents(): unknown {
  const database = connect(file, { readonly: true })
  try {
    const tables = database.prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`).pluck().all()
    return tables.map((table) => [table, database.prepare(`SELECT * FROM "${table}"`).raw().all().map(String).sort()])
  } finally {
    database.close()
  }
}

/** Rubbish over its last pages, as many as there are. */
async function scribble(mostPages: number): Promise<void> {
  const descriptor = await open(file, 'r+')
  const { size } = await descriptor.stat()
  const bytes = Math.min(size, mostPages * 4_096)
  await descriptor.write(Buffer.alloc(bytes, 'rubbish'), 0, null, size - bytes)
  await descriptor.close()
}
const makeWhole = async () => {
  const database = connect(file, {})
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  database.close()
}

const LOSSES: readonly { name: string; lose: () => Promise<unknown> }[] = [
  { name: 'has no length', lose: () => truncate(file, 0) },
  { name: 'is cut off', lose: () => truncate(file, 20_000) },
  { name: 'is gone', lose: () => unlink(file) },
  { name: 'is all rubbish', lose: () => scribble(1_000) },
  { name: 'is a copy of itself', lose: () => copyFile(file, `${file}.copy`).then(() => rename(`${file}.copy`, file)) },
]

describe('a catalogue that', () => {
  it.each(LOSSES)('$name while it is in use is what it was, and the commit that met it is in it', async ({ lose }) => {
    await store.backUp()
    await store.renameRide('first', 'since the backup')
    await makeWhole()
    const before = contents()
    await lose()
    await eventually(
      async () => {
        await store.setTimeZone('first', 'Europe/Berlin')
        return rebuilt.length > 0
      },
      { withinMs: 5_000 },
    )
    await store.renameRide('first', 'since the loss')
    expect((await store.ride('first'))?.name).toBe('since the loss')
    await store.renameRide('first', 'since the backup')
    expect(contents()).toEqual(before)
    expect(rebuilt).toMatchObject([{ isComplete: true, backup: 1 }])
  })

  it.each(LOSSES.slice(0, 4))('$name when it is opened is what it was', async ({ lose }) => {
    await store.renameRide('first', 'mine')
    await store.close()
    const before = contents()
    await lose()
    store = await opened()
    expect(contents()).toEqual(before)
    expect(rebuilt).toMatchObject([{ isComplete: true, backup: null }])
  })

  it.each([
    { end: 'an end as it should be', isKilled: false },
    { end: 'an end that was none, and copied as soon as it is made again', isKilled: true },
  ])('is damaged where nobody looks is found out beside the recording, after $end', async ({ isKilled }) => {
    for (let ride = 0; ride < 30; ride++) await addRide(store, { id: `ride ${ride}` })
    await makeWhole()
    const before = contents()
    const names = await readdir(folder)
    if (isKilled) for (const name of names) await copyFile(join(folder, name), join(folder, `killed-${name}`))
    await store.close()
    if (isKilled) for (const name of names) await rename(join(folder, `killed-${name}`), join(folder, name))
    await scribble(3)
    store = await opened(700)
    expect(rebuilt).toEqual([])
    const hasBackup = async () => (await readdir(folder)).includes('rides.db.backup-1')
    await eventually(async () => rebuilt.length > 0 && (!isKilled || (await hasBackup())), { withinMs: 5_000 })
    expect(contents()).toEqual(before)
    expect(rebuilt).toMatchObject([{ isComplete: !isKilled }])
    expect(await hasBackup()).toBe(isKilled)
    expect(await readdir(folder)).toContain('rides.db.broken-1')
  })

  it('is lost together with its newest backup is made of the one before', async () => {
    for (const name of ['one', 'two', 'three']) {
      await store.renameRide('first', name)
      await store.backUp()
    }
    await store.renameRide('first', 'four')
    await store.close()
    const before = contents()
    expect((await readdir(folder)).filter((name) => /backup|redo/.test(name))).toEqual(
      ['backup-2', 'backup-3', 'redo-2', 'redo-3'].map((name) => `rides.db.${name}`),
    )
    await writeFile(`${file}.backup-3`, 'rubbish'.repeat(10_000))
    await truncate(file, 0)
    store = await opened()
    expect(contents()).toEqual(before)
    expect(rebuilt).toMatchObject([{ isComplete: true, backup: 2 }])
  })

  it.each([
    { left: 'a backup', backup: 1 },
    { left: 'nothing', backup: null },
  ])(
    'is lost where $left is left beside it keeps this boot, and has the footage folder read in again',
    async ({ backup }) => {
      await store.beginBoot('a boot')
      await store.footageIsInOrder(1)
      if (backup !== null) await store.backUp()
      for (const name of await readdir(folder)) if (name.includes('redo')) await unlink(join(folder, name))
      await truncate(file, 0)
      await eventually(
        async () => {
          await store.keepRecordingWord(1, true)
          return rebuilt.length > 0
        },
        { withinMs: 5_000 },
      )
      expect(rebuilt).toMatchObject([{ isComplete: false, backup }])
      expect(await store.lastBootInOrder()).toBeNull()
      expect((await store.beginBoot('a boot')).bootNumber).toBe(1)
      expect(await store.recordingWord(1)).toBe(true)
    },
  )

  it('is new is not taken for a lost one', async () => {
    await store.close()
    for (const name of await readdir(folder)) await unlink(join(folder, name))
    await writeFile(file, '')
    store = await opened()
    await store.close()
    store = await opened()
    expect([rebuilt, said]).toEqual([[], []])
  })
})

describe('a backup', () => {
  it('holds what was committed before it, one file that opens by itself, while commits go on', async () => {
    for (let ride = 0; ride < 20; ride++) await addRide(store, { id: `ride ${ride}` })
    let isDone = false
    const copying = store.backUp().then(() => {
      isDone = true
    })
    let commits = 0
    while (!isDone) {
      await store.together([
        step('addFixes', 'first', 1, [{ fix: fixAt(5_000 + ++commits, 50), utcMs: null, leftOut: null }]),
      ])
    }
    await copying
    expect(commits).toBeGreaterThan(3)
    await truncate(file, 0)
    const before = await readFile(`${file}.redo-1`, 'utf8')
    expect(before.split('\n').length).toBeGreaterThan(2)
    await store.close()
    store = await opened()
    expect(rebuilt).toMatchObject([{ isComplete: true, backup: 1 }])
    const reader = openReader(file)
    expect([...(reader?.pointsOf('first') ?? [])].filter(({ monoMs }) => monoMs > 5_000_000)).toHaveLength(commits)
    reader?.close()
  })
})
