/** Memory cards that are files: one that logs every block it is given, and one as a power cut left it, in another boot. */
import { randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { eventually } from '../fakes/eventually.js'
import { startProgram } from '../fakes/processes.js'
import { type BlockRecord, parseBlockLog } from './block-log.js'
import type { CardWrite } from './crash-states.js'
import { DIES_WITH_US, holdMounts, type Mounts, saysReady } from './mounts.js'
import { runProgram } from './run-program.js'

export interface Card {
  readonly mounts: Mounts
  /** Where it is mounted, for a process in there; and the same folder as anybody outside reaches it. */
  readonly folder: string
  readonly folderFromOutside: string
  /** Takes it out, whatever state it is in. */
  readonly close: () => Promise<void>
}

export interface LoggedCard extends Card {
  /** So many milliseconds each write takes from now on. */
  readonly slowDown: (writeMs: number) => Promise<void>
  /** It takes nothing any more: what it is given from now on fails. */
  readonly breakDown: () => Promise<void>
  /** What it was given to do, and did, so far. */
  readonly logSoFar: () => Promise<BlockRecord[]>
  /** Unmounts it properly and answers what it was given to do since it was made. */
  readonly takeLog: () => Promise<BlockRecord[]>
}

export interface LoggedCardOptions {
  /** As it comes out of the shop. */
  readonly blankImage: string
  /** An empty folder for everything this card needs. */
  readonly folder: string
  /** So many milliseconds each write takes. */
  readonly writeMs?: number
}

/** An empty ext4 in a file. Its blocks are as large as on a card of many gigabytes, which mkfs would not think of by itself. */
export async function makeImage(file: string, sizeMib: number): Promise<void> {
  await runProgram('truncate', '-s', `${sizeMib}M`, file)
  await runProgram('mkfs.ext4', '-q', '-F', '-b', '4096', '-E', 'lazy_itable_init=0,lazy_journal_init=0', file)
}

/** A new card under a magnifying glass. @throws where it cannot be mounted */
export async function openLoggedCard({ blankImage, folder, writeMs = 0 }: LoggedCardOptions): Promise<LoggedCard> {
  const [image, fuse, card, log, control] = ['image', 'fuse', 'card', 'log', 'control'].map((name) =>
    join(folder, name),
  ) as [string, string, string, string, string]
  await copyImage(blankImage, image)
  await Promise.all([mkdir(fuse), mkdir(card), writeFile(control, String(writeMs))])
  const mounts = await holdMounts('sh', ['-c', 'echo ready && exec sleep infinity'])
  const program = join(import.meta.dirname, 'block-log-server.mjs')
  const words = [program, image, String(mounts.holder.pid), fuse, log, control]
  const server = startProgram('setpriv', [...DIES_WITH_US, process.execPath, ...words])
  const close = async (): Promise<void> => {
    // First: whoever still writes to the card, or unmounts it, then fails and does not wait.
    await server.end('SIGKILL')
    await mounts.holder.end('SIGKILL')
  }
  try {
    await saysReady(server)
    await mounts.run('mount', '-o', 'loop', join(fuse, 'image'), card)
  } catch (error) {
    await close()
    throw error
  }
  return {
    mounts,
    folder: card,
    folderFromOutside: mounts.pathOf(card),
    close,
    slowDown: (ms) => writeFile(control, String(ms)),
    logSoFar: async () => parseBlockLog(await readFile(log)),
    breakDown: () => writeFile(control, '0 0 eio'),
    takeLog: async () => {
      await mounts.run('umount', card)
      // The loop device lets go of its file a moment later.
      await eventually(
        () =>
          mounts
            .run('umount', fuse)
            .then(() => true)
            .catch(() => false),
        { withinMs: 5_000 },
      )
      await eventually(() => server.child.exitCode !== null, { withinMs: 5_000 })
      return parseBlockLog(await readFile(log))
    },
  }
}

/**
 * A card as it was at first with some writes over it, in a machine that has booted anew: whoever runs in its namespace reads
 * another boot id. @throws where it cannot be mounted
 */
export async function openCardAfter(
  blankImage: string,
  writes: readonly CardWrite[],
  folder: string,
  bootId: string = randomUUID(),
): Promise<Card> {
  const [image, card, boot] = ['image', 'card', 'boot-id'].map((name) => join(folder, name)) as [string, string, string]
  await Promise.all([mkdir(card), writeFile(boot, `${bootId}\n`)])
  await copyImage(blankImage, image)
  await writeOver(image, writes)
  const script = [
    'mount -o loop "$1" "$2"',
    'mount --bind "$3" /proc/sys/kernel/random/boot_id',
    'echo ready',
    'exec sleep infinity',
  ].join(' && ')
  const mounts = await holdMounts('sh', ['-c', script, 'sh', image, card, boot])
  return {
    mounts,
    folder: card,
    folderFromOutside: mounts.pathOf(card),
    close: async () => {
      await mounts.holder.end('SIGKILL')
      await rm(image, { force: true })
    },
  }
}

const copyImage = (from: string, to: string): Promise<string> => runProgram('cp', '--sparse=always', from, to)

async function writeOver(image: string, writes: readonly CardWrite[]): Promise<void> {
  const file = await open(image, 'r+')
  try {
    for (const { offset, bytes } of writes) await file.write(bytes, 0, bytes.length, offset)
  } finally {
    await file.close()
  }
}
