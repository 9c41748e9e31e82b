/** Times as people type them: ISO 8601, milliseconds since 1970, or +MM:SS after the ride's start. */
import { UsageError } from '../core/process/run.js'

/** @returns milliseconds since 1970 @throws UsageError for any other form, or an offset to a start that is not known */
export function parseTime(flag: string, typed: string, startedUtcMs: number | null): number {
  const offset = /^\+(?:(\d+):)?(\d{1,3}):([0-5]\d(?:\.\d+)?)$/.exec(typed)
  if (offset !== null) {
    if (startedUtcMs === null) throw new UsageError(`--${flag} is ${typed}: when the ride began is unknown`)
    const [hours, minutes, seconds] = offset.slice(1).map((part) => Number(part ?? 0)) as [number, number, number]
    return startedUtcMs + ((hours * 60 + minutes) * 60 + seconds) * 1_000
  }
  if (/^\d{11,15}$/.test(typed)) return Number(typed)
  const utcMs = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/.test(typed)
    ? Date.parse(typed)
    : Number.NaN
  if (Number.isNaN(utcMs)) {
    throw new UsageError(`--${flag} is ${typed}: must be like 2026-06-06T08:00:00Z, 1780732800000 or +12:30`)
  }
  return utcMs
}
