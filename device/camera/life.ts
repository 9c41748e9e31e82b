/** A camera's life: recorded again and again whatever befalls it, and what to tell of it meanwhile. */
import type { Log } from '../../core/process/log.js'
import { reasonOf } from '../../core/process/log.js'
import { keepRunning, type Service } from '../../core/process/service.js'
import type { CameraNow, CameraState } from '../../core/ride/now.js'
import { type CameraOptions, record } from './camera.js'
import { openCameraSource } from './source.js'

export interface CameraLife {
  readonly service: Service
  readonly now: () => Pick<CameraNow, 'name' | 'state' | 'reason' | 'gaps'>
}

export interface CameraLifeOptions extends Omit<CameraOptions, 'source' | 'onState'> {
  readonly sourceText: string
  /** Resolves once it shall record, with a signal that aborts when it shall not any more. */
  readonly whenOn: (signal: AbortSignal) => Promise<AbortSignal>
  /** Its recorder is gone; resolves when what it left is taken in. */
  readonly onFallen: (signal: AbortSignal) => Promise<void>
  readonly log: Log
}

export function createCameraLife(options: CameraLifeOptions): CameraLife {
  const { settings, sourceText, log } = options
  const name = settings.name
  let state: CameraState = 'off'
  let reason: string | null = null
  let fallen = 0

  const live = async (signal: AbortSignal): Promise<void> => {
    try {
      const source = await openCameraSource(sourceText)
      await record(
        {
          ...options,
          source,
          onState: (next) => {
            state = next
            reason = next === 'stalled' ? 'its picture stopped' : null
          },
        },
        signal,
      )
    } catch (error) {
      fallen++
      state = 'failed'
      reason = reasonOf(error)
      await options.onFallen(signal)
      throw error
    }
  }

  const life = keepRunning({ name: `camera ${name}`, run: live }, log)

  return {
    service: {
      name: life.name,
      run: async (signal) => {
        while (!signal.aborted) {
          const on = await options.whenOn(signal)
          if (!on.aborted) await life.run(on)
          state = 'off'
          reason = null
        }
      },
    },
    now: () => ({ name, state, reason, gaps: fallen }),
  }
}
