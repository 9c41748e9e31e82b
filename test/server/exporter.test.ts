/** The queue of clips at work: order, cancel, crash, a card without room, and nothing half made anywhere. */
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Clip } from '../../core/ride/clip.js'
import { STAYS_MS } from '../../core/store/clips.js'
import { openExportFolder } from '../../server/export/export-folder.js'
import type { ExporterOptions } from '../../server/export/exporter.js'
import type { Make } from '../../server/export/making.js'
import { aWish, type QueueUnderTest, startQueue, writtenAtOnce } from '../fakes/clips.js'
import { eventually } from '../fakes/eventually.js'
import { openSmallCard, type SmallCard } from '../fakes/small-card.js'
import { whyNoCards } from '../power-cut/mounts.js'

const SOON = { withinMs: 5_000 }
const MIB = 1024 * 1024
let data: string
let queue: QueueUnderTest | null = null

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'spokecam-exporter-'))
})
afterEach(async () => {
  await queue?.stop()
  queue = null
  await rm(data, { recursive: true })
})

async function start(known: Partial<ExporterOptions> = {}): Promise<QueueUnderTest> {
  queue = await startQueue(data, known)
  return queue
}

async function ask({ exporter }: QueueUnderTest, rideId = 'ride-a'): Promise<string> {
  const asked = await exporter.ask(rideId, aWish())
  if (asked.kind !== 'queued') throw new Error(asked.reason)
  return asked.clip.id
}

const inState = ({ exporter }: QueueUnderTest, id: string, state: Clip['state']): Promise<true> =>
  eventually(() => exporter.clip(id)?.state === state, SOON) as Promise<true>
const exported = async (): Promise<string[]> => (await readdir(join(data, 'exports')).catch(() => [])).sort()

/** Begins the clip and goes on until it is stopped or let go. */
function holdingOn(): {
  make: Make
  begun: string[]
  letGo: (error?: Error) => void
  progress: (part: number) => void
} {
  const begun: string[] = []
  let settle: (error?: Error) => void = () => {}
  let progress: (part: number) => void = () => {}
  const make: Make = async (clip, folder, signal, onProgress) => {
    progress = onProgress
    await writeFile(join(folder, 'clip.mp4.tmp'), 'half')
    await new Promise<void>((done, fail) => {
      settle = (error) => (error === undefined ? done() : fail(error))
      signal.addEventListener('abort', () => fail(signal.reason), { once: true })
      begun.push(clip.id)
    })
    await rm(join(folder, 'clip.mp4.tmp'))
    return writtenAtOnce(clip, folder, signal, onProgress)
  }
  return { make, begun, letGo: (error) => settle(error), progress: (part) => progress(part) }
}

