/** What a machine says of its board, its cameras and its microphones is read as it is meant. */
import { describe, expect, it } from 'vitest'
import { boardOf } from '../../../device/camera/board.js'
import { majorIn } from '../../../device/camera/machine.js'
import { microphonesIn } from '../../../device/camera/microphone.js'
import { bestFormat, offeredFormats, sizesInstead } from '../../../device/camera/v4l2-formats.js'

describe('the board', () => {
  it.each<[string, string[], 'hardware' | 'software']>([
    ['Raspberry Pi Zero', ['raspberrypi,model-zero-w', 'brcm,bcm2835'], 'hardware'],
    ['Raspberry Pi 2', ['raspberrypi,2-model-b', 'brcm,bcm2836'], 'hardware'],
    ['Raspberry Pi 3', ['raspberrypi,3-model-b-plus', 'brcm,bcm2837'], 'hardware'],
    ['Raspberry Pi Zero 2', ['raspberrypi,model-zero-2-w', 'brcm,bcm2837'], 'hardware'],
    ['Raspberry Pi 4', ['raspberrypi,4-model-b', 'brcm,bcm2711'], 'hardware'],
    ['Raspberry Pi 5', ['raspberrypi,5-model-b', 'brcm,bcm2712'], 'software'],
    ['another board', ['radxa,rock-5b', 'rockchip,rk3588'], 'software'],
    ['a name that only begins like a chip with an encoder', ['x', 'brcm,bcm28355'], 'software'],
  ])('%s encodes in %3$s', (_, names, encoder) => {
    expect(boardOf(`${names.join('\0')}\0`).encoder).toBe(encoder)
  })

  it('is told by its model where it says one, and is none where there is no device tree', () => {
    expect(boardOf('raspberrypi,4-model-b\0brcm,bcm2711\0', 'Raspberry Pi 4 Model B Rev 1.5\0').model).toBe(
      'Raspberry Pi 4 Model B Rev 1.5',
    )
    expect(boardOf('')).toEqual({ model: null, encoder: 'software' })
  })
})

describe('a USB camera', () => {
  const line = (way: string, name: string, description: string, sizes: string) =>
    `[video4linux2,v4l2 @ 0x55d0c8] ${way}: ${name.padStart(11)} : ${description.padStart(20)} :${sizes}`
  const raw = line('Raw       ', 'yuyv422', 'YUYV 4:2:2', ' 640x480 1280x720')
  const mjpeg = line('Compressed', 'mjpeg', 'Motion-JPEG', ' 1280x720 1920x1080')
  const h264 = line('Compressed', 'h264', 'H.264', ' Emulated : 1920x1080')
  const unknown = line('Compressed', 'Unsupported', 'vendor format', ' 640x480')
  const stepwise = line('Raw       ', 'yuv420p', 'Planar YUV 4:2:0', ' {32-2592, 2}x{32-1944, 2}')
  const end = '/dev/video0: Immediate exit requested'

  it('offers what its lines say', () => {
    expect(offeredFormats([raw, mjpeg, h264, unknown, stepwise, end].join('\n'))).toEqual([
      { isCompressed: false, name: 'yuyv422', sizes: ['640x480', '1280x720'] },
      { isCompressed: true, name: 'mjpeg', sizes: ['1280x720', '1920x1080'] },
      { isCompressed: true, name: 'h264', sizes: ['1920x1080'] },
      { isCompressed: true, name: null, sizes: ['640x480'] },
      { isCompressed: false, name: 'yuv420p', sizes: [] },
    ])
  })

  it.each<[string, string[], 'h264' | 'mjpeg' | null | undefined]>([
    ['its own H.264 before all', [raw, mjpeg, h264], 'h264'],
    ['its MJPEG before raw pictures', [raw, mjpeg], 'mjpeg'],
    ['its raw pictures where there is nothing else', [raw, unknown], null],
    ['nothing where ffmpeg could read nothing of it', [unknown, end], undefined],
    ['nothing of a device that is no camera', [end], undefined],
  ])('is read by %s', (_, lines, expected) => {
    expect(bestFormat(offeredFormats(lines.join('\n')))).toBe(expected)
  })

  it('says which sizes it has where the wanted one is not among them', () => {
    const offered = offeredFormats([raw, mjpeg, stepwise].join('\n'))
    expect(sizesInstead(offered, 'mjpeg', { width: 800, height: 600 })).toEqual(['1280x720', '1920x1080'])
    expect(sizesInstead(offered, 'mjpeg', { width: 1920, height: 1080 })).toBeNull()
    expect(sizesInstead(offeredFormats(stepwise), null, { width: 800, height: 600 })).toBeNull()
  })
})

it('microphones are the sound devices that capture', () => {
  const pcm = [
    '00-00: bcm2835 HDMI 1 : bcm2835 HDMI 1 : playback 8',
    '01-00: USB Audio : USB Audio : playback 1 : capture 1',
    '02-01: a webcam : a webcam : capture 1',
    '',
  ].join('\n')
  expect(microphonesIn(pcm)).toEqual([
    { card: 1, device: 0, name: 'USB Audio' },
    { card: 2, device: 1, name: 'a webcam' },
  ])
})

it.each([
  ['ffmpeg version 5.1.9-0+deb12u1 Copyright (c) 2000-2026', 5],
  ['ffmpeg version 7.1.1-1+rpt1 Copyright', 7],
  ['ffmpeg version n7.1 Copyright (c) 2000-2024', 7],
  ['ffmpeg version N-47683-g0e8eb07980', 5],
  [null, 5],
])('the version of ffmpeg is read from %s', (line, major) => {
  expect(majorIn(line)).toBe(major)
})
