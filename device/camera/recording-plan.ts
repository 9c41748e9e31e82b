/** What is known of a camera before it records, and what recording it takes: the words the rooms of a camera share. */

/** Where a camera's picture comes from, as it was found on this machine. */
export type CameraSource = (
  | { readonly kind: 'test' }
  /** Looped for ever at the speed of life. */
  | { readonly kind: 'file'; readonly file: string; readonly isH264: boolean }
  /** Written by somebody else while it is read, once. */
  | { readonly kind: 'fifo'; readonly file: string; readonly format: FifoFormat }
  /** hardware: the H.264 encoder of a Raspberry Pi before the 5; software: libx264 inside rpicam-vid. */
  | { readonly kind: 'rpicam'; readonly camera: number; readonly encoder: 'hardware' | 'software' }
  | {
      readonly kind: 'v4l2'
      readonly device: string
      readonly format: V4l2Format
      /** What encodes a picture that does not come as H.264. */
      readonly encoder: 'h264_v4l2m2m' | 'libx264'
    }
  | { readonly kind: 'rtsp'; readonly url: string }
) &
  Means

/** What this machine has that recordings differ by. */
export interface Means {
  /** The ALSA name of the first microphone that nobody records from, null where there is none. */
  readonly microphone: string | null
  /** The first number of ffmpeg's version. */
  readonly ffmpegMajor: number
}

/** probed: ffmpeg finds out whether it is raw H.264 or a transport stream; nothing but a name can tell before. */
export type FifoFormat = 'h264' | 'mpegts' | 'mp4' | 'probed'

/** How a USB camera sends its picture, as ffmpeg calls it; null: raw, in whatever layout it offers. */
export type V4l2Format = 'h264' | 'mjpeg' | null

export interface CameraSettings {
  readonly name: string
  readonly width: number
  readonly height: number
  readonly fps: number
  readonly bitrateMbps: number
  /** Clockwise. */
  readonly rotateDeg: 0 | 90 | 180 | 270
  readonly audio: boolean
}

export interface RecordingPlan {
  readonly camera: CameraSettings
  readonly source: CameraSource
  readonly folder: string
  readonly firstNumber: number
  readonly segmentSeconds: number
  /** Where rpicam-vid writes what it knows of each frame, such as a FIFO; null where nobody reads it. */
  readonly metadataFile: string | null
}

/**
 * How the monotonic time of a frame follows from its stream time, which counts from the recorder's first frame.
 * stamped: ffmpeg says what that clock showed as the first frame arrived, as `start:` of its input.
 * opening: from the moments at which files were seen to open.
 * Either is so many frames after the first frame in the file was there.
 */
export type FrameTiming =
  | {
      readonly kind: 'stamped'
      readonly clock: 'wall' | 'monotonic'
      readonly lateFrames: number
      readonly uncertaintyMs: number
    }
  | { readonly kind: 'opening'; readonly lateFrames: number; readonly uncertaintyMs: number }

export interface RecorderCommands {
  /** Program and arguments that write the picture to ffmpeg's standard input; null where ffmpeg opens the camera itself. */
  readonly camera: readonly string[] | null
  readonly ffmpeg: readonly string[]
  readonly timing: FrameTiming
  /** Frames are stamped by the wall clock, here or in the camera's program: when that is set, the recorder is begun again. */
  readonly followsWallClock: boolean
  /** ffmpeg finds out how many frames a second the picture has: it need not keep to the settings. */
  readonly tellsRate: boolean
}

/** A keyframe a second: segments and fragments can begin every second, and no more than that is lost to a cut. */
export const GOP_SECONDS = 1

export const gopOf = ({ fps }: CameraSettings): string => String(Math.max(1, Math.round(fps * GOP_SECONDS)))
