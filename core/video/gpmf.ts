/** A clip's track as GoPro cameras write it (GPMF): GPS5 for every reader, GPS9 for those that know it. */
import type { ClipPoint } from '../ride/clip.js'
import { int32s, klv, klvInt32, klvText, klvUint16, klvUint32, nested } from './klv.js'
import { fixesPerSecond, knownAt } from './known-points.js'
import { samplesOf, type TimedSamples } from './timed-samples.js'
import { type ToldPoint, toldPoints } from './told-points.js'

/** Readers assume that all are equally long, and spread what is in one evenly over it. */
const PAYLOAD_MS = 1_000
const DEVICE = Buffer.concat([klvUint32('DVID', 1), klvText('DVNM', 'Spokecam')])

/**
 * A payload for each second of the clip, the last one too, each with as many samples as the receiver gave fixes a second, at even
 * distances. What no fix tells is in GPS9, which has a word for it with each sample, as no lock; GPS5, which has not, leaves it out.
 * Null where no sample is known.
 * @param points in order of time, since the clip's first frame
 */
export function gpmfOf(points: readonly ClipPoint[], durationMs: number, createdUtcMs: number): TimedSamples | null {
  const perPayload = fixesPerSecond(points)
  const payloads = Math.ceil(durationMs / PAYLOAD_MS)
  const momentsMs = Array.from({ length: payloads * perPayload }, (_, index) => (index * PAYLOAD_MS) / perPayload)
  const known = [...knownAt(points, momentsMs)].map((point, index) =>
    (momentsMs[index] ?? 0) < durationMs ? point : null,
  )
  const told = toldPoints(known.filter(isKnown), createdUtcMs)
  const first = told[0]
  if (first === undefined) return null

  const writing = { told: 0, last: first, gps5: 0, gps9: 0 }
  const samples = Array.from({ length: payloads }, (_, payload) => {
    const from = payload * perPayload
    const seen = known.slice(from, from + perPayload).map((point, index): Seen => {
      if (point !== null) writing.last = told[writing.told++] ?? writing.last
      const utcMs = point === null ? createdUtcMs + (momentsMs[from + index] ?? 0) : writing.last.utcMs
      return { isLocked: point !== null, utcMs: Math.round(utcMs), point: writing.last }
    })
    const even = evenlyKnown(seen)
    writing.gps9 += seen.length
    writing.gps5 += even.length
    return nested('DEVC', DEVICE, gps9(seen, writing.gps9), ...(even.length === 0 ? [] : [gps5(even, writing.gps5)]))
  })
  return samplesOf(
    'gpmd',
    samples,
    samples.map(() => PAYLOAD_MS),
  )
}

interface Seen {
  /** Else the point is the last one known, or the first. */
  readonly isLocked: boolean
  readonly utcMs: number
  readonly point: ToldPoint
}

const isKnown = (point: ClipPoint | null): point is ClipPoint => point !== null

/** The most samples of a second that readers, who spread them evenly, place where they belong: all, every other one, ... the first, none. */
function evenlyKnown(seen: readonly Seen[]): readonly Seen[] {
  for (let step = 1; step <= seen.length; step++) {
    if (seen.length % step !== 0) continue
    const chosen = seen.filter((_, index) => index % step === 0)
    if (chosen.every(({ isLocked }) => isLocked)) return chosen
  }
  return []
}

/** As a camera of the HERO5 and later: one time, one kind of fix and one DOP for all of a payload. */
function gps5(seen: readonly Seen[], soFar: number): Buffer {
  const rows = seen.flatMap(({ point }) => [...placeOf(point), ...speedsOf(point)])
  return nested(
    'STRM',
    klvUint32('TSMP', soFar),
    GPS5_NAME,
    klvUint32('GPSF', Math.min(...seen.map(({ point }) => point.mode))),
    klv('GPSU', 'U', 16, Buffer.from(timeOf(seen[0]?.utcMs ?? 0), 'latin1')),
    klvUint16('GPSP', Math.max(...seen.map(({ point }) => hundredthsOf(point.dop)))),
    GPS5_SCALE,
    ABOVE_SEA,
    klv('GPS5', 'l', 20, int32s(rows)),
  )
}

/** As a camera of the HERO11 and later: each sample has its own time, DOP and kind of fix. */
function gps9(seen: readonly Seen[], soFar: number): Buffer {
  return nested(
    'STRM',
    klvUint32('TSMP', soFar),
    GPS9_NAME,
    GPS9_SCALE,
    ABOVE_SEA,
    klv('GPS9', '?', 32, Buffer.concat(seen.map(rowOf))),
  )
}

function rowOf({ isLocked, utcMs, point }: Seen): Buffer {
  const [days, dayMs] = [Math.floor((utcMs - UTC_MS_OF_2000) / DAY_MS), (utcMs - UTC_MS_OF_2000) % DAY_MS]
  const quality = Buffer.alloc(4)
  quality.writeUInt16BE(isLocked ? hundredthsOf(point.dop) : NO_LOCK_DOP, 0)
  quality.writeUInt16BE(isLocked ? point.mode : NO_LOCK, 2)
  return Buffer.concat([int32s([...placeOf(point), ...(isLocked ? speedsOf(point) : [0, 0]), days, dayMs]), quality])
}

/** What stands in every payload. The scales are the cameras' own: there are readers that know no others. */
const GPS5_NAME = klvText('STNM', 'GPS (Lat., Long., Alt., 2D speed, 3D speed)')
const GPS5_SCALE = Buffer.concat([
  klv('UNIT', 'c', 3, Buffer.from('degdegm\0\0m/sm/s', 'latin1')),
  klvInt32('SCAL', 1e7, 1e7, 1_000, 1_000, 100),
])
const GPS9_NAME = klvText('STNM', 'GPS (Lat., Long., Alt., 2D, 3D, days, secs, DOP, fix)')
const GPS9_SCALE = Buffer.concat([
  klvText('TYPE', 'lllllllSS'),
  klvInt32('SCAL', 1e7, 1e7, 1_000, 1_000, 100, 1, 1_000, 100, 1),
])
const UTC_MS_OF_2000 = Date.UTC(2000, 0)
const DAY_MS = 86_400_000
const NO_LOCK = 0
const NO_LOCK_DOP = 9_999
/** Without it readers take the altitude for one above the ellipsoid, and correct it. */
const ABOVE_SEA = klv('GPSA', 'F', 4, Buffer.from('MSLV', 'latin1'))

const placeOf = ({ latDeg, lonDeg, altitudeM }: ToldPoint): number[] => [latDeg * 1e7, lonDeg * 1e7, altitudeM * 1_000]

/** Over ground and in space, which on a bicycle is the same. The format has no word for an unknown one: then by the way. */
function speedsOf({ speedMps, waySpeedMps }: ToldPoint): number[] {
  const mps = speedMps ?? waySpeedMps ?? 0
  return [mps * 1_000, mps * 100]
}

const hundredthsOf = (dop: number): number => Math.min(NO_LOCK_DOP, Math.max(0, Math.round(dop * 100)))

/** yymmddhhmmss.sss */
const timeOf = (utcMs: number): string => new Date(utcMs).toISOString().slice(2, 23).replace(/[-T:]/g, '')
