/** SHA-256 of a text, at once: the browser's own answers later, and not at all to a page on plain http. */

/** The digest as eight numbers of 32 bits. FIPS 180-4, 6.2; of the text in UTF-8. */
export function sha256(text: string): Uint32Array {
  const message = padded(new TextEncoder().encode(text))
  const state = Uint32Array.from(BEGINNING)
  for (let at = 0; at < message.byteLength; at += BLOCK_BYTES) mix(state, scheduleOf(message, at))
  return state
}

const BLOCK_BYTES = 64
/** The first 32 bits behind the point of the roots of the first primes, square and cubic. */
const PRIMES = Array.from({ length: 312 }, (_, n) => n).filter(isPrime)
const fraction = (root: number): number => ((root % 1) * 2 ** 32) >>> 0
const BEGINNING = PRIMES.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)))
const ROUNDS = PRIMES.slice(0, 64).map((prime) => fraction(Math.cbrt(prime)))

function isPrime(n: number): boolean {
  for (let divisor = 2; divisor * divisor <= n; divisor += 1) if (n % divisor === 0) return false
  return n > 1
}

/** With a bit that is set, zeros, and the length in bits at the end of the last block. */
function padded(bytes: Uint8Array): DataView {
  const length = Math.ceil((bytes.length + 9) / BLOCK_BYTES) * BLOCK_BYTES
  const message = new Uint8Array(length)
  message.set(bytes)
  message[bytes.length] = 0x80
  const view = new DataView(message.buffer)
  view.setUint32(length - 4, bytes.length * 8)
  return view
}

const turned = (word: number, bits: number): number => (word >>> bits) | (word << (32 - bits))

function scheduleOf(message: DataView, from: number): Uint32Array {
  const words = new Uint32Array(64)
  for (let at = 0; at < 16; at += 1) words[at] = message.getUint32(from + at * 4)
  for (let at = 16; at < 64; at += 1) {
    const [near, far] = [words[at - 2] ?? 0, words[at - 15] ?? 0]
    const little = turned(far, 7) ^ turned(far, 18) ^ (far >>> 3)
    const late = turned(near, 17) ^ turned(near, 19) ^ (near >>> 10)
    words[at] = (words[at - 16] ?? 0) + little + (words[at - 7] ?? 0) + late
  }
  return words
}

function mix(state: Uint32Array, schedule: Uint32Array): void {
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state
  for (const [round, word] of schedule.entries()) {
    const choice = (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + ((e & f) ^ (~e & g))
    const first = (h + choice + (ROUNDS[round] ?? 0) + word) | 0
    const second = (turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))
    ;[h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + second) | 0]
  }
  for (const [at, word] of [a, b, c, d, e, f, g, h].entries()) state[at] = (state[at] ?? 0) + word
}
