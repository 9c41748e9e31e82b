/** A ride with tagged segments of ten seconds and a clip out of them: what a bundle is made of. */
import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openLog } from '../../core/process/log.js'
import type { Clip, ClipPoint } from '../../core/ride/clip.js'
import { datedName } from '../../core/ride/footage.js'
import { gpxOf } from '../../core/track/gpx.js'
import type { BundleOptions } from '../../server/export/bundle.js'
import type { BundleSegment } from '../../server/export/bundle-segments.js'
import { openFootage } from '../../server/http/footage-file.js'
import { ffmpeg, makeSegment, pictureHash } from './clip.js'
import { HOME, JUNE_UTC_MS } from './readings.js'

/** So the catalogue says; the videos are shorter, as nobody here plays them. */
const SEGMENT_S = 10
const FPS = 10
/** What every segment has. */
export const VIDEO = 'two-seconds.mp4'
const FIRST_NUMBER = 137

/** Whole numbers of seconds in June. */
export const at = (second: number): number => JUNE_UTC_MS + second * 1_000

export const aClip = (known: Partial<Clip> = {}): Clip => ({
  ...{ id: 'clip-a', rideId: 'ride-a', camera: 'front', fromUtcMs: at(64), toUtcMs: at(68) },
  ...{ exact: false, overlay: false, telemetry: 'gpmf', privacy: false, state: 'ready', progress: 1, reason: null },
  ...{ sizeBytes: 1, expiresInMs: 600_000, ...known },
})

export const aPoint = (atMs: number, known: Partial<ClipPoint> = {}): ClipPoint => ({
  ...{ ...HOME, atMs, utcMs: at(64) + atMs, altitudeM: 500, speedMps: 5, courseDeg: 92, accuracyM: 3.6, mode: 3 },
  ...{ satellitesUsed: 11, hdop: 0.8, ...known },
})

/** Of ten seconds from a second of June on. */
export function aSegment(second: number, known: Partial<BundleSegment> = {}): BundleSegment {
  const number = known.number ?? FIRST_NUMBER + second / SEGMENT_S
  const startUtcMs = at(second)
  const { folder, base } = datedName('front', number, startUtcMs)
  return {
    ...{ id: `front-${String(number).padStart(6, '0')}`, rideId: 'ride-a', camera: 'front', number, startUtcMs },
    ...{
      startUncertaintyMs: 38.2,
      durationMs: SEGMENT_S * 1_000,
      frames: 100,
      sizeBytes: 1,
      state: 'tagged',
      kept: false,
    },
    ...{ bootNumber: 1, startMonoMs: second * 1_000, file: `${folder}/${base}.mp4`, fileAsRecorded: null },
    ...{ timeSource: 'satellites', ...known },
  }
}

/** Puts a video, a track and a record where the segment says they are. */
export async function storeSegment(data: string, segment: BundleSegment, picture = 'murmur3='): Promise<void> {
  const path = join(data, 'footage', segment.file)
  await mkdir(join(path, '..'), { recursive: true })
  await copyFile(join(data, VIDEO), path)
  await writeFile(path.replace(/mp4$/, 'json'), `${JSON.stringify({ id: segment.id, picture })}\n`)
  const head = { name: segment.id, utcMs: segment.startUtcMs, simulated: false }
  await writeFile(path.replace(/mp4$/, 'gpx'), [...gpxOf(head, [])].join(''))
}

export interface BundleMaterial {
  readonly data: string
  readonly segments: readonly BundleSegment[]
  readonly pathOf: (segment: BundleSegment) => string
  readonly options: (known?: Partial<BundleOptions>) => BundleOptions
}

/** Segments from the first to the last second and a clip of four seconds in a folder of their own. */
export async function layOut(data: string, fromSecond: number, toSecond: number): Promise<BundleMaterial> {
  const video = join(data, VIDEO)
  const clipFolder = join(data, 'exports', 'clip-a')
  await mkdir(clipFolder, { recursive: true })
  await makeSegment(video, { seconds: 2, fps: FPS })
  const count = (toSecond - fromSecond) / SEGMENT_S
  const segments = Array.from({ length: count }, (_, index) => aSegment(fromSecond + index * SEGMENT_S))
  const picture = (await pictureHash(video, 'murmur3')).trim().slice('0,v,'.length)
  for (const segment of segments) await storeSegment(data, segment, picture)
  const [clipVideo, clipTrack] = [join(clipFolder, 'clip.mp4'), join(clipFolder, 'track.gpx')]
  await ffmpeg([
    ...['-f', 'lavfi', '-i', `testsrc2=size=640x360:rate=${FPS}`, '-t', '4', '-pix_fmt', 'yuv420p'],
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-g', String(FPS), '-movflags', '+faststart', clipVideo],
  ])
  await writeFile(clipTrack, [...gpxOf({ name: 'clip', utcMs: at(64), simulated: false }, [])].join(''))
  return {
    data,
    segments,
    pathOf: ({ file }) => join(data, 'footage', file),
    options: (known = {}) => ({
      clip: aClip(),
      ride: { id: 'ride-a', name: 'Home again', simulated: false },
      points: [0, 1_000, 2_000, 3_000].map((atMs) => aPoint(atMs, { speedMps: 4 + atMs / 1_000 })),
      marked: { atUtcMs: at(66), cause: 'rider', note: 'too near' },
      timeZone: 'Europe/Ljubljana',
      units: 'metric',
      software: 'Spokecam 0.1.0',
      segments,
      openFootage: (file) => openFootage(join(data, 'footage'), file),
      ...{ clipFolder, clipVideo, clipTrack, hidden: [] },
      log: openLog('server', () => {}),
      signal: new AbortController().signal,
      ...known,
    }),
  }
}
