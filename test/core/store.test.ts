/** The catalogue: what is committed is on the card, in order, and can be read by who may not write. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, cp, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connect, pragma, setPragma } from '../../core/store/connection.js'
import { openForReading, openForWriting } from '../../core/store/database.js'
import { UnknownCursor } from '../../core/store/listing.js'
import { takeLock } from '../../core/store/lock.js'
import { CATALOGUE } from '../../core/store/migrations.js'
import { openReader, openStore, type Reader, type Store, step } from '../../core/store/store.js'
import { addRide, addSegment } from '../fakes/a-ride.js'
import { makeDataFolder } from '../fakes/a-server.js'
import { eventually } from '../fakes/eventually.js'
import { BOOT, fixAt, JUNE_UTC_MS } from '../fakes/readings.js'

let folder: string
let file: string
let store: Store
const judged = (second: number, leftOut: null | 'implausible-jump' = null) => ({
  fix: fixAt(second, second),
  utcMs: null,
  leftOut,
})
/** With this offset UTC is what fixAt says. */
const anchorAt = (second: number, offMs = 0) => ({
  bootId: BOOT,
  monoMs: second * 1_000,
  utcMinusMonoMs: JUNE_UTC_MS + offMs,
  uncertaintyMs: 60,
  source: 'satellites' as const,
})

beforeEach(async () => {
  folder = await makeDataFolder()
  file = join(folder, 'rides.db')
  store = await openStore(file)
})
afterEach(async () => {
  await store.close().catch(() => {}) // Some tests have closed it.
  await rm(folder, { recursive: true, force: true })
})

function read<Answer>(question: (reader: Reader) => Answer): Answer {
  const reader = openReader(file)
  if (reader === null) throw new Error('there is no catalogue')
  try {
    return question(reader)
  } finally {
    reader.close()
  }
}

describe('a database', () => {
  it('is made durable, and says so itself', async () => {
    const path = join(folder, 'new.db')
    const database = openForWriting(path, CATALOGUE)
    expect(pragma(database, 'journal_mode')).toBe('wal')
    expect(pragma(database, 'synchronous')).toBe(2)
    expect(pragma(database, 'application_id')).toBe(Buffer.from('Spok').readInt32BE())
    expect(pragma(database, 'user_version')).toBe(CATALOGUE.length)
    database.close()
  })

  it('takes the steps it does not have yet, each whole or not at all', () => {
    const path = join(folder, 'steps.db')
    openForWriting(path, ['CREATE TABLE a (x) STRICT;'.replace('(x)', '(x INTEGER)')]).close()
    const broken = ['', 'CREATE TABLE b (x INTEGER) STRICT; CREATE TABLE a (x INTEGER) STRICT;']
    expect(() => openForWriting(path, broken)).toThrow('table a already exists')
    const tables = (database: ReturnType<typeof openForWriting>) =>
      database.prepare('SELECT name FROM sqlite_master').pluck().all()
    const after = openForReading(path)
    expect(tables(after)).toEqual(['a'])
    after.close()
    const whole = openForWriting(path, ['', 'CREATE TABLE b (x INTEGER) STRICT;'])
    expect(tables(whole)).toEqual(['a', 'b'])
    whole.close()
  })

  it('of a later version is left alone', () => {
    const path = join(folder, 'later.db')
    openForWriting(path, [...CATALOGUE, 'CREATE TABLE later (x INTEGER) STRICT;']).close()
    expect(() => openForWriting(path, CATALOGUE)).toThrow('was written by a later version of Spokecam')
  })

  it('that is somebody else’s is neither written nor read', () => {
    const path = join(folder, 'foreign.db')
    const foreign = connect(path, {})
    foreign.exec('CREATE TABLE theirs (x)')
    foreign.close()
    expect(() => openForWriting(path, CATALOGUE)).toThrow('is not a database of Spokecam')
    expect(() => openForReading(path)).toThrow('is not a database of Spokecam')
    expect(() => openReader(path)).toThrow('is not a database of Spokecam')
  })

  it('that a power cut ended before there was anything in it is begun anew', async () => {
    const path = join(folder, 'cut.db')
    const cut = connect(path, {})
    setPragma(cut, 'journal_mode', 'WAL')
    cut.close()
    expect((await stat(path)).size).toBeGreaterThan(0)
    openForWriting(path, CATALOGUE).close()
    expect(openReader(path)?.lastSegmentNumber('front')).toBe(0)
  })

  it('of no length is not read as an empty catalogue', async () => {
    const path = join(folder, 'empty.db')
    await writeFile(path, '')
    expect(() => openReader(path)).toThrow('is not a database of Spokecam: its application_id is 0')
  })

  it('that is all rubbish leaves no file open, however often a page asks for it', async () => {
    const path = join(folder, 'rubbish.db')
    await writeFile(path, 'rubbish'.repeat(2_000))
    const open = async () => (await readdir('/proc/self/fd')).length
    const before = await open()
    for (let n = 0; n < 5; n++) expect(() => openReader(path)).toThrow('not a database')
    expect(await open()).toBe(before)
  })

  it('that is being made this moment is not read, and leaves no file open', async () => {
    const path = join(folder, 'half.db')
    openForWriting(path, []).close()
    const open = async () => (await readdir('/proc/self/fd')).length
    const before = await open()
    for (let n = 0; n < 5; n++) expect(() => openReader(path)).toThrow('cannot be read yet')
    expect(await open()).toBe(before)
    openForWriting(path, CATALOGUE).close()
    const reader = openReader(path)
    expect(reader?.rides({ limit: 1, cursor: null }).items).toEqual([])
    reader?.close()
  })

  it('that is missing is not made by a reader', async () => {
    expect(openReader(join(folder, 'missing.db'))).toBeNull()
    expect(await readdir(folder)).not.toContain('missing.db')
  })
})

