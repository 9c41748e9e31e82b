import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { CameraState, Now, StorageState } from '../../core/ride/now.js'
import { lampOf, openLed } from '../../device/led.js'
import { aNow } from '../fakes/a-device.js'
import { eventually } from '../fakes/eventually.js'

const nowWith = (recordingOn: boolean, states: readonly CameraState[], state: StorageState): Now =>
  aNow({
    recordingOn,
    cameras: states.map((state) => ({
      ...{ name: 'front', state, reason: null, fps: 30 },
      framesExpected: 0,
      frames: 0,
      gaps: 0,
    })),
    storage: { state, freeBytes: 1, hoursLeft: 1, keptBytes: 0 },
  })

describe('the lamp', () => {
  it.each<[string, boolean, CameraState[], StorageState, string]>([
    ['is lit while all record', true, ['recording', 'recording'], 'ok', 'lit'],
    ['is lit on a low card', true, ['recording'], 'low', 'lit'],
    ['is lit for a track without cameras', true, [], 'ok', 'lit'],
    ['blinks where one of them does not', true, ['recording', 'stalled'], 'ok', 'blinking'],
    ['blinks where the card is full of what is kept', true, ['failed'], 'full', 'blinking'],
    ['blinks where the card cannot be written, recording or not', false, [], 'failed', 'blinking'],
    ['is dark where nothing is to be recorded', false, ['off'], 'ok', 'dark'],
  ])('%s', (_, recordingOn, states, storage, lamp) => {
    expect(lampOf(nowWith(recordingOn, states, storage))).toBe(lamp)
  })

  it('is set through sysfs, and only when it changes', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'led-'))
    const log = { info: () => {}, warn: () => {}, error: () => {} }
    const led = openLed(log, folder)
    const file = (name: string) => readFile(join(folder, name), 'utf8')
    led.show(nowWith(true, ['recording'], 'ok'))
    await eventually(async () => (await file('brightness')) === '255', { withinMs: 2_000 })
    await rm(join(folder, 'brightness'))
    led.show(nowWith(true, ['recording'], 'ok'))
    led.show(nowWith(true, ['failed'], 'full'))
    await eventually(async () => (await file('delay_off')) === '150', { withinMs: 2_000 })
    expect(await file('trigger')).toBe('timer')
    await expect(file('brightness')).rejects.toThrow()
    await rm(folder, { recursive: true })
  })
})
