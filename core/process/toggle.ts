/** Something that is on or off, and that can be waited for. */

export interface Toggle {
  readonly isOn: () => boolean
  readonly turn: (isOn: boolean) => void
  /** Resolves once it is on, or the signal aborts, with a signal that aborts when it is off again or that one aborts. */
  readonly whenOn: (signal: AbortSignal) => Promise<AbortSignal>
}

export function createToggle(isOnAtFirst: boolean): Toggle {
  let turnedOff = new AbortController()
  let turnedOn = new AbortController()
  if (isOnAtFirst) turnedOn.abort()
  else turnedOff.abort()

  return {
    isOn: () => turnedOn.signal.aborted,
    turn: (isOn) => {
      if (isOn === turnedOn.signal.aborted) return
      if (isOn) {
        turnedOff = new AbortController()
        turnedOn.abort()
      } else {
        turnedOn = new AbortController()
        turnedOff.abort()
      }
    },
    whenOn: async (signal) => {
      await aborted(AbortSignal.any([signal, turnedOn.signal]))
      return AbortSignal.any([signal, turnedOff.signal])
    },
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
