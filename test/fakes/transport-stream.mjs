/** A minimal MPEG-TS muxer (ISO/IEC 13818-1) for one H.264 picture: what rpicam-vid makes of libx264's output on a Pi 5. */

const PACKET_BYTES = 188
const PAYLOAD_BYTES = 184
const TICKS_PER_MS = 90
/** What ffmpeg's muxer, which rpicam-vid uses, delays the first picture by. */
const FIRST_PTS_MS = 1_400
const DECODING_DELAY_MS = 700
const PID = { pat: 0, pmt: 0x1000, picture: 0x100 }
const H264 = 0x1b
const DELIMITER = Buffer.from([0, 0, 0, 1, 9, 0xf0])

/** @returns what turns a frame and its time since the first, in ms, into packets */
export function createTransportStream() {
  const counters = new Map()
  const next = (pid) => {
    const counter = counters.get(pid) ?? 0
    counters.set(pid, (counter + 1) % 16)
    return counter
  }
  const tables = () => [
    packet(PID.pat, true, next(PID.pat), null, section(0, Buffer.from([0, 1, 0xe0 | (PID.pmt >> 8), PID.pmt & 0xff]))),
    packet(PID.pmt, true, next(PID.pmt), null, section(2, programMap())),
  ]
  return ({ bytes, isKey }, sinceFirstMs) => {
    const ptsMs = sinceFirstMs + FIRST_PTS_MS
    const hasDelimiter = (bytes[bytes[2] === 1 ? 3 : 4] & 0x1f) === 9
    const body = Buffer.concat([pesHeader(ptsMs), hasDelimiter ? Buffer.alloc(0) : DELIMITER, bytes])
    const packets = isKey ? tables() : []
    for (let at = 0; at < body.length; ) {
      const clock = at === 0 ? clockField(ptsMs - DECODING_DELAY_MS, isKey) : null
      const room = PAYLOAD_BYTES - (clock?.length ?? 0)
      packets.push(packet(PID.picture, at === 0, next(PID.picture), clock, body.subarray(at, at + room)))
      at += room
    }
    return Buffer.concat(packets)
  }
}

function packet(pid, begins, counter, adaptation, payload) {
  const stuffing = PAYLOAD_BYTES - (adaptation?.length ?? 0) - payload.length
  const field = adaptation === null ? emptyField(stuffing) : Buffer.concat([adaptation, Buffer.alloc(stuffing, 0xff)])
  if (field.length > 0) field[0] = field.length - 1
  const flags = (field.length > 0 ? 0x30 : 0x10) | counter
  return Buffer.concat(
    [Buffer.from([0x47, (begins ? 0x40 : 0) | (pid >> 8), pid & 0xff, flags]), field, payload],
    PACKET_BYTES,
  )
}

function emptyField(sizeBytes) {
  const field = Buffer.alloc(sizeBytes, 0xff)
  if (sizeBytes > 1) field[1] = 0
  return field
}

/** An adaptation field with the programme clock; a keyframe is a point to begin at. */
function clockField(ms, isKey) {
  const ticks = Math.round(ms * TICKS_PER_MS)
  const field = Buffer.alloc(8)
  field[1] = 0x10 | (isKey ? 0x40 : 0)
  field.writeUInt32BE(Math.floor(ticks / 2) >>> 0, 2)
  field[6] = ((ticks & 1) << 7) | 0x7e
  return field
}

function pesHeader(ms) {
  const ticks = BigInt(Math.round(ms * TICKS_PER_MS))
  const part = (shift, bits) => Number((ticks >> BigInt(shift)) & BigInt((1 << bits) - 1))
  const [high, middle, low] = [part(30, 3), part(15, 15), part(0, 15)]
  return Buffer.from([
    ...[0, 0, 1, 0xe0, 0, 0, 0x80, 0x80, 5],
    ...[0x21 | (high << 1), middle >> 7, ((middle & 0x7f) << 1) | 1, low >> 7, ((low & 0x7f) << 1) | 1],
  ])
}

function programMap() {
  const pid = [0xe0 | (PID.picture >> 8), PID.picture & 0xff]
  return Buffer.from([...pid, 0xf0, 0, H264, ...pid, 0xf0, 0])
}

/** A table of programme 1 with its checksum, behind the pointer that a first packet needs. */
function section(tableId, body) {
  const length = body.length + 9
  const head = Buffer.from([tableId, 0xb0 | (length >> 8), length & 0xff, 0, 1, 0xc1, 0, 0])
  const whole = Buffer.concat([head, body])
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(checksum(whole))
  const padded = Buffer.alloc(PAYLOAD_BYTES, 0xff)
  Buffer.concat([Buffer.from([0]), whole, sum]).copy(padded)
  return padded
}

/** CRC-32/MPEG-2. */
function checksum(bytes) {
  let sum = 0xffffffff
  for (const byte of bytes) {
    sum ^= byte << 24
    for (let bit = 0; bit < 8; bit++) sum = sum & 0x80000000 ? (sum << 1) ^ 0x04c11db7 : sum << 1
  }
  return sum >>> 0
}
