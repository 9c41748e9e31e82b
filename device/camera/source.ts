/** Understands `cameras[].source`: which kind of camera it is, and what has to be known of it before it records. */
import { stat } from 'node:fs/promises'
import { withoutAddresses } from '../../core/process/address.js'
import { pictureCodec } from '../../core/process/ffmpeg.js'
import { lockFocus } from './focus.js'
import { boardOfMachine, encodesInHardware, type Machine, meansOf, thisMachine } from './machine.js'
import type { CameraSource, FifoFormat } from './recording-plan.js'
import { bestFormat, type OfferedFormat, offeredFormats } from './v4l2-formats.js'

/** Why a camera's source cannot be used, as the end of a sentence that begins with it; null where it can. */
export function cameraSourceFault(source: string): string | null {
  const isKnown = /^(test:$|file:.|rpicam:\d+$|v4l2:\/\/\/dev\/.|rtsps?:\/\/[^/?#]*[^/?#@:])/.test(source)
  return isKnown ? null : 'must be one of rpicam:N, v4l2:///dev/NAME, rtsp://ADDRESS, file:CLIP, test:'
}

/**
 * What there is to know of a camera just before it records; the focus of a USB camera is locked.
 * @throws where it cannot record now, with what to do: it may be there at the next attempt
 */
export async function openCameraSource(source: string, machine: Machine = thisMachine): Promise<CameraSource> {
  const found = await lookAtSource(source, machine)
  if (found.kind === 'v4l2') await lockFocus(found.device, machine)
  return found
}

/** The same without touching the camera: it may be recording meanwhile. @throws in the same way */
export async function lookAtSource(source: string, machine: Machine = thisMachine): Promise<CameraSource> {
  const means = await meansOf(machine)
  const [, kind, rest = ''] = /^(\w+):(.*)$/s.exec(source) ?? []
  switch (kind) {
    case 'file':
      return { ...(await fileSource(rest)), ...means }
    case 'rpicam':
      return { ...(await rpicamSource(Number(rest), machine)), ...means }
    case 'v4l2':
      return { ...(await v4l2Source(rest.slice('//'.length), machine)), ...means }
    case 'rtsp':
    case 'rtsps':
      return { kind: 'rtsp', url: source, ...means }
    default:
      return { kind: 'test', ...means }
  }
}

/** A source without the means of its machine. */
type Found<Kind extends CameraSource['kind']> = Omit<
  Extract<CameraSource, { kind: Kind }>,
  'microphone' | 'ffmpegMajor'
>

async function fileSource(file: string): Promise<Found<'file'> | Found<'fifo'>> {
  const there = await statOrNull(file)
  if (there === null) {
    // Some write file: before the address of a network camera.
    const shown = withoutAddresses(file)
    throw new Error(`there is no clip ${shown}: put it there, or name another in cameras[].source`)
  }
  if (there.isFIFO()) return { kind: 'fifo', file, format: fifoFormatOf(file) }
  return { kind: 'file', file, isH264: (await codecOfClip(file)) === 'h264' }
}

async function codecOfClip(file: string): Promise<string> {
  try {
    return await pictureCodec(file)
  } catch (error) {
    throw new Error(`${file} is no clip that plays: name another in cameras[].source`, { cause: error })
  }
}

async function statOrNull(file: string) {
  try {
    return await stat(file)
  } catch {
    return null // Missing or out of reach: the caller says so.
  }
}

/** Its name alone can tell: looking inside would take the first picture from whoever records it. */
export function fifoFormatOf(file: string): FifoFormat {
  if (/\.(h264|264|avc)$/i.test(file)) return 'h264'
  if (/\.(ts|m2ts|mpegts)$/i.test(file)) return 'mpegts'
  return /\.(mp4|m4v|mov)$/i.test(file) ? 'mp4' : 'probed'
}

async function rpicamSource(camera: number, machine: Machine): Promise<Found<'rpicam'>> {
  if ((await machine.ask('rpicam-vid', ['--version'])) === null)
    throw new Error('rpicam-vid is not installed: sudo apt install rpicam-apps')
  return { kind: 'rpicam', camera, encoder: (await boardOfMachine(machine)).encoder }
}

async function v4l2Source(device: string, machine: Machine): Promise<Found<'v4l2'>> {
  const state = await machine.device(device)
  if (state === 'missing')
    throw new Error(`there is no camera at ${device}: plug it in, v4l2-ctl --list-devices lists all`)
  if (state === 'forbidden')
    throw new Error(`${device} may not be opened: sudo usermod -aG video USER, then sign in again`)
  const format = bestFormat(await offeredBy(device, machine))
  if (format === undefined)
    throw new Error(
      `${device} offers no picture: a camera often has a second device for other things, try the one before`,
    )
  const encoder = format !== 'h264' && (await encodesInHardware(machine)) ? 'h264_v4l2m2m' : 'libx264'
  return { kind: 'v4l2', device, format, encoder }
}

/** The formats of a USB camera, which may be recording meanwhile. @throws where ffmpeg is not installed */
export async function offeredBy(device: string, machine: Machine): Promise<OfferedFormat[]> {
  const answer = await machine.ask('ffmpeg', ['-hide_banner', '-f', 'v4l2', '-list_formats', 'all', '-i', device])
  if (answer === null) throw new Error('ffmpeg is not installed: sudo apt install ffmpeg')
  return offeredFormats(answer.said)
}
