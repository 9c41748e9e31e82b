import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Log } from '../../../core/process/log.js'
import { datedName } from '../../../core/ride/footage.js'
import type { SegmentRecord } from '../../../core/store/record-shapes.js'
import { openStore, type Store } from '../../../core/store/store.js'
import { copyTagged } from '../../../device/footage/copy-pass.js'
import type { DatedSegment } from '../../../device/footage/describing.js'
import { putInOrder } from '../../../device/footage/folder-order.js'
import { rebuildBeside } from '../../../device/footage/records/rebuilding.js'
import { segmentText } from '../../../device/footage/records/segment-files.js'
import { makeSegment } from '../../fakes/clip.js'
import { JUNE_UTC_MS } from '../../fakes/readings.js'

const BOOTS = ['first boot', 'second boot', 'this boot']
const TAGGED = '2026-06-06/front-2026-06-06T080010Z-000001'
const isLong = process.env['SPOKECAM_TEST'] === 'long'

let clips: string
let whole: string
let tagged: string
let folder: string
let footage: string
let store: Store
let told: string[]

beforeAll(async () => {
  clips = await mkdtemp(join(tmpdir(), 'clips-'))
  whole = join(clips, 'whole.mp4')
  tagged = join(clips, 'tagged.mp4')
  await makeSegment(whole, { seconds: 3 })
  const segment = { id: 'front-000001', startUtcMs: JUNE_UTC_MS + 10_250, durationMs: 3_000, startMonoMs: 10_000 }
  await copyTagged(whole, tagged, segment as DatedSegment, [], new AbortController().signal)
})
afterAll(() => rm(clips, { recursive: true }))
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'order-'))
  footage = join(folder, 'footage')
  told = []
  await mkdir(join(footage, 'boot-000003'), { recursive: true })
  store = await openStore(join(folder, 'rides.db'))
  for (const id of BOOTS) await store.beginBoot(id)
})
afterEach(async () => {
  await store.close()
  await rm(folder, { recursive: true })
})

const log: Log = {
  info: (message) => void told.push(message),
  warn: (message) => void told.push(message),
  error: (message, facts) => void told.push(`${message}: ${JSON.stringify(facts)}`),
}

interface Change {
  readonly store?: Store
  readonly isBusyWith?: (id: string) => boolean
  readonly isFromBefore?: (camera: string, number: number) => boolean
  readonly onSettled?: () => Promise<void>
}

const order = (change: Change = {}) =>
  putInOrder(
    {
      footage,
      bootNumber: 3,
      store,
      isFromBefore: () => true,
      isBusyWith: () => false,
      isRestored: false,
      rebuild: (signal) =>
        rebuildBeside(
          { footage, bootNumber: 3, isFromBefore: change.isFromBefore ?? (() => true), store, isRestored: false, log },
          signal,
        ),
      onCatalogueWhole: () => {},
      onMended: () => {},
      onSettled: async () => {},
      log,
      pauses: { betweenStepsMs: 0, secondLookMs: 0 },
      ...change,
    },
    new AbortController().signal,
  )

async function lay(file: string, clip: string | null = whole): Promise<string> {
  const path = join(footage, file)
  await mkdir(join(path, '..'), { recursive: true })
  if (clip === null) await writeFile(path, 'no picture')
  else await copyFile(clip, path)
  return path
}

/** A record as it lies beside a segment; what is handed in may be what no record of ours says. */
async function layRecord(file: string, change: Readonly<Record<string, unknown>> = {}): Promise<void> {
  const record = {
    ...{
      id: 'front-000001',
      rideId: null,
      camera: 'front',
      number: 1,
      bootNumber: 2,
      ...START,
      startUncertaintyMs: 120,
    },
    ...{ startUtcMs: JUNE_UTC_MS + 10_250, durationMs: 3_000, frames: 30, sizeBytes: (await stat(tagged)).size },
    ...{ state: 'tagged', kept: false, keptItself: false, file: `${TAGGED}.mp4`, ...change },
  } as SegmentRecord
  await mkdir(join(footage, file, '..'), { recursive: true })
  await writeFile(join(footage, file), segmentText(record, false, null))
}

