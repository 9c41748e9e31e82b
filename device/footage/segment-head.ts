/** What is known of a segment without the catalogue and without a record: from its name and its own head. */
import { open } from 'node:fs/promises'
import { isPlausibleUtc } from '../../core/ride/clock.js'
import type { DatedName } from '../../core/ride/footage.js'
import type { SegmentFound } from '../../core/store/footage-order.js'
import { boxAt, boxOf } from '../../core/video/boxes.js'

/** What its file says itself is not told here. */
export type KnownOfSegment = Pick<
  SegmentFound,
  'bootNumber' | 'rideId' | 'startMonoMs' | 'startUncertaintyMs' | 'startUtcMs' | 'kept'
>

/** ftyp and moov of a segment with a track and a title take some 2 kB. */
const HEAD_BYTES = 64 * 1024
/** MP4 counts seconds since 1904. */
const MP4_EPOCH_MS = Date.UTC(1904, 0, 1)
const SECOND_MS = 1_000
/** Footage of a boot nobody knows is from before all that are known. */
const BEFORE_ALL_BOOTS = 0

/**
 * What a dated segment says itself: its creation time, or where it has none that can be true the time in its name. Both are cut
 * to the second, so the middle is taken. Among footage of no known boot it stands by that time.
 */
export async function knownByHead(path: string, { startUtcMs }: DatedName): Promise<KnownOfSegment> {
  const createdUtcMs = await creationUtcMs(path)
  const secondUtcMs = createdUtcMs !== null && isPlausibleUtc(createdUtcMs) ? createdUtcMs : startUtcMs
  const middleUtcMs = secondUtcMs + SECOND_MS / 2
  return {
    bootNumber: BEFORE_ALL_BOOTS,
    rideId: null,
    startMonoMs: middleUtcMs,
    startUncertaintyMs: SECOND_MS / 2,
    startUtcMs: middleUtcMs,
    kept: false,
  }
}

/** creation_time of an MP4 file (ISO/IEC 14496-12, 8.2.2), null where its head says none. @throws where it cannot be read */
export async function creationUtcMs(path: string): Promise<number | null> {
  const head = await headOf(path)
  for (let at = 0, box = boxAt(head, at); box !== null; at = box.endAt, box = boxAt(head, at)) {
    const mvhd = box.type === 'moov' && box.endAt <= head.length ? boxOf('mvhd', head, box) : null
    if (mvhd === null) continue
    const at = mvhd.bodyAt + 4
    const seconds = head[mvhd.bodyAt] === 1 ? Number(head.readBigUInt64BE(at)) : head.readUInt32BE(at)
    return seconds === 0 ? null : MP4_EPOCH_MS + seconds * SECOND_MS
  }
  return null
}

async function headOf(path: string): Promise<Buffer> {
  const file = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}
