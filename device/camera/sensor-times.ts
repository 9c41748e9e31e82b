/** When the sensor took each frame, read from the metadata that rpicam-vid writes while it records. */

const NS_IN_MS = 1_000_000
/** What is longer cannot be the line that is looked for: sensors' tables can be. */
const MOST_LINE_CHARS = 200

/**
 * Takes the metadata in pieces as they come and answers the frames whose time is known by then, in monotonic ms: one
 * entry for each frame that was encoded, null for one without a time. rpicam-vid writes an object a frame, a field a
 * line, and flushes each line; its values are not always JSON, so that lines are read and not a document. Keeps one
 * line at most, whatever comes.
 *
 * libcamera counts SensorTimestamp by CLOCK_BOOTTIME, which differs from CLOCK_MONOTONIC only after a sleep that a
 * Raspberry Pi does not have.
 */
export function createSensorTimes(): (piece: string) => (number | null)[] {
  let line = ''
  let isTooLong = false
  let isInFrame = false

  const read = (text: string): (number | null)[] => {
    const [, digits] = /^\s*"SensorTimestamp": (\d{1,19}),?\s*$/.exec(text) ?? []
    if (/^\s*\{/.test(text)) isInFrame = true
    if (digits !== undefined && isInFrame) {
      isInFrame = false
      return [Number(digits) / NS_IN_MS]
    }
    if (!/^\s*\}/.test(text) || !isInFrame) return []
    isInFrame = false
    return [null]
  }

  return (piece) => {
    const times: (number | null)[] = []
    for (let at = 0; at < piece.length; ) {
      const end = piece.indexOf('\n', at)
      const part = piece.slice(at, end === -1 ? piece.length : end)
      isTooLong ||= line.length + part.length > MOST_LINE_CHARS
      line = isTooLong ? '' : line + part
      if (end === -1) break
      if (!isTooLong) times.push(...read(line))
      line = ''
      isTooLong = false
      at = end + 1
    }
    return times
  }
}
