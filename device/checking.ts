/** Joins the rooms of the device before it records: asks each whether its settings can be used. */
import { join, resolve } from 'node:path'
import { socketPathFault } from '../core/link/device-end.js'
import { shownAddress } from '../core/process/address.js'
import { ConfigurationError } from '../core/process/run.js'
import { cameraSourceFault } from './camera/source.js'
import type { DeviceSettings } from './config.js'
import { parseReceiverSource, type ReceiverSource, sourceFault } from './gps/receiver.js'

/** The receiver that is meant, null for none. @throws ConfigurationError with every source that cannot be used */
export async function checkSources(
  { data, gps, cameras }: DeviceSettings,
  file: string | null,
): Promise<ReceiverSource | null> {
  const source = gps === null ? null : parseReceiverSource(gps.source)
  const gpsFault = source === null ? null : source.kind === 'fault' ? source.because : await sourceFault(source)
  const socketFault = socketPathFault(join(resolve(data), 'device.sock'))
  const faults = [
    ...(gpsFault === null ? [] : [`gps.source is ${gps?.source}: ${gpsFault}`]),
    ...cameras.flatMap(({ source: text }, index) => {
      const fault = cameraSourceFault(text)
      return fault === null ? [] : [`cameras[${index}].source is ${shownAddress(text)}: ${fault}`]
    }),
    ...(socketFault === null ? [] : [`data: ${socketFault}`]),
  ]
  if (faults.length > 0 || source?.kind === 'fault') {
    throw new ConfigurationError(faults.map((fault) => (file === null ? fault : `${file}: ${fault}`)))
  }
  return source
}
