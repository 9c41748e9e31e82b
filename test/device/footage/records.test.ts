/** What lies beside the footage: written as the catalogue changes, never more often than needed, and never trusted when it is read. */
import { execFile } from 'node:child_process'
import {
  appendFile,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Log } from '../../../core/process/log.js'
import { connect } from '../../../core/store/connection.js'
import { takeLock } from '../../../core/store/lock.js'
import { openStore, type Store } from '../../../core/store/store.js'
import { rebuildBeside } from '../../../device/footage/records/rebuilding.js'
import { reindex } from '../../../device/footage/records/reindex.js'
import { createSegmentFiles } from '../../../device/footage/records/segment-files.js'
import { createRecords, type Records } from '../../../device/footage/records/writing.js'
import { addRide, addSegment } from '../../fakes/a-ride.js'
import { type Dump, dumpOf } from '../../fakes/catalogue-dump.js'
import { makeSegment } from '../../fakes/clip.js'
import { BOOT, fixAt, JUNE_UTC_MS } from '../../fakes/readings.js'

const forever = new AbortController().signal
const said: string[] = []
const say = (message: string): void => void said.push(message)
const log: Log = { info: say, warn: say, error: say }

let data: string
let footage: string
let records: string
let store: Store
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'records-'))
  footage = join(data, 'footage')
  records = join(footage, 'records')
  await mkdir(footage)
  store = await openStore(join(data, 'rides.db'))
  said.length = 0
})
afterEach(async () => {
  await store.close().catch(() => {}) // A test may have closed it.
  await rm(data, { recursive: true })
})

function recordsOf(of: Store = store, bootNumber = 1, most = 1_000): Records {
  const segmentFiles = createSegmentFiles(footage, false, of)
  const pace = { firstAfterMs: 0, everyMs: 60_000, betweenMs: 0, most }
  const made = createRecords({ footage, bootNumber, store: of, segmentFiles, commit: async () => {}, log, pace })
  made.catalogueIsWhole()
  return made
}
const due = async (): Promise<string[]> =>
  (await store.takeDueRecords(null, 100)).map(({ kind, id }) => `${kind} ${id}`)
const told = async (name: string): Promise<Record<string, unknown>> =>
  JSON.parse(await readFile(join(footage, name), 'utf8')) as Record<string, unknown>
const lines = async (ride = 'ride-a'): Promise<unknown[][]> =>
  (await readFile(join(records, `ride-${ride}.fixes.jsonl`), 'utf8'))
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => JSON.parse(line) as unknown[])

const totals = { lastFixMonoMs: 170_000, lastMovedMonoMs: 170_000, distanceM: 1, movingMs: 1, elapsedMs: 1 }
const carryOn = (second: number) =>
  store.carryOnRide('ride-a', {
    ...{ ...totals, lastFixMonoMs: second * 1_000 },
    ...{ ascentM: null, maxSpeedMps: null, bounds: [11, 48, 12, 49] },
  })
const addFix = (second: number, eastM = 0) =>
  store.addFixes('ride-a', 1, [{ fix: fixAt(second, eastM), utcMs: JUNE_UTC_MS + second * 1_000, leftOut: null }])
const SEGMENT = { number: 1, file: 'boot-000001/front-000001.mp4', rideId: 'ride-a', second: 110 }

