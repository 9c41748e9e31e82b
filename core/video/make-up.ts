/** How a recording is made up: what of its head a decoder must know, so that two files can be told to go on in one another. */
import { type Box, boxesIn, boxOf } from './boxes.js'

export interface MakeUp {
  /** As players show it: turned, where the file says so. */
  readonly widthPx: number
  readonly heightPx: number
  /** The same for files whose pictures can follow one another without being encoded anew. */
  readonly picture: string
  /** The same for files whose sound can; null where there is none. */
  readonly sound: string | null
}

/** What the moov of a file tells, or null where it has no picture. */
export function makeUpOf(bytes: Buffer, moov: Box): MakeUp | null {
  const tracks = [...boxesIn(bytes, moov.bodyAt, moov.endAt)].filter(({ type }) => type === 'trak')
  const picture = tracks.map((trak) => trackOf(bytes, trak)).find((track) => track?.handler === 'vide')
  const sound = tracks.map((trak) => trackOf(bytes, trak)).find((track) => track?.handler === 'soun')
  if (picture === undefined || picture === null) return null
  const { matrix, widthPx, heightPx } = picture
  // The second number of the matrix is not 0 where lines become columns (ISO/IEC 14496-12, 8.3.2).
  const isOnItsSide = matrix.readInt32BE(4) !== 0
  return {
    widthPx: isOnItsSide ? heightPx : widthPx,
    heightPx: isOnItsSide ? widthPx : heightPx,
    picture: `${picture.timescale} ${matrix.toString('hex')} ${picture.entry}`,
    sound: sound == null ? null : `${sound.timescale} ${sound.entry}`,
  }
}

interface Track {
  readonly handler: string
  readonly timescale: number
  readonly matrix: Buffer
  readonly widthPx: number
  readonly heightPx: number
  /** The sample entry without what says nothing of decoding. */
  readonly entry: string
}

const MATRIX_BYTES = 36
/** stsd: version, flags and a count stand before its entries. */
const ENTRIES_AT = 8
/** VisualSampleEntry and AudioSampleEntry (ISO/IEC 14496-12, 12.1.3 and 12.2.3), without their box heads. */
const ENTRY_BYTES: Readonly<Record<string, number>> = { vide: 78, soun: 28 }
/** Width and height of a VisualSampleEntry; channels, sample size and rate of an AudioSampleEntry. */
const TELLING: Readonly<Record<string, readonly [number, number]>> = { vide: [24, 28], soun: [16, 28] }
/** Where the decoder's parameters are. What tells the bit rate, btrt and for sound esds, differs from file to file. */
const PARAMETERS = ['avcC', 'hvcC']

function trackOf(bytes: Buffer, trak: Box): Track | null {
  const tkhd = boxOf('tkhd', bytes, trak)
  const mdia = boxOf('mdia', bytes, trak)
  const mdhd = mdia && boxOf('mdhd', bytes, mdia)
  const hdlr = mdia && boxOf('hdlr', bytes, mdia)
  const minf = mdia && boxOf('minf', bytes, mdia)
  const stbl = minf && boxOf('stbl', bytes, minf)
  const stsd = stbl && boxOf('stsd', bytes, stbl)
  if (tkhd === null || !mdhd || !hdlr || !stsd) return null
  const handler = bytes.toString('latin1', hdlr.bodyAt + 8, hdlr.bodyAt + 12)
  // The last fields of tkhd, in either version of it.
  const matrixAt = tkhd.endAt - MATRIX_BYTES - 8
  return {
    handler,
    timescale: bytes.readUInt32BE(mdhd.bodyAt + (bytes[mdhd.bodyAt] === 1 ? 20 : 12)),
    matrix: Buffer.from(bytes.subarray(matrixAt, matrixAt + MATRIX_BYTES)),
    widthPx: bytes.readUInt16BE(tkhd.endAt - 8),
    heightPx: bytes.readUInt16BE(tkhd.endAt - 4),
    entry: entryOf(bytes, stsd, handler),
  }
}

function entryOf(bytes: Buffer, stsd: Box, handler: string): string {
  const [entry] = boxesIn(bytes, stsd.bodyAt + ENTRIES_AT, stsd.endAt)
  const [from, to] = TELLING[handler] ?? [0, 0]
  if (entry === undefined) return ''
  const inner = [...boxesIn(bytes, entry.bodyAt + (ENTRY_BYTES[handler] ?? 0), entry.endAt)]
  const parameters = inner
    .filter(({ type }) => PARAMETERS.includes(type))
    .map(({ bodyAt, endAt }) => bytes.toString('hex', bodyAt, endAt))
  return [entry.type, bytes.toString('hex', entry.bodyAt + from, entry.bodyAt + to), ...parameters].join(' ')
}
