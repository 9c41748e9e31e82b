/** The track box of telemetry (ISO/IEC 14496-12, 8.3 to 8.7), as GoPro cameras and Street View have it. */
import { box, fullBox, movieTimeOf, u16, u32, u64 } from './box-writing.js'
import type { TimedSamples } from './timed-samples.js'

export interface TrackPlace {
  readonly trackId: number
  /** Where in the file the samples begin. */
  readonly samplesAt: number
  readonly createdUtcMs: number
  /** Ticks a second, by which the movie counts. */
  readonly movieTimescale: number
  /** Of the clip: samples may reach further. */
  readonly durationMs: number
}

/** Ticks a second of our own tracks: milliseconds. */
const TIMESCALE = 1_000

export function timedTrack(samples: TimedSamples, place: TrackPlace): Buffer {
  const lengthMs = samples.durationsMs.reduce((sum, ms) => sum + ms, 0)
  const shownTicks = Math.round((Math.min(lengthMs, place.durationMs) * place.movieTimescale) / 1_000)
  const created = movieTimeOf(place.createdUtcMs)
  return box(
    'trak',
    fullBox(
      'tkhd',
      1,
      ENABLED_IN_MOVIE,
      u64([created, created]),
      u32([place.trackId, 0]),
      u64([shownTicks]),
      NO_PICTURE,
    ),
    // What reaches past the clip must not make it longer.
    ...(lengthMs > place.durationMs
      ? [box('edts', fullBox('elst', 1, 0, u32([1]), u64([shownTicks, 0]), u32([ONCE])))]
      : []),
    box(
      'mdia',
      fullBox('mdhd', 1, 0, u64([created, created]), u32([TIMESCALE]), u64([lengthMs]), u16([UNDETERMINED, 0])),
      handlerOf(samples.format),
      box('minf', ...headerOf(samples.format), IN_THIS_FILE, sampleTable(samples, place.samplesAt)),
    ),
  )
}

const ENABLED_IN_MOVIE = 0x3
/** 1.0 as 16.16. */
const ONCE = 0x10000
/** ISO 639-2 `und`, five bits a letter. */
const UNDETERMINED = 0x55c4
/** No layer, group, volume or size; the matrix that changes nothing. */
const NO_PICTURE = Buffer.concat([Buffer.alloc(16), u32([ONCE, 0, 0, 0, ONCE, 0, 0, 0, 0x40000000]), Buffer.alloc(8)])
const IN_THIS_FILE = box('dinf', fullBox('dref', 0, 0, u32([1]), fullBox('url ', 0, 1)))

/** GoPro's is QuickTime's: with a component type, and a name that begins with its length. */
function handlerOf(format: TimedSamples['format']): Buffer {
  const name = format === 'gpmd' ? '\x09GoPro MET' : 'CameraMetadataMotionHandler\0'
  const component = format === 'gpmd' ? 'mhlr' : '\0\0\0\0'
  return fullBox('hdlr', 0, 0, Buffer.from(`${component}meta${'\0'.repeat(12)}${name}`, 'latin1'))
}

function headerOf(format: TimedSamples['format']): Buffer[] {
  if (format === 'camm') return [fullBox('nmhd', 0, 0)]
  const graphics = fullBox('gmin', 0, 0, u16([0x40, 0x8000, 0x8000, 0x8000, 0, 0]))
  return [box('gmhd', graphics, box('gpmd', Buffer.alloc(4)))]
}

/** All samples lie in one chunk. */
function sampleTable({ format, sizesBytes, durationsMs }: TimedSamples, samplesAt: number): Buffer {
  const entry = box(format, Buffer.alloc(6), u16([1]), ...(format === 'gpmd' ? [Buffer.alloc(4)] : []))
  const runs = runsOf(durationsMs)
  return box(
    'stbl',
    fullBox('stsd', 0, 0, u32([1]), entry),
    fullBox('stts', 0, 0, u32([runs.length]), u32(runs.flat())),
    fullBox('stsc', 0, 0, u32([1, 1, sizesBytes.length, 1])),
    fullBox('stsz', 0, 0, u32([0, sizesBytes.length]), u32(sizesBytes)),
    fullBox('co64', 0, 0, u32([1]), u64([samplesAt])),
  )
}

/** How many in a row last as long. */
function runsOf(durationsMs: readonly number[]): (readonly [count: number, durationMs: number])[] {
  const runs: [number, number][] = []
  for (const durationMs of durationsMs) {
    const last = runs.at(-1)
    if (last !== undefined && last[1] === durationMs) last[0]++
    else runs.push([1, durationMs])
  }
  return runs
}
