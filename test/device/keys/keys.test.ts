/** Keys on the handlebar, read with the real `cat`: FIFOs stand in for the devices. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { examineKeys } from '../../../device/keys/examination.js'
import type { InputFolders } from '../../../device/keys/key-devices.js'
import { listenToKeys } from '../../../device/keys/keys.js'
import { eventually } from '../../fakes/eventually.js'
import {
  CODE,
  DOWN,
  foldersIn,
  HELD,
  KEYBOARD,
  type Known,
  keyEvent,
  type MadeDevice,
  plugIn,
  plugInForbidden,
  UP,
} from '../../fakes/key-devices.js'
import { startProgram } from '../../fakes/processes.js'

const SHUTTER = { name: 'AB Shutter3', keys: KEYBOARD, bus: '0005' }
const GPIO = { name: 'gpio-keys', keys: [CODE.camera], bus: '0019' }
const WITHIN = { withinMs: 5_000 }

let folder: string
let folders: InputFolders
let pressedMs: number[]
let said: string[]
let nowMonoMs: number
let stop: AbortController
let running: Promise<void>
let pluggedIn: MadeDevice[]
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keys-'))
  folders = foldersIn(folder)
  pressedMs = []
  said = []
  nowMonoMs = 10_000
  stop = new AbortController()
  running = Promise.resolve()
  pluggedIn = []
})
afterEach(async () => {
  stop.abort()
  await running
  await Promise.all(pluggedIn.map(({ pull }) => pull()))
  await rm(folder, { recursive: true })
})

async function plug(event: string, known: Known): Promise<MadeDevice> {
  const device = await plugIn(folders, event, known)
  pluggedIn.push(device)
  return device
}

async function pull(device: MadeDevice): Promise<void> {
  pluggedIn = pluggedIn.filter((one) => one !== device)
  await device.pull()
}

function listen(lookEveryMs = 50): void {
  const say = (message: string, facts: object = {}) => said.push(`${message} ${Object.values(facts).join(' ')}`)
  const keys = listenToKeys({
    onPress: (atMonoMs) => pressedMs.push(atMonoMs),
    nowMonoMs: () => nowMonoMs,
    log: { info: say, warn: say, error: say },
    folders,
    lookEveryMs,
  })
  running = keys.run(stop.signal)
}

/** Ends with a press that is known to count, so that it is known of those before whether they did. */
async function lastly(device: MadeDevice, code: number): Promise<number[]> {
  // What nobody counts is seen by nobody: it has this long to be counted.
  await sleep(40)
  const lastMonoMs = nowMonoMs + 60_000
  nowMonoMs = lastMonoMs
  await device.gives(keyEvent(code, DOWN))
  await eventually(() => pressedMs.includes(lastMonoMs), WITHIN)
  return pressedMs.filter((monoMs) => monoMs !== lastMonoMs)
}

