/** Understands `cameras[].source`: which kind of camera it is, and what has to be known of it before it records. */
import { stat } from 'node:fs/promises'
import { pictureCodec } from '../../core/process/ffmpeg.js'
import type { CameraSource } from './command.js'

/** Why a camera's source cannot be used, as the end of a sentence that begins with it; null where it can. */
export function cameraSourceFault(source: string): string | null {
  if (source === 'test:' || /^file:./.test(source)) return null
  return 'is not supported yet: use file:CLIP or test:'
}

/** @throws where the file is missing or has no picture: it may be there at the next attempt */
export async function openCameraSource(source: string): Promise<CameraSource> {
  if (source === 'test:') return { kind: 'test' }
  const file = source.slice('file:'.length)
  const found = await stat(file).catch(() => null) // Missing or out of reach: said below.
  if (found === null) throw new Error(`there is no clip ${file}`)
  if (found.isFIFO()) return { kind: 'fifo', file }
  return { kind: 'file', file, isH264: (await pictureCodec(file)) === 'h264' }
}
