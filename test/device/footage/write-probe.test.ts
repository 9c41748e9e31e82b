import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isTroubleOfTheCard, probeByWriting } from '../../../device/footage/write-probe.js'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'probe-'))
})
afterEach(() => rm(folder, { recursive: true }))

describe('a probe', () => {
  it('writes, again and again, one small file and nothing else', async () => {
    const path = join(folder, 'data', '.write-probe')
    expect(await probeByWriting(path)).toEqual({ kind: 'writable' })
    expect(await probeByWriting(path)).toEqual({ kind: 'writable' })
    expect(await readdir(join(folder, 'data'))).toEqual(['.write-probe'])
  })

  it('that cannot be written says why', async () => {
    await writeFile(join(folder, 'data'), '')
    expect(await probeByWriting(join(folder, 'data', '.write-probe'))).toMatchObject({ kind: 'failed' })
  })

  it('tells a full card from one that fails', async () => {
    expect(await probeByWriting('/dev/full')).toEqual({ kind: 'full' })
  })
})

describe('what ended a device', () => {
  const withCode = (code: string, cause?: Error) => Object.assign(new Error(code, { cause }), { code })

  it.each([
    ['a card that is mounted to be read', withCode('EROFS'), true],
    ['a card that fails', new Error('footage gave up', { cause: new Error('gone', { cause: withCode('EIO') }) }), true],
    ['a catalogue on such a card', withCode('SQLITE_IOERR_FSYNC'), true],
    ['a catalogue that may only be read', withCode('SQLITE_READONLY_DIRECTORY'), true],
    ['a catalogue without room', withCode('SQLITE_FULL'), true],
    ['rights', withCode('EACCES'), false],
    ['a catalogue of somebody else’s', new Error('rides.db is not a database of Spokecam'), false],
    ['a catalogue that another holds', withCode('SQLITE_BUSY'), false],
  ])('%s is told as such', async (_, error, isTrouble) => {
    expect(await isTroubleOfTheCard(error, join(folder, '.write-probe'))).toBe(isTrouble)
  })

  it('is the card’s trouble where a full card does not say so itself', async () => {
    expect(await isTroubleOfTheCard(new Error('unable to open database file'), '/dev/full')).toBe(true)
  })
})
