import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { keepBackups } from '../../core/store/backing-up.js'
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
