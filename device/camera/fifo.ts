/** A FIFO as a camera: whoever writes into it must not be ended because a recorder is begun again. */
import { constants, type FileHandle, open } from 'node:fs/promises'

export interface HeldFifos {
  /** Keeps the reading end of a FIFO open, so that its writer waits instead of getting SIGPIPE. @throws where there is none */
  readonly hold: (file: string) => Promise<void>
  readonly release: () => Promise<void>
}

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
    release,
  }
}
