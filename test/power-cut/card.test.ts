import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readBootId } from '../../core/process/boot.js'
import { eventually } from '../fakes/eventually.js'
import { makeImage, openCardAfter, openLoggedCard } from './card.js'
import { whyNoCards } from './mounts.js'
import { runProgram } from './run-program.js'

const whyNot = whyNoCards()
const SOON = { withinMs: 5_000 }

describe.skipIf(whyNot !== null)(`a card of a test${whyNot === null ? '' : ` (skipped: ${whyNot})`}`, () => {
  let folder: string
  let blankImage: string
  beforeEach(async () => {
    folder = await mkdtemp('/dev/shm/spokecam-card-')
    blankImage = join(folder, 'blank')
    await makeImage(blankImage, 16)
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  const subfolder = (name: string) => mkdtemp(join(folder, `${name}-`))
  const isHeld = async (): Promise<boolean> =>
    (await runProgram('losetup', '--list', '--noheadings', '--output', 'BACK-FILE')).includes(folder)
  const save = async (path: string, text: string): Promise<void> => {
    const file = await open(path, 'w')
    await file.writeFile(text)
    await file.sync()
    await file.close()
  }

  it('logs what is written to it, so that it can be made again', async () => {
    const card = await openLoggedCard({ blankImage, folder: await subfolder('logged') })
    await save(join(card.folderFromOutside, 'ride'), 'synced')
    await writeFile(join(card.folderFromOutside, 'late'), 'not synced')
    const records = await card.takeLog()
    expect(records.filter(({ kind }) => kind === 'flush').length).toBeGreaterThan(0)
    expect(records.map(({ monoMs }) => monoMs)).toEqual(
      records.map(({ monoMs }) => monoMs).sort((one, other) => one - other),
    )
    const writes = records.flatMap((record) => (record.kind === 'write' ? [record] : []))
    const again = await openCardAfter(blankImage, writes, await subfolder('again'))
    expect(await readFile(join(again.folderFromOutside, 'ride'), 'utf8')).toBe('synced')
    expect(await readFile(join(again.folderFromOutside, 'late'), 'utf8')).toBe('not synced')
    await again.close()
    await eventually(async () => !(await isHeld()), SOON)
  })

  it('is in a machine that has booted anew', async () => {
    const card = await openCardAfter(blankImage, [], await subfolder('after'))
    const bootId = await card.mounts.run('cat', '/proc/sys/kernel/random/boot_id')
    expect(bootId.trim()).not.toBe(readBootId())
    await card.close()
  })

  it('is as slow as it is told to be', async () => {
    const card = await openLoggedCard({ blankImage, folder: await subfolder('slow') })
    const tookMs = async (): Promise<number> => {
      const beganMs = performance.now()
      await save(join(card.folderFromOutside, 'ride'), 'x'.repeat(10_000))
      return performance.now() - beganMs
    }
    await tookMs()
    await card.slowDown(100)
    expect(await tookMs()).toBeGreaterThan(200)
    await card.slowDown(0)
    await card.takeLog()
  })

  it('leaves nothing mounted and no loop device behind when it is pulled while it is being written', async () => {
    const card = await openLoggedCard({ blankImage, folder: await subfolder('pulled'), writeMs: 20 })
    expect(await isHeld()).toBe(true)
    const writing = save(join(card.folderFromOutside, 'ride'), 'x'.repeat(1_000_000)).catch(() => 'failed')
    await card.close()
    expect(await writing).toBe('failed')
    await eventually(async () => !(await isHeld()), SOON)
    expect(await readFile('/proc/mounts', 'utf8')).not.toContain(folder)
  })

  it('leaves nothing behind, either, when it cannot be mounted', async () => {
    await writeFile(blankImage, Buffer.alloc(1024 * 1024))
    await expect(openLoggedCard({ blankImage, folder: await subfolder('logged') })).rejects.toThrow('mount')
    await expect(openCardAfter(blankImage, [], await subfolder('after'))).rejects.toThrow('nothing was mounted')
    await eventually(async () => !(await isHeld()), SOON)
    expect(await readFile('/proc/mounts', 'utf8')).not.toContain(folder)
  })
})