describe('a clip', () => {
  it('is made, told at each change, and lies under its own name with its track', async () => {
    const at = await start()
    const id = await ask(at)
    await inState(at, id, 'ready')
    expect(await readFile(join(data, 'exports', id, 'clip.mp4'), 'utf8')).toBe(id)
    expect(await readdir(join(data, 'exports', id))).toEqual(['clip.mp4', 'track.gpx'])
    expect(at.told.map(({ state, progress }) => [state, progress])).toEqual([
      ['queued', 0],
      ['cutting', 0],
      ['ready', 1],
    ])
    expect(at.exporter.clip(id)).toMatchObject({ sizeBytes: 12, reason: null, expiresInMs: STAYS_MS })
  })

  it('is made after those that were asked for before, one at a time', async () => {
    const work = holdingOn()
    const at = await start({ make: work.make })
    const ids = [await ask(at), await ask(at), await ask(at)]
    for (const [index, id] of ids.entries()) {
      await eventually(() => work.begun.length === index + 1, SOON)
      const states = ids.map((each) => at.exporter.clip(each)?.state)
      expect(states.filter((state) => state === 'cutting')).toHaveLength(1)
      work.letGo()
      await inState(at, id, 'ready')
    }
    expect(work.begun).toEqual(ids)
  })

  it('tells its progress at most twice a second, and never less than before', async () => {
    let nowMs = 0
    const work = holdingOn()
    const at = await start({ make: work.make, nowMonoMs: () => nowMs })
    const id = await ask(at)
    await eventually(() => work.begun.length, SOON)
    for (const [ms, part] of [
      [100, 0.1],
      [499, 0.2],
      [500, 0.3],
      [900, 0.5],
      [1_000, 0.4],
      [1_200, 7],
      [9_000, Number.NaN],
    ] as const) {
      nowMs = ms
      work.progress(part)
    }
    expect(at.told.flatMap(({ state, progress }) => (state === 'cutting' ? [progress] : []))).toEqual([0, 0.3, 1])
    expect(at.exporter.clips({ limit: 1, cursor: null }, null).items[0]).toMatchObject({ id, progress: 1 })
  })

  it('that cannot be made says why, leaves nothing, and the next one is made', async () => {
    const work = holdingOn()
    const at = await start({ make: work.make })
    const [broken, whole] = [await ask(at), await ask(at)]
    await eventually(() => work.begun.length, SOON)
    work.letGo(new Error('the video of this span is damaged'))
    await inState(at, broken, 'failed')
    await eventually(() => work.begun.length === 2, SOON)
    expect(at.exporter.clip(broken)).toMatchObject({ reason: 'the video of this span is damaged', sizeBytes: null })
    expect(await exported()).toEqual([`${whole}.tmp`])
    work.letGo()
    await inState(at, whole, 'ready')
  })

  it('keeps what is missing in it in words', async () => {
    const make: Make = async (...given) => ({ ...(await writtenAtOnce(...given)), reason: '12 s are missing' })
    const at = await start({ make })
    const id = await ask(at)
    await inState(at, id, 'ready')
    expect(at.exporter.clip(id)?.reason).toBe('12 s are missing')
  })

  it('holds its footage while it is made, in pieces the device does not refuse, and lets go of it however it ends', async () => {
    const held = new Set<string>()
    const sizes: number[] = []
    const segmentIds = Array.from({ length: 130 }, (_, index) => `front-${index}`)
    const work = holdingOn()
    const at = await start({
      make: work.make,
      footageOf: () => ({ segmentIds, bytes: 1 }),
      hold: async (ids) => {
        sizes.push(ids.length)
        for (const id of ids) held.add(id)
        return () => {
          for (const id of ids) held.delete(id)
        }
      },
    })
    const id = await ask(at)
    await eventually(() => work.begun.length, SOON)
    expect([...held]).toEqual(segmentIds.slice(0, 100))
    expect(Math.max(...sizes)).toBeLessThanOrEqual(20)
    work.letGo(new Error('no'))
    await inState(at, id, 'failed')
    expect(held.size).toBe(0)
  })
})

describe('taking a clip away', () => {
  it('cancels one that waits, and it is never begun', async () => {
    const work = holdingOn()
    const at = await start({ make: work.make })
    const [first, second] = [await ask(at), await ask(at)]
    expect(await at.exporter.remove(second)).toBe('canceled')
    work.letGo()
    await eventually(() => work.begun.length, SOON)
    work.letGo()
    await inState(at, first, 'ready')
    expect([work.begun, at.exporter.clip(second)?.state]).toEqual([[first], 'canceled'])
  })

  it('stops one in the middle of it, and leaves nothing of it', async () => {
    const work = holdingOn()
    const at = await start({ make: work.make })
    const id = await ask(at)
    await eventually(() => work.begun.length, SOON)
    expect(await exported()).toEqual([`${id}.tmp`])
    expect(await at.exporter.remove(id)).toBe('canceled')
    expect(at.exporter.clip(id)?.state).toBe('canceled')
    await eventually(async () => (await exported()).length === 0, SOON)
    expect(at.told.map(({ state }) => state)).toEqual(['queued', 'cutting', 'canceled'])
  })

  it('leaves nothing of one that was as good as made', async () => {
    let cancel = async () => {}
    const make: Make = async (...given) => {
      const made = await writtenAtOnce(...given)
      await cancel()
      return made
    }
    const at = await start({ make })
    cancel = async () => void (await at.exporter.remove(at.told[0]?.id ?? ''))
    const id = await ask(at)
    await inState(at, id, 'canceled')
    await eventually(async () => (await exported()).length === 0, SOON)
    expect(at.exporter.clip(id)?.sizeBytes).toBeNull()
  })

  it('removes one that has ended with its files, and tells so', async () => {
    const at = await start()
    const id = await ask(at)
    await inState(at, id, 'ready')
    expect(await at.exporter.remove(id)).toBe('removed')
    expect([await exported(), at.exporter.clip(id)]).toEqual([[], null])
    expect(at.told.at(-1)).toMatchObject({ id, state: 'ready', expiresInMs: 0 })
    expect(await at.exporter.remove(id)).toBe('unknown')
  })
})

