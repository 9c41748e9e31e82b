/** Finds out by writing whether the card takes anything: after an error the kernel keeps from writing what it mounted for writing. */
import { open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { makeFolderDurably } from '../../core/process/durable.js'

export type Probed =
  | { readonly kind: 'writable' }
  | { readonly kind: 'full' }
  | { readonly kind: 'failed'; readonly because: unknown }

/** A block of most file systems. */
const BLOCK = Buffer.alloc(4096, 'spokecam write probe\n')

/**
 * Writes a block and puts it on the card, each time through a descriptor of its own: one whose sync failed says no more
 * whether what was written since is there.
 * @param path of a file that is nobody else's, in a folder that is made where it is missing
 */
export async function probeByWriting(path: string): Promise<Probed> {
  try {
    await makeFolderDurably(dirname(path))
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

/** What cards say, and not rights or configuration. */
const CARD_SAYS = new Set(['EROFS', 'EIO', 'ENOSPC', 'EDQUOT', 'ENXIO', 'ENODEV', 'EUCLEAN'])
const CATALOGUE_SAYS = /^SQLITE_(FULL|READONLY|IOERR)/

/** Whether something failed because of the card: by what it says itself, or because writing fails in such a way. */
export async function isTroubleOfTheCard(error: unknown, probe: string): Promise<boolean> {
  if (codesOf(error).some((code) => CARD_SAYS.has(code) || CATALOGUE_SAYS.test(code))) return true
  const probed = await probeByWriting(probe)
  return (
    probed.kind === 'full' || (probed.kind === 'failed' && codesOf(probed.because).some((code) => CARD_SAYS.has(code)))
  )
}

/** Of an error and of those it was made of. */
function codesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return []
  const { code } = error as NodeJS.ErrnoException
  return [...(typeof code === 'string' ? [code] : []), ...codesOf(error.cause)]
}
