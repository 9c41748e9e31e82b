/** A data folder with rides and real footage in it, as the device leaves it: what tests of the server read. */
import { mkdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Fix } from '../../core/ride/fix.js'
import { datedName, segmentId } from '../../core/ride/footage.js'
import { widen } from '../../core/ride/geo.js'
import { openStore, type Store } from '../../core/store/store.js'
import { ffmpeg } from './clip.js'
import { BOOT, fixAt, JUNE_UTC_MS } from './readings.js'

/** How long each segment of the footage is. */
export const SEGMENT_MS = 2_000
export const FPS = 10

export interface RideOptions {
  readonly id?: string
  readonly bootId?: string
  /** Seconds of the boot; a fix a second from the first to the last, without those in `without`. */
  readonly fromSecond?: number
  readonly toSecond?: number
  readonly without?: (second: number) => boolean
  readonly fix?: (second: number) => Fix
  /** Without a clock that is believed, nothing of the ride has a date. */
  readonly isDated?: boolean
  readonly name?: string
  readonly hasEnded?: boolean
  readonly simulated?: boolean
}

/** Writes a ride as the tracker would have. Answers its id. */
export async function addRide(store: Store, options: RideOptions = {}): Promise<string> {
  const { id = 'ride-a', bootId = BOOT, fromSecond = 100, toSecond = 160, isDated = true, simulated = true } = options
  const fixOf = options.fix ?? ((second) => fixAt(second, (second - fromSecond) * 5, { speedMps: 5, courseDeg: 90 }))
  const { bootNumber } = await store.beginBoot(bootId)
  if (isDated) {
    const anchor = { bootId, monoMs: fromSecond * 1_000, utcMinusMonoMs: JUNE_UTC_MS, uncertaintyMs: 60 }
    await store.addAnchor(bootNumber, { ...anchor, source: 'satellites' })
  }
  await store.beginRide({
    id,
    bootNumber,
    beganMonoMs: fromSecond * 1_000,
    simulated,
    startedUtcMs: null,
    timeSource: null,
  })
  const fixes: Fix[] = []
  for (let second = fromSecond; second <= toSecond; second++) {
    if (!options.without?.(second)) fixes.push(fixOf(second))
  }
  await store.addFixes(
    id,
    bootNumber,
    fixes.map((fix) => ({ fix, utcMs: isDated ? fix.receiverUtcMs : null, leftOut: null })),
  )
  await store.carryOnRide(id, {
    lastFixMonoMs: toSecond * 1_000,
    lastMovedMonoMs: toSecond * 1_000,
    distanceM: (toSecond - fromSecond) * 5,
    elapsedMs: (toSecond - fromSecond) * 1_000,
    movingMs: (toSecond - fromSecond) * 1_000,
    ascentM: 0,
    maxSpeedMps: 5,
    bounds: fixes.reduce((bounds, fix) => widen(bounds, fix), null as ReturnType<typeof widen> | null),
  })
  if (options.name !== undefined) await store.renameRide(id, options.name)
  if (options.hasEnded !== false) await store.endRide(id)
  return id
}

/** Makes files of two seconds with a keyframe and a fragment a second, as the recorder does; answers their paths in order. */
export async function recordFootage(folder: string, camera: string, segments: number, first = 1): Promise<string[]> {
  const boot = join(folder, 'footage', 'boot-000001')
  await mkdir(boot, { recursive: true })
  await ffmpeg([
    ...['-f', 'lavfi', '-i', `testsrc2=size=320x180:rate=${FPS}`, '-t', String((segments * SEGMENT_MS) / 1_000)],
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-g', String(FPS), '-keyint_min', String(FPS), '-bf', '0'],
    ...['-pix_fmt', 'yuv420p', '-f', 'segment', '-segment_time', String(SEGMENT_MS / 1_000), '-reset_timestamps', '1'],
    ...['-segment_start_number', String(first), '-segment_format', 'mp4', '-segment_format_options'],
    'movflags=+frag_keyframe+empty_moov+default_base_moof:flush_packets=1',
    join(boot, `${camera}-%06d.mp4`),
  ])
  const names = Array.from({ length: segments }, (_, index) => `${segmentId(camera, first + index)}.mp4`)
  return names.map((name) => join('boot-000001', name))
}

/** Takes a file into the catalogue as a closed segment of a ride, `second` seconds into the boot. Answers its id. */
export async function addSegment(
  store: Store,
  { camera = 'front', number, file, rideId, second, isRecording = false }: SegmentOptions,
): Promise<string> {
  const { bootNumber } = await store.beginBoot(BOOT)
  const id = segmentId(camera, number)
  const start = { startMonoMs: second * 1_000, startUncertaintyMs: 20 }
  await store.openSegment({ camera, number, bootNumber, rideId, ...start, file })
  const grown = { durationMs: SEGMENT_MS, frames: (SEGMENT_MS / 1_000) * FPS, sizeBytes: 100_000 }
  if (isRecording) await store.growSegment(id, grown.durationMs, grown.frames, grown.sizeBytes)
  else await store.closeSegment({ id, ...start, ...grown })
  return id
}

export interface SegmentOptions {
  readonly camera?: string
  readonly number: number
  /** Relative to footage/. */
  readonly file: string
  readonly rideId: string | null
  readonly second: number
  readonly isRecording?: boolean
}

/** Tags a segment: other bytes under another name, the recorded ones stay until they are forgotten. Answers the new file. */
export async function tagSegment(store: Store, folder: string, id: string): Promise<string> {
  const segment = await store.segment(id)
  if (segment === null) throw new Error(`there is no segment ${id}`)
  const startUtcMs = segment.startUtcMs ?? JUNE_UTC_MS
  const dated = datedName(segment.camera, segment.number, startUtcMs)
  const file = join(dated.folder, `${dated.base}.mp4`)
  const path = join(folder, 'footage', file)
  await mkdir(dirname(path), { recursive: true })
  await ffmpeg([
    ...['-i', join(folder, 'footage', segment.file), '-map', '0:v', '-c', 'copy', '-metadata', 'title=tagged'],
    ...['-metadata', `creation_time=${new Date(startUtcMs).toISOString()}`, '-f', 'mp4'],
    ...['-movflags', '+frag_keyframe+empty_moov+default_base_moof+global_sidx', `${path}.tmp`],
  ])
  await rename(`${path}.tmp`, path)
  await store.dateSegment(id, startUtcMs, 80)
  await store.tagSegment({ id, sizeBytes: segment.sizeBytes, file })
  return file
}

/** The bytes from before tagging go. */
export async function forgetRecorded(store: Store, folder: string, id: string): Promise<void> {
  const segment = await store.segment(id)
  if (segment?.fileAsRecorded === null || segment === null) throw new Error(`${id} was not tagged`)
  await store.forgetOldBytes(id)
  await rm(join(folder, 'footage', segment.fileAsRecorded))
}

/** The catalogue of a data folder, to be closed by whoever opened it. */
export const openRides = (folder: string): Promise<Store> => openStore(join(folder, 'rides.db'))
