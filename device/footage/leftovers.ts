/** What a writing left that broke off: removed where all it holds lies elsewhere, else set aside. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { UNFINISHED } from '../../core/process/durable.js'
import type { Log } from '../../core/process/log.js'
import type { SegmentOnCard } from '../../core/store/footage.js'
import { isThere, setAside } from './set-aside.js'

/**
 * A tagged copy comes from what was recorded; track, text and record come from the catalogue.
 * @param segment null where the catalogue knows none
 */
export async function clearLeftover(
  footage: string,
  file: string,
  segment: SegmentOnCard | null,
  log: Log,
): Promise<void> {
  const sources = [segment?.file, segment?.fileAsRecorded].map((source) =>
    source == null ? null : join(footage, source),
  )
  const isVideo = file.endsWith(`.mp4${UNFINISHED}`)
  const hasSource = isVideo ? await isAnyThere(sources) : segment !== null
  if (hasSource) return rm(join(footage, file), { force: true })
  const aside = await setAside(join(footage, file), 'leftover')
  log.warn('a leftover whose source is gone is set aside', { file, aside })
}

async function isAnyThere(paths: readonly (string | null)[]): Promise<boolean> {
  for (const path of paths) if (path !== null && (await isThere(path))) return true
  return false
}
