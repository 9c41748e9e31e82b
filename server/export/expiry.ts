/** Lets clips go whose time is up: it counts time with the power on, because dates cannot be trusted. */
import { monoNowMs } from '../../core/process/boot.js'
import type { Log } from '../../core/process/log.js'
import { pause, type Service } from '../../core/process/service.js'
import type { Clip } from '../../core/ride/clip.js'
import type { ClipStore } from '../../core/store/clips.js'
import type { ExportFolder } from './export-folder.js'

export interface ExpiryOptions {
  readonly clips: Pick<ClipStore, 'ageClips' | 'removeClip'>
  readonly files: Pick<ExportFolder, 'expire' | 'clearExpired'>
  /** False where memory stands in for a card that cannot be written: then everything stays. */
  readonly isWritable: boolean
  /** Hears of a clip that goes, with nothing left of its time. */
  readonly tell: (clip: Clip) => void
  readonly log: Log
  readonly nowMonoMs?: () => number
  readonly tickMs?: number
}

const TICK_MS = 60_000

export function openExpiry(options: ExpiryOptions): Service {
  const { clips, files, isWritable, tell, log, nowMonoMs = monoNowMs, tickMs = TICK_MS } = options
  let countedMonoMs = nowMonoMs()

  const age = (): Clip[] => {
    const now = nowMonoMs()
    const expired = clips.ageClips(now - countedMonoMs)
    countedMonoMs = now
    return expired
  }

  /** The row first: files without one are cleared away at the next start, a row without files would be a lie. */
  const tick = async (): Promise<void> => {
    await files.clearExpired()
    for (const clip of age()) {
      clips.removeClip(clip.id)
      tell(clip)
      log.info('a clip has had its time', { clip: clip.id })
      await files.expire(clip.id)
    }
  }

  return {
    name: 'expiry of clips',
    run: async (signal) => {
      while (!signal.aborted) {
        await pause(tickMs, signal)
        if (isWritable && !signal.aborted) await tick()
      }
      // A server that is stopped often would never get to the end of a minute.
      if (isWritable) age()
    },
  }
}
