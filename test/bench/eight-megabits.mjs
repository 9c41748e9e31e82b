/** Video as a camera of 8 Mb/s and 30 frames a second gives it, made once and then only copied. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

export const FPS = 30
const ffmpeg = (...words) => promisify(execFile)('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...words])

/** Ten seconds, a keyframe each. Noise fills the bit rate. */
export const makeClip = (file) =>
  ffmpeg(
    ...['-f', 'lavfi', '-i', `testsrc2=size=1280x720:rate=${FPS},noise=alls=20:allf=t`, '-t', '10'],
    ...['-pix_fmt', 'yuv420p', '-c:v', 'libx264', '-preset', 'ultrafast', '-bf', '0', '-g', String(FPS)],
    ...['-keyint_min', String(FPS), '-sc_threshold', '0', '-b:v', '8M', '-maxrate', '8M', '-bufsize', '8M', file],
  )

/** A minute of it as the recorder leaves it: fragmented, a fragment a second. */
export const makeSegment = (clip, file) =>
  ffmpeg(
    ...['-stream_loop', '5', '-i', clip, '-c', 'copy', '-t', '60'],
    ...['-movflags', '+frag_keyframe+empty_moov+default_base_moof', '-f', 'mp4', file],
  )
