/** A camera's life: recorded again and again whatever befalls it, and what to tell of it meanwhile. */
import type { Log } from '../../core/process/log.js'
import { reasonOf } from '../../core/process/log.js'
import { keepRunning, type Service } from '../../core/process/service.js'
import type { CameraNow, CameraState } from '../../core/ride/now.js'
import { type CameraOptions, record } from './camera.js'
import { holdFifos } from './fifo.js'
import { openCameraSource } from './source.js'

export interface CameraLife {
  readonly service: Service
  readonly now: () => Pick<CameraNow, 'name' | 'state' | 'reason'>
  /** The wall clock was set: a recorder whose frames it stamps is begun again. */
  readonly wallClockSet: () => void
}

export interface CameraLifeOptions extends Omit<CameraOptions, 'source' | 'isJoined' | 'onState' | 'wallClockSet'> {
  readonly sourceText: string
  /** Resolves once it shall record, with a signal that aborts when it shall not any more. */
  readonly whenOn: (signal: AbortSignal) => Promise<AbortSignal>
  /** Its recorder is gone although it should record; resolves when what it left is taken in. */
  readonly onFallen: (signal: AbortSignal) => Promise<void>
  /** It is not to record now, and its recorder is gone; resolves when what that left open is taken in. */
  readonly onOff: (signal: AbortSignal) => Promise<void>
  readonly log: Log
}

export function createCameraLife(options: CameraLifeOptions): CameraLife {
  const { settings, sourceText, recordedBytes, log } = options
  const name = settings.name
  const fifos = holdFifos()
  let state: CameraState = 'off'
  let reason: string | null = null
  let bytesAtFirst = 0
  let clockSet = new AbortController()
  let holding: Promise<void> = Promise.resolve()

  const onState = (next: CameraState, why: string | null = null): void => {
    state = next
    reason = why
  }

  /** Not before: a writer that is let in while ffmpeg starts has its first frames wait, and they would be timed too late. */
  const hold = (file: string): void => {
    // Where it is gone meanwhile its writer is, too.
    holding = fifos.hold(file).catch(() => {})
  }

  const live = async (signal: AbortSignal): Promise<void> => {
    bytesAtFirst = recordedBytes()
    try {
      while (!signal.aborted) {
        onState('starting')
        const source = await openCameraSource(sourceText)
        await holding
        const isJoined = await fifos.drain()
        clockSet = new AbortController()
        const onStateOf = (next: CameraState): void => {
          onState(next, next === 'starting' && source.kind === 'fifo' ? 'nobody writes its picture yet' : null)
          if (next === 'recording' && source.kind === 'fifo') hold(source.file)
        }
        await record({ ...options, source, isJoined, onState: onStateOf, wallClockSet: clockSet.signal }, signal)
        if (!signal.aborted) await options.onFallen(signal)
      }
    } catch (error) {
      state = 'failed'
      reason = reasonOf(error)
      await options.onFallen(signal)
      throw error
    }
  }

  // The pause between attempts is forgotten once anything came of one: a fragment that is on the card.
  const life = keepRunning({ name: `camera ${name}`, run: live }, log, {
    wentWell: () => recordedBytes() > bytesAtFirst,
  })

  return {
    service: {
      name: life.name,
      run: async (signal) => {
        while (!signal.aborted) {
          const on = await options.whenOn(signal)
          if (!on.aborted) await life.run(on)
          await holding
          await fifos.release()
          onState('off')
          await options.onOff(signal)
        }
      },
    },
    now: () => ({ name, state, reason }),
    wallClockSet: () => clockSet.abort(),
  }
}
