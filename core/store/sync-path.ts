/** fsync of a file or a folder, for a thread that has nothing else to do meanwhile. */
import { closeSync, fsyncSync, openSync } from 'node:fs'

/** On a descriptor of our own: Linux syncs the file, whichever descriptor it was written through. @throws where it cannot be */
export function syncPath(path: string): void {
  const descriptor = openSync(path, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
