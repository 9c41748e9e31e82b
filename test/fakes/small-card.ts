/** A memory card of a test's own: a tmpfs in a mount namespace that goes with the test, and what fills it. */
import { mkdtemp, rm, statfs, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { holdMounts, type Mounts } from '../power-cut/mounts.js'
import { runProgram } from '../power-cut/run-program.js'

export interface SmallCard {
  readonly mounts: Mounts
  /** Where it is mounted, for a process in there; and the same folder as anybody outside reaches it. */
  readonly folder: string
  readonly folderFromOutside: string
  readonly freeBytes: () => Promise<number>
  /** Somebody else's file, so large that so many bytes are left free. */
  readonly fillUpTo: (freeBytes: number) => Promise<void>
  readonly remount: (options: string) => Promise<void>
  readonly close: () => Promise<void>
}

const LAST_BYTES = 4 * 1024 * 1024

export async function openSmallCard(sizeMib: number): Promise<SmallCard> {
  const place = await mkdtemp(join(tmpdir(), 'small-card-'))
  const script = `mount -t tmpfs -o size=${sizeMib}m tmpfs "$1" && echo ready && exec sleep infinity`
  const mounts = await holdMounts('sh', ['-c', script, 'sh', place])
  const folderFromOutside = mounts.pathOf(place)
  const filler = join(folderFromOutside, 'holiday-photos')
  const freeBytes = async (): Promise<number> => {
    const { bavail, bsize } = await statfs(folderFromOutside)
    return bavail * bsize
  }
  return {
    mounts,
    folder: place,
    folderFromOutside,
    freeBytes,
    fillUpTo: async (wanted) => {
      await truncate(filler, 0).catch(() => {}) // There is none yet.
      const bytes = (await freeBytes()) - wanted
      if (bytes > 0) await runProgram('fallocate', '-l', String(Math.max(1, bytes - LAST_BYTES)), filler)
      // The last bytes one by one, because others take some meanwhile; to nothing at all it ends with an error.
      const rest = (await freeBytes()) - wanted
      await runProgram('sh', '-c', `head -c ${Math.max(0, rest)} /dev/zero >>"$1"`, 'sh', filler).catch(() => {})
    },
    remount: async (options) => {
      await mounts.run('mount', '-o', `remount,${options}`, place)
    },
    close: async () => {
      await mounts.holder.end('SIGKILL')
      await rm(place, { recursive: true, force: true })
    },
  }
}
