/** Asks this machine what a camera needs to know of it: programs, files of the kernel, and what its encoder can do. */
import { execFile } from 'node:child_process'
import { constants } from 'node:fs'
import { access, readFile } from 'node:fs/promises'
import { type Board, boardOf } from './board.js'
import { alsaNameOf, type Microphone, microphoneStatusFile, microphonesIn } from './microphone.js'
import type { Means } from './recording-plan.js'

/** What a short program did: both its outputs, whole. */
export interface Answer {
  readonly ok: boolean
  readonly said: string
}

/** How a machine is asked; a test has one of its own. */
export interface Machine {
  /** Null where the program is not installed. Never throws: a program that hangs is ended after 5 s. */
  readonly ask: (program: string, args: readonly string[]) => Promise<Answer | null>
  /** The text of a file, null where it cannot be read. */
  readonly read: (path: string) => Promise<string | null>
  /** Whether a device is there and may be opened. */
  readonly device: (path: string) => Promise<'missing' | 'forbidden' | 'usable'>
}

const ANSWERS_WITHIN_MS = 5_000

export const thisMachine: Machine = {
  ask: (program, args) =>
    new Promise((resolve) => {
      const options = { timeout: ANSWERS_WITHIN_MS, killSignal: 'SIGKILL', encoding: 'utf8' } as const
      execFile(program, [...args], options, (error, stdout, stderr) => {
        if (error !== null && 'code' in error && error.code === 'ENOENT') return resolve(null)
        resolve({ ok: error === null, said: stdout + stderr })
      })
    }),
  read: async (path) => {
    try {
      return await readFile(path, 'utf8')
    } catch {
      return null // Most machines have only some of these files: the caller knows what that means.
    }
  },
  device: async (path) => {
    try {
      await access(path, constants.R_OK | constants.W_OK)
      return 'usable'
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : null
      return code === 'EACCES' || code === 'EPERM' ? 'forbidden' : 'missing'
    }
  },
}

/** What recordings differ by on this machine; the microphone is looked for anew each time, it may be plugged in meanwhile. */
export async function meansOf(machine: Machine): Promise<Means> {
  const free = (await microphonesOf(machine)).find(({ isFree }) => isFree)
  return { microphone: free === undefined ? null : alsaNameOf(free), ffmpegMajor: await ffmpegMajorOf(machine) }
}

/** All microphones, and whether nobody records from them. */
export async function microphonesOf(machine: Machine): Promise<(Microphone & { readonly isFree: boolean })[]> {
  const microphones = microphonesIn((await machine.read('/proc/asound/pcm')) ?? '')
  return Promise.all(
    microphones.map(async (microphone) => {
      const status = await machine.read(microphoneStatusFile(microphone))
      return { ...microphone, isFree: status === null || status.trim() === 'closed' }
    }),
  )
}

export async function boardOfMachine(machine: Machine): Promise<Board> {
  const compatible = await machine.read('/proc/device-tree/compatible')
  return boardOf(compatible ?? '', (await machine.read('/proc/device-tree/model')) ?? '')
}

/** The first line a program says of its version; null where it is not installed. */
export async function versionOf(machine: Machine, program: string): Promise<string | null> {
  const answer = await machine.ask(program, [program.startsWith('ff') ? '-version' : '--version'])
  return answer === null ? null : (answer.said.split('\n')[0] ?? '').trim()
}

/** Debian 12's: what stands where a version cannot be read, such as that of a build from git. */
const USUAL_FFMPEG = 5
const knownMajors = new WeakMap<Machine, Promise<number>>()

/** The first number of `ffmpeg version 5.1.9-0+deb12u1` or `n7.1`; asked once. */
function ffmpegMajorOf(machine: Machine): Promise<number> {
  const known = knownMajors.get(machine) ?? versionOf(machine, 'ffmpeg').then(majorIn)
  knownMajors.set(machine, known)
  return known
}

export function majorIn(version: string | null): number {
  const [, major] = /^ffmpeg version n?(\d+)\./.exec(version ?? '') ?? []
  return major === undefined ? USUAL_FFMPEG : Number(major)
}

const knownEncoders = new WeakMap<Machine, Promise<boolean>>()

/**
 * Whether ffmpeg can encode with the hardware of this board, found out once by letting it: the encoder is listed on
 * machines that have none.
 */
export function encodesInHardware(machine: Machine): Promise<boolean> {
  const picture = ['-f', 'lavfi', '-i', 'testsrc2=size=640x360:rate=30', '-frames:v', '10', '-pix_fmt', 'yuv420p']
  const trial = ['-v', 'error', '-nostdin', ...picture, '-c:v', 'h264_v4l2m2m', '-b:v', '1M', '-f', 'null', '-']
  const known = knownEncoders.get(machine) ?? machine.ask('ffmpeg', trial).then((answer) => answer?.ok === true)
  knownEncoders.set(machine, known)
  return known
}