describe('a record', () => {
  it('is due once something of it changes, and no longer when it is written', async () => {
    const writing = recordsOf()
    await addRide(store)
    await addSegment(store, SEGMENT)
    expect(await due()).toEqual(['anchors 1', 'boot 1', 'fixes ride-a', 'ride ride-a', 'segment front-000001'])
    await writing.writeDue(forever)
    expect(await due()).toEqual([])
    expect((await readdir(records)).sort()).toEqual([
      ...['boot-000001.anchors.jsonl', 'boot-000001.json', 'ride-ride-a.fixes.jsonl', 'ride-ride-a.json'],
    ])
    expect(await told('boot-000001/front-000001.json')).toMatchObject({ id: 'front-000001', startMonoMs: 110_000 })
  })

  it.each<[string, () => Promise<unknown>, string[]]>([
    ['the page changes a setting', () => store.changeSettings({ display: { units: 'imperial' } }), ['setting display']],
    ['a ride gets a name', () => store.renameRide('ride-a', 'To work'), ['ride ride-a']],
    ['its zone is known', () => store.setTimeZone('ride-a', 'Europe/Berlin'), ['ride ride-a']],
    ['a boot ends as it should', () => store.closeBoot(1), ['boot 1']],
    ['the rider says not to record', () => store.keepRecordingWord(1, false), ['boot 1']],
    ['a segment opens', () => addSegment(store, { ...SEGMENT, number: 2, isRecording: true }), ['boot 1']],
    ['its video is swept', async () => store.sweepSegments(await store.sweepable(0, 1)), ['segment front-000001']],
    ['a segment is dated', () => store.dateSegment('front-000001', JUNE_UTC_MS, 5), ['segment front-000001']],
    ['nothing changes', () => store.renameRide('ride-a', null), []],
    ['a segment grows', () => store.growSegment('front-000001', 9, 9, 9), []],
  ])('is due where %s, and no other is', async (_, change, expected) => {
    await addRide(store)
    await addSegment(store, SEGMENT)
    await recordsOf().writeDue(forever)
    await change()
    expect(await due()).toEqual(expected)
  })

  it('of a ride that goes on is not due every second', async () => {
    await addRide(store, { hasEnded: false })
    await recordsOf().writeDue(forever)
    await addFix(161)
    await carryOn(161)
    await store.drawRide('ride-a', 'abc')
    expect(await due()).toEqual([])
  })

  it('that changes while it is being written is written again', async () => {
    await addRide(store)
    let isFirst = true
    const changing = new Proxy(store, {
      get: (target, name) => {
        if (name !== 'rideRecord' || !isFirst) return Reflect.get(target, name)
        return async (id: string) => {
          const record = await target.rideRecord(id)
          isFirst = false
          await target.renameRide(id, 'Home')
          return record
        }
      },
    })
    await recordsOf(changing).writeDue(forever)
    expect(await due()).toEqual(['ride ride-a'])
    await recordsOf().writeDue(forever)
    expect(await told('records/ride-ride-a.json')).toMatchObject({ name: 'Home' })
  })

  it('waits where the card refuses it, which is told once', async () => {
    await addRide(store)
    await mkdir(join(records, 'ride-ride-a.json'), { recursive: true })
    const writing = recordsOf()
    await writing.writeDue(forever)
    await writing.writeDue(forever)
    expect(await due()).toEqual(['ride ride-a'])
    await rm(join(records, 'ride-ride-a.json'), { recursive: true })
    await writing.writeDue(forever)
    expect(await due()).toEqual([])
    expect(said).toEqual([
      'records of the catalogue cannot be written, tried again',
      'records of the catalogue are written again',
    ])
  })

  it('waits for its turn where a full card has thousands of them due, but not the ride that goes on', async () => {
    await addRide(store, { hasEnded: false })
    for (const number of [1, 2, 3, 4, 5])
      await addSegment(store, { ...SEGMENT, number, file: `boot-000001/front-00000${number}.mp4` })
    const few = recordsOf(store, 1, 3)
    const left = (await due()).length
    await few.writeDue(forever)
    expect(await due()).toHaveLength(left - 3)
    await addFix(161)
    await carryOn(161)
    await few.writeDue(forever)
    expect(await due()).toHaveLength(left - 6)
    expect((await lines()).at(-1)?.[1]).toBe(161_000)
    await few.writeLast(forever)
    expect(await due()).toEqual([])
  })

  it('is written of nothing while it is not known whether the catalogue was lost', async () => {
    await addRide(store)
    const pace = { firstAfterMs: 0, everyMs: 60_000, betweenMs: 0, most: 1_000 }
    const segmentFiles = createSegmentFiles(footage, false, store)
    const commit = async (): Promise<void> => {}
    await createRecords({ footage, bootNumber: 1, store, segmentFiles, commit, log, pace }).writeDue(forever)
    expect(await readdir(footage)).toEqual([])
  })

  it('of a ride that was joined to another goes once that has all of its track', async () => {
    await addRide(store)
    await addRide(store, { id: 'ride-b', bootId: 'second boot' })
    await recordsOf().writeDue(forever)
    await store.joinRides('ride-a', 'ride-b')
    const failing = recordsOf(store, 2)
    await rm(join(records, 'ride-ride-a.json'))
    await mkdir(join(records, 'ride-ride-a.json'))
    await failing.writeDue(forever)
    expect(await readdir(records)).toContain('ride-ride-b.json')
    await rm(join(records, 'ride-ride-a.json'), { recursive: true })
    await failing.writeDue(forever)
    expect((await readdir(records)).filter((name) => name.startsWith('ride'))).toEqual([
      ...['ride-ride-a.fixes.jsonl', 'ride-ride-a.json'],
    ])
    expect(new Set((await lines()).map(([part]) => part))).toEqual(new Set([1, 2]))
  })
})

