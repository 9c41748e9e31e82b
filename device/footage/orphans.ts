/** Brings the footage folder in order before recording begins: what a kill or a power cut left open is cut back and taken in. */
import { readdir, readlink, rename, stat, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { syncFile } from '../../core/process/durable.js'
import type { Log } from '../../core/process/log.js'
import { pause } from '../../core/process/service.js'
import { parseRecordingName } from '../../core/ride/footage.js'
import type { SegmentOnCard } from '../../core/store/footage.js'
import type { Store } from '../../core/store/store.js'
import { durationMsOf, framesIn, readIndexOf } from '../../core/video/video-index.js'

/** A recorder whose device was killed closes its file on the kernel's SIGINT; longer than this none takes. */
const OTHERS_END_WITHIN_MS = 3_000
const ALL = 1_000_000

/**
 * Cuts files left open back to their last whole fragment and closes their rows. A file without one whole fragment is
 * set aside under a name no player opens; nothing is deleted.
 * @param camera only this one's: its recorder fell while others record on
 */
export async function takeInOrphans(
  footage: string,
  bootNumber: number,
  store: Pick<Store, 'segmentsInState' | 'closeSegment' | 'removeSegment'>,
  log: Log,
  signal: AbortSignal,
  camera: string | null = null,
): Promise<void> {
  const left = await store.segmentsInState('recording', bootNumber, ALL)
  for (const segment of left) {
    if (camera !== null && segment.camera !== camera) continue
    const path = join(footage, segment.file)
    await waitForItsRecorder(path, signal)
    if (signal.aborted) return
    await takeIn(path, segment, store, log)
  }
}

/** The number after the highest any file in the folder has: a row may be missing where the power went away first. */
export async function nextFileNumber(folder: string, camera: string, lastKnown: number): Promise<number> {
  const numbers = (await readdir(folder)).map(parseRecordingName).filter((name) => name?.camera === camera)
  return Math.max(lastKnown, ...numbers.map((name) => name?.number ?? 0)) + 1
}

async function takeIn(
  path: string,
  segment: SegmentOnCard,
  store: Pick<Store, 'closeSegment' | 'removeSegment'>,
  log: Log,
): Promise<void> {
  const { size: foundBytes } = await stat(path).catch(() => ({ size: null }))
  const index = foundBytes === null ? null : await readIndexOf(path)
  if (index === null || index.fragments.length === 0) {
    if (foundBytes !== null) await rename(path, `${path}.empty`)
    await store.removeSegment(segment.id)
    log.warn('a file without a picture was left open', { file: segment.file, foundBytes })
    return
  }
  if (foundBytes !== null && foundBytes > index.endBytes) await truncate(path, index.endBytes)
  await syncFile(path)
  const frames = framesIn(index)
  await store.closeSegment({
    id: segment.id,
    startMonoMs: segment.startMonoMs,
    startUncertaintyMs: segment.startUncertaintyMs ?? 0,
    durationMs: durationMsOf(index),
    frames,
    sizeBytes: index.endBytes,
  })
  log.info('a file left open is taken in', { file: segment.file, frames, cutBytes: (foundBytes ?? 0) - index.endBytes })
}

async function waitForItsRecorder(path: string, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + OTHERS_END_WITHIN_MS
  while (!signal.aborted && performance.now() < deadline && (await isOpenSomewhere(path))) await pause(20, signal)
}

/** Whether any process of ours has the file open; those of others cannot be seen and do not record here. */
async function isOpenSomewhere(path: string): Promise<boolean> {
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) continue
    const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []) // Gone, or another user's.
    for (const descriptor of descriptors) {
      const target = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => '') // Closed meanwhile.
      if (target === path) return true
    }
  }
  return false
}
