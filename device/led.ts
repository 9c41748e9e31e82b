/** The rider's lamp: lit while recording, blinking when something keeps it from recording, dark when nothing is to be recorded. */
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Log } from '../core/process/log.js'
import type { Now } from '../core/ride/now.js'

export type Lamp = 'lit' | 'blinking' | 'dark'

export interface Led {
  /** Shows how it is now; what it shows already it leaves alone. */
  readonly show: (now: Now) => void
}

/** Named so by whoever wires it: `dtoverlay=gpio-led,gpio=17,label=spokecam`. */
const FOLDER = '/sys/class/leds/spokecam'
const BLINKS_MS = '150'

export function lampOf({ cameras, storage, recordingOn }: Pick<Now, 'cameras' | 'storage' | 'recordingOn'>): Lamp {
  if (storage.state === 'failed') return 'blinking'
  if (!recordingOn) return 'dark'
  const isAsItShouldBe = cameras.every(({ state }) => state === 'recording')
  return isAsItShouldBe ? 'lit' : 'blinking'
}

/** @param folder of the LED under sysfs (Documentation/leds/leds-class.rst); where there is none nothing is shown */
export function openLed(log: Log, folder = FOLDER): Led {
  if (!existsSync(folder)) return { show: () => {} }
  let shown: Lamp | null = null
  let writing: Promise<void> = Promise.resolve()

  const write = async (lamp: Lamp): Promise<void> => {
    try {
      for (const [name, value] of Object.entries(WRITES[lamp])) await writeFile(join(folder, name), value)
    } catch (error) {
      log.warn('the LED cannot be set', { folder, error })
    }
  }
  return {
    show: (now) => {
      const lamp = lampOf(now)
      if (lamp === shown) return
      shown = lamp
      writing = writing.then(() => write(lamp))
    },
  }
}

/** In this order: the delays appear with the trigger. */
const WRITES: Readonly<Record<Lamp, Readonly<Record<string, string>>>> = {
  lit: { trigger: 'none', brightness: '255' },
  dark: { trigger: 'none', brightness: '0' },
  blinking: { trigger: 'timer', delay_on: BLINKS_MS, delay_off: BLINKS_MS },
}