describe('a boot', () => {
  it('is counted once, by its id, and the device keeps its name', async () => {
    const first = await store.beginBoot('a')
    const second = await store.beginBoot('b')
    expect(first.deviceId).toMatch(/^[0-9a-f]{16}$/)
    expect([first.bootNumber, second.bootNumber]).toEqual([1, 2])
    expect(await store.beginBoot('a')).toEqual(first)
    expect(second.deviceId).toBe(first.deviceId)
  })
})

describe('an anchor', () => {
  it('dates what was recorded before it, with the receiver’s own time where that agrees', async () => {
    const { bootNumber } = await store.beginBoot(BOOT)
    await store.beginRide({
      id: 'r',
      bootNumber,
      beganMonoMs: 10_000,
      simulated: false,
      startedUtcMs: null,
      timeSource: null,
    })
    const wrong = { ...judged(12), fix: { ...fixAt(12, 12), receiverUtcMs: JUNE_UTC_MS - 5e8 } }
    const silent = { ...judged(13), fix: { ...fixAt(13, 13), receiverUtcMs: null } }
    await store.addFixes('r', bootNumber, [judged(10), judged(11), wrong, silent])
    expect(read((reader) => reader.pointsAfter('r', null)).map(({ utcMs }) => utcMs)).toEqual([null, null, null, null])

    await store.addAnchor(bootNumber, anchorAt(14, 30))
    const dated = read((reader) => reader.pointsAfter('r', null)).map(({ utcMs }) => (utcMs ?? 0) - JUNE_UTC_MS)
    expect(dated).toEqual([10_000, 11_000, 12_030, 13_030])
    expect(read((reader) => reader.ride('r'))?.startedUtcMs).toBe(JUNE_UTC_MS + 10_000)
  })

  it('dates nothing of another boot', async () => {
    const first = await store.beginBoot('other')
    await store.beginRide({
      id: 'r',
      bootNumber: first.bootNumber,
      beganMonoMs: 0,
      simulated: false,
      startedUtcMs: null,
      timeSource: null,
    })
    await store.addFixes('r', first.bootNumber, [judged(1)])
    const { bootNumber } = await store.beginBoot(BOOT)
    await store.addAnchor(bootNumber, anchorAt(2))
    expect(read((reader) => reader.pointsAfter('r', null))[0]?.utcMs).toBeNull()
    expect(read((reader) => reader.ride('r'))?.startedUtcMs).toBeNull()
  })

  it('dates a segment until that is dated for good', async () => {
    const { bootNumber } = await store.beginBoot(BOOT)
    const id = await addSegment(store, { number: 1, file: 'a.mp4', rideId: null, second: 20 })
    expect(read((reader) => reader.segment(id))).toMatchObject({ startUtcMs: null, startUncertaintyMs: null })
    await store.addAnchor(bootNumber, anchorAt(30))
    expect(read((reader) => reader.segment(id))).toMatchObject({
      startUtcMs: JUNE_UTC_MS + 20_000,
      startUncertaintyMs: 81,
    })
    await store.dateSegment(id, JUNE_UTC_MS + 20_000, 80)
    await store.addAnchor(bootNumber, anchorAt(19, 5_000))
    expect(read((reader) => reader.segment(id))).toMatchObject({
      startUtcMs: JUNE_UTC_MS + 20_000,
      startUncertaintyMs: 80,
    })
  })
})

