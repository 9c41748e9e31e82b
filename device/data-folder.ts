/** The folder of everything the device keeps, which one device at a time writes. */
import { join } from 'node:path'
import { makeFolderDurably } from '../core/process/durable.js'
import { type Lock, takeLock } from '../core/store/lock.js'

/** Makes the folder where it is missing, and takes it. @throws where that cannot be, in a sentence */
export async function openDataFolder(data: string): Promise<Lock> {
  try {
    await makeFolderDurably(join(data, 'footage'))
  } catch (error) {
    throw new Error(`the data folder ${data} cannot be used`, { cause: error })
  }
  const lock = takeLock(join(data, 'device.lock'))
  if (lock === null) throw new Error(`${data} is in use: another device records into it, or an import is under way`)
  return lock
}
