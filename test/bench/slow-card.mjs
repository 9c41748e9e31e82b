/** An ext4 whose every write takes its time, as on a worn memory card, in a mount namespace of its own. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const SERVER = join(import.meta.dirname, '../power-cut/block-log-server.mjs')
const run = promisify(execFile)

/** Why there can be none here; null where there can. */
export function whyNoSlowCard() {
  if (process.getuid?.() !== 0) return 'needs root'
  try {
    for (const device of ['/dev/fuse', '/dev/loop-control']) accessSync(device, constants.W_OK)
  } catch (error) {
    return `needs ${error.path}`
  }
  return null
}

/**
 * Mounts one of so many bytes under an empty folder. Whoever wants to see it runs its command behind `enter`; `setWriteMs`
 * and `setFlushMs` say how long a write or a flush takes from now on.
 */
export async function openSlowCard(folder, sizeBytes) {
  const [image, fuse, card, control] = ['image', 'fuse', 'card', 'control'].map((name) => join(folder, name))
  await Promise.all([mkdir(fuse), mkdir(card), writeFile(control, '0')])
  await run('truncate', ['-s', String(sizeBytes), image])
  await run('mkfs.ext4', ['-q', '-F', '-b', '4096', '-E', 'lazy_itable_init=0,lazy_journal_init=0', image])
  const holder = begin('unshare', ['--mount', 'sh', '-c', 'echo ready && exec sleep infinity'])
  await once(holder.stdout, 'data')
  const enter = ['nsenter', `--mount=/proc/${holder.pid}/ns/mnt`, 'setpriv', '--pdeathsig', 'KILL']
  // Ahead of everybody else: a card does not wait for a processor. Not in that namespace: whose last process it was would
  // wait for its own answers while it unmounts.
  const words = [SERVER, image, String(holder.pid), fuse, '/dev/null', control]
  const server = begin('nice', ['-n', '-10', process.execPath, ...words])
  await once(server.stdout, 'data')
  await run(enter[0], [...enter.slice(1), 'mount', '-o', 'loop', join(fuse, 'image'), card])
  return {
    enter,
    folder: card,
    folderFromOutside: `/proc/${holder.pid}/root${card}`,
    setWriteMs: (writeMs) => writeFile(control, String(writeMs)),
    setFlushMs: (flushMs) => writeFile(control, `0 ${flushMs}`),
    close: async () => {
      for (const child of [server, holder]) {
        child.kill('SIGKILL')
        if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
      }
    },
  }
}

const begin = (command, words) =>
  spawn('setpriv', ['--pdeathsig', 'KILL', command, ...words], { stdio: ['ignore', 'pipe', 'inherit'] })
