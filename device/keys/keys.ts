/** Listens to keys and buttons on the handlebar: remote shutters, gamepads, a GPIO, plugged in at whatever time. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { watch } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../../core/process/log.js'
import { pause, type Service } from '../../core/process/service.js'
import { createInputEvents } from './input-events.js'
import {
  eventsIn,
  INPUT_FOLDERS,
  type InputFolders,
  type KeyDevice,
  keyDevicesAmong,
  MAY_READ_KEYS,
} from './key-devices.js'

export interface KeysOptions {
  /** A key went down, at a time of CLOCK_MONOTONIC in milliseconds. */
  readonly onPress: (atMonoMs: number) => void
  readonly nowMonoMs: () => number
  readonly log: Log
  readonly folders?: InputFolders
  /** Where the kernel does not say that a device came or went, it is noticed after so long. */
  readonly lookEveryMs?: number
}

const LOOK_EVERY_MS = 5_000
/** Shutters send two keys for one press, and fingers bounce. */
const ONE_PRESS_MS = 500

/** Nothing but a look into a folder now and then where there are no keys. */
export function listenToKeys(options: KeysOptions): Service {
  const { onPress, nowMonoMs, log, folders = INPUT_FOLDERS, lookEveryMs = LOOK_EVERY_MS } = options
  const listening = new Map<string, Promise<void>>()
  /** Names of those that may not be read: each is told of once. */
  const refused = new Set<string>()
  let pressedMonoMs = Number.NEGATIVE_INFINITY

  const press = (): void => {
    const monoMs = nowMonoMs()
    if (monoMs - pressedMonoMs < ONE_PRESS_MS) return
    pressedMonoMs = monoMs
    onPress(monoMs)
  }

  const begin = (device: KeyDevice, signal: AbortSignal): void => {
    const { event, name, path, mayBeRead } = device
    if (!mayBeRead) {
      if (!refused.has(name)) log.warn('a key may not be read', { name, path, todo: MAY_READ_KEYS })
      refused.add(name)
      return
    }
    refused.delete(name)
    log.info('a key saves moments', { name, path })
    const gone = pressesOf(device, press, signal).then((how) => {
      listening.delete(event)
      if (!signal.aborted) log.info('a key is gone', { name, path, how })
    })
    listening.set(event, gone)
  }

  return {
    name: 'keys',
    run: async (signal) => {
      let known: string | null = null
      while (!signal.aborted) {
        const stir = stirIn(folders.devices, lookEveryMs, signal)
        const idle = (await eventsIn(folders)).filter((event) => !listening.has(event))
        // Most looks end here, with the same mice and touchscreens as before.
        if (idle.join() !== known || refused.size > 0) {
          for (const device of await keyDevicesAmong(idle, folders)) if (!signal.aborted) begin(device, signal)
        }
        const hasStirred = await stir
        // One that came may have the number of one that went.
        known = hasStirred ? null : idle.filter((event) => !listening.has(event)).join()
      }
      await Promise.all(listening.values())
    },
  }
}

/** Resolves when the kernel says that something came, went or got other rights; else with false after so long. */
async function stirIn(folder: string, withinMs: number, signal: AbortSignal): Promise<boolean> {
  const over = new AbortController()
  const eitherOver = AbortSignal.any([signal, over.signal])
  try {
    const watcher = watch(folder, { signal: eitherOver })
    const waited = sleep(withinMs, false, { signal: eitherOver })
    return await Promise.race([waited, once(watcher, 'change').then(() => true)])
  } catch {
    // There is no such folder, or no more of these watches: then a look now and then has to do.
    await pause(withinMs, signal)
    return false
  } finally {
    over.abort()
  }
}

/**
 * Calls press for each key that counts. A child reads, since a read of an idle device would hold one of the four threads
 * that all files share; it ends when this process does, however that ends.
 * @returns once it is gone, how it went
 */
function pressesOf({ path, keys }: KeyDevice, press: () => void, signal: AbortSignal): Promise<string> {
  const { pressesIn } = createInputEvents()
  // A Ctrl-C goes to the whole terminal group, and is no key that was pulled out.
  const child = spawn('setpriv', ['--pdeathsig', 'TERM', 'cat', path], {
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  })
  const gone = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('close', (code, endedBy) => resolve(`cat ended with ${endedBy ?? `exit code ${code}`}`))
  })
  // Where no process could be made there are no streams either, whatever the types say.
  const { stdout }: { readonly stdout?: NodeJS.ReadableStream | undefined } = child
  stdout?.on('data', (chunk: Buffer) => {
    if (pressesIn(chunk).some((code) => keys.has(code))) press()
  })
  const end = (): boolean => child.kill('SIGTERM')
  signal.addEventListener('abort', end, { once: true })
  return gone.finally(() => signal.removeEventListener('abort', end))
}
