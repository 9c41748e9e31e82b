import { describe, expect, it } from 'vitest'
import { createStreamClock, isComplaint, openedNumber, parseListLine } from '../../../device/camera/segment-list.js'

describe('a message of the recorder', () => {
  it.each([
    ["[segment @ 0x55d0] [info] Opening '/data/footage/boot-000001/front-000012.mp4' for writing", 12],
    ["[segment @ 0x55d0] [info] Opening '/my rider's data/front-1000000.mp4' for writing", 1_000_000],
    ["[segment @ 0x55d0] [info] Opening '/data/footage/other.mp4' for writing", null],
    ["[info] Input #0, lavfi, from 'testsrc2':", null],
    ['', null],
  ])('%s opens segment %s', (message, expected) => {
    expect(openedNumber(message)).toBe(expected)
  })
})

it.each([
  ['[out#0/segment @ 0x55d0] [error] No space left on device', true],
  ['[mp4 @ 0x55d0] [warning] Application provided duration', true],
  ['[libx264 @ 0x55d0] [info] i16 v,h,dc,p: 88%  6%  5%  1%', false],
])('%s is a complaint: %s', (message, expected) => {
  expect(isComplaint(message)).toBe(expected)
})

describe('a line of the segment list', () => {
  it.each([
    ['front-000001.mp4,0.000000,5.000000', { file: 'front-000001.mp4', number: 1, startMs: 0, endMs: 5_000 }],
    ['front-000002.mp4,5.000000,9.966667\r', { file: 'front-000002.mp4', number: 2, startMs: 5_000, endMs: 9_966.667 }],
    ['front-000002.mp4,5.0,4.0', null],
    ['front-000002.mp4,nan,5.0', null],
    ['something else', null],
    ['', null],
  ])('%s', (line, expected) => {
    expect(parseListLine(line)).toEqual(expected)
  })
})

describe('the stream clock', () => {
  const closed = (number: number, startMs: number) => ({ file: '', number, startMs, endMs: startMs + 5_000 })

  it('ties segments to the earliest of all openings: one that was seen late does not move the others', () => {
    const clock = createStreamClock()
    clock.opened(1, 100_040)
    expect(clock.startOf(closed(1, 0))).toBe(100_040)
    clock.opened(2, 105_010)
    expect(clock.startOf(closed(2, 5_000))).toBe(105_010)
    clock.opened(3, 110_900)
    expect(clock.startOf(closed(3, 10_000))).toBe(110_010)
  })

  it('does not know a start before it saw any opening', () => {
    expect(createStreamClock().startOf(closed(1, 0))).toBeNull()
  })
})
