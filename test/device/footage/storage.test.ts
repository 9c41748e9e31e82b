import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FootageBytes } from '../../../core/store/making-room.js'
import type { RoomMade } from '../../../device/footage/retention.js'
import { type Storage, watchStorage } from '../../../device/footage/storage.js'
import { eventually } from '../../fakes/eventually.js'

const SOON = { withinMs: 3_000 }
const NOTHING: FootageBytes = { all: 0, keptByRider: 0, keptByDevice: 0 }

let data: string
let stop: AbortController
let running: Promise<void>
let said: string[]
let asked: number[]
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'storage-'))
  stop = new AbortController()
  said = []
  asked = []
})
afterEach(async () => {
  stop.abort()
  await running
  await rm(data, { recursive: true })
})

function watch({
  bytesPerSecond = 1,
  footage = NOTHING,
  made = { freedBytes: 0, isMore: false },
  freePercent = 0,
  folder = data,
}: Given = {}): Storage {
  const note = (message: string) => void said.push(message)
  const storage = watchStorage({
    ...{ footage: folder, probe: join(data, 'probing', 'probe'), isTaking: true },
    limits: { freePercent, mostFootageBytes: null, incidentSharePercent: 30 },
    cameras: [{ name: 'front', bytesPerSecond }],
    store: { footageBytes: async () => footage, measuredBytesPerSecond: async () => null },
    retention: {
      makeRoom: async (bytes) => {
        asked.push(bytes)
        if (made === null) throw new Error('database is locked')
        return made
      },
    },
    onWritable: async () => note('writable'),
    log: { info: note, warn: note, error: note },
  })
  running = storage.service.run(stop.signal)
  return storage
}
interface Given {
  readonly bytesPerSecond?: number
  readonly footage?: FootageBytes
  /** Null: it fails. */
  readonly made?: RoomMade | null
  readonly freePercent?: number
  readonly folder?: string
}

describe('a card that takes nothing', () => {
  it('ends the video at once where somebody doubts it, is told once, and records again by itself', async () => {
    const storage = watch()
    await eventually(storage.isWritable, SOON)
    const on = await storage.whenTaking(stop.signal)
    await rm(join(data, 'probing'), { recursive: true })
    await writeFile(join(data, 'probing'), 'in the way')
    storage.doubt()
    await eventually(() => on.aborted, SOON)
    expect(storage.now()).toEqual({ state: 'failed', freeBytes: null, hoursLeft: null, keptBytes: 0 })
    expect([storage.refusal(), storage.hasRoomToTag()]).toEqual(['the card cannot be written', false])
    storage.doubt()
    await rm(join(data, 'probing'))
    await mkdir(join(data, 'probing'))
    storage.doubt()
    expect((await storage.whenTaking(stop.signal)).aborted).toBe(false)
    expect(said.filter((words) => words.startsWith('the card cannot be written'))).toHaveLength(1)
    expect(said.filter((words) => words === 'writable')).toHaveLength(2)
  })
})

describe('a card that is full', () => {
  /** Twenty seconds of it are more than any disk has: it is full by what is written. */
  const bytesPerSecond = 1e15

  it('of what is kept ends the video', async () => {
    const storage = watch({ bytesPerSecond, footage: { all: 9e9, keptByRider: 5e9, keptByDevice: 4e9 } })
    await eventually(() => storage.refusal() !== null, SOON)
    expect(storage.refusal()).toBe('the card is full of what is kept')
    expect(storage.now()).toMatchObject({ state: 'full' })
    expect(asked[0]).toBeGreaterThan(1e18)
  })

  it('goes on recording while there is more that may go', async () => {
    const storage = watch({ bytesPerSecond, made: { freedBytes: 1, isMore: true } })
    // It looks again at once.
    await eventually(() => asked.length > 2, SOON)
    expect(storage.now().state).toBe('full')
    expect(storage.refusal()).toBeNull()
  })
})

describe('what is kept', () => {
  it('by the device counts up to its share, and what is over makes room', async () => {
    const storage = watch({ footage: { all: 3e18, keptByRider: 1e9, keptByDevice: 2e18 } })
    await eventually(() => storage.now().keptBytes > 0, SOON)
    const { keptBytes, hoursLeft } = storage.now()
    expect(keptBytes).toBeGreaterThan(1e9)
    expect(keptBytes).toBeLessThan(1e18)
    expect(hoursLeft).toBeGreaterThan(2e18 / 3_600)
  })
})

describe('the video', () => {
  it('goes on while there is room though no room can be made, because the catalogue is locked, say', async () => {
    const storage = watch({ made: null, freePercent: 100 })
    for (const times of [1, 2, 3]) {
      await eventually(() => asked.length >= times, SOON)
      storage.doubt()
    }
    expect([storage.isWritable(), storage.refusal(), storage.now().state]).toEqual([true, null, 'ok'])
    expect(said.filter((message) => message.includes('no room'))).toHaveLength(1)
  })

  it('is not removed for room where a file system does not tell how large it is', async () => {
    // It tells of no blocks, neither free nor taken.
    const storage = watch({ freePercent: 100, folder: '/proc', footage: { all: 5, keptByRider: 3, keptByDevice: 0 } })
    await eventually(() => storage.now().keptBytes === 3, SOON)
    expect([asked, storage.refusal(), storage.now()]).toMatchObject([[], null, { state: 'ok', freeBytes: null }])
  })
})
