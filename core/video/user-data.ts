/** Where a clip was filmed and what it is called, in the user data of its moov: as QuickTime has places, as iTunes has titles. */
import type { LatLon } from '../ride/geo.js'
import { box, fullBox, u16, u32 } from './box-writing.js'
import { inside, type PlacedBox } from './strict-boxes.js'

export interface UserData {
  /** ISO 6709; null where no place is known. */
  readonly place: string | null
  readonly title: string
}

/** What tells a place: of what was there before it would be that of the segment. */
const PLACES = new Set(['©xyz', 'loci'])
const TITLE = '©nam'

/**
 * The udta box with place and title instead of those it has; all else in it stays as it is.
 * @param udta of the bytes; null where there is none
 */
export function userData(bytes: Buffer, udta: PlacedBox | null, { place, title }: UserData): Buffer {
  const { boxes, rest } = udta === null ? NOTHING : inside(bytes, udta)
  const metas = boxes.filter(({ type }) => type === 'meta')
  const others = boxes.filter(({ type }) => type !== 'meta' && type !== TITLE && !PLACES.has(type))
  return box(
    'udta',
    ...(place === null ? [] : [quickTimeText('©xyz', place)]),
    ...others.map((box) => whole(bytes, box)),
    ...(metas.length === 0 ? [titled(null, bytes, title)] : metas.map((meta) => titled(meta, bytes, title))),
    rest,
  )
}

/** Degrees with a sign and six digits (0.1 m), metres above the sea where they are known; annex H of ISO 6709:2008. */
export function iso6709({ latDeg, lonDeg }: LatLon, altitudeM: number | null): string {
  const altitude = altitudeM === null ? '' : signed(altitudeM, 1, 1)
  return `${signed(latDeg, 2, 6)}${signed(lonDeg, 3, 6)}${altitude}/`
}

function signed(value: number, digits: number, decimals: number): string {
  const figure = Math.abs(value).toFixed(decimals)
  return (value < 0 ? '-' : '+') + figure.padStart(digits + 1 + decimals, '0')
}

const NOTHING = { boxes: [], rest: Buffer.alloc(0) }
const ENGLISH = 0x15c7
const UTF_8 = 1

const whole = (bytes: Buffer, { startAt, endAt }: PlacedBox): Buffer => bytes.subarray(startAt, endAt)

function quickTimeText(type: string, text: string): Buffer {
  const bytes = Buffer.from(text)
  return box(type, u16([bytes.length, ENGLISH]), bytes)
}

/** A meta box with the title in its list; one that has no such list, another kind of meta, stays as it is. */
function titled(meta: PlacedBox | null, bytes: Buffer, title: string): Buffer {
  const name = box(TITLE, box('data', u32([UTF_8, 0]), Buffer.from(title)))
  if (meta === null) return fullBox('meta', 0, 0, ITUNES, box('ilst', name))
  if (meta.endAt - meta.bodyAt < VERSION_BYTES) return whole(bytes, meta)
  const { boxes, rest } = inside(bytes, { bodyAt: meta.bodyAt + VERSION_BYTES, endAt: meta.endAt })
  if (!boxes.some(({ type }) => type === 'ilst')) return whole(bytes, meta)
  const version = bytes.subarray(meta.bodyAt, meta.bodyAt + VERSION_BYTES)
  return box(
    'meta',
    version,
    ...boxes.map((part) => (part.type === 'ilst' ? listWith(name, part, bytes) : whole(bytes, part))),
    rest,
  )
}

const VERSION_BYTES = 4
/** What ffmpeg writes there, too. */
const ITUNES = fullBox('hdlr', 0, 0, Buffer.from(`\0\0\0\0mdirappl${'\0'.repeat(9)}`, 'latin1'))

function listWith(name: Buffer, list: PlacedBox, bytes: Buffer): Buffer {
  const { boxes, rest } = inside(bytes, list)
  const others = boxes.filter(({ type }) => type !== TITLE && !PLACES.has(type))
  return box('ilst', name, ...others.map((other) => whole(bytes, other)), rest)
}
