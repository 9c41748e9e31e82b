/** The index at the head of a fragmented MP4 file (ISO/IEC 14496-12, 8.16.3): with it a player seeks without reading through. */
import type { VideoIndex } from './video-index.js'

const HEAD_BYTES = 32
const REFERENCE_BYTES = 12
/** starts_with_SAP and SAP_type 1. */
const BEGINS_WITH_KEYFRAME = 0x90000000

/** Room to keep for the index of so many fragments. */
export const sidxBytes = (fragments: number): number => HEAD_BYTES + fragments * REFERENCE_BYTES

/** A box that holds room and says nothing; 8 bytes at least. */
export function freeBox(sizeBytes: number): Buffer {
  const box = Buffer.alloc(sizeBytes)
  box.writeUInt32BE(sizeBytes, 0)
  box.write('free', 4, 'latin1')
  return box
}

/**
 * The index of a file's fragments in exactly the room kept for it, or null where it does not fit there.
 * The room must end where the first fragment begins.
 */
export function sidxOf({ track, fragments }: VideoIndex, roomBytes: number): Buffer | null {
  const sizeBytes = sidxBytes(fragments.length)
  const restBytes = roomBytes - sizeBytes
  if (track === null || restBytes < 0 || (restBytes > 0 && restBytes < 8)) return null
  const ticks = (ms: number): number => Math.round((ms * track.timescale) / 1_000)

  const box = Buffer.alloc(sizeBytes)
  box.writeUInt32BE(sizeBytes, 0)
  box.write('sidx', 4, 'latin1')
  box.writeUInt32BE(track.trackId, 12)
  box.writeUInt32BE(track.timescale, 16)
  box.writeUInt32BE(ticks(fragments[0]?.startMs ?? 0), 20)
  box.writeUInt32BE(restBytes, 24) // first_offset counts from the end of this box.
  box.writeUInt16BE(fragments.length, 30)
  for (const [index, fragment] of fragments.entries()) {
    const at = HEAD_BYTES + index * REFERENCE_BYTES
    box.writeUInt32BE(fragment.sizeBytes, at)
    box.writeUInt32BE(ticks(fragment.durationMs), at + 4)
    box.writeUInt32BE(fragment.beginsWithKeyframe ? BEGINS_WITH_KEYFRAME : 0, at + 8)
  }
  return restBytes === 0 ? box : Buffer.concat([box, freeBox(restBytes)])
}
