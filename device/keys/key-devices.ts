/** Finds the input devices that have a key which saves a moment, without opening any. */
import { constants } from 'node:fs'
import { access, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { savingKeys } from './key-codes.js'

export interface KeyDevice {
  /** Such as event3. Another device has it once this one is gone. */
  readonly event: string
  readonly path: string
  /** As it calls itself. */
  readonly name: string
  readonly keys: ReadonlySet<number>
  readonly mayBeRead: boolean
}

/** Where Linux has them; a test has folders of its own. */
export interface InputFolders {
  readonly devices: string
  readonly facts: string
}

export const INPUT_FOLDERS: InputFolders = { devices: '/dev/input', facts: '/sys/class/input' }

/** What to do about one that may not be read. */
export const MAY_READ_KEYS = 'sudo usermod -aG input USER, then sign in again'

/** The event devices there are, in order; none where there is no such folder. */
export async function eventsIn({ devices }: InputFolders): Promise<string[]> {
  try {
    return (await readdir(devices)).filter((name) => /^event\d+$/.test(name)).toSorted()
  } catch {
    return [] // A machine without any input device has no folder for them.
  }
}

export async function keyDevicesAmong(events: readonly string[], folders: InputFolders): Promise<KeyDevice[]> {
  const devices = await Promise.all(events.map((event) => keyDevice(event, folders)))
  return devices.filter((device) => device !== null)
}

async function keyDevice(event: string, { devices, facts }: InputFolders): Promise<KeyDevice | null> {
  const fact = (name: string): Promise<string> => textOf(join(facts, event, 'device', name))
  const keys = savingKeys({ keys: await fact('capabilities/key'), bus: await fact('id/bustype') })
  if (keys.size === 0) return null
  const path = join(devices, event)
  return { event, path, name: (await fact('name')) || event, keys, mayBeRead: await mayBeRead(path) }
}

async function textOf(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim()
  } catch {
    return '' // It was pulled out a moment ago: then it has no keys, and is not asked for again.
  }
}

async function mayBeRead(path: string): Promise<boolean> {
  try {
    await access(path, constants.R_OK)
    return true
  } catch {
    return false // The only question that was asked.
  }
}
