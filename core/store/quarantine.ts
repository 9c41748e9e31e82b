/** A catalogue that cannot be read any more is set aside, never deleted: what lies on the card is recorded on. */
import { existsSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { syncFolder } from '../process/durable.js'
import type { Log } from '../process/log.js'
import { openStore, type Store } from './store.js'

/** What SQLite says of a file that is damaged; trouble with the card or its rights says something else. */
const DAMAGED = new Set(['SQLITE_NOTADB', 'SQLITE_CORRUPT'])
/** A log or an index without its database is no good, and would be taken for the new one's. */
const PARTS = ['', '-wal', '-shm']

/** Opens the catalogue, or a new one where it is damaged. @throws as openStore does for anything else */
export async function openStoreOrNew(file: string, log: Log): Promise<Store> {
  try {
    return await openStore(file)
  } catch (error) {
    if (!DAMAGED.has((error as { code?: string }).code ?? '')) throw error
    const aside = freeName(`${file}.broken`)
    for (const part of PARTS) if (existsSync(file + part)) await rename(file + part, aside + part)
    await syncFolder(dirname(file))
    log.error('the catalogue is damaged: a new one is begun, the old one is kept', { aside, error })
    return openStore(file)
  }
}

function freeName(name: string, number = 1): string {
  const numbered = `${name}-${number}`
  return existsSync(numbered) ? freeName(name, number + 1) : numbered
}
