/** A FIFO that is held lets its writer live while nobody records it. */
import { constants, type FileHandle, mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type HeldFifos, holdFifos } from '../../../device/camera/fifo.js'
import { makeFifo } from '../../fakes/camera-film.js'

let folder: string
let file: string
let fifos: HeldFifos
let writer: FileHandle
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fifo-'))
  file = join(folder, 'front.h264')
  await makeFifo(file)
  fifos = holdFifos()
  await fifos.hold(file)
  writer = await open(file, constants.O_WRONLY | constants.O_NONBLOCK)
})
afterEach(async () => {
  await writer.close()
  await fifos.release()
  await rm(folder, { recursive: true })
})

describe('a FIFO that is held', () => {
  it('takes what is written while there is no recorder, and once it is released no more', async () => {
    await writer.write('old picture')
    await fifos.release()
    await expect(writer.write('picture')).rejects.toThrow('EPIPE')
  })

  it('gives a new recorder nothing of what waited in it', async () => {
    await writer.write('old picture')
    expect(await fifos.drain()).toBe(true)
    await writer.write('new')
    const recorder = await open(file, constants.O_RDONLY | constants.O_NONBLOCK)
    const { buffer, bytesRead } = await recorder.read(Buffer.alloc(100), 0, 100, null)
    await recorder.close()
    expect(buffer.toString('utf8', 0, bytesRead)).toBe('new')
  })

  it('has nothing to drain before it is held', async () => {
    expect(await holdFifos().drain()).toBe(false)
  })
})
