/** Puts every camera's growing file on the card, again and again: without it a power cut costs half a minute. */
import { type FileHandle, open as openFile } from 'node:fs/promises'
import { syncFolder } from '../../core/process/durable.js'
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
  /** These were synced and will be again, no others: after a failure the same descriptor would not say any more what was lost. */
  readonly keepOpen: (paths: ReadonlySet<string>) => Promise<void>
}

export interface SyncLoopOptions {
  readonly growingFiles: () => readonly GrowingFiles[]
  /** The card took something no more. */
  readonly onRefused: () => void
  readonly log: Log
  readonly sync?: Sync
}

/**
 * One loop for all cameras. A file that appears has its folder synced once. One file's trouble costs no other its sync; one that
 * is gone needs none: it was tagged and its time as old bytes is over, or it made room.
 */
export function syncLoop({ growingFiles, onRefused, log, sync = toCard() }: SyncLoopOptions): Service {
  let known = new Set<string>()

  /** Answers what went wrong. */
  const round = async (): Promise<readonly unknown[]> => {
    const troubles: unknown[] = []
    const attempt = async (work: Promise<void>): Promise<boolean> => {
      try {
        await work
        return true
      } catch (error) {
        if (!isGone(error)) troubles.push(error)
        return false
      }
    }
    const onCard = new Set<string>()
    for (const { folder, growing, before } of growingFiles()) {
      if (before !== null) await attempt(sync.file(before))
      if (!(await attempt(sync.file(growing)))) continue
      if (known.has(growing) || (await attempt(sync.folder(folder)))) onCard.add(growing)
    }
    known = onCard
    await attempt(sync.keepOpen(onCard))
    return troubles
  }

  return {
    name: 'sync loop',
    run: async (signal) => {
      let failing = false
      while (!signal.aborted) {
        const [error] = await round()
        if (error !== undefined && !failing) {
          log.error('the card refuses to sync', { error })
          onRefused()
        }
        failing = error !== undefined
        await pause(BETWEEN_ROUNDS_MS, signal)
      }
      await sync.keepOpen(new Set())
    },
  }
}

/** Growing files stay open: to open and close them each time costs twice what syncing does. */
function toCard(): Sync {
  const open = new Map<string, FileHandle>()
  const close = async (path: string): Promise<void> => {
    const file = open.get(path)
    open.delete(path)
    await file?.close()
  }
  return {
    file: async (path) => {
      const file = open.get(path) ?? (await openFile(path, 'r'))
      open.set(path, file)
      await file.datasync()
    },
    folder: syncFolder,
    keepOpen: async (paths) => {
      for (const path of open.keys()) if (!paths.has(path)) await close(path)
    },
  }
}

const isGone = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT'
