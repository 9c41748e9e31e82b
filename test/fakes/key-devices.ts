/** Input devices as Linux shows them: a folder of FIFOs that are read as /dev/input is, and what is known of each. */
import { mkdir, open, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { InputFolders } from '../../device/keys/key-devices.js'
import { makeFifo } from './camera-film.js'

export const CODE = { enter: 28, a: 30, power: 116, volumeUp: 115, camera: 212, mouseLeft: 0x110, gamepadA: 0x130 }
/** As an AT keyboard has it, on 64 bits. */
export const KEYBOARD = '402000000 3803078f800d001 feffffdfffefffff fffffffffffffffe'

export interface MadeDevice {
  /** Gives these bytes to whoever reads it. */
  readonly gives: (bytes: Buffer) => Promise<void>
  /** Whether anybody has it open to read. */
  readonly isRead: () => Promise<boolean>
  /** Pulls it out; to be done in the end. */
  readonly pull: () => Promise<void>
}

export interface Known {
  readonly name: string
  /** Codes, or the words of the kernel. */
  readonly keys: readonly number[] | string
  readonly bus?: string
}

export const foldersIn = (folder: string): InputFolders => ({
  devices: join(folder, 'dev'),
  facts: join(folder, 'facts'),
})

export async function plugIn({ devices, facts }: InputFolders, event: string, known: Known): Promise<MadeDevice> {
  await describeDevice(facts, event, known)
  await mkdir(devices, { recursive: true })
  const path = join(devices, event)
  await makeFifo(path)
  // Held at both ends: whoever reads a device waits, and never gets to an end of it.
  const held = await open(path, 'r+')
  return {
    gives: async (bytes) => {
      await held.write(bytes)
    },
    isRead: () => isRunning(`cat\0${path}\0`),
    pull: async () => {
      await rm(path)
      await rm(join(facts, event), { recursive: true })
      await held.close()
    },
  }
}

async function isRunning(words: string): Promise<boolean> {
  const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  // One that has just ended has no words any more.
  const all = await Promise.all(processes.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')))
  return all.includes(words)
}

/** One that nobody may read, whoever asks: even root may not read what is not there. */
export async function plugInForbidden({ devices, facts }: InputFolders, event: string, known: Known): Promise<void> {
  await describeDevice(facts, event, known)
  await mkdir(devices, { recursive: true })
  await symlink('/nowhere', join(devices, event))
}

async function describeDevice(facts: string, event: string, { name, keys, bus = '0003' }: Known): Promise<void> {
  const folder = join(facts, event, 'device')
  await mkdir(join(folder, 'capabilities'), { recursive: true })
  await mkdir(join(folder, 'id'))
  await writeFile(join(folder, 'name'), `${name}\n`)
  await writeFile(join(folder, 'id', 'bustype'), `${bus}\n`)
  await writeFile(join(folder, 'capabilities', 'key'), `${typeof keys === 'string' ? keys : wordsOf(keys)}\n`)
}

/** The bits of codes as the kernel writes them: 64 a word, in hex, the highest word first. */
export function wordsOf(codes: readonly number[]): string {
  const words = Array.from({ length: Math.floor(Math.max(...codes) / 64) + 1 }, () => 0n)
  for (const code of codes) {
    const word = Math.floor(code / 64)
    words[word] = (words[word] ?? 0n) | (1n << BigInt(code % 64))
  }
  return words
    .toReversed()
    .map((word) => word.toString(16))
    .join(' ')
}

const EV_KEY = 1
export const DOWN = 1
export const UP = 0
export const HELD = 2

/** As the kernel gives one, and the report that ends it. */
export function keyEvent(code: number, value: number): Buffer {
  const event = Buffer.alloc(48)
  // A wall clock of 1970 and one of 2026.
  event.writeBigInt64LE(BigInt(code % 2) * 1_780_000_000n, 0)
  event.writeUInt16LE(EV_KEY, 16)
  event.writeUInt16LE(code, 18)
  event.writeInt32LE(value, 20)
  return event
}
