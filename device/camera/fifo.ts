/** A FIFO as a camera: whoever writes into it must not be ended because a recorder is begun again. */
import { constants, type FileHandle, open } from 'node:fs/promises'

export interface HeldFifos {
  /** Keeps the reading end of a FIFO open, so that its writer waits instead of getting SIGPIPE. @throws where there is none */
  readonly hold: (file: string) => Promise<void>
  /** Throws away what waits in it: it is old, and would be taken for new. Answers whether it is held at all. */
  readonly drain: () => Promise<boolean>
  readonly release: () => Promise<void>
}

/** No FIFO holds more. */
const MOST_BYTES = 1024 * 1024

export function holdFifos(): HeldFifos {
  let held: FileHandle | null = null
  const release = async (): Promise<void> => {
    await held?.close()
    held = null
  }
  return {
    hold: async (file) => {
      // It may have been made anew since. Not blocking: whoever writes may not be there yet, and nothing is read here.
      const next = await open(file, constants.O_RDONLY | constants.O_NONBLOCK)
      await release()
      held = next
    },
    drain: async () => {
      if (held === null) return false
      const old = Buffer.alloc(MOST_BYTES)
      try {
        for (let drained = 0; drained < MOST_BYTES; ) {
          const { bytesRead } = await held.read(old, 0, MOST_BYTES, null)
          if (bytesRead === 0) break
          drained += bytesRead
        }
      } catch {
        // EAGAIN: it is empty. Where it cannot be read at all ffmpeg says so.
      }
      return true
    },
    release,
  }
}
