/** What moov and moof say about the picture: its time scale, and when and how long each fragment is (ISO/IEC 14496-12, 8.8). */
import { type Box, boxesIn, boxOf } from './boxes.js'

export interface PictureTrack {
  readonly trackId: number
  /** Ticks a second. */
  readonly timescale: number
  /** Of a frame where its fragment does not say. */
  readonly defaults: FrameDefaults
}

export interface FrameDefaults {
  readonly durationTicks: number
  /** sample_flags, 8.8.3.1. */
  readonly flags: number
}

export interface FragmentTimes {
  readonly startMs: number
  readonly durationMs: number
  readonly frames: number
  /** Of the frame that was shown longest: where frames are missing, the one before them is. */
  readonly longestFrameMs: number
  /** A player can begin here. */
  readonly beginsWithKeyframe: boolean
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
    return { trackId, timescale, defaults: defaultsOf(bytes, moov, trackId) }
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
    const startTicks = decodeTimeOf(bytes, tfdt)
    const defaults = fragmentDefaultsOf(bytes, tfhd, track.defaults)
    const runs = [...boxesIn(bytes, traf.bodyAt, traf.endAt)]
      .filter(({ type }) => type === 'trun')
      .map((trun) => runOf(bytes, trun, defaults))
    const ms = (ticks: number): number => (ticks * 1_000) / track.timescale
    return {
      startMs: ms(startTicks),
      durationMs: ms(runs.reduce((sum, { ticks }) => sum + ticks, 0)),
      frames: runs.reduce((sum, run) => sum + run.frames, 0),
      longestFrameMs: ms(runs.reduce((longest, { longestTicks }) => Math.max(longest, longestTicks), 0)),
      beginsWithKeyframe: runs[0]?.beginsWithKeyframe ?? false,
    }
  }
  return null
}

function defaultsOf(bytes: Buffer, moov: Box, trackId: number): FrameDefaults {
  const mvex = boxOf('mvex', bytes, moov)
  for (const trex of mvex === null ? [] : boxesIn(bytes, mvex.bodyAt, mvex.endAt)) {
    if (trex.type === 'trex' && bytes.readUInt32BE(trex.bodyAt + 4) === trackId)
      return { durationTicks: bytes.readUInt32BE(trex.bodyAt + 12), flags: bytes.readUInt32BE(trex.bodyAt + 20) }
  }
  return { durationTicks: 0, flags: 0 }
}

const decodeTimeOf = (bytes: Buffer, tfdt: Box): number =>
  bytes[tfdt.bodyAt] === 1 ? Number(bytes.readBigUInt64BE(tfdt.bodyAt + 4)) : bytes.readUInt32BE(tfdt.bodyAt + 4)

const flagsOf = (bytes: Buffer, box: Box): number => bytes.readUInt32BE(box.bodyAt) & 0xffffff

/** When each frame of the fragment is shown, in milliseconds of the file, in that order; none where it has no picture. */
export function frameStartsOf(bytes: Buffer, moof: Box, track: PictureTrack): number[] {
  for (const traf of boxesIn(bytes, moof.bodyAt, moof.endAt)) {
    const tfhd = traf.type === 'traf' ? boxOf('tfhd', bytes, traf) : null
    const tfdt = tfhd && boxOf('tfdt', bytes, traf)
    if (tfhd === null || tfdt === null || bytes.readUInt32BE(tfhd.bodyAt + 4) !== track.trackId) continue
    const { durationTicks } = fragmentDefaultsOf(bytes, tfhd, track.defaults)
    const starts: number[] = []
    let atTicks = decodeTimeOf(bytes, tfdt)
    for (const trun of boxesIn(bytes, traf.bodyAt, traf.endAt)) {
      if (trun.type !== 'trun') continue
      const flags = flagsOf(bytes, trun)
      const frames = bytes.readUInt32BE(trun.bodyAt + 4)
      for (let frame = 0, at = samplesIn(trun, flags); frame < frames; frame++, at += fieldsBefore(0x1000, flags) * 4) {
        // Frames that are not shown in the order of decoding say how much later they are.
        const laterTicks = flags & 0x800 ? bytes.readInt32BE(at + fieldsBefore(0x800, flags) * 4) : 0
        starts.push(((atTicks + laterTicks) * 1_000) / track.timescale)
        atTicks += flags & 0x100 ? bytes.readUInt32BE(at) : durationTicks
      }
    }
    return starts.sort((one, other) => one - other)
  }
  return []
}

/** tfhd: fields of 8 and 4 bytes come before the default duration, and one of 4 before the default flags, where their flags are set. */
function fragmentDefaultsOf(
  bytes: Buffer,
  tfhd: Box,
  { durationTicks, flags: frameFlags }: FrameDefaults,
): FrameDefaults {
  const flags = flagsOf(bytes, tfhd)
  const durationAt = tfhd.bodyAt + 8 + (flags & 0x1 ? 8 : 0) + (flags & 0x2 ? 4 : 0)
  const flagsAt = durationAt + (flags & 0x8 ? 4 : 0) + (flags & 0x10 ? 4 : 0)
  return {
    durationTicks: flags & 0x8 ? bytes.readUInt32BE(durationAt) : durationTicks,
    flags: flags & 0x20 ? bytes.readUInt32BE(flagsAt) : frameFlags,
  }
}

interface Run {
  readonly frames: number
  readonly ticks: number
  readonly longestTicks: number
  readonly beginsWithKeyframe: boolean
}

const IS_NO_KEYFRAME = 0x10000

/** trun: a sample has up to four 32-bit fields: duration, size, flags, composition offset. */
function runOf(bytes: Buffer, trun: Box, defaults: FrameDefaults): Run {
  const flags = flagsOf(bytes, trun)
  const frames = bytes.readUInt32BE(trun.bodyAt + 4)
  const firstFlagsAt = trun.bodyAt + 8 + (flags & 0x1 ? 4 : 0)
  const samplesAt = samplesIn(trun, flags)
  const ownFlagsAt = samplesAt + fieldsBefore(0x400, flags) * 4
  const firstFlags =
    flags & 0x4 ? bytes.readUInt32BE(firstFlagsAt) : flags & 0x400 ? bytes.readUInt32BE(ownFlagsAt) : defaults.flags
  const beginsWithKeyframe = (firstFlags & IS_NO_KEYFRAME) === 0

  if ((flags & 0x100) === 0) {
    const { durationTicks } = defaults
    return { frames, ticks: frames * durationTicks, longestTicks: durationTicks, beginsWithKeyframe }
  }
  let ticks = 0
  let longestTicks = 0
  const sampleBytes = fieldsBefore(0x1000, flags) * 4
  for (let at = samplesAt; at < samplesAt + frames * sampleBytes && at + 4 <= trun.endAt; at += sampleBytes) {
    const duration = bytes.readUInt32BE(at)
    ticks += duration
    longestTicks = Math.max(longestTicks, duration)
  }
  return { frames, ticks, longestTicks, beginsWithKeyframe }
}

/** Where the first sample's fields are: behind the count, and two fields that may be there. */
const samplesIn = (trun: Box, flags: number): number => trun.bodyAt + 8 + (flags & 0x1 ? 4 : 0) + (flags & 0x4 ? 4 : 0)

const fieldsBefore = (field: number, flags: number): number =>
  [0x100, 0x200, 0x400, 0x800].filter((flag) => flag < field && flags & flag).length