describe('a ride', () => {
  it('is begun, carried on and ended', async () => {
    const { bootNumber } = await store.beginBoot(BOOT)
    await addRide(store, { id: 'r', fromSecond: 10, toSecond: 20, hasEnded: false })
    expect(await store.rideInProgress(bootNumber)).toMatchObject({ id: 'r', beganMonoMs: 10_000 })
    expect(await store.isRideInProgress('r')).toBe(true)
    expect(await store.ride('r')).toMatchObject({
      ...{ startedUtcMs: JUNE_UTC_MS + 10_000, endedUtcMs: null, distanceM: 50, elapsedMs: 10_000 },
      ...{ avgSpeedMps: 5, maxSpeedMps: 5, cameras: [], segments: 0, name: null, source: 'device' },
    })
    await store.endRide('r')
    expect(await store.rideInProgress(bootNumber)).toBeNull()
    expect(await store.isRideInProgress('r')).toBe(false)
    expect((await store.ride('r'))?.endedUtcMs).toBe(JUNE_UTC_MS + 20_000)
  })

  it('that another boot left open is ended', async () => {
    await addRide(store, { id: 'r', bootId: 'before', hasEnded: false })
    const { bootNumber } = await store.beginBoot(BOOT)
    await addRide(store, { id: 'mine', hasEnded: false })
    expect(await store.endRidesOfOtherBoots(bootNumber)).toEqual(['r'])
    expect(await store.isRideInProgress('mine')).toBe(true)
  })

  it('keeps fixes that are no part of its track, and takes a completed fix for the one it completes', async () => {
    const { bootNumber } = await store.beginBoot(BOOT)
    await store.beginRide({
      id: 'r',
      bootNumber,
      beganMonoMs: 0,
      simulated: false,
      startedUtcMs: null,
      timeSource: null,
    })
    await store.addFixes('r', bootNumber, [judged(1), judged(2, 'implausible-jump'), judged(3)])
    await store.addFixes('r', bootNumber, [{ ...judged(3), fix: fixAt(3, 3, { altitudeM: 777 }) }])
    const points = read((reader) => reader.pointsAfter('r', null))
    expect(points.map(({ monoMs, altitudeM }) => [monoMs, altitudeM])).toEqual([
      [1_000, 500],
      [3_000, 777],
    ])
    const database = openForReading(file)
    expect(database.prepare('SELECT count(*) FROM fixes').pluck().get()).toBe(3)
    database.close()
  })

  it('is renamed if there is one', async () => {
    await addRide(store, { id: 'r' })
    expect(await store.renameRide('r', 'home')).toBe(true)
    expect(await store.renameRide('x', 'home')).toBe(false)
    expect((await store.ride('r'))?.name).toBe('home')
  })

  it('gives its points page by page, all of them once', async () => {
    await addRide(store, { id: 'r', fromSecond: 100, toSecond: 4_600 })
    const reader = openReader(file)
    const seconds = [...(reader?.pointsOf('r') ?? [])].map(({ monoMs }) => monoMs / 1_000)
    expect(seconds).toEqual(Array.from({ length: 4_501 }, (_, index) => 100 + index))
    expect(reader?.pointsAfter('r', null)).toHaveLength(250)
    reader?.close()
  })

  it('gives the points of a span, its end excluded', async () => {
    await addRide(store, { id: 'r', fromSecond: 100, toSecond: 200 })
    const span = { bootNumber: 1, fromMonoMs: 150_000, toMonoMs: 153_000 }
    expect(read((reader) => reader.pointsBetween(span)).map(({ monoMs }) => monoMs)).toEqual([
      150_000, 151_000, 152_000,
    ])
    expect(read((reader) => reader.pointsBetween({ ...span, bootNumber: 2 }))).toEqual([])
  })
})

