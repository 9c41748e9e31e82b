/** Reads presses of keys out of what an event device of Linux gives, however its bytes are cut. */

export interface InputEvents {
  /** The codes of the keys that go down in these bytes, in order; neither repeats nor releases. */
  readonly pressesIn: (chunk: Buffer) => number[]
}

/** struct input_event of 64-bit kernels: two numbers of 8 bytes for its time, type and code of 2, a value of 4. */
const EVENT_BYTES = 24
const TYPE_AT = 16
const CODE_AT = 18
const VALUE_AT = 20
const EV_KEY = 1
const DOWN = 1

/** The time in an event is not read: it is the wall clock's, which jumps. */
export function createInputEvents(): InputEvents {
  let rest: Buffer = Buffer.alloc(0)
  return {
    pressesIn: (chunk) => {
      const bytes = Buffer.concat([rest, chunk])
      const pressed: number[] = []
      let at = 0
      for (; at + EVENT_BYTES <= bytes.length; at += EVENT_BYTES) {
        const isPress = bytes.readUInt16LE(at + TYPE_AT) === EV_KEY && bytes.readInt32LE(at + VALUE_AT) === DOWN
        if (isPress) pressed.push(bytes.readUInt16LE(at + CODE_AT))
      }
      rest = bytes.subarray(at)
      return pressed
    },
  }
}
