/** The sensor's moments come one for each frame, however the metadata is cut and whatever else is in it. */
import { describe, expect, it } from 'vitest'
import { createSensorTimes } from '../../../device/camera/sensor-times.js'

/** As rpicam-vid writes it: strings only where there is a slash, nothing else quoted. */
const frame = (ns: bigint | null, before = '"ScalerCrop": "(0, 440)/4608x1712"') =>
  `{\n    ${before},\n${ns === null ? '' : `    "SensorTimestamp": ${ns},\n`}    "ColourGains": [ 2.19, 1.61 ]\n}`
const stream = (...frames: string[]) => `[\n${frames.join(',\n')}`

const readAll = (text: string, size: number): (number | null)[] => {
  const read = createSensorTimes()
  const times: (number | null)[] = []
  for (let at = 0; at < text.length; at += size) times.push(...read(text.slice(at, at + size)))
  return times
}

describe('the times of frames', () => {
  const text = stream(frame(1_000_000_000n), frame(1_033_333_000n), frame(1_066_666_000n))

  it.each([1, 2, 7, 64, 10_000])('are read from pieces of %d characters', (size) => {
    expect(readAll(text, size)).toEqual([1_000, 1_033.333, 1_066.666])
  })

  it('are known before the next frame comes', () => {
    const read = createSensorTimes()
    expect(read('[\n{\n    "SensorTimestamp": 5000000')).toEqual([])
    expect(read(',\n')).toEqual([5])
  })

  it('are known where the field is the last of its frame, too', () => {
    expect(readAll('[\n{\n    "Lux": 400.1,\n    "SensorTimestamp": 7000000\n', 9)).toEqual([7])
  })

  it('keep their place where a frame has none', () => {
    expect(readAll(`${stream(frame(1_000_000n), frame(null), frame(3_000_000n))}\n]\n`, 11)).toEqual([1, null, 3])
  })

  it('are one a frame even where a frame names two', () => {
    const twice = frame(2_000_000n, '"SensorTimestamp": 1000000')
    expect(readAll(stream(twice, frame(3_000_000n)), 13)).toEqual([1, 3])
  })

  it('survive what is no metadata, without keeping it', () => {
    const rubbish = '"SensorTimestamp": 1,\n}{}\n\0\n"SensorTimestamp": -3\n'
    const endless = 'x'.repeat(1_000_000)
    const read = createSensorTimes()
    expect(read(rubbish)).toEqual([])
    const before = process.memoryUsage().heapUsed
    for (let piece = 0; piece < 200; piece++) expect(read(`${piece}${endless}`)).toEqual([])
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(100_000_000)
    expect(readAll(`${endless}\n${stream(frame(4_000_000n, `"Table": [ ${'1, '.repeat(9_000)}0 ]`))}`, 4_096)).toEqual([
      4,
    ])
  })
})
