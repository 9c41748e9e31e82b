/** Figures and times of a track as every format writes them. */

/** Without an exponent, which xsd:decimal does not know; nine digits of a degree are a tenth of a millimetre. */
export function decimal(value: number): string {
  const text = value.toFixed(9)
  let end = text.length
  while (text.charCodeAt(end - 1) === ZERO) end -= 1
  const written = text.slice(0, text.charCodeAt(end - 1) === DOT ? end - 1 : end)
  return written === '-0' ? '0' : written
}

/** ISO 8601 in UTC with milliseconds. @param utcMs since 1970 */
export const isoOf = (utcMs: number): string => new Date(utcMs).toISOString()

const ZERO = 48
const DOT = 46
