/** How ffmpeg is told to read the picture of each kind of camera. */
import type { CameraSettings, CameraSource, FifoFormat } from './recording-plan.js'
import type { Sound } from './sound.js'

/**
 * Begins with the first bytes of a stream that begins with a keyframe: ffmpeg else reads 5 s of it first. Nothing of what
 * it looks at is lost (`-fflags nobuffer` would lose the first GOP). A tenth of a second bounds it where a dark picture
 * takes long to fill 32 KiB.
 */
const AT_ONCE = ['-probesize', '32768', '-analyzeduration', '100000']
/**
 * Begins as soon as the size of the picture is known: at once, or at the next keyframe where somebody else's stream was
 * joined in the middle. ffmpeg else waits for 20 frames to estimate a rate that nobody needs. A transport stream may
 * always have more to come, so that ffmpeg looks at it for the whole time it is given.
 */
const untilKeyframe = (withinUs: number): string[] => [
  ...['-probesize', '5000000', '-analyzeduration', String(withinUs), '-fpsprobesize', '0'],
]
const FAR_KEYFRAME_US = 10_000_000
const NEAR_KEYFRAME_US = 1_500_000
/**
 * Each frame gets the time at which it was read: a raw stream has none, and cameras drop frames. A leap of over 3 s is
 * that of a clock that was set: ffmpeg then counts on by the frame rate until it is begun again, else one frame would
 * last an hour, or hundreds no time at all.
 */
const AS_IT_ARRIVES = ['-use_wallclock_as_timestamps', '1', '-dts_error_threshold', '3']
/** A network camera that is gone must not hang the recorder: 5 s without a byte end it. */
const RTSP_SILENCE_US = 5_000_000

export function pictureInput(source: CameraSource, camera: CameraSettings, sound: Sound): string[] {
  const { width, height, fps } = camera
  switch (source.kind) {
    case 'test':
      return ['-re', '-f', 'lavfi', '-i', `testsrc2=size=${width}x${height}:rate=${fps}`]
    case 'file':
      return ['-re', '-stream_loop', '-1', '-i', `file:${source.file}`]
    case 'fifo':
      return [...fifoFormat(source.format, camera), '-i', `file:${source.file}`]
    case 'rpicam':
      return source.encoder === 'hardware'
        ? [...rawH264(fps), '-i', 'pipe:0']
        : [...AT_ONCE, ...(sound.isSynced ? AS_IT_ARRIVES : []), '-f', 'mpegts', '-i', 'pipe:0']
    case 'v4l2':
      return [
        // Kernel stamps are monotonic: `-ts abs` and mono2abs would convert them by a wall clock that steps.
        ...['-f', 'v4l2', '-ts', 'default', ...(sound.isSynced ? AS_IT_ARRIVES : [])],
        ...(source.format === null ? [] : ['-input_format', source.format]),
        ...['-video_size', `${width}x${height}`, '-framerate', String(fps), '-i', source.device],
      ]
    case 'rtsp':
      // Over UDP a lost packet is a torn picture until the next keyframe.
      return ['-rtsp_transport', 'tcp', '-timeout', String(RTSP_SILENCE_US), ...AS_IT_ARRIVES, '-i', source.url]
  }
}

const rawH264 = (fps: number): string[] => [
  ...[...untilKeyframe(FAR_KEYFRAME_US), ...AS_IT_ARRIVES, '-f', 'h264', '-framerate', String(fps)],
]

/** Times of its own, as an MP4 has them whose fragments arrive whole, must be kept. */
function fifoFormat(format: FifoFormat, { fps }: CameraSettings): string[] {
  switch (format) {
    case 'h264':
      return rawH264(fps)
    case 'mpegts':
      return [...untilKeyframe(NEAR_KEYFRAME_US), ...AS_IT_ARRIVES, '-f', 'mpegts']
    case 'mp4':
      return [...AT_ONCE, '-f', 'mp4']
    case 'probed':
      // No -framerate: it is an option of the raw format alone, and ffmpeg ends where it finds another.
      return [...untilKeyframe(NEAR_KEYFRAME_US), ...AS_IT_ARRIVES]
  }
}
