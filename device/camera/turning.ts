/** How the picture of a camera that is not mounted upright is turned: by the sensor, by a filter, or by a tag. */
import { encoderOf, isCopied } from './encoding.js'
import type { CameraSettings, CameraSource } from './recording-plan.js'

export interface Turning {
  /** tag: the picture lies in the file as the camera gave it, and players turn it. */
  readonly by: 'nothing' | 'sensor' | 'filter' | 'tag'
  /** Before the picture's input. */
  readonly beforeInput: readonly string[]
  /** Before the output. */
  readonly beforeOutput: readonly string[]
}

/** The first ffmpeg with -display_rotation, which from then on is the only way to write the tag. */
const FIRST_WITH_DISPLAY_ROTATION = 6

export function turningOf(camera: CameraSettings, source: CameraSource): Turning {
  const { rotateDeg } = camera
  if (rotateDeg === 0) return { by: 'nothing', beforeInput: [], beforeOutput: [] }
  // A sensor reads out backwards at no cost, but it cannot lie its lines down.
  if (source.kind === 'rpicam' && rotateDeg === 180) return { by: 'sensor', beforeInput: [], beforeOutput: [] }
  const isEncoded = !isCopied(source)
  const hasDisplayRotation = source.ffmpegMajor >= FIRST_WITH_DISPLAY_ROTATION
  // Where the processor has each frame in its hands anyway a filter serves more players than a tag. Before ffmpeg 6
  // there is no way to tag what is encoded.
  if (isEncoded && (encoderOf(source, camera) === 'libx264' || !hasDisplayRotation))
    return { by: 'filter', beforeInput: [], beforeOutput: ['-vf', FILTERS[rotateDeg]] }
  if (!hasDisplayRotation)
    return { by: 'tag', beforeInput: [], beforeOutput: ['-metadata:s:v:0', `rotate=${(360 - rotateDeg) % 360}`] }
  const rotation = ['-display_rotation', String(-rotateDeg)]
  // ffmpeg else obeys the tag that it has just been told, and turns the frames itself.
  return { by: 'tag', beforeInput: isEncoded ? ['-noautorotate', ...rotation] : rotation, beforeOutput: [] }
}

const FILTERS = { 90: 'transpose=clock', 180: 'hflip,vflip', 270: 'transpose=cclock' } as const