describe('a list', () => {
  it('of rides goes by boot and moment, not by date, and pages through equal moments', async () => {
    for (const bootId of ['a', 'b']) {
      const { bootNumber } = await store.beginBoot(bootId)
      for (let n = 0; n < 5; n++) {
        await store.beginRide({
          id: `${bootId}${n}`,
          bootNumber,
          beganMonoMs: n < 3 ? 1_000 : 2_000,
          simulated: false,
          startedUtcMs: null,
          timeSource: null,
        })
      }
    }
    const ids: string[] = []
    let cursor: string | null = null
    do {
      const page: { items: readonly { id: string }[]; next: string | null } = await store.rides({ limit: 2, cursor })
      ids.push(...page.items.map(({ id }) => id))
      cursor = page.next
    } while (cursor !== null)
    expect(ids).toEqual(['b4', 'b3', 'b2', 'b1', 'b0', 'a4', 'a3', 'a2', 'a1', 'a0'])
  })

  it('of segments goes by camera and number', async () => {
    await addRide(store, { id: 'r' })
    for (const [camera, number] of [
      ['rear', 2],
      ['front', 10],
      ['front', 9],
      ['rear', 1],
    ] as const) {
      await addSegment(store, { camera, number, file: 'x', rideId: 'r', second: number })
    }
    const first = await store.segments('r', null, { limit: 3, cursor: null })
    const second = await store.segments('r', null, { limit: 3, cursor: first.next })
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual([
      'front-000009',
      'front-000010',
      'rear-000001',
      'rear-000002',
    ])
    expect(second.next).toBeNull()
    expect((await store.segments('r', 'rear', { limit: 9, cursor: null })).items).toHaveLength(2)
  })

  it.each(['nonsense', '', Buffer.from('{}').toString('base64url'), Buffer.from('[1,null,2]').toString('base64url')])(
    'refuses the cursor %j',
    (cursor) => {
      expect(() => read((reader) => reader.rides({ limit: 2, cursor }))).toThrow(UnknownCursor)
    },
  )
})

