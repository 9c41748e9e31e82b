/** Which keys save a moment, and whether a device has one: numbers of linux/input-event-codes.h. */

/** What the kernel tells of an input device. */
export interface Abilities {
  /** Its keys, as /sys/class/input/eventN/device/capabilities/key has them: 64 bits a word in hex, the highest first. */
  readonly keys: string
  /** As device/id/bustype has it: four digits in hex. */
  readonly bus: string
}

const KEYS: readonly number[] = [
  28, // KEY_ENTER
  // Remote shutters, the buttons of headsets, and what a GPIO is usually given.
  115, // KEY_VOLUMEUP
  114, // KEY_VOLUMEDOWN
  164, // KEY_PLAYPAUSE
  167, // KEY_RECORD
  212, // KEY_CAMERA
  // Keys without a meaning of their own.
  148, // KEY_PROG1
  149, // KEY_PROG2
  202, // KEY_PROG3
  203, // KEY_PROG4
  156, // KEY_BOOKMARKS
]
/** BTN_0 to BTN_9; then joysticks and gamepads, which rings and handlebar remotes pretend to be, BTN_TRIGGER to BTN_THUMBR. */
const BUTTONS: readonly (readonly [number, number])[] = [
  [0x100, 0x109],
  [0x120, 0x13e],
]

/** KEY_Q to KEY_P: who has them all is a keyboard, or says so. */
const LETTERS: readonly number[] = [16, 17, 18, 19, 20, 21, 22, 23, 24, 25]
const BUS_BLUETOOTH = '0005'
const BITS_A_WORD = 64

/**
 * The codes of a device that save a moment; empty for mice, touchscreens and power buttons, and for a keyboard with a cable:
 * what is typed is no incident, and nobody's business. A remote shutter, too, claims to have all letters, and is told from
 * a keyboard by being on Bluetooth.
 */
export function savingKeys({ keys, bus }: Abilities): ReadonlySet<number> {
  const has = bitsOf(keys)
  if (LETTERS.every(has) && bus.trim() !== BUS_BLUETOOTH) return new Set()
  return new Set([...KEYS, ...BUTTONS.flatMap(([first, last]) => range(first, last))].filter(has))
}

function bitsOf(words: string): (bit: number) => boolean {
  const lowestFirst = words.trim().split(/\s+/).toReversed()
  return (bit) => {
    const word = lowestFirst[Math.floor(bit / BITS_A_WORD)] ?? ''
    return /^[0-9a-f]+$/i.test(word) && ((BigInt(`0x${word}`) >> BigInt(bit % BITS_A_WORD)) & 1n) === 1n
  }
}

const range = (first: number, last: number): number[] => Array.from({ length: last - first + 1 }, (_, at) => first + at)
