/**
 * A mount namespace of a test's own, held by one process: what is mounted in it is gone, loop device and all, when the last
 * process in it has ended, however that ended. Nothing of it is to be seen in the machine's own list of mounts.
 */
import { execFile } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import { promisify } from 'node:util'
import { type Program, startProgram } from '../fakes/processes.js'

export interface Mounts {
  /** The process that holds it. */
  readonly holder: Program
  /** A path in it, as anybody outside reaches it. */
  readonly pathOf: (path: string) => string
  /** What stands before a command that is to run in it; such a command ends when who started it does. */
  readonly enter: readonly string[]
  /** Runs a command in it. @throws with its last words where it fails */
  readonly run: (command: string, ...args: readonly string[]) => Promise<string>
}

/** For setpriv: the program it starts ends when this process does, however that ends. */
export const DIES_WITH_US = ['--pdeathsig', 'KILL'] as const
const READY_WITHIN_MS = 20_000

/** Why cards cannot be mounted on this machine; null where they can. */
export function whyNoCards(): string | null {
  if (process.platform !== 'linux') return 'needs Linux'
  if (process.getuid?.() !== 0) return 'needs root'
  for (const device of ['/dev/fuse', '/dev/loop-control']) {
    if (!existsSync(device)) return `needs ${device}`
    try {
      accessSync(device, constants.R_OK | constants.W_OK)
    } catch {
      return `may not use ${device}` // That is what was to be found out.
    }
  }
  return null
}

/** Starts a program in a new namespace; it says `ready` once what it mounts is there. @throws where it ends before, with its words */
export async function holdMounts(command: string, args: readonly string[]): Promise<Mounts> {
  const holder = startProgram('setpriv', [...DIES_WITH_US, 'unshare', '--mount', command, ...args])
  const enter = ['nsenter', `--mount=/proc/${holder.pid}/ns/mnt`, 'setpriv', ...DIES_WITH_US]
  try {
    await saysReady(holder)
  } catch (error) {
    await holder.end('SIGKILL')
    throw error
  }
  return {
    holder,
    enter,
    pathOf: (path) => `/proc/${holder.pid}/root${path}`,
    run: async (name, ...words) => {
      const [program = '', ...before] = enter
      return (await promisify(execFile)(program, [...before, name, ...words])).stdout
    },
  }
}

/** Waits until a program has mounted what it shall. @throws where it ends before, with its words */
export async function saysReady(program: Program): Promise<void> {
  const ended = new Promise<never>((_, reject) => {
    program.child.once('close', () => reject(new Error(`nothing was mounted: ${program.said()}`)))
  })
  await Promise.race([program.says(/^ready$/m, READY_WITHIN_MS), ended])
}