const START = { startMonoMs: 10_000, startUncertaintyMs: 100 }
async function recorded(number: number, bootNumber = 2): Promise<string> {
  const file = `boot-00000${bootNumber}/front-00000${number}.mp4`
  const { size } = await stat(whole)
  await store.openSegment({ camera: 'front', number, bootNumber, rideId: null, file, ...START })
  const id = `front-00000${number}`
  await store.closeSegment({ id, ...START, durationMs: 3_000, frames: 30, sizeBytes: size })
  return file
}
/** As tagging leaves it, with the bytes from before or without. */
async function taggedRow(hasOldBytes: boolean): Promise<string> {
  const file = await recorded(1)
  await store.dateSegment('front-000001', JUNE_UTC_MS + 10_250, 120)
  const { size } = await stat(tagged)
  await store.tagSegment({ id: 'front-000001', sizeBytes: size, file: `${TAGGED}.mp4` })
  if (!hasOldBytes) await store.forgetOldBytes('front-000001')
  return file
}
const dated = async (): Promise<string> => {
  const file = await recorded(1)
  await store.dateSegment('front-000001', JUNE_UTC_MS + 10_250, 120)
  return file
}

/** The store with some of its calls in other hands; null leaves one as it is. */
function withCalls(instead: (name: string) => ((...given: readonly unknown[]) => unknown) | null): Store {
  return new Proxy(store, {
    get: (target, name) => {
      if (name === 'then') return undefined
      return (...given: readonly unknown[]) =>
        (instead(String(name)) ?? (Reflect.get(target, name) as (...all: readonly unknown[]) => unknown))(...given)
    },
  })
}

async function filesIn(): Promise<string[]> {
  const all = await readdir(footage, { recursive: true, withFileTypes: true })
  const files = all.filter((entry) => entry.isFile())
  return files.map(({ parentPath, name }) => join(parentPath, name).slice(footage.length + 1)).sort()
}
const row = (number = 1) => store.segment(`front-00000${number}`)