describe('a segment', () => {
  it('lives from recording over tagging to its end', async () => {
    await addRide(store, { id: 'r' })
    const at = { camera: 'front', number: 7, bootNumber: 1, rideId: 'r', startMonoMs: 110_000, startUncertaintyMs: 20 }
    const id = 'front-000007'
    await store.openSegment({ ...at, file: 'boot-000001/front-000007.mp4' })
    expect(await store.segment(id)).toMatchObject({ state: 'recording', frames: 0, rideId: 'r' })
    expect((await store.segments('r', null, { limit: 9, cursor: null })).items).toEqual([])
    await store.growSegment(id, 1_000, 30, 500)
    expect((await store.segments('r', null, { limit: 9, cursor: null })).items).toHaveLength(1)
    const closed = {
      id,
      startMonoMs: 110_010,
      startUncertaintyMs: 5,
      durationMs: 60_000,
      frames: 1_800,
      sizeBytes: 9_000,
    }
    await store.closeSegment(closed)
    expect(await store.segment(id)).toMatchObject({ state: 'recorded', frames: 1_800, startMonoMs: 110_010 })
    expect((await store.segmentsInState('recorded', 1, 9)).map(({ id }) => id)).toEqual([id])
    await store.dateSegment(id, JUNE_UTC_MS + 110_010, 65)
    await store.tagSegment({ id, sizeBytes: 9_500, file: '2026-06-06/front.mp4' })
    expect(await store.segment(id)).toMatchObject({
      ...{ state: 'tagged', file: '2026-06-06/front.mp4', fileAsRecorded: 'boot-000001/front-000007.mp4' },
      ...{ sizeBytes: 9_500, startUtcMs: JUNE_UTC_MS + 110_010, startUncertaintyMs: 65 },
    })
    expect((await store.segmentsWithOldBytes()).map(({ id }) => id)).toEqual([id])
    await store.forgetOldBytes(id)
    expect(await store.segment(id)).toMatchObject({ fileAsRecorded: null })
    expect(await store.lastSegmentNumber('front')).toBe(7)
    expect(await store.lastSegmentNumber('rear')).toBe(0)
    expect(await store.ride('r')).toMatchObject({ segments: 1, cameras: ['front'] })
    await store.removeSegment(id)
    expect(await store.segment(id)).toBeNull()
  })

  it.each([
    ['whose state', { state: 'recording', file: 'boot-000001/front-000001.mp4' } as const],
    ['whose file', { state: 'recorded', file: 'boot-000001/another.mp4' } as const],
  ])('%s has changed since it was looked at is not put right', async (_, was) => {
    const id = 'front-000001'
    const file = 'boot-000001/front-000001.mp4'
    await addSegment(store, { number: 1, file, rideId: null, second: 10 })
    const before = await store.segment(id)
    const mended = { id, file, fileAsRecorded: null, durationMs: 7, frames: 7, sizeBytes: 7 }
    expect(await store.mendSegment({ ...mended, was, state: 'swept' })).toBe(false)
    expect(await store.segment(id)).toEqual(before)
    expect(await store.mendSegment({ ...mended, was: { state: 'recorded', file }, state: 'swept' })).toBe(true)
    expect(await store.segment(id)).toMatchObject({ state: 'swept', frames: 7 })
  })

  it('of no ride is adopted by the ride that begins while it lasts, and by no other', async () => {
    await addSegment(store, { number: 1, file: 'x', rideId: null, second: 10 })
    await addSegment(store, { number: 2, file: 'x', rideId: null, second: 98 })
    await addSegment(store, { number: 3, file: 'x', rideId: null, second: 99, isRecording: true })
    await addRide(store, { id: 'r', hasEnded: false })
    await store.adoptFootage('r', 1, 99_500)
    const adopted = (await store.segments('r', null, { limit: 9, cursor: null })).items.map(({ number }) => number)
    expect(adopted).toEqual([2, 3])
    expect((await store.segmentsOfNoRide({ limit: 9, cursor: null })).items.map(({ number }) => number)).toEqual([1])
  })
})

describe('the writer', () => {
  it('does several things as one, or none of them', async () => {
    await addRide(store, { id: 'r' })
    const steps = [
      step('renameRide', 'r', 'first'),
      step('beginRide', {
        id: 'r',
        bootNumber: 1,
        beganMonoMs: 1,
        simulated: true,
        startedUtcMs: null,
        timeSource: null,
      }),
    ]
    await expect(store.together(steps)).rejects.toThrow('UNIQUE')
    expect((await store.ride('r'))?.name).toBeNull()
    await store.together([step('renameRide', 'r', 'first'), step('drawRide', 'r', 'abc')])
    expect(await store.ride('r')).toMatchObject({ name: 'first', preview: 'abc' })
  })

  it('says so once it is closed', async () => {
    await store.close()
    await expect(store.ride('r')).rejects.toThrow('is closed')
  })

  it('is alone: a lock outlives neither its holder’s will nor its death', async () => {
    const path = join(folder, 'lock')
    const child = await begin(`
      import { takeLock } from '${DIST}/core/store/lock.js'
      takeLock('${path}')
      console.log('taken')
      globalThis.gc()
      setInterval(() => {}, 1e6)`)
    expect(takeLock(path)).toBeNull()
    child.kill('SIGKILL')
    await once(child, 'exit')
    const lock = takeLock(path)
    expect(lock).not.toBeNull()
    expect(takeLock(path)).toBeNull()
    lock?.release()
    const again = takeLock(path)
    expect(again).not.toBeNull()
    again?.release()
  })
})

