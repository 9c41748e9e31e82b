/** Numbers as XML has them, read fast: a track has half a dozen a point. */

/** xsd:decimal, and the exponent that some programs write. Number() alone takes '' for 0 and 0x10 for 16. */
const DECIMAL = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/
/** Whole numbers below 2^53 and powers of ten up to 22 are exact, so that one division rounds as Number() does. */
const MOST_EXACT_DIGITS = 15
const POWERS = Array.from({ length: MOST_EXACT_DIGITS + 1 }, (_, digits) => 10 ** digits)
const ZERO = 48
const DOT = 46
const MINUS = 45

/** NaN for what is no decimal number. The same as Number() for one, in a third of the time where it is short and plain. */
export function decimalOf(text: string): number {
  const isNegative = text.charCodeAt(0) === MINUS
  const from = isNegative ? 1 : 0
  let value = 0
  let dotAt = -1
  for (let at = from; at < text.length; at += 1) {
    const digit = text.charCodeAt(at) - ZERO
    if (digit >= 0 && digit <= 9) value = value * 10 + digit
    else if (digit === DOT - ZERO && dotAt === -1) dotAt = at
    else return anyDecimalOf(text)
  }
  const decimals = dotAt === -1 ? 0 : text.length - 1 - dotAt
  const digits = text.length - from - (dotAt === -1 ? 0 : 1)
  const scale = POWERS[decimals]
  if (digits === 0 || digits > MOST_EXACT_DIGITS || scale === undefined) return anyDecimalOf(text)
  return isNegative ? -value / scale : value / scale
}

const anyDecimalOf = (text: string): number => (DECIMAL.test(text) ? Number(text) : Number.NaN)