describe('a restart', () => {
  it('makes anew what was being made, and a stop is no fault of the clip', async () => {
    const work = holdingOn()
    for (let stops = 0; stops < 7; stops++) {
      const at = await start({ make: work.make })
      if (stops === 0) await ask(at)
      await eventually(() => work.begun.length === stops + 1, SOON)
      await at.stop()
      queue = null
      expect(await exported()).toEqual([])
    }
    const at = await start()
    const [id = ''] = work.begun
    await inState(at, id, 'ready')
    expect(new Set(work.begun)).toEqual(new Set([id]))
  })

  it('clears away what a crash left, and nothing else', async () => {
    const before = await start()
    const whole = await ask(before)
    await inState(before, whole, 'ready')
    const cut = before.clips.askForClip('ride-a', aWish()).id
    await before.stop()
    const names = ['0123456789ab', 'ba9876543210.tmp', `${cut}.tmp`, cut, `${whole}.tmp`, 'holiday', 'expired']
    for (const name of names) await mkdir(join(data, 'exports', name), { recursive: true })
    await writeFile(join(data, 'exports', `${cut}.tmp`, 'clip.mp4'), 'half')
    const work = holdingOn()
    const after = await start({ make: work.make })
    await eventually(() => work.begun.length, SOON)
    expect(await exported()).toEqual([`${cut}.tmp`, 'expired', 'holiday', whole].sort())
    expect(await readdir(join(data, 'exports', `${cut}.tmp`))).toEqual(['clip.mp4.tmp'])
    expect(after.exporter.clip(whole)?.state).toBe('ready')
    expect(await readFile(join(data, 'exports', whole, 'clip.mp4'), 'utf8')).toBe(whole)
  })

  it('gives a clip up that ends the server each time it is made', async () => {
    const at = await start({ make: holdingOn().make })
    const id = await ask(at)
    await at.stop()
    const crashed = await startQueue(data, { isWritable: false })
    for (let crashes = 0; crashes < 5; crashes++) {
      crashed.clips.beginClip(id)
      crashed.clips.queueCutClipsAgain()
    }
    await crashed.stop()
    const after = await start()
    await inState(after, id, 'failed')
    expect(after.exporter.clip(id)?.reason).toMatch(/begun 5 times/)
  })
})

describe('room on the card', () => {
  const recording = { bytesPerSecond: 1e6, sweepableBytes: 4e9 }

  it.each([
    ['with room for all', { free: 5e9, recording }, null],
    ['with old footage to make room', { free: 1e9, recording }, null],
    [
      'that would be full',
      { free: 400e6, recording: { ...recording, bytesPerSecond: 1 } },
      /no room for this clip: it takes 404 MB to make, and 400 MB are free/,
    ],
    [
      'with less than an hour left after it',
      { free: 1e9, recording: { ...recording, sweepableBytes: 2e9 } },
      /beside an hour of recording/,
    ],
    [
      'where nothing is recorded',
      { free: 404e6 + 5 * MIB + 64 * MIB, recording: { bytesPerSecond: 0, sweepableBytes: 0 } },
      null,
    ],
    [
      'where nothing is recorded, full',
      { free: 404e6 + 63 * MIB, recording: { bytesPerSecond: 0, sweepableBytes: 0 } },
      /no room/,
    ],
  ])('%s', async (_, { free, recording }, refusal) => {
    const at = await start({
      footageOf: () => ({ segmentIds: [], bytes: 200e6 }),
      freeBytes: async () => free,
      recording: () => recording,
    })
    const asked = await at.exporter.ask('ride-a', aWish())
    if (refusal === null) expect(asked.kind).toBe('queued')
    else expect(asked).toEqual({ kind: 'no-room', reason: expect.stringMatching(refusal) })
  })

  it('that was there when the clip was asked for is looked for again before it is made', async () => {
    let free = 1e9
    const work = holdingOn()
    const at = await start({ make: work.make, freeBytes: async () => free })
    const [first, second] = [await ask(at), await ask(at)]
    await eventually(() => work.begun.length, SOON)
    free = 64e6
    work.letGo()
    await inState(at, first, 'ready')
    await inState(at, second, 'failed')
    expect(at.exporter.clip(second)?.reason).toMatch(/no room/)
  })

  it('that runs out in the middle ends the clip before it ends the video', async () => {
    let free = 1e9
    const work = holdingOn()
    const at = await start({ make: work.make, freeBytes: async () => free, looksEveryMs: 10 })
    const id = await ask(at)
    await eventually(() => work.begun.length, SOON)
    free = 63 * MIB
    await inState(at, id, 'failed')
    expect([at.exporter.clip(id)?.reason, await exported()]).toEqual(['the card got full', []])
  })
})