describe('a key that is pressed', () => {
  it('counts at the moment it goes down, and its release, repeats and other keys do not', async () => {
    const shutter = await plug('event3', SHUTTER)
    listen()
    await eventually(shutter.isRead, WITHIN)
    await shutter.gives(keyEvent(CODE.volumeUp, DOWN))
    await eventually(() => pressedMs.length === 1, WITHIN)
    nowMonoMs += 5_000
    await shutter.gives(
      Buffer.concat([keyEvent(CODE.volumeUp, HELD), keyEvent(CODE.volumeUp, UP), keyEvent(CODE.a, DOWN)]),
    )
    expect(await lastly(shutter, CODE.enter)).toEqual([10_000])
  })

  it('counts once where a shutter sends two keys, or a finger bounces', async () => {
    const gpio = await plug('event0', GPIO)
    const shutter = await plug('event1', SHUTTER)
    listen()
    await eventually(async () => (await gpio.isRead()) && (await shutter.isRead()), WITHIN)
    const press = keyEvent(CODE.camera, DOWN)
    await gpio.gives(Buffer.concat([press, keyEvent(CODE.camera, UP), press]))
    await eventually(() => pressedMs.length === 1, WITHIN)
    nowMonoMs += 499
    await shutter.gives(keyEvent(CODE.enter, DOWN))
    expect(await lastly(shutter, CODE.volumeUp)).toEqual([10_000])
  })

  it('counts on a device that was plugged in later, at once, also where there was no folder', async () => {
    listen()
    const gpio = await plug('event0', GPIO)
    await eventually(gpio.isRead, WITHIN)
    await gpio.gives(keyEvent(CODE.camera, DOWN))
    await eventually(() => pressedMs.length === 1, WITHIN)
    stop.abort()
    await running
    stop = new AbortController()
    listen(60_000)
    await eventually(gpio.isRead, WITHIN)
    const shutter = await plug('event1', SHUTTER)
    await eventually(shutter.isRead, WITHIN)
    expect(await lastly(shutter, CODE.volumeUp)).toEqual([10_000])
  })

  it('counts on one that was pulled out and comes back under its own number, or that of a mouse', async () => {
    const mouse = await plug('event2', { name: 'a mouse', keys: [CODE.mouseLeft] })
    const gpio = await plug('event1', GPIO)
    listen()
    await eventually(gpio.isRead, WITHIN)
    await pull(gpio)
    await pull(mouse)
    await eventually(() => said.some((line) => line.startsWith('a key is gone')), WITHIN)
    const [own, another] = [await plug('event1', GPIO), await plug('event2', SHUTTER)]
    await eventually(async () => (await own.isRead()) && (await another.isRead()), WITHIN)
    expect(await lastly(own, CODE.camera)).toEqual([])
  })
})

describe('an input device', () => {
  it('that has no key for it is not opened', async () => {
    const mouse = await plug('event0', { name: 'a mouse', keys: [CODE.mouseLeft] })
    const power = await plug('event1', { name: 'pwr_button', keys: [CODE.power] })
    const gpio = await plug('event2', GPIO)
    listen()
    await eventually(gpio.isRead, WITHIN)
    expect([await mouse.isRead(), await power.isRead()]).toEqual([false, false])
  })

  it('that may not be read is told of once, with what to do', async () => {
    await plugInForbidden(folders, 'event0', SHUTTER)
    const gpio = await plug('event1', GPIO)
    listen(10)
    await eventually(gpio.isRead, WITHIN)
    await pull(gpio)
    await eventually(() => said.some((line) => line.startsWith('a key is gone')), WITHIN)
    await eventually((await plug('event2', GPIO)).isRead, WITHIN)
    expect(said.filter((line) => line.includes('AB Shutter3'))).toEqual([
      `a key may not be read AB Shutter3 ${join(folders.devices, 'event0')} sudo usermod -aG input USER, then sign in again`,
    ])
  })

  it('is told of by doctor where it has a key for it, with what to do where it may not be read', async () => {
    expect(await examineKeys(folders)).toEqual([])
    await plug('event0', { name: 'a mouse', keys: [CODE.mouseLeft] })
    await plug('event1', GPIO)
    await plugInForbidden(folders, 'event2', SHUTTER)
    const lines = (await examineKeys(folders)).map(({ state, name, says, todo }) =>
      [state, name, says, todo].join(' | '),
    )
    expect(lines).toEqual([
      'ok | key | gpio-keys (event1) saves moments | ',
      'warn | key | AB Shutter3 (event2) may not be read | sudo usermod -aG input USER, then sign in again',
    ])
  })

  it('is let go when the device stops', async () => {
    const gpio = await plug('event1', GPIO)
    listen()
    await eventually(gpio.isRead, WITHIN)
    stop.abort()
    await running
    expect(await gpio.isRead()).toBe(false)
  })

  it('is let go when the device is killed', async () => {
    const gpio = await plug('event1', GPIO)
    const keys = pathToFileURL(join(import.meta.dirname, '../../../dist/device/keys/keys.js')).href
    const text = `import { listenToKeys } from '${keys}'
      const log = { info: () => {}, warn: () => {}, error: () => {} }
      const keys = { onPress: () => {}, nowMonoMs: () => 0, log, folders: ${JSON.stringify(folders)} }
      await listenToKeys(keys).run(new AbortController().signal)`
    const device = startProgram(process.execPath, ['--input-type=module', '-e', text])
    await eventually(gpio.isRead, WITHIN)
    await device.end('SIGKILL')
    await eventually(async () => !(await gpio.isRead()), WITHIN)
  })
})
