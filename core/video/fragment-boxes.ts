/** What moov and moof say about the picture: its time scale, and when and how long each fragment is (ISO/IEC 14496-12, 8.8). */
import { type Box, boxesIn, boxOf } from './boxes.js'

export interface PictureTrack {
  readonly trackId: number
  /** Ticks a second. */
  readonly timescale: number
  /** Ticks a frame where a fragment does not say. */
  readonly defaultDuration: number
}

export interface FragmentTimes {
  readonly startMs: number
  readonly durationMs: number
  readonly frames: number
}

/** The video track a moov tells of, or null where it has none. */
export function pictureTrackOf(bytes: Buffer, moov: Box): PictureTrack | null {
  for (const trak of boxesIn(bytes, moov.bodyAt, moov.endAt)) {
    const mdia = trak.type === 'trak' ? boxOf('mdia', bytes, trak) : null
    const hdlr = mdia && boxOf('hdlr', bytes, mdia)
    if (mdia === null || hdlr === null || bytes.toString('latin1', hdlr.bodyAt + 8, hdlr.bodyAt + 12) !== 'vide')
      continue
    const tkhd = boxOf('tkhd', bytes, trak)
    const mdhd = boxOf('mdhd', bytes, mdia)
    if (tkhd === null || mdhd === null) continue
    const trackId = bytes.readUInt32BE(tkhd.bodyAt + (bytes[tkhd.bodyAt] === 1 ? 20 : 12))
    const timescale = bytes.readUInt32BE(mdhd.bodyAt + (bytes[mdhd.bodyAt] === 1 ? 20 : 12))
    return { trackId, timescale, defaultDuration: defaultDurationOf(bytes, moov, trackId) }
  }
  return null
}

/** Start, length and frames of the picture in a fragment, or null where it has none. */
export function timesOf(bytes: Buffer, moof: Box, track: PictureTrack): FragmentTimes | null {
  for (const traf of boxesIn(bytes, moof.bodyAt, moof.endAt)) {
    if (traf.type !== 'traf') continue
    const tfhd = boxOf('tfhd', bytes, traf)
    const tfdt = boxOf('tfdt', bytes, traf)
    if (tfhd === null || tfdt === null || bytes.readUInt32BE(tfhd.bodyAt + 4) !== track.trackId) continue
    const startTicks =
      bytes[tfdt.bodyAt] === 1 ? Number(bytes.readBigUInt64BE(tfdt.bodyAt + 4)) : bytes.readUInt32BE(tfdt.bodyAt + 4)
    let frames = 0
    let ticks = 0
    for (const trun of boxesIn(bytes, traf.bodyAt, traf.endAt)) {
      if (trun.type !== 'trun') continue
      const run = runOf(bytes, trun, fragmentDefaultOf(bytes, tfhd) ?? track.defaultDuration)
      frames += run.frames
      ticks += run.ticks
    }
    return { startMs: (startTicks * 1_000) / track.timescale, durationMs: (ticks * 1_000) / track.timescale, frames }
  }
  return null
}

function defaultDurationOf(bytes: Buffer, moov: Box, trackId: number): number {
  const mvex = boxOf('mvex', bytes, moov)
  if (mvex === null) return 0
  for (const trex of boxesIn(bytes, mvex.bodyAt, mvex.endAt)) {
    if (trex.type === 'trex' && bytes.readUInt32BE(trex.bodyAt + 4) === trackId)
      return bytes.readUInt32BE(trex.bodyAt + 12)
  }
  return 0
}

const flagsOf = (bytes: Buffer, box: Box): number => bytes.readUInt32BE(box.bodyAt) & 0xffffff

/** tfhd: base-data-offset and sample-description-index come before the default duration where their flags are set. */
function fragmentDefaultOf(bytes: Buffer, tfhd: Box): number | null {
  const flags = flagsOf(bytes, tfhd)
  if ((flags & 0x8) === 0) return null
  return bytes.readUInt32BE(tfhd.bodyAt + 8 + (flags & 0x1 ? 8 : 0) + (flags & 0x2 ? 4 : 0))
}

/** trun: a sample has up to four 32-bit fields, its duration first. */
function runOf(bytes: Buffer, trun: Box, defaultDuration: number): { frames: number; ticks: number } {
  const flags = flagsOf(bytes, trun)
  const frames = bytes.readUInt32BE(trun.bodyAt + 4)
  if ((flags & 0x100) === 0) return { frames, ticks: frames * defaultDuration }
  const fields = [0x100, 0x200, 0x400, 0x800].filter((flag) => flags & flag).length
  let at = trun.bodyAt + 8 + (flags & 0x1 ? 4 : 0) + (flags & 0x4 ? 4 : 0)
  let ticks = 0
  for (let frame = 0; frame < frames && at + 4 <= trun.endAt; frame++) {
    ticks += bytes.readUInt32BE(at)
    at += fields * 4
  }
  return { frames, ticks }
}
