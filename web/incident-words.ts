/** Saved moments in the rider's words. */
import type { Incident, IncidentCause } from '../core/ride/incident.js'
import { countWords, timeOfDay } from './format.js'
import type { Saving } from './saving.js'

export interface SavingTold {
  readonly words: string
  readonly level: 'waiting' | 'saved' | 'failed'
}

/** What stands below the button; null before the first touch. A failure is not hidden by what went well beside it. */
export function savingTold({ waiting, saved, failed }: Saving): SavingTold | null {
  if (waiting > 0) return { words: waiting === 1 ? 'Saving…' : `Saving ${waiting} moments…`, level: 'waiting' }
  if (failed !== null) return { words: `Not saved: ${failed}`, level: 'failed' }
  if (saved !== null) return { words: savedWords(saved), level: 'saved' }
  return null
}

/** `Saved 12:04:31, 60 s back, 60 s on`, in the zone given, the browser's own by default. */
export function savedWords({ atUtcMs, beforeMs, afterMs }: Incident, timeZone?: string): string {
  const time = atUtcMs === null ? '' : ` ${timeOfDay(atUtcMs, timeZone)}`
  return `Saved${time}, ${reachWords(beforeMs)} back, ${reachWords(afterMs)} on`
}

/** `12:04:31`, or `time unknown`. */
export const momentWords = ({ atUtcMs }: Incident, timeZone?: string): string =>
  atUtcMs === null ? 'time unknown' : timeOfDay(atUtcMs, timeZone)

const CAUSES: Readonly<Record<IncidentCause, string>> = {
  rider: 'saved on the page',
  button: 'saved with the button',
  braking: 'hard braking',
  crash: 'crash noticed',
}

/** `saved on the page · 60 s back, 60 s on`. */
export const incidentWords = ({ cause, beforeMs, afterMs }: Incident): string =>
  `${CAUSES[cause]} · ${reachWords(beforeMs)} back, ${reachWords(afterMs)} on`

export const momentCount = (incidents: number): string => countWords(incidents, 'saved moment')

const MINUTES_FROM_S = 120

/** `60 s`, `119 s`, `5 min`: rounded. */
function reachWords(ms: number): string {
  const seconds = Math.round(ms / 1_000)
  return seconds <= MINUTES_FROM_S ? `${seconds} s` : `${Math.round(seconds / 60)} min`
}