describe('a file of a boot without a row', () => {
  it('is cut back to its last whole fragment and taken in', async () => {
    const path = await lay('boot-000002/front-000001.mp4')
    await truncate(path, Math.round((await stat(whole)).size * 0.8))
    await order()
    expect(await row()).toMatchObject({ state: 'recorded', frames: 20, durationMs: 2_000, bootNumber: 2 })
    expect((await stat(path)).size).toBe((await row())?.sizeBytes)
  })

  it('begins where the one before it ends that was written until then', async () => {
    const before = await lay(await recorded(1))
    const path = await lay('boot-000002/front-000002.mp4')
    await utimes(before, 1_000, 1_000)
    await utimes(path, 1_003.4, 1_003.4)
    await order()
    expect(await row(2)).toMatchObject({ startMonoMs: 13_000, frames: 30 })
    expect((await store.segmentBefore('front', 3, 2))?.startUncertaintyMs).toBeCloseTo(500, 0)
  })

  it('begins there, too, when taking it in was cut off behind the cut of its tail', async () => {
    const before = await lay(await recorded(1))
    const path = await lay('boot-000002/front-000002.mp4')
    await truncate(path, Math.round((await stat(whole)).size * 0.8))
    await utimes(before, 1_000, 1_000)
    await utimes(path, 1_002, 1_002)
    const takeInSegment = () => Promise.reject(new Error('cut off'))
    await order({ store: withCalls((name) => (name === 'takeInSegment' ? takeInSegment : null)) })
    expect(await row(2)).toBeNull()
    await order()
    expect(await row(2)).toMatchObject({ startMonoMs: 13_000, frames: 20 })
    expect((await store.segmentBefore('front', 3, 2))?.startUncertaintyMs).toBeCloseTo(100, 0)
  })

  it.each([
    ['there is none before it', async () => {}],
    ['the one before it ended long before', async () => utimes(await lay(await recorded(1)), 1_000, 1_000)],
    ['the one before it is of another boot', async () => utimes(await lay(await recorded(1, 1)), 1_000, 1_000)],
  ])('has no known time where %s, and is not dated by a guess', async (_, make) => {
    await make()
    const path = await lay('boot-000002/front-000002.mp4')
    await utimes(path, 2_000, 2_000)
    const anchor = { monoMs: 0, utcMinusMonoMs: JUNE_UTC_MS, uncertaintyMs: 50, source: 'satellites' } as const
    await store.addAnchor(2, { bootId: 'second boot', ...anchor })
    await order()
    expect(await row(2)).toMatchObject({ state: 'recorded', startUtcMs: null, startUncertaintyMs: null })
    expect((await store.undatedSegments(3, 10, true)).map(({ id }) => id)).not.toContain('front-000002')
  })

  it('has its place by its record where the catalogue was lost', async () => {
    await lay('boot-000002/front-000001.mp4')
    await layRecord(`${TAGGED}.json`, { state: 'recorded', file: 'boot-000002/front-000001.mp4' })
    await order()
    expect(await row()).toMatchObject({ state: 'recorded', startUtcMs: JUNE_UTC_MS + 10_250, startMonoMs: 10_000 })
  })

  it('is left to the recorder that writes it now', async () => {
    await lay('boot-000003/front-000002.mp4')
    await lay('boot-000003/front-000001.mp4')
    await order({ isFromBefore: (_, number) => number < 2 })
    expect(await row(1)).toMatchObject({ state: 'recorded' })
    expect(await row(2)).toBeNull()
  })

  it('of a boot the catalogue does not know is taken in all the same', async () => {
    await lay('boot-000001/front-000001.mp4')
    await store.close()
    for (const name of ['rides.db', 'rides.db.redo-0']) await rm(join(folder, name))
    store = await openStore(join(folder, 'rides.db'))
    expect(await store.beginBoot('this boot', 3)).toMatchObject({ bootNumber: 4 })
    await order()
    expect(await row()).toMatchObject({ state: 'recorded', bootNumber: 1 })
  })
})

describe('a tagged file without a row', () => {
  it('is what its record says', async () => {
    await lay(`${TAGGED}.mp4`, tagged)
    await layRecord(`${TAGGED}.json`, { kept: true })
    await order()
    const expected = {
      state: 'tagged',
      frames: 30,
      durationMs: 3_000,
      kept: true,
      startUncertaintyMs: 120,
      bootNumber: 2,
    }
    expect(await row()).toMatchObject({ ...expected, startUtcMs: JUNE_UTC_MS + 10_250, startMonoMs: 10_000 })
  })

  it.each([
    ['is missing', async () => {}],
    ['is torn', () => writeFile(join(footage, `${TAGGED}.json`), '{"id": "front-0000')],
    ['is of another segment', () => layRecord(`${TAGGED}.json`, { id: 'front-000002', number: 2 })],
    ['says what cannot be', () => layRecord(`${TAGGED}.json`, { startUtcMs: 'now' })],
  ])('is what it says itself where the record %s', async (_, make) => {
    await lay(`${TAGGED}.mp4`, tagged)
    await make()
    await order()
    const start = { startUtcMs: JUNE_UTC_MS + 10_500, startUncertaintyMs: 500 }
    expect(await row()).toMatchObject({ state: 'tagged', frames: 30, bootNumber: 0, ...start, file: `${TAGGED}.mp4` })
  })

  it('has the time in its name where it says none itself', async () => {
    await lay(`${TAGGED}.mp4`, whole)
    await order()
    expect(await row()).toMatchObject({ startUtcMs: JUNE_UTC_MS + 10_500 })
  })

  it('comes before the bytes from before, where the catalogue was lost: they would be tagged over it, without a track', async () => {
    await lay(`${TAGGED}.mp4`, tagged)
    await layRecord(`${TAGGED}.json`)
    const old = 'boot-000002/front-000001.mp4'
    await lay(old)
    const untagged = async (): Promise<unknown> => (await store.untaggedSegments(3, 10)).map(({ id }) => id)
    const seen: unknown[] = []
    const watched = withCalls((name) => {
      if (name !== 'segmentsInFolder') return null
      return async (...given) => {
        seen.push(await untagged())
        return store.segmentsInFolder(String(given[0]))
      }
    })
    await order({ store: watched })
    expect([...seen, await untagged()]).toEqual([[], [], [], []])
    expect(await row()).toMatchObject({ state: 'tagged', file: `${TAGGED}.mp4`, fileAsRecorded: old })
  })

  it('leads back to what it was after the catalogue was lost, and so to the same places', async () => {
    await lay(`${TAGGED}.mp4`, tagged)
    await order()
    const { camera = '', number = 0, startUtcMs } = (await row()) ?? {}
    const { folder: day, base } = datedName(camera, number, startUtcMs ?? 0)
    expect(`${day}/${base}`).toBe(TAGGED)
  })
})

