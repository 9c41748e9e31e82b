/** Joins the rooms of the device before it records, to say what would work and what would not. */
import { join, resolve } from 'node:path'
import { type Check, fail, ok, warn } from '../core/process/check.js'
import { examineCamera } from './camera/examination.js'
import { type Machine, thisMachine, versionOf } from './camera/machine.js'
import { bytesPerSecond, type DeviceSettings, demonstration } from './config.js'
import { examineDataFolder } from './footage/folder-check.js'
import { parseReceiverSource, sourceFault } from './gps/receiver.js'
import { examineKeys } from './keys/examination.js'

/** Of the settings nobody could use: all of them at once. */
export function settingsRefused(
  faults: readonly { readonly sentence: string; readonly isOfDevice: boolean }[],
): Check[] {
  return faults.map(({ sentence, isOfDevice }) => {
    const todo = 'put it right, systemd/spokecam.sample.yaml explains every setting'
    return isOfDevice
      ? fail('settings', sentence, todo)
      : warn('settings', `${sentence}; recording works, the page does not`, todo)
  })
}

/** Beside a running device, which hears nothing of it. */
export async function examineDevice(
  settings: DeviceSettings,
  configFile: string | null,
  machine: Machine = thisMachine,
): Promise<Check[]> {
  const folder = join(resolve(settings.data), 'footage', 'boot-NNNNNN')
  const { segmentSeconds } = settings.recording
  const cameras = settings.cameras.map((camera) => examineCamera({ settings: camera, folder, segmentSeconds }, machine))
  return [
    settingsUsed(settings, configFile),
    await examineDataFolder(settings.data, bytesPerSecond(settings)),
    await receiver(settings, machine),
    ...(await examineKeys()),
    ...(await programs(settings, machine)),
    ...(await Promise.all(cameras)).flat(),
    ...(cameras.length > 0 ? [] : [warn('cameras', 'none is set: a track without video', 'name one under cameras')]),
  ]
}

function settingsUsed({ gps, cameras }: DeviceSettings, configFile: string | null): Check {
  const isDemonstration = gps === demonstration.gps && cameras === demonstration.cameras
  if (isDemonstration)
    return warn('settings', 'none name a receiver or a camera: all is simulated', 'write a spokecam.yaml')
  return ok('settings', configFile === null ? 'from the environment, there is no file' : `from ${configFile}`)
}

async function receiver({ gps }: DeviceSettings, machine: Machine): Promise<Check> {
  const name = 'receiver'
  if (gps === null) return warn(name, 'none is set: video without a track', 'name one under gps')
  const source = parseReceiverSource(gps.source)
  if (source.kind === 'fault') return fail(name, `${gps.source}: ${source.because}`, 'put gps.source right')
  if (source.kind === 'serial') {
    const state = await machine.device(source.path)
    if (state === 'missing') return warn(name, `there is nothing at ${source.path}`, 'plug the receiver in')
    if (state === 'forbidden')
      return warn(name, `${source.path} may not be opened`, 'sudo usermod -aG dialout USER, then sign in again')
  }
  const fault = await sourceFault(source)
  return fault === null ? ok(name, gps.source) : fail(name, `${gps.source}: ${fault}`, 'put gps.source right')
}

const HAS: readonly { readonly program: string; readonly package: string; readonly neededBy: RegExp | null }[] = [
  { program: 'ffmpeg', package: 'ffmpeg', neededBy: null },
  { program: 'ffprobe', package: 'ffmpeg', neededBy: null },
  { program: 'setpriv', package: 'util-linux', neededBy: null },
  { program: 'rpicam-vid', package: 'rpicam-apps', neededBy: /^rpicam:/ },
  { program: 'v4l2-ctl', package: 'v4l-utils', neededBy: /^v4l2:/ },
]

function programs({ cameras }: DeviceSettings, machine: Machine): Promise<Check[]> {
  return Promise.all(
    HAS.map(async ({ program, package: name, neededBy }) => {
      const version = await versionOf(machine, program)
      if (version !== null) return ok(program, version)
      const isNeeded = neededBy === null ? cameras.length > 0 : cameras.some(({ source }) => neededBy.test(source))
      if (!isNeeded) return ok(program, 'not installed, and no camera needs it')
      // Without v4l2-ctl a USB camera records, with a focus that may hunt.
      const say = program === 'v4l2-ctl' ? warn : fail
      return say(program, 'not installed', `sudo apt install ${name}`)
    }),
  )
}