describe('trouble', () => {
  it.each([
    [Object.assign(new Error('write'), { code: 'ENOSPC' }), 'the card is full'],
    [new Error('ffmpeg failed: Error writing trailer: No space left on device'), 'the card is full'],
    [Object.assign(new Error('open'), { code: 'EROFS' }), 'the card cannot be written'],
    [new Error('cut', { cause: Object.assign(new Error('read'), { code: 'EIO' }) }), 'the card fails'],
  ])('of the card is said in words: %s', async (error, words) => {
    const at = await start({ make: () => Promise.reject(error) })
    const id = await ask(at)
    await inState(at, id, 'failed')
    expect([at.exporter.clip(id)?.reason, await exported()]).toEqual([words, []])
  })

  it('of a card that cannot be written: nothing is taken on, and nothing touched', async () => {
    await mkdir(join(data, 'exports', '0123456789ab'), { recursive: true })
    const at = await start({ isWritable: false })
    expect(await at.exporter.ask('ride-a', aWish())).toMatchObject({ kind: 'card' })
    expect(await exported()).toEqual(['0123456789ab'])
  })

  it('of riders who ask for more than can be made: a hundred wait, and no more', async () => {
    const at = await start({ make: holdingOn().make })
    for (let asked = 0; asked < 100; asked++) at.clips.askForClip('ride-a', aWish())
    expect(await at.exporter.ask('ride-a', aWish())).toEqual({
      kind: 'too-many',
      reason: '100 clips wait already: wait until some are made',
    })
  })
})

const why = whyNoCards()

describe.skipIf(why !== null)(`a small card${why === null ? '' : ` (${why})`}`, () => {
  const much: Make = async (clip, folder, signal, onProgress) => {
    for (let written = 0; written < 200; written++) {
      signal.throwIfAborted()
      await appendFile(join(folder, 'clip.mp4.tmp'), Buffer.alloc(MIB))
    }
    return writtenAtOnce(clip, folder, signal, onProgress)
  }
  let card: SmallCard
  beforeEach(async () => {
    card = await openSmallCard(100)
  })
  afterEach(() => card.close())
  const on = (known: Partial<ExporterOptions>) => {
    const folder = join(card.folderFromOutside, 'exports')
    return start({ folder, files: openExportFolder(folder), ...known })
  }
  const left = async () => readdir(join(card.folderFromOutside, 'exports')).catch(() => [])

  it('that is full in the middle of it after all has nothing of the clip on it', async () => {
    const at = await on({ make: much, looksEveryMs: 60_000 })
    const before = await card.freeBytes()
    const id = await ask(at)
    await inState(at, id, 'failed')
    expect([at.exporter.clip(id)?.reason, await left()]).toEqual(['the card is full', []])
    expect(await card.freeBytes()).toBeGreaterThan(before - MIB)
  })

  it('has 64 MiB left for the recording, whatever a clip turns out to take', async () => {
    let leastFree = Number.POSITIVE_INFINITY
    const slowly: Make = async (_, folder, signal) => {
      for (;;) {
        leastFree = Math.min(leastFree, await card.freeBytes())
        signal.throwIfAborted()
        await appendFile(join(folder, 'clip.mp4.tmp'), Buffer.alloc(MIB / 8))
        await sleep(5)
      }
    }
    await card.fillUpTo(72 * MIB)
    const at = await on({ make: slowly, looksEveryMs: 5 })
    const id = await ask(at)
    await inState(at, id, 'failed')
    expect([at.exporter.clip(id)?.reason, await left()]).toEqual(['the card got full', []])
    expect(leastFree).toBeGreaterThan(60 * MIB)
  })

  it('without room refuses at once', async () => {
    const at = await on({})
    await card.fillUpTo(60 * MIB)
    expect(await at.exporter.ask('ride-a', aWish())).toMatchObject({ kind: 'no-room' })
  })

  it('that turns read-only fails the clip in words, and what is made stays', async () => {
    const at = await on({})
    const made = await ask(at)
    await inState(at, made, 'ready')
    await card.remount('ro')
    const id = await ask(at)
    await inState(at, id, 'failed')
    await card.remount('rw')
    expect(at.exporter.clip(id)?.reason).toBe('the card cannot be written')
    expect(await left()).toEqual([made])
  })
})
