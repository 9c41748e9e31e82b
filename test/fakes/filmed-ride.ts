/** A ride filmed in segments, every frame with its number, as the recorder leaves them on a card. */
import { execFile } from 'node:child_process'
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { TrackPoint } from '../../core/ride/ride.js'
import type { FilmedSegment } from '../../server/export/plan-shapes.js'
import { makeFilm } from './camera-film.js'

const run = promisify(execFile)

export const FPS = 30
export const START_UTC_MS = Date.UTC(2026, 6, 1, 6, 15, 7)
/** What ffmpeg makes of 30 frames a second. */
const TIMESCALE = 15_360

/** When a frame was taken, in milliseconds since the first: up to 13 ms late, as cameras are. */
export const takenMs = (frame: number): number => ((frame * 512 + ((frame * 7) % 13) * 17) * 1_000) / TIMESCALE

export interface FilmedRide {
  readonly segments: readonly FilmedSegment[]
  /** Their numbers. */
  readonly frames: readonly number[]
  /** As the catalogue knows it: a segment's first frame to the millisecond, the others by the times in its file. */
  readonly utcOfFrame: (frame: number) => number
}

/** Segments cut by the options of device/camera/command.ts. @param seconds a whole number of segments */
export async function filmRide(folder: string, seconds: number, segmentSeconds: number): Promise<FilmedRide> {
  await mkdir(folder, { recursive: true })
  const film = join(folder, 'film.h264')
  await makeFilm(film, { frames: seconds * FPS, fps: FPS })
  await run('ffmpeg', [
    ...['-v', 'error', '-y', '-framerate', String(FPS), '-f', 'h264', '-i', film, '-c', 'copy'],
    ...['-bsf:v', 'setts=ts=N*512+mod(N*7\\,13)*17'],
    ...['-f', 'segment', '-segment_time', String(segmentSeconds), '-segment_time_delta', '0.5'],
    ...['-reset_timestamps', '1', '-segment_format', 'mp4', '-segment_format_options'],
    'movflags=+frag_keyframe+empty_moov+default_base_moof:flush_packets=1:frag_duration=1500000',
    join(folder, 'front-%06d.mp4'),
  ])
  const files = (await readdir(folder)).filter((name) => name.endsWith('.mp4')).sort()
  const framesEach = segmentSeconds * FPS
  const segments = files.map((name, index): FilmedSegment => {
    const [from, to] = [takenMs(index * framesEach), takenMs((index + 1) * framesEach)]
    return {
      id: name.replace('.mp4', ''),
      path: join(folder, name),
      startUtcMs: Math.round(START_UTC_MS + from),
      startUncertaintyMs: 20,
      durationMs: to - from,
      state: 'recorded',
    }
  })
  const utcOfFrame = (frame: number): number => {
    const index = Math.floor(frame / framesEach)
    return (segments[index]?.startUtcMs ?? 0) + takenMs(frame) - takenMs(index * framesEach)
  }
  return { segments, frames: Array.from({ length: seconds * FPS }, (_, frame) => frame), utcOfFrame }
}

/** A point a second along a street that bends, from 10 s before the ride to 10 s behind it. */
export function pointsOfRide(seconds: number): TrackPoint[] {
  return Array.from({ length: seconds + 20 }, (_, index) => {
    const second = index - 10
    return {
      part: 1,
      monoMs: 100_000 + second * 1_000,
      utcMs: START_UTC_MS + second * 1_000,
      latDeg: 48.1 + second * 4e-5,
      lonDeg: 11.5 + Math.sin(second / 9) * 6e-4,
      altitudeM: 520,
      speedMps: second === 7 ? null : 5 + (second % 4),
      courseDeg: (second * 13 + 360) % 360,
      accuracyM: 3,
      mode: 3,
      satellitesUsed: 12,
      hdop: 0.8,
    }
  })
}
