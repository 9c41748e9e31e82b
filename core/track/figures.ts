/** Figures and times of a track as every format writes them. */

/**
 * Without an exponent, which xsd:decimal does not know; nine digits of a degree are a tenth of a millimetre. Put together by
 * threes of digits: a track has a million figures, and toFixed takes five times as long.
 */
export function decimal(value: number): string {
  const billionths = Math.round(Math.abs(value) * BILLION)
  if (!(billionths < MOST_EXACT)) return withoutZeros(value.toFixed(9))
  const sign = value < 0 && billionths > 0 ? '-' : ''
  const whole = Math.floor(billionths / BILLION)
  const rest = billionths - whole * BILLION
  if (rest === 0) return `${sign}${whole}`
  const first = Math.floor(rest / 1e6)
  const second = Math.floor(rest / 1e3) - first * 1e3
  const third = rest - first * 1e6 - second * 1e3
  if (third > 0) return `${sign}${whole}.${THREE[first]}${THREE[second]}${ENDING[third]}`
  return second > 0 ? `${sign}${whole}.${THREE[first]}${ENDING[second]}` : `${sign}${whole}.${ENDING[first]}`
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
const ENDING = THREE.map((digits) => digits.replace(/0+$/, ''))
const BILLION = 1e9
/** Of a hundred thousand a billionth is still told apart by far. */
const MOST_EXACT = 1e14
/** The one that was written last. */
let minute = { fromMs: Number.NaN, text: '' }

/** Of what is larger than any figure of a track. */
const withoutZeros = (text: string): string => text.replace(/\.?0+$/, '')
