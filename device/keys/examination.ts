/** Says which keys on the handlebar save moments, and what to do about those that may not be read. */
import { type Check, ok, warn } from '../../core/process/check.js'
import { eventsIn, INPUT_FOLDERS, type InputFolders, keyDevicesAmong, MAY_READ_KEYS } from './key-devices.js'

/** Nothing where there is none: the page saves moments, too. */
export async function examineKeys(folders: InputFolders = INPUT_FOLDERS): Promise<Check[]> {
  const devices = await keyDevicesAmong(await eventsIn(folders), folders)
  return devices.map(({ name, event, mayBeRead }) =>
    mayBeRead
      ? ok('key', `${name} (${event}) saves moments`)
      : warn('key', `${name} (${event}) may not be read`, MAY_READ_KEYS),
  )
}
