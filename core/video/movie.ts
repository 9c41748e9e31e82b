/** Writes the moov of a finished MP4 anew: other offsets, a creation time, a place, one more track; all else stays byte for byte. */
import { box, movieTimeOf, u32, u64 } from './box-writing.js'
import { inside, nameOf, onlyOne, type PlacedBox, UnfitVideo } from './strict-boxes.js'
import { type UserData, userData } from './user-data.js'

export interface Rewriting extends UserData {
  readonly createdUtcMs: number
  /** Where what lay at an offset of the file lies now. */
  readonly moved: (offset: number) => number
  /** Offsets need 64 bits. */
  readonly isLarge: boolean
  /** The box of a track to add, or null. */
  readonly track: ((trackId: number, movieTimescale: number) => Buffer) | null
}

/**
 * @param moov the whole box
 * @throws UnfitVideo where it is not that of a finished, unfragmented file
 */
export function rewrittenMovie(moov: Buffer, rewriting: Rewriting): Buffer {
  const { boxes, rest } = inside(moov, { bodyAt: 8, endAt: moov.length })
  if (boxes.some(({ type }) => type === 'mvex')) throw new UnfitVideo('it is fragmented')
  if (!boxes.some(({ type }) => type === 'trak')) throw new UnfitVideo('it has no track')
  const mvhd = onlyOne('mvhd', boxes)
  const trackId = freeTrackId(moov, boxes)
  const { track } = rewriting
  const extra = track === null ? [] : [track(trackId, timescaleOf(moov, mvhd))]

  const header = Buffer.from(dated(moov, mvhd, rewriting.createdUtcMs))
  header.writeUInt32BE(trackId + extra.length, header.length - 4)
  const others = boxes.filter(({ type }) => type !== 'mvhd' && type !== 'udta')
  const udta = boxes.find(({ type }) => type === 'udta') ?? null
  return box(
    'moov',
    header,
    ...others.map((part) => rewrittenPart(moov, part, rewriting)),
    ...extra,
    userData(moov, udta, rewriting),
    rest,
  )
}

/** What lies on the way to boxes that change. */
const WAY = new Set(['trak', 'mdia', 'minf', 'stbl'])

function rewrittenPart(bytes: Buffer, part: PlacedBox, rewriting: Rewriting): Buffer {
  const { type, startAt, endAt } = part
  if (WAY.has(type)) {
    const { boxes, rest } = inside(bytes, part)
    return box(type, ...boxes.map((inner) => rewrittenPart(bytes, inner, rewriting)), rest)
  }
  if (type === 'tkhd' || type === 'mdhd') return dated(bytes, part, rewriting.createdUtcMs)
  if (type === 'stco' || type === 'co64') return offsetsOf(bytes, part, rewriting)
  return bytes.subarray(startAt, endAt)
}

/** Offsets of chunks: a count, then 4 or 8 bytes each. */
function offsetsOf(bytes: Buffer, { type, bodyAt, endAt }: PlacedBox, { moved, isLarge }: Rewriting): Buffer {
  const entryBytes = type === 'stco' ? 4 : 8
  const count = endAt - bodyAt >= 8 ? bytes.readUInt32BE(bodyAt + 4) : Number.POSITIVE_INFINITY
  if (bodyAt + 8 + count * entryBytes > endAt)
    throw new UnfitVideo(`its box ${nameOf(type)} is too small for what it lists`)
  const offsets = Array.from({ length: count }, (_, index) => {
    const at = bodyAt + 8 + index * entryBytes
    return moved(entryBytes === 4 ? bytes.readUInt32BE(at) : Number(bytes.readBigUInt64BE(at)))
  })
  const head = bytes.subarray(bodyAt, bodyAt + 8)
  return type === 'co64' || isLarge ? box('co64', head, u64(offsets)) : box('stco', head, u32(offsets))
}

/** Bytes of version 0, and where in them the duration is; of mvhd, tkhd and mdhd. */
const HEADERS: Readonly<Record<string, { readonly leastBytes: number; readonly durationAt: number }>> = {
  mvhd: { leastBytes: 100, durationAt: 16 },
  tkhd: { leastBytes: 84, durationAt: 20 },
  mdhd: { leastBytes: 24, durationAt: 16 },
}
const NO_DURATION = 0xffffffff
const NO_LARGE_DURATION = 2n ** 64n - 1n

/**
 * A header with both its times replaced. They are of 32 bits in version 0, and of 64 bits, the duration too, in version 1: one of
 * version 0 becomes such where the time needs it, from February 2040 on.
 */
function dated(bytes: Buffer, part: PlacedBox, createdUtcMs: number): Buffer {
  const { type, startAt, bodyAt, endAt } = part
  const version = versionOf(bytes, part)
  const created = movieTimeOf(createdUtcMs)
  const header = Buffer.from(bytes.subarray(startAt, endAt))
  const timesAt = bodyAt - startAt + 4
  if (version === 1) {
    u64([created, created]).copy(header, timesAt)
    return header
  }
  if (created <= 0xffffffff) {
    u32([created, created]).copy(header, timesAt)
    return header
  }
  const durationAt = bodyAt + (HEADERS[type]?.durationAt ?? 0)
  const duration = bytes.readUInt32BE(durationAt)
  const large = Buffer.alloc(8)
  large.writeBigUInt64BE(duration === NO_DURATION ? NO_LARGE_DURATION : BigInt(duration))
  return box(
    type,
    Buffer.from([1]),
    bytes.subarray(bodyAt + 1, bodyAt + 4),
    u64([created, created]),
    bytes.subarray(bodyAt + 12, durationAt),
    large,
    bytes.subarray(durationAt + 4, endAt),
  )
}

/** Of a header that is as long as its version says. @throws UnfitVideo where it is not, or of an unknown version */
function versionOf(bytes: Buffer, { type, bodyAt, endAt }: PlacedBox): 0 | 1 {
  const version = endAt > bodyAt ? bytes[bodyAt] : undefined
  if (version !== 0 && version !== 1) throw new UnfitVideo(`its box ${nameOf(type)} is of an unknown version`)
  const leastBytes = (HEADERS[type]?.leastBytes ?? 0) + (version === 1 ? 12 : 0)
  if (endAt - bodyAt < leastBytes) throw new UnfitVideo(`its box ${nameOf(type)} is too small`)
  return version
}

function timescaleOf(bytes: Buffer, mvhd: PlacedBox): number {
  const timescale = bytes.readUInt32BE(mvhd.bodyAt + (versionOf(bytes, mvhd) === 1 ? 20 : 12))
  if (timescale === 0) throw new UnfitVideo('its timescale is 0')
  return timescale
}

/** Above all that are in use. */
function freeTrackId(bytes: Buffer, boxes: readonly PlacedBox[]): number {
  const ids = boxes
    .filter(({ type }) => type === 'trak')
    .map((trak) => {
      const tkhd = onlyOne('tkhd', inside(bytes, trak).boxes)
      return bytes.readUInt32BE(tkhd.bodyAt + (versionOf(bytes, tkhd) === 1 ? 20 : 12))
    })
  const trackId = Math.max(...ids) + 1
  if (trackId >= 0xffffffff) throw new UnfitVideo('it has no number left for a track')
  return trackId
}
