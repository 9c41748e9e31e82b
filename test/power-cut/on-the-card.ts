/** What lies on a card: the rows of the catalogue and the files of the footage folder, each for itself. */

import { createHash } from 'node:crypto'
import { copyFile, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { SegmentState } from '../../core/ride/footage.js'
import type { SegmentOnCard } from '../../core/store/footage.js'
import { openReader } from '../../core/store/store.js'

export interface Catalogue {
  readonly segments: readonly SegmentOnCard[]
  /** CLOCK_MONOTONIC of every point of every track; all boots of this machine share it. */
  readonly fixesMonoMs: readonly number[]
  readonly rides: number
}

const STATES: readonly SegmentState[] = ['recording', 'recorded', 'tagged', 'swept']
const ALL = 1_000_000

/** The catalogue as it is, read from a copy so that nothing is mended by reading it; null: there is none, or none that opens. */
export async function readCatalogue(data: string, scratch: string): Promise<Catalogue | null> {
  const copy = await mkdtemp(join(scratch, 'catalogue-'))
  try {
    for (const name of ['rides.db', 'rides.db-wal']) {
      // It is not there: nothing has been written yet, or a checkpoint took it.
      await copyFile(join(data, name), join(copy, name)).catch(() => {})
    }
    return catalogueIn(join(copy, 'rides.db'))
  } catch {
    return null // Not yet made whole, or damaged: who asks judges by what is missing.
  } finally {
    await rm(copy, { recursive: true })
  }
}

function catalogueIn(file: string): Catalogue | null {
  const reader = openReader(file)
  if (reader === null) return null
  try {
    const { items: rides } = reader.rides({ limit: 100, cursor: null })
    return {
      segments: STATES.flatMap((state) => reader.segmentsInState(state, ALL, ALL)),
      fixesMonoMs: rides.flatMap(({ id }) => [...reader.pointsOf(id)].map(({ monoMs }) => monoMs)),
      rides: rides.length,
    }
  } finally {
    reader.close()
  }
}

/** Every file under the footage folder, relative to it. */
export async function footageFiles(data: string): Promise<string[]> {
  const footage = join(data, 'footage')
  const entries = await readdir(footage, { recursive: true, withFileTypes: true }).catch(() => [])
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(footage.length + 1))
    .sort()
}

export const hashOf = async (file: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(file))
    .digest('hex')
