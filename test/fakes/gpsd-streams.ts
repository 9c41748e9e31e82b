/** Streams a client of gpsd could get: recorded ones where they lie beside the project, and one made here. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DEVICES, seeded, tpv, VERSION, WATCH } from './fake-gpsd.js'

export const RECORDED = join(import.meta.dirname, '../../../shared/gpsd')
export const hasRecorded = existsSync(join(RECORDED, 'json-3.22'))

export interface Stream {
  readonly name: string
  readonly bytes: Buffer
}

export function recordedStreams(): Stream[] {
  if (!hasRecorded) return []
  const folder = join(RECORDED, 'json-3.22')
  return readdirSync(folder).map((name) => ({ name, bytes: readFileSync(join(folder, name)) }))
}

/** Ten minutes with what receivers do: epochs in several parts, interleaved, back in time, without time, without fix. */
export function madeStream(): Stream {
  const random = seeded(7)
  let text = VERSION + DEVICES + WATCH
  for (let second = 0; second < 600; second += 1) {
    if (random() < 0.05) text += '{"class":"TPV","device":"/dev/ttyACM0","mode":0}\r\n'
    if (random() < 0.1) text += '{"class":"DEVICE","path":"/dev/ttyACM0","subtype":"SW ROM é Ü 日"}\r\n'
    if (second < 5 || random() < 0.03) {
      text += tpv(second, { mode: 1, lat: undefined, lon: undefined })
      continue
    }
    text += tpv(second, { mode: 2, speed: 5 + random() })
    if (random() < 0.3) text += tpv(second, { altMSL: 500 + second / 100, alt: 500 + second / 100, speed: undefined })
    if (random() < 0.3) text += tpv(second - 0.5, { track: 359 * random() })
    if (random() < 0.3) text += tpv(second, { eph: 4 + random(), epx: 3, epy: 4 })
    if (random() < 0.1) text += tpv(second, { time: undefined })
    if (random() < 0.02) text += tpv(second, { mode: 3, lat: undefined, track: 12 })
    text += `{"class":"SKY","device":"/dev/ttyACM0","nSat":14,"uSat":9,"hdop":${(0.8 + random()).toFixed(2)}}\r\n`
  }
  return { name: 'made here', bytes: Buffer.from(text) }
}

/** Cut into pieces of 1 to `most` bytes, the same ones at every run. */
export function* inPieces(bytes: Buffer, most: number, seed = 1): Generator<Buffer> {
  const random = seeded(seed)
  for (let start = 0; start < bytes.length; ) {
    const end = start + 1 + Math.floor(random() * most)
    yield bytes.subarray(start, end)
    start = end
  }
}