describe('what cannot be understood', () => {
  it.each(['boot-000002/front-000001.mp4', `${TAGGED}.mp4`])('is set aside beside itself: %s', async (file) => {
    await lay(file, null)
    await lay(`${file}.empty`, null)
    await order()
    expect(await filesIn()).toEqual([`${file}.empty`, `${file}.empty-2`])
    expect(await row()).toBeNull()
    expect(told).toEqual(['a file without a picture is set aside'])
  })

  it('is left alone where a rider put it', async () => {
    const foreign = [
      'holiday.mp4',
      'boot-000002/holiday.mp4',
      'boot-000002/front-000001.mp4.empty',
      '2026-06-06/holiday-000001.mp4',
      '2026-06-06/notes.tmp',
      '.Trash-1000/files/front-000001.mp4',
      'lost+found/front-000001.mp4',
      'boot-000002/front-000001.mp4.d/front-000001.mp4',
      'my rides/front-000001.mp4',
    ]
    for (const file of foreign) await lay(file)
    await order()
    expect(await filesIn()).toEqual([...foreign].sort())
    expect(told).toEqual([])
  })
})

describe('a row whose file is gone', () => {
  it('is not listed as playable any more', async () => {
    await recorded(1)
    await order()
    expect(await row()).toMatchObject({ state: 'swept', frames: 30 })
    expect(told).toEqual(['the video of a segment is gone, its track stays'])
  })

  it('goes back to the bytes from before tagging', async () => {
    const file = await lay(await taggedRow(true)).then((path) => path.slice(footage.length + 1))
    await order()
    expect(await row()).toMatchObject({ state: 'recorded', file, fileAsRecorded: null })
    expect((await store.untaggedSegments(3, 9)).map(({ id }) => id)).toEqual(['front-000001'])
  })

  it('goes on to its tagged file', async () => {
    await dated()
    await lay(`${TAGGED}.mp4`, tagged)
    await order()
    expect(await row()).toMatchObject({ state: 'tagged', file: `${TAGGED}.mp4`, fileAsRecorded: null })
  })

  it('has its video again when the file is there again', async () => {
    await recorded(1)
    await order()
    await lay('boot-000002/front-000001.mp4')
    await order()
    expect(await row()).toMatchObject({ state: 'recorded' })
  })
})

