/** Looks at a camera beside a device that may be recording from it: nothing is opened that only one may have open. */
import { withoutAddresses } from '../../core/process/address.js'
import type { Check } from '../../core/process/check.js'
import { reasonOf } from '../../core/process/log.js'
import type { CameraSettings } from './command.js'
import { cameraFindings, cameraMissing } from './findings.js'
import { boardOfMachine, type Machine, microphonesOf, thisMachine, versionOf } from './machine.js'
import { cameraSourceFault, lookAtSource, offeredBy } from './source.js'
import { sizesInstead } from './v4l2-formats.js'

export interface Examined {
  readonly settings: CameraSettings & { readonly source: string }
  /** Where its segments would go. */
  readonly folder: string
  readonly segmentSeconds: number
}

export async function examineCamera(
  { settings, folder, segmentSeconds }: Examined,
  machine: Machine = thisMachine,
): Promise<Check[]> {
  const fault = cameraSourceFault(settings.source)
  if (fault !== null) return [cameraMissing(settings.name, `cameras[].source cannot be used: ${fault}`)]
  try {
    const source = await lookAtSource(settings.source, machine)
    const offered = source.kind === 'v4l2' ? await offeredBy(source.device, machine) : []
    return cameraFindings({
      settings,
      source,
      board: await boardOfMachine(machine),
      sizesInstead: source.kind === 'v4l2' ? sizesInstead(offered, source.format, settings) : null,
      hasV4l2Ctl: source.kind === 'v4l2' && (await versionOf(machine, 'v4l2-ctl')) !== null,
      microphones: settings.audio ? await microphonesOf(machine) : [],
      folder,
      segmentSeconds,
    })
  } catch (error) {
    return [cameraMissing(settings.name, withoutAddresses(reasonOf(error)))]
  }
}
