import { mkdtemp, readdir, readlink, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Log } from '../../../core/process/log.js'
import { type GrowingFiles, type Sync, syncLoop } from '../../../device/camera/sync-loop.js'
import { makeFifo } from '../../fakes/camera-film.js'
import { eventually } from '../../fakes/eventually.js'
import { startProgram } from '../../fakes/processes.js'

const SOON = { withinMs: 5_000 }
const front = (number: number): GrowingFiles => ({
  folder: '/boot',
  growing: `/boot/front-${number}`,
  before: number === 1 ? null : `/boot/front-${number - 1}`,
})

/** Runs the loop over what it is given until the check holds, and answers what it synced. */
async function run(files: () => readonly GrowingFiles[], until: (synced: string[]) => boolean, sync?: Partial<Sync>) {
  const synced: string[] = []
  const complaints: string[] = []
  const log: Log = { info: () => {}, warn: () => {}, error: (message) => complaints.push(message) }
  const stop = new AbortController()
  const note = async (path: string): Promise<void> => void synced.push(path)
  const running = syncLoop({
    growingFiles: files,
    onRefused: () => {},
    log,
    sync: { file: note, folder: note, keepOpen: async () => {}, ...sync },
  }).run(stop.signal)
  await eventually(() => until(synced), SOON)
  stop.abort()
  await running
  return { synced, complaints }
}

describe('the sync loop', () => {
  it('syncs the growing file round after round, and the folder once when a file appears', async () => {
    const { synced } = await run(
      () => [front(1)],
      (paths) => paths.length >= 4,
    )
    expect(synced.slice(0, 4)).toEqual(['/boot/front-1', '/boot', '/boot/front-1', '/boot/front-1'])
  })

  it('syncs the file before, too: its last bytes may still be on their way', async () => {
    let number = 1
    const { synced } = await run(
      () => [front(number++)],
      (paths) => paths.includes('/boot/front-2') && paths.filter((path) => path === '/boot').length >= 2,
    )
    expect(synced.slice(0, 5)).toEqual(['/boot/front-1', '/boot', '/boot/front-1', '/boot/front-2', '/boot'])
  })

  it('never has two rounds at once on a slow card', async () => {
    let atOnce = 0
    let most = 0
    let rounds = 0
    const slow = async (): Promise<void> => {
      most = Math.max(most, ++atOnce)
      await new Promise((resolve) => setTimeout(resolve, 40))
      atOnce--
      rounds++
    }
    await run(
      () => [front(1), front(2)],
      () => rounds > 6,
      { file: slow },
    )
    expect(most).toBe(1)
  })

  it('says once that the card refuses, and goes on', async () => {
    let tries = 0
    const { complaints } = await run(
      () => [front(1)],
      () => tries > 2,
      {
        file: () => {
          tries++
          return Promise.reject(new Error('EIO'))
        },
      },
    )
    expect(complaints).toEqual(['the card refuses to sync'])
  })

  it.each([
    ['is gone, because it was tagged long ago or made room', 'ENOENT', []],
    ['cannot be read', 'EIO', ['the card refuses to sync']],
  ])('keeps what grows on the card, of every camera, where the file before %s', async (_, code, said) => {
    const rear = { folder: '/boot', growing: '/boot/rear-1', before: null }
    const synced: string[] = []
    const { complaints } = await run(
      () => [front(2), rear],
      () => synced.length >= 6,
      {
        file: async (path) => {
          if (path === '/boot/front-1') throw Object.assign(new Error(code), { code })
          synced.push(path)
        },
      },
    )
    expect(synced.slice(0, 4)).toEqual(['/boot/front-2', '/boot/rear-1', '/boot/front-2', '/boot/rear-1'])
    expect(complaints).toEqual(said)
  })

  it('works on real files, and leaves none of them open', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sync-'))
    await writeFile(join(folder, 'growing-1'), 'video')
    await writeFile(join(folder, 'growing-2'), 'video')
    const complaints: unknown[] = []
    const log: Log = { info: () => {}, warn: () => {}, error: (message) => complaints.push(message) }
    const stop = new AbortController()
    let rounds = 0
    const files = () => {
      if (++rounds === 4) stop.abort()
      return [{ folder, growing: join(folder, rounds < 3 ? 'growing-1' : 'growing-2'), before: null }]
    }
    const looked: string[][] = []
    const looking = setInterval(async () => looked.push(await openIn(folder)), 20)
    await syncLoop({ growingFiles: files, onRefused: () => {}, log }).run(stop.signal)
    clearInterval(looking)
    expect(complaints).toEqual([])
    // Each stays open while it grows.
    expect(looked.filter((names) => names.includes('growing-1')).length).toBeGreaterThan(5)
    expect(looked.at(-1)).toEqual(['growing-2'])
    expect(await openIn(folder)).toEqual([])
    await rm(folder, { recursive: true })
  })

  it('never asks the same descriptor again once a sync has failed: it would answer that all is well', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sync-'))
    // A pipe is a file that refuses every sync.
    const growing = join(folder, 'refuses')
    await makeFifo(growing)
    const holder = startProgram('sh', ['-c', 'exec 3<>"$0"; echo open; exec sleep 20', growing])
    await holder.says(/open/)
    const stop = new AbortController()
    let rounds = 0
    const heldAtRounds: string[][] = []
    const loop = syncLoop({
      growingFiles: () => {
        if (++rounds === 3) stop.abort()
        return [{ folder, growing, before: null }]
      },
      onRefused: async () => heldAtRounds.push(await openIn(folder)),
      log: { info: () => {}, warn: () => {}, error: () => {} },
    })
    await loop.run(stop.signal)
    await eventually(() => heldAtRounds.length === 1, SOON)
    expect(heldAtRounds).toEqual([[]])
    await holder.end('SIGKILL')
    await rm(folder, { recursive: true })
  })
})

/** What of a folder this process has open. */
async function openIn(folder: string): Promise<string[]> {
  const descriptors = await readdir('/proc/self/fd')
  const targets = await Promise.all(descriptors.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')))
  return targets.filter((target) => dirname(target) === folder).map((target) => basename(target))
}
