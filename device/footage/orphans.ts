/** Takes in what a recorder left open that ended without closing its file: by a kill, a power cut or a fall of its own. */
import { readdir, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { Log } from '../../core/process/log.js'
import { pause } from '../../core/process/service.js'
import type { SegmentOnCard } from '../../core/store/footage.js'
import type { Store } from '../../core/store/store.js'
import { isThere, setAside } from './set-aside.js'
import { cutToWhole } from './whole-video.js'

/** A recorder whose device was killed closes its file on the kernel's SIGINT; longer than this none takes. */
const OTHERS_END_WITHIN_MS = 3_000
const ALL = 1_000_000

/**
 * Cuts files left open back to their last whole fragment and closes their rows. A file without one whole fragment is
 * set aside under a name no player opens; nothing is deleted.
 * One file's trouble holds up no other.
 * @param isLeft which of the segments that are not closed: others record on
 * @returns how many could not be taken in; the next start tries again
 */
export async function takeInOrphans(
  footage: string,
  bootNumber: number,
  store: Pick<Store, 'mendSegment' | 'removeSegment' | 'segmentsInState'>,
  log: Log,
  isLeft: (segment: SegmentOnCard) => boolean,
  signal: AbortSignal,
): Promise<number> {
  let failures = 0
  for (const segment of (await store.segmentsInState('recording', bootNumber, ALL)).filter(isLeft)) {
    // Recorders of earlier boots ended with them.
    if (segment.bootNumber === bootNumber) await waitForItsRecorder(join(footage, segment.file), signal)
    if (signal.aborted) break
    try {
      await takeIn(join(footage, segment.file), segment, store, log)
    } catch (error) {
      failures++
      log.error('a file left open could not be taken in', { file: segment.file, error })
    }
  }
  return failures
}

/** Each step leaves what the next start would go on with: the row first where the file is set aside, else the file. */
async function takeIn(
  path: string,
  segment: SegmentOnCard,
  store: Pick<Store, 'mendSegment' | 'removeSegment'>,
  log: Log,
): Promise<void> {
  const { id, file, frames: framesKnown } = segment
  const hasFile = await isThere(path)
  const whole = hasFile ? await cutToWhole(path) : null
  const known = { id, was: { state: segment.state, file }, file, fileAsRecorded: null } as const
  if (!hasFile && framesKnown > 0) {
    const { durationMs, frames, sizeBytes } = segment
    await store.mendSegment({ ...known, state: 'swept', durationMs, frames, sizeBytes })
    log.warn('the video of a segment that was left open is gone', { file, framesKnown })
    return
  }
  if (whole === null) {
    await store.removeSegment(id)
    if (hasFile) await setAside(path, 'empty')
    log.warn('a segment that was left open has no picture', { file, hasFile, framesKnown })
    return
  }
  const { durationMs, frames, sizeBytes, cutBytes } = whole
  await store.mendSegment({ ...known, state: 'recorded', durationMs, frames, sizeBytes })
  const lostFrames = Math.max(0, framesKnown - frames)
  log.info('a file left open is taken in', { file, frames, cutBytes, lostFrames })
}

/** Returns once no other process of ours has the file open, or none will close it any more. */
export async function waitForItsRecorder(path: string, signal: AbortSignal): Promise<void> {
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
