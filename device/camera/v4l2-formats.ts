/** What pictures a USB camera offers, read from what `ffmpeg -f v4l2 -list_formats all` says of it. */
import type { V4l2Format } from './recording-plan.js'

export interface OfferedFormat {
  readonly isCompressed: boolean
  /** As ffmpeg calls it, such as h264, mjpeg or yuyv422; null for one it does not know. */
  readonly name: string | null
  /** Such as 1280x720; empty where the camera takes any size within bounds, or does not say. */
  readonly sizes: readonly string[]
}

/** A line a format: `[video4linux2,v4l2 @ 0x55d0] Compressed:       mjpeg :          Motion-JPEG : 640x480 1280x720` */
export function offeredFormats(said: string): OfferedFormat[] {
  return said.split('\n').flatMap((line) => {
    const [, way, name, rest = ''] = /\] (Raw {7}|Compressed): +(\S+) :(.*)$/.exec(line) ?? []
    if (way === undefined || name === undefined) return []
    const sizes = (rest.split(' : ').at(-1) ?? '').split(' ').filter((word) => /^\d+x\d+$/.test(word))
    return [{ isCompressed: way === 'Compressed', name: name === 'Unsupported' ? null : name, sizes }]
  })
}

/**
 * H.264 is copied and costs nothing; MJPEG fits through USB 2 at sizes that raw pictures do not.
 * @returns undefined where the camera offers nothing that ffmpeg could read
 */
export function bestFormat(offered: readonly OfferedFormat[]): V4l2Format | undefined {
  const names = offered.map(({ name }) => name)
  if (names.includes('h264')) return 'h264'
  if (names.includes('mjpeg')) return 'mjpeg'
  return offered.some(({ isCompressed, name }) => !isCompressed && name !== null) ? null : undefined
}

/** The sizes of the format that would be read, where it names them and the wanted one is not among them; else null. */
export function sizesInstead(
  offered: readonly OfferedFormat[],
  format: V4l2Format,
  { width, height }: { readonly width: number; readonly height: number },
): readonly string[] | null {
  const fitting = offered.filter(({ isCompressed, name }) => (format === null ? !isCompressed : name === format))
  const sizes = [...new Set(fitting.flatMap((one) => one.sizes))]
  return sizes.length === 0 || sizes.includes(`${width}x${height}`) ? null : sizes
}
