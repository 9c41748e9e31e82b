/** A clip's track as Google's Street View takes it (CAMM): developers.google.com/streetview/publish/camm-spec. */
import type { ClipPoint } from '../ride/clip.js'
import { samplesOf, type TimedSamples } from './timed-samples.js'
import { type ToldPoint, toldPoints } from './told-points.js'

const RADIANS = Math.PI / 180

/**
 * A sample for each fix at its own moment, little-endian, of type 6. Times are Unix time and not the specification's GPS time: that
 * is what cameras write and exiftool and mapillary_tools read. What is unknown is NaN, an altitude said by the kind of fix.
 * The first sample begins with the clip: where no fix does, one that every reader passes over. Null without fixes.
 * @param points in order of time, since the clip's first frame; those outside it are left out
 */
export function cammOf(points: readonly ClipPoint[], durationMs: number, createdUtcMs: number): TimedSamples | null {
  const within = toldPoints(points, createdUtcMs)
    .map((point) => ({ ...point, atMs: Math.round(point.atMs) }))
    .filter(({ atMs }) => atMs >= 0 && atMs <= durationMs)
    .filter(({ atMs }, index, all) => index === 0 || atMs > (all[index - 1]?.atMs ?? 0))
  const firstMs = within[0]?.atMs
  if (firstMs === undefined) return null
  const beginsLate = firstMs > 0
  const startsMs = [...(beginsLate ? [0] : []), ...within.map(({ atMs }) => atMs)]
  const endsMs = [...startsMs.slice(1), Math.max(Math.round(durationMs), startsMs.at(-1) ?? 0)]
  return samplesOf(
    'camm',
    [...(beginsLate ? [FILLER] : []), ...within.map(sampleOf)],
    endsMs.map((endMs, index) => endMs - (startsMs[index] ?? 0)),
  )
}

/** Two reserved bytes come before the type. */
const TYPE_AT = 2

/** Of type 1, how long the sensor was exposed: not at all is no claim that anybody uses. */
const FILLER = Buffer.alloc(12)
FILLER.writeUInt16LE(1, TYPE_AT)

function sampleOf(point: ToldPoint): Buffer {
  const { northMps, eastMps } = velocityOf(point)
  const sample = Buffer.alloc(60)
  sample.writeUInt16LE(6, TYPE_AT)
  sample.writeDoubleLE(point.utcMs / 1_000, 4)
  sample.writeInt32LE(point.mode, 12)
  sample.writeDoubleLE(point.latDeg, 16)
  sample.writeDoubleLE(point.lonDeg, 24)
  const floats = [point.altitudeM, point.accuracyM ?? NaN, NaN, eastMps, northMps, NaN, NaN]
  for (const [index, value] of floats.entries()) sample.writeFloatLE(value, 32 + 4 * index)
  return sample
}

function velocityOf({ speedMps, courseDeg }: ToldPoint): { readonly northMps: number; readonly eastMps: number } {
  if (speedMps === 0) return { northMps: 0, eastMps: 0 }
  if (speedMps === null || courseDeg === null) return { northMps: NaN, eastMps: NaN }
  return { northMps: Math.cos(courseDeg * RADIANS) * speedMps, eastMps: Math.sin(courseDeg * RADIANS) * speedMps }
}
