/** What ffmpeg does with a camera's picture: copies it where it is H.264 already, else encodes it. */
import { type CameraSettings, type CameraSource, gopOf } from './recording-plan.js'

/** Whether the picture comes as H.264 and is kept as it came. */
export function isCopied(source: CameraSource): boolean {
  switch (source.kind) {
    case 'test':
      return false
    case 'file':
      return source.isH264
    case 'v4l2':
      return source.format === 'h264'
    case 'fifo':
    case 'rpicam':
    case 'rtsp':
      return true
  }
}

/** The encoder of a Raspberry Pi before the 5 garbles what is larger (raspberrypi/linux issue 6045). */
const MOST_IN_HARDWARE = { width: 1920, height: 1080 }

/** What encodes a picture that is not copied. */
export function encoderOf(source: CameraSource, { width, height }: CameraSettings): 'h264_v4l2m2m' | 'libx264' {
  const fits = width <= MOST_IN_HARDWARE.width && height <= MOST_IN_HARDWARE.height
  return source.kind === 'v4l2' && source.encoder === 'h264_v4l2m2m' && fits ? 'h264_v4l2m2m' : 'libx264'
}

/** No B-frames: each frame is written as it is made, and a keyframe a second ends what a cut can cost. */
export function codecOf(source: CameraSource, camera: CameraSettings): string[] {
  if (isCopied(source)) return ['-c:v', 'copy']
  const gop = gopOf(camera)
  const bitrate = `${camera.bitrateMbps}M`
  if (encoderOf(source, camera) === 'h264_v4l2m2m')
    return ['-c:v', 'h264_v4l2m2m', '-pix_fmt', 'yuv420p', '-bf', '0', '-g', gop, '-b:v', bitrate]
  return [
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-pix_fmt', 'yuv420p', '-bf', '0'],
    ...['-g', gop, '-keyint_min', gop, '-sc_threshold', '0'],
    ...['-b:v', bitrate, '-maxrate', bitrate, '-bufsize', bitrate],
  ]
}
