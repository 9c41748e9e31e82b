import { describe, expect, it } from 'vitest'
import { measureSensorWay } from '../../../device/camera/sensor-way.js'

const takenAt = (frame: number): number => 50_000 + (frame * 1_000) / 30

describe('the way from the sensor to the end of the encoder', () => {
  it('is not longer because this process was held up for a second', () => {
    const way = measureSensorWay()
    for (let frame = 0; frame < 90; frame++) way.heard(takenAt(frame), Math.max(takenAt(frame) + 60, takenAt(30)))
    expect(way.ms()).toBeCloseTo(60)
  })

  it('follows an encoder that becomes slower', () => {
    const way = measureSensorWay()
    for (let frame = 0; frame < 900; frame++) way.heard(takenAt(frame), takenAt(frame) + (frame < 450 ? 60 : 90))
    expect(way.ms()).toBeCloseTo(90)
  })

  it.each([
    ['nobody tells of frames', []],
    ['they are told by another clock', [-1e9, 5_000]],
  ])('is unknown where %s', (_, aheadMs) => {
    const way = measureSensorWay()
    for (const ms of aheadMs) way.heard(takenAt(0) + ms, takenAt(0) + 60)
    expect(way.ms()).toBeNull()
  })
})
