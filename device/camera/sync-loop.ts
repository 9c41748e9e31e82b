/** Puts every camera's growing file on the card, again and again: without it a power cut costs half a minute. */
import { syncFile, syncFolder } from '../../core/process/durable.js'
import type { Log } from '../../core/process/log.js'
import { pause, type Service } from '../../core/process/service.js'

/** The file a camera writes and the one before, whose last bytes may still be on their way. */
export interface GrowingFiles {
  readonly folder: string
  readonly growing: string
  readonly before: string | null
}

/** Since the last round ended, so that a slow card never has two rounds at once: they would fill libuv's four threads. */
const BETWEEN_ROUNDS_MS = 300

/** How a file and a folder get on the card; both fail as the card does. */
export interface Sync {
  readonly file: (path: string) => Promise<void>
  readonly folder: (path: string) => Promise<void>
}

const toCard: Sync = { file: syncFile, folder: syncFolder }

/** One loop for all cameras. A file that appears has its folder synced once. */
export function syncLoop(growingFiles: () => readonly GrowingFiles[], log: Log, sync: Sync = toCard): Service {
  let known = new Set<string>()

  const round = async (): Promise<void> => {
    const files = growingFiles()
    for (const { folder, growing, before } of files) {
      if (before !== null) await sync.file(before)
      await sync.file(growing)
      if (!known.has(growing)) await sync.folder(folder)
    }
    known = new Set(files.map((file) => file.growing))
  }

  return {
    name: 'sync loop',
    run: async (signal) => {
      let failing = false
      while (!signal.aborted) {
        try {
          await round()
          failing = false
        } catch (error) {
          if (!failing) log.error('the card refuses to sync', { error })
          failing = true
        }
        await pause(BETWEEN_ROUNDS_MS, signal)
      }
    },
  }
}