describe('the track of a ride that goes on', () => {
  it('grows at its end, and has a fix twice only where that was judged anew', async () => {
    await addRide(store, { hasEnded: false })
    const writing = recordsOf()
    await writing.writeDue(forever)
    expect((await lines()).length).toBe(61)
    const { ino } = await stat(join(records, 'ride-ride-a.fixes.jsonl'))
    await addFix(160, 999)
    await addFix(161)
    await carryOn(161)
    await writing.writeDue(forever)
    expect((await lines()).map(([, monoMs]) => monoMs).slice(-3)).toEqual([160_000, 160_000, 161_000])
    expect((await stat(join(records, 'ride-ride-a.fixes.jsonl'))).ino).toBe(ino)
    await writing.writeDue(forever)
    expect((await lines()).length).toBe(63)
  })

  it('is exact when it has ended', async () => {
    await addRide(store, { hasEnded: false })
    const writing = recordsOf()
    await writing.writeDue(forever)
    await addFix(160, 999)
    await carryOn(161)
    await writing.writeDue(forever)
    await store.endRide('ride-a')
    await writing.writeDue(forever)
    expect((await lines()).length).toBe(61)
  })

  it('is written anew where it broke off in the middle of a line', async () => {
    await addRide(store, { hasEnded: false })
    const writing = recordsOf()
    await writing.writeDue(forever)
    await appendFile(join(records, 'ride-ride-a.fixes.jsonl'), '[1,161000,17')
    await addFix(161)
    await carryOn(161)
    await writing.writeDue(forever)
    expect((await lines()).length).toBe(62)
  })
})

describe('what lies beside a segment', () => {
  it('keeps the hash of its picture, which the catalogue does not know', async () => {
    await addRide(store)
    await addSegment(store, SEGMENT)
    const files = createSegmentFiles(footage, true, store)
    const record = await store.segmentRecord('front-000001')
    if (record === null) throw new Error('it is there')
    await files.write(record, 'murmur3=1')
    await store.joinRides('ride-a', await addRide(store, { id: 'ride-b', bootId: 'second boot' }))
    await store.sweepSegments(await store.sweepable(0, 1))
    await recordsOf().writeDue(forever)
    expect(await told('boot-000001/front-000001.json')).toMatchObject({ picture: 'murmur3=1', state: 'swept' })
  })

  it('says whether it is kept, whatever a moment or its ride changes about that', async () => {
    await addRide(store)
    await addSegment(store, SEGMENT)
    const beside = connect(join(data, 'rides.db'), { timeout: 1_000 })
    beside.exec('PRAGMA foreign_keys = ON')
    const kept = async (change: string): Promise<unknown> => {
      beside.exec(change)
      await recordsOf().writeDue(forever)
      const { kept, keptItself } = await told(BESIDE)
      return [kept, keptItself]
    }
    const moment = `INSERT INTO incidents (id, bootNumber, atMonoMs, cause, beforeMs, afterMs) VALUES ('abc', 1, 0, 'crash', 1, 1);
      INSERT INTO incidentSpans SELECT number, 1, 111000, 115000 FROM incidents;`
    try {
      expect(await kept('SELECT 1')).toEqual([false, false])
      expect(await kept(moment)).toEqual([true, false])
      expect(await readdir(records)).toContain('incident-abc.json')
      expect(await kept('UPDATE incidentSpans SET fromMonoMs = 114000')).toEqual([false, false])
      expect(await kept('UPDATE incidentSpans SET fromMonoMs = 111000')).toEqual([true, false])
      expect(await kept('DELETE FROM incidents')).toEqual([false, false])
      expect(await readdir(records)).not.toContain('incident-abc.json')
      expect(await kept('UPDATE rides SET kept = 1')).toEqual([true, false])
      expect(await kept('UPDATE rides SET kept = 0')).toEqual([false, false])
    } finally {
      beside.close()
    }
  })

  it('goes with it to the folder of its day, and says there what it belongs to', async () => {
    await addRide(store, { hasEnded: false })
    await addSegment(store, { ...SEGMENT, rideId: null })
    await recordsOf().writeDue(forever)
    await store.dateSegment('front-000001', JUNE_UTC_MS + 110_000, 70)
    await store.adoptFootage('ride-a', 1, 0)
    await recordsOf().writeDue(forever)
    expect(await readdir(join(footage, 'boot-000001'))).toEqual([])
    const name = '2026-06-06/front-2026-06-06T080150Z-000001.json'
    expect(await told(name)).toMatchObject({ startUtcMs: JUNE_UTC_MS + 110_000, rideId: 'ride-a', simulated: true })
  })
})

