import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Worker } from 'node:worker_threads'
import { expect, it } from 'vitest'
import { keepBackups } from '../../core/store/backing-up.js'
import type { CareTask } from '../../core/store/care-task.js'
import { openStore } from '../../core/store/store.js'
import { failureOf } from '../../core/store/trouble.js'
import type { Writer } from '../../core/store/writer.js'

it('what is noted beside the catalogue has a backup made when it grows long, and does not fill a card that has no room for one', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'long-'))
  const file = join(folder, 'rides.db')
  await writeFile(file, 'a catalogue')
  let bytes = 0
  const did: string[] = []
  const redo = {
    sizeBytes: () => bytes,
    beginOver: () => {
      did.push('begun over')
      bytes = 0
    },
  }
  const backups = keepBackups(file, {
    writer: { redo, isDamaged: () => {} } as unknown as Writer,
    carers: {
      ask: async () => {
        did.push('copied')
        throw new Error('the card is full')
      },
      wait: async () => {},
      stop: async () => {},
    },
    hold: () => {},
    release: () => {},
    say: () => {},
    longBytes: 1_000,
  })
  for (let commits = 0; commits < 100; commits++) {
    bytes += 50
    backups.hasWritten()
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(did).toEqual(['copied', 'copied', 'begun over', 'copied', 'copied', 'copied'])
  await rm(folder, { recursive: true })
})

it('damage that is found while nothing can be made again leaves the thread that writes alive', async () => {
  const did: string[] = []
  const backups = keepBackups('/nowhere/rides.db', {
    writer: {
      isDamaged: () => {
        did.push('made again')
        throw failureOf('the card is full', 'SQLITE_FULL')
      },
    } as unknown as Writer,
    carers: {
      ask: async ({ kind }) => {
        did.push(kind)
        throw failureOf('page 3 is rubbish', 'SQLITE_CORRUPT')
      },
      wait: async () => {},
      stop: async () => {},
    },
    hold: () => {},
    release: () => {},
    say: () => {},
  })
  await backups.lookAfter()
  expect(did).toEqual(['check', 'made again'])
})

it('a copy that is not told in time that it may begin is none: it would lack what is committed meanwhile', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'late-'))
  const file = join(folder, 'rides.db')
  const store = await openStore(file)
  const task: CareTask = {
    ...{ kind: 'copy', file, to: join(folder, 'copy') },
    ...{ mayBegin: new SharedArrayBuffer(4), withinMs: 20 },
  }
  const worker = new Worker(resolve(import.meta.dirname, '../../dist/core/store/care-worker.js'), { workerData: task })
  const said: unknown[] = []
  worker.on('message', (message) => said.push(message))
  await once(worker, 'exit')
  expect(said).toMatchObject([{ kind: 'ready' }, { kind: 'failed', code: 'SQLITE_BUSY' }])
  await store.close()
  await rm(folder, { recursive: true })
})
