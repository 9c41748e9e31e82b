/** What ffmpeg is told for each kind of camera, as pure data. */
import { recordingPattern } from '../../core/ride/footage.js'

/** Where a camera's picture comes from. */
export type CameraSource =
  | { readonly kind: 'test' }
  /** Looped for ever at the speed of life. */
  | { readonly kind: 'file'; readonly file: string; readonly isH264: boolean }
  | { readonly kind: 'fifo'; readonly file: string }

export interface CameraSettings {
  readonly name: string
  readonly width: number
  readonly height: number
  readonly fps: number
  readonly bitrateMbps: number
  readonly rotateDeg: 0 | 90 | 180 | 270
}

export interface RecordingPlan {
  readonly camera: CameraSettings
  readonly source: CameraSource
  readonly folder: string
  readonly firstNumber: number
  readonly segmentSeconds: number
}

/**
 * How the monotonic time of a frame follows from its stream time, which counts from the recorder's first frame.
 * stamped: ffmpeg says what that clock showed at the first frame, as `start:` of its input.
 * opening: from the moments at which files were seen to open, so many frames after the first frame in them.
 */
export type FrameTiming =
  | { readonly kind: 'stamped'; readonly clock: 'wall' | 'monotonic'; readonly uncertaintyMs: number }
  | { readonly kind: 'opening'; readonly lateFrames: number; readonly uncertaintyMs: number }

export interface RecorderCommands {
  /** Program and arguments that write the picture to ffmpeg's standard input; null where ffmpeg opens the camera itself. */
  readonly camera: readonly string[] | null
  readonly ffmpeg: readonly string[]
  readonly timing: FrameTiming
  /** Frames are stamped by the wall clock, here or in the camera's program: when that is set, the recorder is begun again. */
  readonly followsWallClock: boolean
}

/** A keyframe a second: segments and fragments can begin every second, and no more than that is lost to a cut. */
const GOP_SECONDS = 1

/** What records one camera into fragmented MP4 segments, their list on descriptor 3. */
export function recorderCommands({
  camera,
  source,
  folder,
  firstNumber,
  segmentSeconds,
}: RecordingPlan): RecorderCommands {
  const always = ['-hide_banner', '-loglevel', 'level+info', '-nostats', '-nostdin']
  const segments = [
    ...['-map', '0:v:0', '-an', '-f', 'segment'],
    ...['-segment_time', String(segmentSeconds)],
    // Half a GOP: a jittered timestamp just before the mark must not push the cut a whole GOP back.
    ...['-segment_time_delta', String(GOP_SECONDS / 2)],
    ...['-segment_start_number', String(firstNumber), '-reset_timestamps', '1'],
    ...['-segment_list', 'pipe:3', '-segment_list_type', 'csv', '-segment_format', 'mp4'],
    // flush_packets only works in here: outside it does not reach the inner muxer, and 256 KiB stay in memory.
    ...['-segment_format_options', 'movflags=+frag_keyframe+empty_moov+default_base_moof:flush_packets=1'],
    // The segment muxer reads the whole path as a pattern.
    `${folder.replaceAll('%', '%%')}/${recordingPattern(camera.name)}`,
  ]
  return {
    camera: null,
    ffmpeg: [...always, ...inputOf(source, camera), ...codecOf(source, camera), ...segments],
    timing:
      source.kind === 'fifo'
        ? { kind: 'stamped', clock: 'wall', uncertaintyMs: 30 }
        : { kind: 'opening', lateFrames: 0, uncertaintyMs: 200 },
    followsWallClock: source.kind === 'fifo',
  }
}

function inputOf(source: CameraSource, { width, height, fps }: CameraSettings): string[] {
  switch (source.kind) {
    case 'test':
      return ['-re', '-f', 'lavfi', '-i', `testsrc2=size=${width}x${height}:rate=${fps}`]
    case 'fifo':
      return [
        '-probesize',
        '32768',
        '-analyzeduration',
        '0',
        '-use_wallclock_as_timestamps',
        '1',
        '-f',
        'h264',
        '-i',
        `file:${source.file}`,
      ]
    case 'file':
      return ['-re', '-stream_loop', '-1', '-i', `file:${source.file}`]
  }
}

function codecOf(source: CameraSource, camera: CameraSettings): string[] {
  if (source.kind === 'fifo' || (source.kind === 'file' && source.isH264)) return ['-c:v', 'copy']
  const gop = String(Math.round(camera.fps * GOP_SECONDS))
  const bitrate = `${camera.bitrateMbps}M`
  return [
    ...filtersOf(camera),
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-pix_fmt', 'yuv420p', '-bf', '0'],
    ...['-g', gop, '-keyint_min', gop, '-sc_threshold', '0'],
    ...['-b:v', bitrate, '-maxrate', bitrate, '-bufsize', bitrate],
  ]
}

function filtersOf({ rotateDeg }: CameraSettings): string[] {
  switch (rotateDeg) {
    case 0:
      return []
    case 90:
      return ['-vf', 'transpose=clock']
    case 180:
      return ['-vf', 'hflip,vflip']
    case 270:
      return ['-vf', 'transpose=cclock']
  }
}