/** A card with a bit of everything on it, as the device leaves it. */
async function fill(): Promise<Dump> {
  await addRide(store, { name: '<img src=x onerror=alert(1)>' })
  await addRide(store, { id: 'ride-b', bootId: 'second boot', hasEnded: false })
  await addSegment(store, SEGMENT)
  await store.sweepSegments(await store.sweepable(0, 1))
  await store.keepPrivacySecret('5da67f962b0e595f738f9fa4a4f5beb8')
  await store.changeSettings({ privacy: { zones: [{ latDeg: 48.1, lonDeg: 11.5, radiusM: 300 }] } })
  await store.closeBoot(1)
  await recordsOf(store, 2).writeDue(forever)
  await writeFile(
    join(records, 'incident-abc.json'),
    JSON.stringify({
      ...{ number: 1, id: 'abc', rideId: 'ride-a', bootNumber: 1, atMonoMs: 5, cause: 'button', beforeMs: 60_000 },
      ...{ afterMs: 60_000, latDeg: null, lonDeg: null, note: null, marks: ['key'] },
      spans: [{ bootNumber: 1, fromMonoMs: 0, toMonoMs: 65_000 }],
    }),
  )
  await store.close()
  return dumpOf(join(data, 'rides.db'))
}
async function change(name: string, from: string | RegExp, to: string): Promise<void> {
  const text = await readFile(join(footage, name), 'utf8')
  expect(text).toMatch(from)
  await writeFile(join(footage, name), text.replace(from, to))
}
const RIDE = 'records/ride-ride-a.json'
const FIXES = 'records/ride-ride-a.fixes.jsonl'
const BOOT_RECORD = 'records/boot-000001.json'
const ANCHORS = 'records/boot-000001.anchors.jsonl'
const BESIDE = 'boot-000001/front-000001.json'

