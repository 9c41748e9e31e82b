/** Takes in video whose file is on the card and whose row is not, or sets it aside where it cannot be understood. */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type DatedName, type NumberedName, parseBootFolder } from '../../core/ride/footage.js'
import type { SegmentRecord } from '../../core/store/record-shapes.js'
import type { OrderOptions } from './order-options.js'
import { segmentRecordIn } from './records/segment-reading.js'
import { type KnownOfSegment, knownByHead } from './segment-head.js'
import { setAside } from './set-aside.js'
import { cutToWhole, type WholeVideo } from './whole-video.js'

/** A recorder ends a file when the next begins: what was written last to one, and the beginning of the other, lie no further apart. */
const JOINS_WITHIN_MS = 2_000

export interface FoundVideo {
  /** Takes in a file of a boot's folder. */
  readonly takeInRecording: (file: string, name: NumberedName, boot: number) => Promise<void>
  /** Takes in a file of a day's folder. */
  readonly takeInTagged: (file: string, name: DatedName) => Promise<void>
}

export function createFoundVideo({ footage, bootNumber, store, onMended, log }: OrderOptions): FoundVideo {
  const pathOf = (file: string): string => join(footage, file)

  const add = async (
    file: string,
    { camera, number }: NumberedName,
    state: 'recorded' | 'tagged',
    known: KnownOfSegment,
    { durationMs, frames, sizeBytes, cutBytes }: WholeVideo,
  ): Promise<void> => {
    await store.takeInSegment({ ...known, camera, number, state, file, durationMs, frames, sizeBytes })
    log.info('a video without a row is taken in', { file, frames, cutBytes, startUtcMs: known.startUtcMs })
    onMended()
  }

  const setEmptyAside = async (file: string): Promise<void> => {
    const aside = await setAside(pathOf(file), 'empty')
    log.warn('a file without a picture is set aside', { file, aside })
  }

  return {
    takeInRecording: async (file, name, boot) => {
      const whole = await cutToWhole(pathOf(file))
      if (whole === null) return setEmptyAside(file)
      const known = await behindTheLast(name, boot, whole)
      await add(file, name, 'recorded', known, whole)
    },
    takeInTagged: async (file, name) => {
      const whole = await cutToWhole(pathOf(file))
      if (whole === null) return setEmptyAside(file)
      const record = `${file.slice(0, -name.ending.length)}.json`
      const told = (await segmentRecordIn(footage, record, bootNumber))?.row ?? null
      const known = told === null ? await knownByHead(pathOf(file), name) : knownOf(told)
      await add(file, name, 'tagged', known, whole)
    },
  }

  /**
   * It begins where the segment before it ends, if that was written until just before: how far the two times are apart is how
   * well it is known. Else nobody knows when it began, and it only keeps its place.
   */
  async function behindTheLast(
    { camera, number }: NumberedName,
    boot: number,
    whole: WholeVideo,
  ): Promise<KnownOfSegment> {
    const nothing = { bootNumber: boot, startUtcMs: null, kept: false }
    const before = await store.segmentBefore(camera, number, boot)
    const unknown = { ...nothing, rideId: null, startMonoMs: before?.endMonoMs ?? 0, startUncertaintyMs: null }
    if (before === null || before.startUncertaintyMs === null || before.number !== number - 1) return unknown
    const recorded = [before.file, before.fileAsRecorded].find(
      (file) => parseBootFolder(file?.split('/')[0] ?? '') === boot,
    )
    const endedMs = recorded == null ? null : await writtenMs(pathOf(recorded))
    if (endedMs === null) return unknown
    const apartMs = Math.abs(whole.writtenMs - whole.durationMs - endedMs)
    if (apartMs > JOINS_WITHIN_MS) return unknown
    const startUncertaintyMs = before.startUncertaintyMs + apartMs
    return { ...nothing, rideId: before.rideId, startMonoMs: before.endMonoMs, startUncertaintyMs }
  }
}

/** Its own figures tell of the video; it is kept as it was, by whatever. */
function knownOf({
  bootNumber,
  rideId,
  startMonoMs,
  startUncertaintyMs,
  startUtcMs,
  kept,
}: SegmentRecord): KnownOfSegment {
  return { bootNumber, rideId, startMonoMs, startUncertaintyMs, startUtcMs, kept }
}

const writtenMs = async (path: string): Promise<number | null> =>
  stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => null, // Gone: then it does not help.
  )