const DIST = resolve(import.meta.dirname, '../../dist')

/** A process of its own that runs a script until it is killed; it is there once the script has said something. */
async function begin(script: string): Promise<ChildProcess> {
  const path = join(folder, 'script.mjs')
  await writeFile(path, script)
  const child = spawn(process.execPath, ['--expose-gc', path], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  return child
}

const isRoot = process.getuid?.() === 0

describe.skipIf(!isRoot)('another user, who may not write the folder (needs root to become one)', () => {
  const NOBODY = 65_534
  let code: string
  let writer: ChildProcess | null = null

  /** A copy of the built store outside of folders that only root may enter. */
  beforeEach(async () => {
    code = await makeDataFolder()
    await cp(join(DIST, 'core'), join(code, 'core'), { recursive: true })
    await cp(resolve(DIST, '../node_modules/better-sqlite3'), join(code, 'node_modules/better-sqlite3'), {
      recursive: true,
    })
    for (const name of ['bindings', 'file-uri-to-path']) {
      await cp(resolve(DIST, '../node_modules', name), join(code, 'node_modules', name), { recursive: true })
    }
    await writeFile(join(code, 'package.json'), '{"type":"module"}')
    await chmod(code, 0o755)
    await chmod(folder, 0o755)
    await mkdir(join(folder, 'footage'))
  })
  afterEach(async () => {
    writer?.kill('SIGKILL')
    await rm(code, { recursive: true })
  })

  const asNobody = async (): Promise<string> => {
    const path = join(code, 'read.mjs')
    const script = `
      import { openReader } from '${code}/core/store/store.js'
      const reader = openReader('${file}')
      console.log(reader.rides({ limit: 20, cursor: null }).items.map(({ id }) => id).join())`
    const user = ['--reuid', String(NOBODY), '--regid', String(NOBODY), '--clear-groups']
    await writeFile(path, script)
    const child = spawn('setpriv', [...user, process.execPath, path])
    const [out, words] = await Promise.all([text(child.stdout), text(child.stderr)])
    return out.trim() || words
  }

  it('reads while the writer runs', async () => {
    await addRide(store, { id: 'r' })
    expect(await asNobody()).toBe('r')
  })

  it('reads after the writer has closed', async () => {
    await addRide(store, { id: 'r' })
    await store.close()
    expect((await stat(folder)).mode & 0o022).toBe(0)
    expect(await asNobody()).toBe('r')
  })

  it('reads after the writer was killed', async () => {
    await store.close()
    const script = `
      import { openStore } from '${DIST}/core/store/store.js'
      const store = await openStore('${file}')
      await store.beginBoot('b')
      await store.beginRide({ id: 'killed', bootNumber: 1, beganMonoMs: 1, simulated: true, startedUtcMs: null, timeSource: null })
      console.log('written'); setInterval(() => {}, 1e6)`
    writer = await begin(script)
    writer.kill('SIGKILL')
    await once(writer, 'exit')
    expect(await asNobody()).toBe('killed')
  })

  it('reads what is written after it began to', async () => {
    await store.close()
    await chown(folder, 0, 0)
    store = await openStore(file)
    await addRide(store, { id: 'r1' })
    expect(await asNobody()).toBe('r1')
    await addRide(store, { id: 'r2', fromSecond: 900, toSecond: 910 })
    await eventually(async () => (await asNobody()) === 'r2,r1', { withinMs: 3_000 })
  })
})
