import { describe, expect, it } from 'vitest'
import {
  isComplaint,
  openedNumber,
  parseListLine,
  rateOfPicture,
  stampOfFirstFrame,
  withoutWhoSays,
} from '../../../device/camera/segment-list.js'

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

it.each([
  ['[info]   Duration: N/A, start: 1795291200.123456, bitrate: N/A', 1_795_291_200_123.456],
  ['[info]   Duration: 00:00:10.00, start: 0.000000, bitrate: 517 kb/s', 0],
  ['[info]   Duration: N/A, bitrate: N/A', null],
  ['[info]     encoder         : Lavf59.27.100', null],
])('%s says that the first frame was stamped %s', (message, expected) => {
  expect(stampOfFirstFrame(message)).toBe(expected)
})

it.each([
  [
    '[info]   Stream #0:0[0x1](und): Video: h264 (High) (avc1 / 0x31637661), yuv420p, 320x180, 517 kb/s, 29.97 fps, 30k tbr',
    29.97,
  ],
  ['[info]   Stream #0:0: Video: mjpeg (Baseline), yuvj422p, 1280x720, 25 fps, 25 tbr, 1000k tbn', 25],
  ['[info]   Stream #0:0: Video: h264 (Baseline), yuv420p(progressive), 320x180, 90k tbr, 90k tbn', null],
  ['[info]   Stream #0:1: Audio: aac (LC), 44100 Hz, mono, fltp, 69 kb/s', null],
])('%s tells a rate of %s', (message, expected) => {
  expect(rateOfPicture(message)).toBe(expected)
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

it.each([
  ['[tcp @ 0x55d409140d80] [error] Failed to resolve hostname camera', 'Failed to resolve hostname camera'],
  ['[out#0/segment @ 0x55d0] [error] No space left on device', 'No space left on device'],
  ['[fatal] pipe:0: could not find codec parameters', 'pipe:0: could not find codec parameters'],
  ['[0:12:34.5] [1234] WARN V4L2 as a camera says it', '[0:12:34.5] [1234] WARN V4L2 as a camera says it'],
])('%s says %s', (message, expected) => {
  expect(withoutWhoSays(message)).toBe(expected)
})
