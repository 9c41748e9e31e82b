/** How well the moment of a frame is known for each kind of camera, and by which method. */
import type { CameraSource, FrameTiming } from './recording-plan.js'
import type { Sound } from './sound.js'

/**
 * A raw stream through a pipe, stamped by the wall clock as it is read: p50 0.4 ms, p99 6 ms, at most 26 ms late
 * (measured with ffmpeg 5.1 against a camera that tells the true moment of each frame).
 */
const PIPE_MS = 26
/** A frame of a transport stream ends where the next one begins: it is read that much later. */
const TRANSPORT_STREAM_FRAMES = 1
/** And its file is opened another frame later, while ffmpeg does not know the frame rate yet; spread +-2 ms over openings. */
const TRANSPORT_STREAM_OPENING_FRAMES = 2
const TRANSPORT_STREAM_MS = 10

/** @param sound where it comes from a microphone, the picture is stamped by the wall clock as the sound is */
export function timingOf(source: CameraSource, sound: Pick<Sound, 'isSynced'>): FrameTiming {
  switch (source.kind) {
    case 'test':
    case 'file':
      // A picture without a moment of its own: what counts is that the file begins when it is seen to.
      return { kind: 'opening', lateFrames: 0, uncertaintyMs: 200 }
    case 'fifo':
      switch (source.format) {
        case 'h264':
        case 'probed':
          return stamped('wall', PIPE_MS)
        case 'mpegts':
          // Not by its openings: ffmpeg looks at the first second and a half before it opens the first file.
          return stampedTransportStream
        case 'mp4':
          // A fragment arrives whole, up to a GOP of a second after its first frame, and nothing says how long it was.
          return { kind: 'opening', lateFrames: 0, uncertaintyMs: 1_500 }
      }
      break
    case 'rpicam':
      // Before the pipe lie read-out, image processor and encoder, two or three frames; not measured on hardware, and
      // not needed where the sensor's own timestamps are read.
      return source.encoder === 'hardware' ? stamped('wall', 100) : transportStream(sound)
    case 'v4l2':
      // Stamped by the kernel as the frame comes in; exposure and the camera's own compression come before: a frame or so.
      return stamped(sound.isSynced ? 'wall' : 'monotonic', 50)
    case 'rtsp':
      // Stamped as it comes out of the network. How long the camera held it back it does not say: 100 to 500 ms are usual
      // for encoder and transport together, a camera that smooths its bit rate may take longer.
      return stamped('wall', 500)
  }
}

/** Whether a step of the wall clock spoils what is recorded then: rpicam-vid stamps its frames by it, too. */
export const followsWallClock = (source: CameraSource, timing: FrameTiming): boolean =>
  source.kind === 'rpicam' || (timing.kind === 'stamped' && timing.clock === 'wall')

const stamped = (clock: 'wall' | 'monotonic', uncertaintyMs: number): FrameTiming => ({
  kind: 'stamped',
  clock,
  lateFrames: 0,
  uncertaintyMs,
})

const stampedTransportStream: FrameTiming = {
  kind: 'stamped',
  clock: 'wall',
  lateFrames: TRANSPORT_STREAM_FRAMES,
  uncertaintyMs: PIPE_MS,
}

/** Its own times are the camera's, without the jitter of the pipe: only where it begins has to be found. */
function transportStream({ isSynced }: Pick<Sound, 'isSynced'>): FrameTiming {
  if (isSynced) return stampedTransportStream
  return { kind: 'opening', lateFrames: TRANSPORT_STREAM_OPENING_FRAMES, uncertaintyMs: TRANSPORT_STREAM_MS }
}

/**
 * The same timing once ffmpeg has said what it found in its first input: a transport stream whose format was left to
 * it is read a frame later than a raw stream. Any other message changes nothing.
 */
export function timingOnceSaid(timing: FrameTiming, message: string): FrameTiming {
  if (timing.kind !== 'stamped' || !/Input #0, mpegts, from /.test(message)) return timing
  return { ...timing, lateFrames: TRANSPORT_STREAM_FRAMES }
}