describe('a pass that tags and broke off', () => {
  it('after the new file got its name has the row brought up to it', async () => {
    const file = await lay(await dated()).then((path) => path.slice(footage.length + 1))
    await lay(`${TAGGED}.mp4`, tagged)
    await order()
    const { size } = await stat(tagged)
    expect(await row()).toMatchObject({ state: 'tagged', file: `${TAGGED}.mp4`, fileAsRecorded: file, sizeBytes: size })
  })

  it('after the old bytes were forgotten has them known again, and so removed in time', async () => {
    const file = await lay(await taggedRow(false)).then((path) => path.slice(footage.length + 1))
    await lay(`${TAGGED}.mp4`, tagged)
    await order()
    expect(await row()).toMatchObject({ state: 'tagged', fileAsRecorded: file })
  })

  it('leaves what is being tagged just now alone', async () => {
    await lay(await dated())
    await lay(`${TAGGED}.mp4`, tagged)
    await lay(`${TAGGED}.mp4.tmp`)
    await order({ isBusyWith: (id) => id === 'front-000001' })
    expect(await row()).toMatchObject({ state: 'recorded' })
    expect(await filesIn()).toContain(`${TAGGED}.mp4.tmp`)
  })

  it.each(['.mp4.tmp', '.mp4.tmp-text', '.mp4.tmp-hash', '.gpx.tmp', '.json.tmp'])(
    'leaves a %s that goes where its source is there, and is set aside where it is not',
    async (ending) => {
      await lay(await dated())
      await lay(`${TAGGED}${ending}`)
      const lonely = TAGGED.replace('000001', '000007')
      await lay(`${lonely}${ending}`)
      await order()
      expect(await filesIn()).toEqual([`${lonely}${ending}.leftover`, 'boot-000002/front-000001.mp4'])
    },
  )

  it('leaves a copy that stays where what was recorded is gone', async () => {
    await dated()
    await lay(`${TAGGED}.mp4.tmp`)
    await order()
    expect(await filesIn()).toEqual([`${TAGGED}.mp4.tmp.leftover`])
  })
})

describe('two files for one segment', () => {
  it.each([
    ['of another length', true, `${TAGGED}.mp4`, `${TAGGED}.mp4.double`],
    ['of another boot', false, 'boot-000001/front-000001.mp4', 'boot-000001/front-000001.mp4.double'],
  ])('are told apart: one %s is set aside', async (_, isShort, file, aside) => {
    await lay(await dated())
    const path = await lay(file)
    if (isShort) await truncate(path, Math.round((await stat(whole)).size * 0.8))
    await order()
    expect(await filesIn()).toEqual([aside, 'boot-000002/front-000001.mp4'].sort())
    expect(await row()).toMatchObject({ state: 'recorded', file: 'boot-000002/front-000001.mp4' })
  })
})

describe('a file of another boot under the number of a tagged segment', () => {
  it('is no old bytes of it, which would go in time', async () => {
    await taggedRow(false)
    await lay(`${TAGGED}.mp4`, tagged)
    await lay('boot-000001/front-000001.mp4')
    await order()
    expect(await row()).toMatchObject({ state: 'tagged', fileAsRecorded: null })
    expect(await filesIn()).toContain('boot-000001/front-000001.mp4.double')
  })
})

describe('a file that is being swept', () => {
  it('has no row that says it is there again', async () => {
    const path = await lay(await recorded(1))
    await store.sweepSegments(await store.sweepable(0, 1))
    await order({ onSettled: () => rm(path) })
    expect(await row()).toMatchObject({ state: 'swept' })
  })

  it('whose sweeping was cut off is listed again, so that it is swept when its turn comes', async () => {
    await lay(await recorded(1))
    await store.sweepSegments(await store.sweepable(0, 1))
    await order()
    expect((await store.sweepable(0, 9)).map(({ id }) => id)).toEqual(['front-000001'])
  })
})

describe('a row that says more than its file has', () => {
  it('is put right', async () => {
    const path = await lay(await recorded(1))
    await truncate(path, Math.round((await stat(whole)).size * 0.8))
    await order()
    expect(await row()).toMatchObject({ state: 'recorded', frames: 20, durationMs: 2_000 })
    expect(told).toContain('a video is shorter than the catalogue knew')
  })

  it('goes back to the bytes from before tagging, which are whole', async () => {
    const file = await lay(await taggedRow(true)).then((path) => path.slice(footage.length + 1))
    await truncate(await lay(`${TAGGED}.mp4`, tagged), 9_000)
    await order()
    expect(await row()).toMatchObject({ state: 'recorded', file, frames: 30 })
    expect(await filesIn()).toEqual([`${TAGGED}.mp4.double`, file])
  })

  it('has no video where nothing of it is left', async () => {
    await truncate(await lay(await recorded(1)), 0)
    await order()
    expect(await row()).toMatchObject({ state: 'swept' })
    expect(await filesIn()).toEqual(['boot-000002/front-000001.mp4.empty'])
  })
})

