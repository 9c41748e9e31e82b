import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Log } from '../../core/process/log.js'
import { openStore } from '../../core/store/store.js'

let folder: string
let file: string
const said: string[] = []
const say = (message: string): void => void said.push(message)
const log: Log = { info: say, warn: say, error: say }

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quarantine-'))
  file = join(folder, 'rides.db')
  said.length = 0
})
afterEach(() => rm(folder, { recursive: true }))

describe('a catalogue', () => {
  it('that is damaged is set aside with all its bytes, and a new one is begun', async () => {
    const rubbish = Buffer.alloc(20_000, 'garbage')
    await writeFile(file, rubbish)
    const store = await openStore(file, { log })
    expect(await store.beginBoot('a')).toMatchObject({ bootNumber: 1 })
    await store.close()
    expect(await readFile(`${file}.broken-1`)).toEqual(rubbish)
    expect(said).toEqual(['the catalogue is damaged: it is made again as far as is known, the old one is kept'])
  })

  it('that is damaged again does not take the place of the first', async () => {
    for (const text of ['first', 'second']) {
      await writeFile(file, text.repeat(2_000))
      await (await openStore(file, { log })).close()
      for (const name of await readdir(folder)) if (!name.includes('broken')) await rm(join(folder, name))
    }
    expect((await readFile(`${file}.broken-1`, 'utf8')).slice(0, 5)).toBe('first')
    expect((await readFile(`${file}.broken-2`, 'utf8')).slice(0, 6)).toBe('second')
  })

  it('that is whole is opened as it is', async () => {
    const before = await openStore(file)
    await before.beginBoot('a')
    await before.close()
    const store = await openStore(file, { log })
    expect(await store.beginBoot('b')).toMatchObject({ bootNumber: 2 })
    await store.close()
    expect(said).toEqual([])
  })

  it('that cannot be opened for another reason is left where it is, and the reason is a sentence', async () => {
    await expect(openStore(join(folder, 'missing/rides.db'), { log })).rejects.toThrow(
      /^the catalogue .* cannot be opened: /,
    )
    expect(await readdir(folder)).toEqual([])
  })
})
