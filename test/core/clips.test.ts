/** Clips as server.db keeps them: in line, in order, through a kill, and for so long as the power was on. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type AccessStore, openAccessStore } from '../../core/store/access.js'
import { STAYS_MS } from '../../core/store/clips.js'
import { UnknownCursor } from '../../core/store/listing.js'
import { aWish } from '../fakes/clips.js'

let folder: string
let store: AccessStore
const clips = () => store.clips
const askFor = (rides: readonly string[]) => rides.map((ride) => clips().askForClip(ride, aWish()).id)
const READY = { state: 'ready', reason: null, sizeBytes: 7 } as const

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spokecam-clips-'))
  store = openAccessStore(join(folder, 'server.db'))
})
afterEach(() => {
  store.close()
  rmSync(folder, { recursive: true })
})

describe('a clip that is asked for', () => {
  it('is kept as it was asked for, and waits', () => {
    const wish = aWish({ exact: true, overlay: true, privacy: true, telemetry: 'camm' })
    const asked = clips().askForClip('ride-a', wish)
    expect(asked).toEqual({
      ...wish,
      ...{ id: expect.stringMatching(/^[0-9a-f]{12}$/), rideId: 'ride-a', state: 'queued' },
      ...{ progress: 0, reason: null, sizeBytes: null, expiresInMs: null },
    })
    expect(clips().clip(asked.id)).toEqual(asked)
    expect(clips().clip('nobody')).toBeNull()
  })

  it('is still there after a kill -9, the moment it was answered', async () => {
    store.close()
    const access = resolve(import.meta.dirname, '../../dist/core/store/access.js')
    const script = `const { openAccessStore } = await import(${JSON.stringify(access)})
      const { clips } = openAccessStore(${JSON.stringify(join(folder, 'server.db'))})
      process.stdout.write(clips.askForClip('ride-a', ${JSON.stringify(aWish())}).id)
      setInterval(() => {}, 1000)`
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [id] = await once(child.stdout, 'data')
    child.kill('SIGKILL')
    await once(child, 'close')
    store = openAccessStore(join(folder, 'server.db'))
    expect(clips().clipNextInLine()?.id).toBe(String(id))
  })
})

describe('the line', () => {
  it('lets the oldest go first, and one that was put back before all others', () => {
    const [first = '', second = ''] = askFor(['a', 'b', 'c'])
    expect(clips().clipNextInLine()?.id).toBe(first)
    expect(clips().beginClip(first)).toBe(1)
    expect(clips().clipNextInLine()?.id).toBe(second)
    clips().putClipBack(first)
    expect(clips().clipNextInLine()?.id).toBe(first)
    expect(clips().beginClip(first)).toBe(1)
    clips().queueCutClipsAgain()
    expect(clips().beginClip(first)).toBe(2)
    expect(clips().beginClip(first)).toBeNull()
  })

  it('counts what is to be made yet, the one in the making too', () => {
    const [first = '', second = '', third = ''] = askFor(['a', 'b', 'c'])
    clips().beginClip(first)
    expect(clips().clipsWaiting()).toBe(3)
    clips().endClip(first, READY)
    clips().cancelClip(second)
    expect(clips().clipsWaiting()).toBe(1)
    expect(clips().clipNextInLine()?.id).toBe(third)
  })

  it('gives no end to a clip that was canceled, and takes none from one that has ended', () => {
    const [canceled = '', made = ''] = askFor(['a', 'b'])
    clips().beginClip(canceled)
    expect([clips().cancelClip(canceled), clips().endClip(canceled, READY)]).toEqual([true, false])
    clips().beginClip(made)
    expect([clips().endClip(made, READY), clips().cancelClip(made)]).toEqual([true, false])
    expect([canceled, made].map((id) => clips().clip(id)?.state)).toEqual(['canceled', 'ready'])
    expect(clips().clip(made)).toMatchObject({ progress: 1, sizeBytes: 7, expiresInMs: STAYS_MS })
  })

  it('loses none that is to be made yet', () => {
    const [id = ''] = askFor(['a'])
    expect(clips().removeClip(id)).toBe(false)
    clips().beginClip(id)
    expect(clips().removeClip(id)).toBe(false)
    clips().endClip(id, { state: 'failed', reason: 'no', sizeBytes: null })
    expect([clips().removeClip(id), clips().clip(id)]).toEqual([true, null])
  })
})

describe('the list', () => {
  it('is newest first, page by page, of one ride or of all, and one that goes takes no other with it', () => {
    const ids = askFor(['a', 'b', 'a', 'b', 'a']).reverse()
    const first = clips().clips({ limit: 2, cursor: null }, null)
    expect(first.items.map(({ id }) => id)).toEqual(ids.slice(0, 2))
    expect(
      clips()
        .clips({ limit: 1, cursor: first.next }, null)
        .items.map(({ id }) => id),
    ).toEqual([ids[2]])
    clips().cancelClip(ids[1] ?? '')
    clips().removeClip(ids[1] ?? '')
    const second = clips().clips({ limit: 3, cursor: first.next }, null)
    expect([second.items.map(({ id }) => id), second.next]).toEqual([ids.slice(2), null])
    expect(
      clips()
        .clips({ limit: 9, cursor: null }, 'a')
        .items.map(({ rideId }) => rideId),
    ).toEqual(['a', 'a', 'a'])
    expect(() => clips().clips({ limit: 1, cursor: 'x' }, null)).toThrow(UnknownCursor)
  })
})

describe('the time of a clip', () => {
  it('runs once it has ended, with the power on, and over a restart', () => {
    const [made = '', waits = ''] = askFor(['a', 'b'])
    clips().beginClip(made)
    clips().endClip(made, READY)
    expect(clips().ageClips(STAYS_MS - 60_000.5)).toEqual([])
    expect(clips().clip(made)?.expiresInMs).toBe(60_001)
    store.close()
    store = openAccessStore(join(folder, 'server.db'))
    expect(
      clips()
        .ageClips(60_001)
        .map(({ id, expiresInMs }) => [id, expiresInMs]),
    ).toEqual([[made, 0]])
    expect(clips().clip(waits)?.expiresInMs).toBeNull()
  })
})
