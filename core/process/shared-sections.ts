/** Sections of the settings that more than one process reads: whom a track may show what, and how figures are shown. */
import { choice, group, list, number, text } from './config-schema.js'

const privacyZone = group({
  latDeg: number({ from: -90, to: 90 }),
  lonDeg: number({ from: -180, to: 180 }),
  radiusM: number({ from: 1, to: 100_000 }),
})

export const privacySection = group({ zones: list({ of: 'zones', item: privacyZone, most: 100, fallback: [] }) })

export const displaySection = group({
  units: choice(['metric', 'imperial'], 'metric'),
  timeZone: text('auto or a name such as Europe/Berlin', (name) => name === 'auto' || isTimeZone(name), 'auto'),
})

/** Whether Node knows a zone of this name. */
export function isTimeZone(name: string): boolean {
  try {
    return Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    // It throws a RangeError for a name it does not know: that is the answer.
    return false
  }
}
