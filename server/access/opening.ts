/** Opens server.db, or a copy of it in memory where its card cannot be written: phones that are paired get in all the same. */
import { rmSync } from 'node:fs'
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolderDurably } from '../../core/process/durable.js'
import type { Log } from '../../core/process/log.js'
import { makeStandIn } from '../../core/process/stand-in.js'
import { type AccessStore, openAccessStore } from '../../core/store/access.js'

const NAME = 'server.db'
/** What is paired since the copy was made is gone with the next start. */
const CANNOT_BE_WRITTEN = /^(EROFS|EIO|ENOSPC|SQLITE_(READONLY|IOERR|FULL|CANTOPEN).*)$/

export interface Access extends AccessStore {
  /** Memory stands in for a card that cannot be written. */
  readonly isStandIn: boolean
}

/** @throws where it cannot be opened for any other reason */
export async function openAccess(data: string, log: Log): Promise<Access> {
  try {
    await makeFolderDurably(data)
    return { ...openAccessStore(join(data, NAME)), isStandIn: false }
  } catch (error) {
    if (!CANNOT_BE_WRITTEN.test((error as NodeJS.ErrnoException).code ?? '')) throw error
    log.warn('the card cannot be written: who is paired from now on is forgotten at the next start', { error })
    const folder = await makeStandIn(data, 'server')
    for (const part of ['', '-wal']) await copyFile(join(data, NAME + part), join(folder, NAME + part)).catch(() => {})
    const store = openAccessStore(join(folder, NAME))
    return { ...store, isStandIn: true, close: () => closeAndRemove(store, folder) }
  }
}

function closeAndRemove(store: AccessStore, folder: string): void {
  store.close()
  rmSync(folder, { recursive: true, force: true })
}
