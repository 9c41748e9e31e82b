/** A catalogue on a card that is full or fails: what was acknowledged is there, and it goes on as soon as the card does. */
import { execFile, spawn } from 'node:child_process'
import { mkdtemp, open, readdir, rm, statfs, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { connect } from '../../core/store/connection.js'
import { openReader, openStore } from '../../core/store/store.js'
import { eventually } from '../fakes/eventually.js'
import { DIES_WITH_US, holdMounts, whyNoCards } from '../power-cut/mounts.js'

const program = resolve(import.meta.dirname, '../fakes/store-program.mjs')
const RIDE = { id: 'r', bootNumber: 1, beganMonoMs: 0, simulated: true, startedUtcMs: null, timeSource: null }

interface Asked {
  readonly pid: number
  /** The answer, or the code of what went wrong. */
  readonly ask: (...call: readonly unknown[]) => Promise<{ readonly done?: unknown; readonly code?: string }>
  readonly said: () => string
  readonly end: () => Promise<void>
}

/** A catalogue in a process of its own, with a ride `r`. */
async function startStore(file: string, before: readonly string[] = ['setpriv', ...DIES_WITH_US]): Promise<Asked> {
  const [command = '', ...args] = [...before, process.execPath, program, file]
  const child = spawn(command, args, { stdio: 'pipe' })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  let said = ''
  child.stderr.on('data', (text) => {
    said += text
  })
  await lines.next()
  const ask = async (...call: readonly unknown[]) => {
    child.stdin.write(`${JSON.stringify(call)}\n`)
    const { value } = await lines.next()
    return JSON.parse(String(value)) as { done?: unknown; code?: string }
  }
  await ask('beginBoot', 'a')
  await ask('beginRide', RIDE)
  const closed = new Promise<void>((done) => child.once('close', () => done()))
  return {
    pid: child.pid ?? 0,
    ask,
    said: () => said,
    end: () => {
      child.stdin.end()
      child.kill('SIGKILL')
      return closed
    },
  }
}

/** Drawings of a route: each a commit that grows the file. */
const drawing = (number: number): string => `${number} `.padEnd(50_000, 'x')

describe('a catalogue', () => {
  it('on a card that takes nothing more is closed with the reason, and opened again when the card is well', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'failing-'))
    const store = await startStore(join(folder, 'rides.db'))
    const limit = (bytes: number | 'unlimited') =>
      promisify(execFile)('prlimit', ['--pid', String(store.pid), `--fsize=${bytes}:unlimited`])
    try {
      expect(await store.ask('renameRide', 'r', 'acknowledged')).toEqual({ done: true })
      // Files that may not grow: the write fails as on a card that is worn out, and not as on a full one.
      await limit(0)
      const failed = await store.ask('renameRide', 'r', 'lost')
      expect(failed.code).toMatch(/^SQLITE_IOERR/)
      await limit('unlimited')
      // Nothing is asked of the old descriptors, whether the card is well or not.
      expect(await store.ask('ride', 'r')).toEqual(failed)
      // However often it is tried while the card fails: on a long ride that is thousands of times.
      await limit(0)
      const openFiles = async () => (await readdir(`/proc/${store.pid}/fd`)).length
      expect((await store.ask('reopen')).code).toMatch(/^SQLITE_IOERR/)
      const open = await openFiles()
      for (let times = 0; times < 5; times++) await store.ask('reopen')
      expect(await openFiles()).toBe(open)
      await limit('unlimited')
      expect(await store.ask('reopen')).toEqual({ done: null })
      expect((await store.ask('ride', 'r')).done).toMatchObject({ name: 'acknowledged' })
      expect(await store.ask('renameRide', 'r', 'again')).toEqual({ done: true })
      expect(store.said()).toMatch(/cannot be written: it is closed[\s\S]*can be written again/)
      await store.end()
      expect(openReader(join(folder, 'rides.db'))?.ride('r')?.name).toBe('again')
    } finally {
      await store.end()
      await rm(folder, { recursive: true })
    }
  })

  it.skipIf(whyNoCards() !== null)(
    'on a full card goes on in the room that was held for it, and says so when that is full, too',
    {
      timeout: 30_000,
    },
    async () => {
      const mounts = await holdMounts('sh', [
        '-c',
        'mount -t tmpfs -o size=128m card /mnt && echo ready && exec sleep 600',
      ])
      const file = '/mnt/rides.db'
      const store = await startStore(file, mounts.enter)
      const card = mounts.pathOf('/mnt')
      try {
        expect(await store.ask('makeBallast')).toEqual({ done: null })
        const { bavail, bsize } = await statfs(card)
        await writeFile(join(card, 'footage'), Buffer.alloc(bavail * bsize - 300_000))
        let acknowledged = -1
        let failed = ''
        for (let number = 0; failed === '' && number < 1_000; number++) {
          const { code } = await store.ask('drawRide', 'r', drawing(number))
          if (code === undefined) acknowledged = number
          failed = code ?? ''
        }
        expect(failed).toBe('SQLITE_FULL')
        // 16 MiB, of which log, file and notes each take their share.
        expect(acknowledged).toBeGreaterThan(50)
        expect(await readdir(card)).not.toContain('rides.db.ballast')
        expect((await store.ask('ride', 'r')).done).toMatchObject({ preview: drawing(acknowledged) })
        await rm(join(card, 'footage'))
        expect(await store.ask('drawRide', 'r', drawing(-1))).toEqual({ done: null })
        expect(await store.ask('makeBallast')).toEqual({ done: null })
        expect(store.said()).toMatch(/goes on in the room that was held for it/)
      } finally {
        await store.end()
        await mounts.holder.end('SIGKILL')
      }
    },
  )

  it.skipIf(whyNoCards() !== null)(
    'that is lost on a full card is made of its backup, for which the ballast makes room',
    { timeout: 30_000 },
    async () => {
      const mount = 'mount -t tmpfs -o size=128m card /mnt && echo ready && exec sleep 600'
      const mounts = await holdMounts('sh', ['-c', mount])
      const file = '/mnt/rides.db'
      const store = await startStore(file, mounts.enter)
      const card = mounts.pathOf('/mnt')
      try {
        for (let number = 0; number < 60; number++) {
          await store.ask('beginRide', { ...RIDE, id: `r${number}` })
          await store.ask('drawRide', `r${number}`, drawing(number))
        }
        // What was noted before the older of two is gone with the oldest.
        for (const _ of ['first', 'second', 'third']) expect(await store.ask('backUp')).toEqual({ done: null })
        expect(await store.ask('makeBallast')).toEqual({ done: null })
        const { bavail, bsize } = await statfs(card)
        await writeFile(join(card, 'footage'), Buffer.alloc(bavail * bsize - 2_000_000))
        const descriptor = await open(join(card, 'rides.db'), 'r+')
        await descriptor.write(Buffer.alloc(100, 'rubbish'), 0, 100, 0)
        await descriptor.close()
        await eventually(
          async () => {
            await store.ask('renameRide', 'r59', 'acknowledged')
            return store.said().includes('is damaged')
          },
          { withinMs: 5_000 },
        )
        expect((await store.ask('ride', 'r59')).done).toMatchObject({ name: 'acknowledged', preview: drawing(59) })
        expect(store.said()).toMatch(/made again without loss/)
      } finally {
        await store.end()
        await mounts.holder.end('SIGKILL')
      }
    },
  )

  it('that another process holds for a while commits all that was asked for, in its order, and is read meanwhile', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'locked-'))
    const file = join(folder, 'rides.db')
    const store = await openStore(file)
    const other = connect(file, {})
    try {
      await store.beginBoot('a')
      other.exec('BEGIN IMMEDIATE')
      const came: string[] = []
      const asked = [
        store.beginRide(RIDE).then(() => came.push('begun')),
        store.renameRide('r', 'mine').then((isThere) => came.push(`renamed ${isThere}`)),
        store.ride('r').then((ride) => came.push(`read ${ride}`)),
      ]
      await asked[2]
      other.exec('ROLLBACK')
      await Promise.all(asked)
      expect(came).toEqual(['read null', 'begun', 'renamed true'])
    } finally {
      other.close()
      await store.close()
      await rm(folder, { recursive: true })
    }
  })
})
