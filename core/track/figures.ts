/** Figures and times of a track as every format writes them. */

/** Without an exponent, which xsd:decimal does not know; nine digits of a degree are a tenth of a millimetre. */
export function decimal(value: number): string {
  const text = value.toFixed(9)
  let end = text.length
  while (text.charCodeAt(end - 1) === ZERO) end -= 1
  const written = text.slice(0, text.charCodeAt(end - 1) === DOT ? end - 1 : end)
  return written === '-0' ? '0' : written
}

/** ISO 8601 in UTC with milliseconds, as Date has it, in a fifth of the time where points follow one another. @param utcMs since 1970 */
export function isoOf(utcMs: number): string {
  const ms = Math.floor(utcMs)
  const inMinuteMs = ms - minute.fromMs
  if (inMinuteMs < 0 || inMinuteMs >= MINUTE_MS || Number.isNaN(inMinuteMs)) {
    const text = new Date(ms).toISOString()
    minute = { fromMs: Math.floor(ms / MINUTE_MS) * MINUTE_MS, text: text.slice(0, -SECONDS_AND_MORE.length) }
    return text
  }
  const seconds = Math.floor(inMinuteMs / 1_000)
  return `${minute.text}${TWO[seconds]}.${THREE[inMinuteMs - seconds * 1_000]}Z`
}

const MINUTE_MS = 60_000
const SECONDS_AND_MORE = '00.000Z'
const TWO = Array.from({ length: 60 }, (_, n) => String(n).padStart(2, '0'))
const THREE = Array.from({ length: 1_000 }, (_, n) => String(n).padStart(3, '0'))
/** The one that was written last. */
let minute = { fromMs: Number.NaN, text: '' }

const ZERO = 48
const DOT = 46
