/** What doctor says of a camera: found or not, what encodes it, its sound, its focus, how it is turned, what would run. */
import { shownAddress } from '../../core/process/address.js'
import { type Check, fail, ok, typed, warn } from '../../core/process/check.js'
import type { Board } from './board.js'
import { type CameraSettings, type CameraSource, recorderCommands } from './command.js'
import { encoderOf, isCopied } from './encoding.js'
import { focusCommands } from './focus.js'
import { withoutSecrets } from './secrets.js'
import { soundOf } from './sound.js'
import { turningOf } from './turning.js'

/** What was found out about one camera. */
export interface CameraFound {
  readonly settings: CameraSettings
  readonly source: CameraSource
  readonly board: Board
  /** Sizes it offers instead of the one that is set; null where that is fine or not known. */
  readonly sizesInstead: readonly string[] | null
  readonly hasV4l2Ctl: boolean
  /** Null where there is none; every microphone of the machine may be taken. */
  readonly microphones: readonly { readonly name: string; readonly isFree: boolean }[]
  readonly folder: string
  readonly segmentSeconds: number
}

/** @param because how openCameraSource put it: a sentence, with what to do behind a colon */
export function cameraMissing(name: string, because: string): Check {
  const [says = because, ...todo] = because.split(': ')
  return fail(`camera ${name}`, says, todo.join(': ') || 'look at cameras[].source in the settings')
}

export function cameraFindings(found: CameraFound): Check[] {
  return [picture(found), ...sound(found), ...focus(found), ...rotation(found)]
}

function picture({ settings, source, board, sizesInstead, folder, segmentSeconds }: CameraFound): Check {
  const name = `camera ${settings.name}`
  const size = `${settings.width}x${settings.height}`
  if (sizesInstead !== null)
    return fail(name, `it has no picture of ${size}`, `set width and height to one of ${sizesInstead.join(', ')}`)
  const plan = { camera: settings, source, folder, firstNumber: 1, segmentSeconds, metadataFile: null }
  const { camera, ffmpeg } = recorderCommands(plan)
  const recorder = typed(['ffmpeg', ...ffmpeg].map((word) => withoutSecrets(word, source)))
  const focusing = source.kind === 'v4l2' ? focusCommands(source.device).map(typed) : []
  const commands = [...focusing, `${camera === null ? '' : `${typed(camera)} | `}${recorder}`]
  return ok(name, `${whatItIs(source)}; ${whatEncodes(source, settings, board)}`, commands)
}

function whatItIs(source: CameraSource): string {
  switch (source.kind) {
    case 'test':
      return 'a test picture'
    case 'file':
      return `${source.file}, shown over and over`
    case 'fifo':
      return `${source.file} is a FIFO: read once, ${source.format === 'probed' ? 'its format found out by ffmpeg' : `as ${source.format}`}`
    case 'rpicam':
      return `camera ${source.camera} of the board: whether it is on its cable is seen when it records`
    case 'v4l2':
      return `${source.device} gives ${source.format ?? 'raw pictures'}`
    case 'rtsp':
      return `${shownAddress(source.url)}: whether it answers is seen when it records`
  }
}

function whatEncodes(source: CameraSource, settings: CameraSettings, { model }: Board): string {
  const here = model ?? 'no Raspberry Pi'
  if (source.kind === 'rpicam')
    return source.encoder === 'hardware'
      ? `encoded by the board, ${here}`
      : `encoded by libx264 in rpicam-vid: this is ${here}, which has no encoder that it uses`
  if (isCopied(source)) return 'H.264 is copied as it comes'
  if (encoderOf(source, settings) === 'h264_v4l2m2m') return `encoded by the board, ${here}: it was tried`
  if (source.kind === 'v4l2' && source.encoder === 'h264_v4l2m2m')
    return 'encoded by libx264: the encoder of the board takes 1920x1080 at most'
  return source.kind === 'v4l2' ? 'encoded by libx264: no encoder of the board works here' : 'encoded by libx264'
}

function sound({ settings, source, microphones }: CameraFound): Check[] {
  if (!settings.audio) return []
  const name = `sound of ${settings.name}`
  switch (soundOf(settings, source).from) {
    case 'tone':
      return [ok(name, 'a tone')]
    case 'source':
      return [ok(name, 'its own, where it has any')]
    case 'microphone':
      return [ok(name, `from ${microphones.find(({ isFree }) => isFree)?.name ?? source.microphone}`)]
    case 'nowhere': {
      // Another camera may have the only one, or this very device that is recording meanwhile.
      const taken = microphones.length > 0
      const says = taken ? 'every microphone is in use just now' : 'there is no microphone: recorded without sound'
      const todo = taken
        ? 'nothing, where Spokecam is recording; else end what uses it'
        : 'plug one in, or set audio: false'
      return [warn(name, says, todo)]
    }
  }
}

function focus({ settings, source, hasV4l2Ctl }: CameraFound): Check[] {
  const name = `focus of ${settings.name}`
  if (source.kind === 'rpicam') return [ok(name, 'locked at infinity, where its lens moves')]
  if (source.kind !== 'v4l2') return []
  return hasV4l2Ctl
    ? [ok(name, 'locked at infinity, where it has such controls')]
    : [warn(name, 'not locked: v4l2-ctl is not installed', 'sudo apt install v4l-utils')]
}

function rotation({ settings, source }: CameraFound): Check[] {
  const ways = {
    nothing: null,
    sensor: 'by the sensor',
    filter: 'by a filter, before it is encoded',
    tag: 'by a tag: players turn it',
  }
  const way = ways[turningOf(settings, source).by]
  return way === null ? [] : [ok(`rotation of ${settings.name}`, `${settings.rotateDeg} degrees clockwise, ${way}`)]
}