describe('a rebuilt catalogue', () => {
  it('is the one that was lost, with what the footage folder knows besides, and the one before is kept', async () => {
    const before = await fill()
    const done = await reindex(data, log, forever)
    const aside = join(data, 'rides.db.replaced-1')
    expect(done).toEqual({ rides: 2, segments: 1, points: 122, incidents: 1, unreadable: [], setAside: aside })
    const after = dumpOf(join(data, 'rides.db'))
    for (const table of ['device', 'settings', 'anchors', 'rides', 'fixes', 'segments']) {
      expect({ [table]: after[table] }).toEqual({ [table]: before[table] })
    }
    expect(dumpOf(aside)).toEqual(before)
  })

  it('has what the catalogue before had not written beside the footage yet', async () => {
    await fill()
    const last = await openStore(join(data, 'rides.db'))
    await last.renameRide('ride-a', 'said last')
    await last.close()
    await reindex(data, log, forever)
    expect(dumpOf(join(data, 'rides.db'))['rides']).toMatchObject([{ name: 'said last' }, {}])
  })

  it('is the same wherever making it was cut off', async () => {
    await fill()
    await rm(join(data, 'rides.db'))
    await reindex(data, log, forever)
    const expected = dumpOf(join(data, 'rides.db'))
    // Half made; whole, with the one before set aside; with its parts half in their places.
    await writeFile(join(data, 'rides.db.new'), 'half of it')
    await reindex(data, log, forever)
    expect(dumpOf(join(data, 'rides.db'))).toEqual(expected)
    for (const part of ['-wal', '-shm', '']) {
      await rename(join(data, `rides.db${part}`), join(data, `rides.db.new${part}`))
      await reindex(data, log, forever)
      expect(dumpOf(join(data, 'rides.db'))).toEqual(expected)
    }
  })

  it('has what the rider changed since it was last made, and is never made again of what was noted for another', async () => {
    await fill()
    const noted = await readFile(join(data, 'rides.db.redo-0'))
    await reindex(data, log, forever)
    const second = await openStore(join(data, 'rides.db'))
    await second.renameRide('ride-a', 'said last')
    await second.deleteIncident('abc')
    await second.close()
    // As one leaves it that was killed.
    await writeFile(join(data, 'rides.db.new.redo-0'), noted)
    await reindex(data, log, forever)
    expect(dumpOf(join(data, 'rides.db'))).toMatchObject({ rides: [{ name: 'said last' }, {}], incidents: [] })
    // Else a loss would bring back what was there before it was made.
    const beside = (await readdir(data)).filter((name) => /^rides\.db\.(new|redo|backup)/.test(name))
    expect(beside).toEqual([])
  })

  it('is refused beside a running device in one sentence', async () => {
    await fill()
    const lock = takeLock(join(data, 'device.lock'))
    await expect(reindex(data, log, forever)).rejects.toThrow('keeps its catalogue in order itself, stop it first')
    lock?.release()
  })

  it('has all that is sound where much is not, and says of each what is wrong with it', async () => {
    await fill()
    await rm(join(data, 'rides.db'))
    const pipe = (path: string) => promisify(execFile)('mkfifo', [path])
    const spoilt: readonly [string, (path: string) => Promise<unknown>, string][] = [
      [
        'boot-000001.anchors.jsonl',
        () => change(ANCHORS, '\n[', '\n[1,2,3,4,"rumour"]\n['),
        'the source of a line cannot be "rumour"',
      ],
      ['boot-000003.json', (path) => writeFile(path, '{}'), 'its number cannot be nothing'],
      ['incident-d.json', (path) => writeFile(path, '7'), 'it is no record'],
      ['ride-c.json', (path) => cp(join(footage, RIDE), path), 'it is of another than its name says'],
      ['ride-empty.json', (path) => writeFile(path, ''), 'it is empty'],
      ['ride-folder.json', (path) => mkdir(path), 'it is no plain file'],
      [
        'ride-huge.json',
        (path) => writeFile(path, '').then(() => truncate(path, 5e9)),
        'it has 5000000000 bytes, more than any of ours',
      ],
      ['ride-link.json', (path) => symlink('/etc/hostname', path), 'it is a link'],
      ['ride-pipe.json', pipe, 'it is no plain file'],
      [
        'setting-privacy.json',
        (path) => change(`records/${basename(path)}`, 'latDeg', 'latitude'),
        'its value cannot be',
      ],
      ['setting-rights.json', (path) => writeFile(path, '{"name": "rights", "value": "1"}'), 'its value cannot be'],
      ['ride-torn.json', (path) => writeFile(path, '{"number": 1, "id": "ri'), 'it is torn'],
      [
        'ride-ride-a.fixes.jsonl',
        () => change(FIXES, /\[1,10[123]000,/g, '[1,null,'),
        'the monoMs of a line cannot be null, and 2 more',
      ],
      [
        'ride-ride-b.fixes.jsonl',
        (path) => change(`records/${basename(path)}`, /\[2,121000,/, 'x'.repeat(1e6)),
        'a line of it is longer than any of ours',
      ],
    ]
    for (const [name, spoil] of spoilt) await spoil(join(records, name))
    // None of ours.
    for (const name of ['boot-999999999.json', 'ride-.json', 'notes.txt'])
      await writeFile(join(records, name), 'rubbish')
    await change(BESIDE, '"startUtcMs": null', '"startUtcMs": 1')
    const done = await reindex(data, log, forever)
    const beside = { file: BESIDE, reason: 'its startUtcMs cannot be 1' }
    const inRecords = spoilt.map(([name, , reason]) => ({ file: `records/${name}`, reason }))
    expect(new Set(done.unreadable)).toEqual(new Set([...inRecords, beside]))
    // Without the three of one ride, and up to the long line of the other; the moment is told of by its record alone.
    expect(done).toMatchObject({ rides: 2, incidents: 1, segments: 0, points: 58 + 21 })
  })

  it('says nothing of a last line that a power cut left torn', async () => {
    await fill()
    await appendFile(join(footage, FIXES), '[1,999000,17')
    expect(await reindex(data, log, forever)).toMatchObject({ points: 122, unreadable: [] })
  })

  it('is led to no file outside the footage folder', async () => {
    await fill()
    await rm(join(data, 'rides.db'))
    await change(BESIDE, /"file": ".*"/, '"file": "../../../etc/passwd"')
    await reindex(data, log, forever)
    const [segment] = dumpOf(join(data, 'rides.db'))['segments'] ?? []
    expect(segment).toMatchObject({ state: 'swept', file: 'boot-000001/front-000001.mp4' })
  })

  it('keeps what was kept, though nobody knows by what any more', async () => {
    await fill()
    await rm(join(data, 'rides.db'))
    await change(BESIDE, '"kept": false', '"kept": true')
    await reindex(data, log, forever)
    expect(dumpOf(join(data, 'rides.db'))['segments']).toMatchObject([{ kept: 1 }])
  })

  it('dates what a boot recorded whose own record is lost', async () => {
    await fill()
    await rm(join(data, 'rides.db'))
    await rm(join(footage, BOOT_RECORD))
    await reindex(data, log, forever)
    expect(dumpOf(join(data, 'rides.db'))['anchors']?.length).toBe(2)
  })

  it('knows to the millisecond when a video begins that was being recorded', async () => {
    await addRide(store, { hasEnded: false })
    await addSegment(store, { ...SEGMENT, second: 150, isRecording: true })
    await recordsOf().writeDue(forever)
    await mkdir(join(footage, 'boot-000001'))
    await makeSegment(join(footage, SEGMENT.file), { seconds: 1 })
    await store.close()
    await rm(join(data, 'rides.db'))
    await reindex(data, log, forever)
    const [segment] = dumpOf(join(data, 'rides.db'))['segments'] ?? []
    const start = { startMonoMs: 150_000, startUncertaintyMs: 20 }
    expect(segment).toMatchObject({ ...start, rideId: 'ride-a', state: 'recorded', frames: 10 })
  })

  it('that was restored from a time before is brought up to what lies beside the footage', async () => {
    await fill()
    await cp(join(data, 'rides.db'), join(data, 'backup.db'))
    store = await openStore(join(data, 'rides.db'))
    await store.renameRide('ride-a', 'Later')
    await store.endRide('ride-b')
    await addRide(store, { id: 'ride-c', bootId: 'third boot' })
    await addSegment(store, { ...SEGMENT, number: 2, rideId: 'ride-c', file: 'boot-000001/front-000002.mp4' })
    await recordsOf(store, 4).writeDue(forever)
    await store.close()
    const lost = dumpOf(join(data, 'rides.db'))

    store = await openStore(join(data, 'backup.db'))
    const all = { footage, bootNumber: 4, isFromBefore: () => true, log }
    await rebuildBeside({ ...all, store, isRestored: true }, forever)
    const now = dumpOf(join(data, 'backup.db'))
    expect(now['incidents']).toHaveLength(1)
    for (const table of ['boots', 'anchors', 'fixes', 'segments'])
      expect({ [table]: now[table] }).toEqual({ [table]: lost[table] })
    expect(now['rides']).toMatchObject([{ name: 'Later' }, { id: 'ride-b', ended: 1 }, { id: 'ride-c' }])
    // And nothing of it is written over what is newer.
    await recordsOf(store, 4).writeDue(forever)
    expect(await told(RIDE)).toMatchObject({ name: 'Later' })
  })

  it('beside a recording has nothing of the boot that records', async () => {
    await fill()
    // As a power cut leaves it.
    await change(RIDE, '"ended": true', '"ended": false')
    await change(RIDE, /"endedUtcMs": \d+/, '"endedUtcMs": null')
    store = await openStore(join(data, 'new.db'))
    await store.beginBoot(BOOT, 1)
    await addRide(store, { id: 'now' })
    await rebuildBeside(
      { footage, bootNumber: 2, isFromBefore: (_, number) => number < 1, store, isRestored: false, log },
      forever,
    )
    // Its recorder is about to use that number: it would have no row.
    expect(await store.segment('front-000001')).toBeNull()
    const { items } = await store.rides({ limit: 10, cursor: null })
    expect(items.map(({ id, endedUtcMs }) => [id, endedUtcMs === null])).toEqual([
      ['now', false],
      ['ride-a', false],
    ])
    expect(said).toEqual(['a record beside the footage cannot be read'])
  })
})
