import { describe, expect, it } from 'vitest'
import { measureSensorWay } from '../../../device/camera/sensor-way.js'

const takenAt = (frame: number): number => 50_000 + (frame * 1_000) / 30

describe('the way from the sensor to the end of the encoder', () => {
  it('is not longer because this process was held up for a second', () => {
    const way = measureSensorWay()
    for (let frame = 0; frame < 90; frame++) way.heard(takenAt(frame), Math.max(takenAt(frame) + 60, takenAt(30)))
    expect(way.wayMs()).toBeCloseTo(60)
  })

  it('follows an encoder that becomes slower', () => {
    const way = measureSensorWay()
    for (let frame = 0; frame < 900; frame++) way.heard(takenAt(frame), takenAt(frame) + (frame < 450 ? 60 : 90))
    expect(way.wayMs()).toBeCloseTo(90)
  })

  it.each([
    ['nobody tells of frames', []],
    ['they are told by another clock', [-1e9, 5_000]],
  ])('is unknown where %s', (_, aheadMs) => {
    const way = measureSensorWay()
    for (const ms of aheadMs) way.heard(takenAt(0) + ms, takenAt(0) + 60)
    expect(way.wayMs()).toBeNull()
    expect(way.firstTakenMonoMs()).toBeNull()
  })
})

it('the first frame of all is remembered, and no other taken for it', () => {
  const way = measureSensorWay()
  for (let frame = 0; frame < 900; frame++) way.heard(takenAt(frame), takenAt(frame) + 60)
  expect(way.firstTakenMonoMs()).toBe(takenAt(0))
  const late = measureSensorWay()
  late.heard(takenAt(0) - 1e9, takenAt(0) + 60)
  late.heard(takenAt(1), takenAt(1) + 60)
  expect(late.firstTakenMonoMs()).toBeNull()
})