describe('a whole folder', () => {
  it('in order is left as it is, and not looked through again', async () => {
    await lay(await taggedRow(true))
    await lay(`${TAGGED}.mp4`, tagged)
    await order()
    expect(told).toEqual([])
    expect(await store.lastBootInOrder()).toBe(3)
  })

  it('with one file that cannot be read has the others put in order, and is looked at again at the next start', async () => {
    await lay('boot-000002/front-000002.mp4')
    await mkdir(join(footage, 'boot-000001'))
    await writeFile(join(footage, '2026-06-06'), 'no folder')
    await order()
    expect(await row(2)).toMatchObject({ state: 'recorded' })
    expect(await store.lastBootInOrder()).toBeNull()
  })

  it('loses the folders of boots that have nothing any more, not that of this boot', async () => {
    await mkdir(join(footage, 'boot-000001'))
    await order()
    expect(await readdir(footage)).toEqual(['boot-000003'])
  })

  it('comes to the same end wherever it is cut off and begun again', async () => {
    const end = await endOf(Number.POSITIVE_INFINITY)
    expect(end.files.length).toBeGreaterThan(5)
    expect(end.calls).toBeGreaterThan(20)
    expect(end.rows.at(-1)).toEqual({ utcMs: null, timeZone: null, lostMs: 500 })
    for (let calls = 0; calls < end.calls; calls += isLong ? 1 : 4) {
      const { files, rows } = await endOf(calls)
      expect({ calls, files, rows }).toEqual({ calls, files: end.files, rows: end.rows })
    }
  }, 120_000)
})

/** What a folder with everything in it that can be wrong looks like when it is put in order, cut off after so many calls and done again. */
async function endOf(callsUntilCut: number) {
  await store.close()
  await rm(folder, { recursive: true })
  await mkdir(join(footage, 'boot-000003'), { recursive: true })
  store = await openStore(join(folder, 'rides.db'))
  for (const id of BOOTS) await store.beginBoot(id)
  const cut = Math.round((await stat(whole)).size * 0.8)
  const open = (number: number) =>
    store.openSegment({ camera: 'front', number, bootNumber: 2, rideId: null, file: nameOf(number), ...START })
  const nameOf = (number: number): string => `boot-000002/front-00000${number}.mp4`
  // Half tagged; growing; empty; torn without a row, behind the growing one; gone; double; tagged without a row.
  await lay(await dated())
  await lay(`${TAGGED}.mp4`, tagged)
  await lay(`${TAGGED}.mp4.tmp`)
  for (const number of [2, 3]) await open(number)
  await truncate(await lay(nameOf(2)), cut)
  await lay(nameOf(3), null)
  await truncate(await lay(nameOf(4)), cut)
  await recorded(5)
  await lay('boot-000001/front-000005.mp4')
  await lay('2026-06-06/front-2026-06-06T080110Z-000006.mp4', tagged)
  await truncate(await lay(await recorded(7)), cut)
  await lay('boot-000002/front-000008.mp4', null)
  await lay('2026-06-06/front-2026-06-06T080210Z-000009.json.tmp', null)
  for (const file of await filesIn()) await utimes(join(footage, file), 1_000, 1_000)
  await store.notePowerCut(3)

  let calls = 0
  const failing = withCalls(() => (++calls > callsUntilCut ? () => Promise.reject(new Error('cut off')) : null))
  await order({ store: failing }).catch(() => {})
  const callsUsed = calls
  await order()
  const rows = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8, 9].map(row))
  const files = await Promise.all(
    (await filesIn()).map(async (file) => `${file} ${(await readFile(join(footage, file))).length}`),
  )
  return { calls: callsUsed, rows: [...rows, await store.powerCutBefore(3)], files }
}
