/** How ffmpeg is told to read the picture of each kind of camera. */
import type { CameraSettings, CameraSource, FifoFormat } from './recording-plan.js'
import type { Sound } from './sound.js'

/**
 * Begins with the first bytes of a live stream: ffmpeg else reads 5 s of it first. Nothing of what it looks at is lost
 * (`-fflags nobuffer` would lose the first GOP). A tenth of a second bounds it where a dark picture takes long to fill
 * 32 KiB.
 */
const AT_ONCE = ['-probesize', '32768', '-analyzeduration', '100000']
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
      return [...AT_ONCE, ...fifoFormat(source.format, camera, sound), '-i', `file:${source.file}`]
    case 'rpicam':
      return source.encoder === 'hardware'
        ? [...AT_ONCE, ...AS_IT_ARRIVES, '-f', 'h264', '-framerate', String(fps), '-i', 'pipe:0']
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

/** A transport stream and an MP4 carry times of their own; those of an MP4, whose fragments arrive whole, must be kept. */
function fifoFormat(format: FifoFormat, { fps }: CameraSettings, { isSynced }: Sound): string[] {
  switch (format) {
    case 'h264':
      return [...AS_IT_ARRIVES, '-f', 'h264', '-framerate', String(fps)]
    case 'mpegts':
      return [...(isSynced ? AS_IT_ARRIVES : []), '-f', 'mpegts']
    case 'mp4':
      return ['-f', 'mp4']
    case 'probed':
      // No -framerate: it is an option of the raw format alone, and ffmpeg ends where it finds another.
      return AS_IT_ARRIVES
  }
}
