/** Whether cameras record: as the settings begin it, as the ride goes, and as the rider says. */
import { createToggle } from '../core/process/toggle.js'

export type Begin = 'power' | 'motion' | 'manual'

export interface Recording {
  readonly isOn: () => boolean
  /** A ride has begun, or ended: with `motion` cameras record while one is on. */
  readonly rideIs: (isOn: boolean) => void
  /** The rider begins or ends a ride. Resolves once a device that is begun again in this boot would know of it. */
  readonly setByRider: (isOn: boolean) => Promise<void>
  /** Resolves once cameras shall record, or the signal aborts, with a signal that aborts when either is over. */
  readonly whenOn: (signal: AbortSignal) => Promise<AbortSignal>
}

export interface RecordingOptions {
  readonly begin: Begin
  /** What the rider last said in this boot; null where nothing was said. */
  readonly word: boolean | null
  /** A ride goes on that an earlier run of the device began. */
  readonly hasRide: boolean
  /** null: nothing is said any more. */
  readonly keepWord: (word: boolean | null) => Promise<void>
  readonly beginRide: () => void
  readonly endRide: () => void
}

export function createRecording({ begin, word, hasRide, ...options }: RecordingOptions): Recording {
  const toggle = createToggle(word ?? (begin === 'power' || hasRide))
  let isEnding = false
  return {
    isOn: toggle.isOn,
    whenOn: toggle.whenOn,
    rideIs: (isOn) => {
      // A ride that begins is recorded, however it began; one that ends by itself ends the recording that movement began.
      if (isOn || begin === 'motion') toggle.turn(isOn)
      // It had been begun by hand: that is over. Should it not be kept, the next start records, which is the lesser evil.
      if (!isOn && begin === 'motion' && !isEnding) options.keepWord(null).catch(() => {})
    },
    setByRider: async (isOn) => {
      toggle.turn(isOn)
      isEnding = !isOn
      if (isOn) options.beginRide()
      else options.endRide()
      isEnding = false
      await options.keepWord(isOn)
    },
  }
}
