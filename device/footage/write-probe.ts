/** Finds out by writing whether the card takes anything: after an error the kernel keeps from writing what it mounted for writing. */
import { open } from 'node:fs/promises'

export type Probed =
  | { readonly kind: 'writable' }
  | { readonly kind: 'full' }
  | { readonly kind: 'failed'; readonly because: unknown }

/** A block of most file systems. */
const BLOCK = Buffer.alloc(4096, 'spokecam write probe\n')

/**
 * Writes a block and puts it on the card, each time through a descriptor of its own: one whose sync failed says no more
 * whether what was written since is there.
 * @param path of a file that is nobody else's
 */
export async function probeByWriting(path: string): Promise<Probed> {
  try {
    const file = await open(path, 'w')
    try {
      await file.write(BLOCK)
      await file.datasync()
    } finally {
      await file.close()
    }
    return { kind: 'writable' }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === 'ENOSPC' || code === 'EDQUOT' ? { kind: 'full' } : { kind: 'failed', because: error }
  }
}
