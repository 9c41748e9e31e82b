import { describe, expect, it } from 'vitest'
import { type CameraSource, recorderCommands } from '../../../device/camera/command.js'
import { cameraSourceFault } from '../../../device/camera/source.js'

const camera = { name: 'front', width: 640, height: 360, fps: 25, bitrateMbps: 2.5, rotateDeg: 0 } as const
const argumentsFor = (source: CameraSource, rotateDeg: 0 | 90 | 180 | 270 = 0) =>
  recorderCommands({
    camera: { ...camera, rotateDeg },
    source,
    folder: '/data/boot',
    firstNumber: 17,
    segmentSeconds: 30,
  }).ffmpeg.join(' ')

describe('the recorder', () => {
  it.each<[string, CameraSource, string[]]>([
    [
      'a test picture',
      { kind: 'test' },
      ['-re -f lavfi -i testsrc2=size=640x360:rate=25', '-c:v libx264', '-g 25', '-b:v 2.5M', '-bf 0'],
    ],
    [
      'an H.264 file',
      { kind: 'file', file: '/clips/a b.mp4', isH264: true },
      ['-re -stream_loop -1 -i file:/clips/a b.mp4', '-c:v copy'],
    ],
    ['another file', { kind: 'file', file: '/clips/a.webm', isH264: false }, ['-i file:/clips/a.webm', '-c:v libx264']],
  ])('is told how to record %s', (_, source, expected) => {
    for (const words of expected) expect(argumentsFor(source)).toContain(words)
  })

  it('never encodes what is H.264 already', () => {
    expect(argumentsFor({ kind: 'file', file: 'a.mp4', isH264: true })).not.toContain('libx264')
  })

  it('flushes each fragment inside the segment muxer, where alone it works', () => {
    expect(argumentsFor({ kind: 'test' })).toMatch(/-segment_format_options movflags=\S+:flush_packets=1/)
    expect(argumentsFor({ kind: 'test' })).not.toMatch(/-flush_packets/)
  })

  it('names files by camera and sequence number, never by a clock', () => {
    const told = argumentsFor({ kind: 'test' })
    expect(told).toContain('-segment_start_number 17')
    expect(told).toMatch(/ \/data\/boot\/front-%06d\.mp4$/)
    expect(told).not.toContain('strftime')
  })

  it('takes a folder with a percent sign literally', () => {
    const told = recorderCommands({
      camera,
      source: { kind: 'test' },
      folder: '/50%d',
      firstNumber: 1,
      segmentSeconds: 5,
    })
    expect(told.ffmpeg.at(-1)).toBe('/50%%d/front-%06d.mp4')
  })

  it.each([
    [90, 'transpose=clock'],
    [180, 'hflip,vflip'],
    [270, 'transpose=cclock'],
  ] as const)('turns an encoded picture by %d degrees', (rotateDeg, filter) => {
    expect(argumentsFor({ kind: 'test' }, rotateDeg)).toContain(`-vf ${filter}`)
  })
})

it.each([
  ['test:', true],
  ['file:clip.mp4', true],
  ['file:', false],
  ['rpicam:0', false],
])('a camera at %s can be recorded: %s', (source, expected) => {
  expect(cameraSourceFault(source) === null).toBe(expected)
})
