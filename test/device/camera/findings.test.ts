/** What doctor says of each camera tells a rider what is found, what encodes it, and what to do. */
import { describe, expect, it } from 'vitest'
import type { CameraSettings, CameraSource } from '../../../device/camera/command.js'
import { type CameraFound, cameraFindings, cameraMissing } from '../../../device/camera/findings.js'

const settings: CameraSettings = {
  name: 'front',
  width: 1920,
  height: 1080,
  fps: 30,
  bitrateMbps: 8,
  rotateDeg: 0,
  audio: false,
}
const means = { microphone: null, ffmpegMajor: 5 }
const PI_4 = { model: 'Raspberry Pi 4 Model B', encoder: 'hardware' } as const
const PI_5 = { model: 'Raspberry Pi 5 Model B', encoder: 'software' } as const
const PC = { model: null, encoder: 'software' } as const
const usb = { kind: 'v4l2', device: '/dev/video0', format: 'mjpeg', encoder: 'h264_v4l2m2m', ...means } as const

const found = (source: CameraSource, more: Partial<CameraFound> = {}) =>
  cameraFindings({
    settings,
    source,
    board: PC,
    sizesInstead: null,
    hasV4l2Ctl: true,
    microphones: [],
    folder: '/data/footage/boot',
    segmentSeconds: 60,
    ...more,
  })
const lines = (...args: Parameters<typeof found>) =>
  found(...args).map(({ state, name, says, todo }) => [state, name, says, ...(todo === null ? [] : [todo])].join(' | '))

describe('a camera is described', () => {
  it.each<[string, CameraSource, Partial<CameraFound>, string]>([
    ['a test picture', { kind: 'test', ...means }, {}, 'a test picture; encoded by libx264'],
    [
      'a Pi 4',
      { kind: 'rpicam', camera: 0, encoder: 'hardware', ...means },
      { board: PI_4 },
      'camera 0 of the board: whether it is on its cable is seen when it records; encoded by the board, Raspberry Pi 4 Model B',
    ],
    [
      'a Pi 5',
      { kind: 'rpicam', camera: 1, encoder: 'software', ...means },
      { board: PI_5 },
      'camera 1 of the board: whether it is on its cable is seen when it records; encoded by libx264 in rpicam-vid: this is Raspberry Pi 5 Model B, which has no encoder that it uses',
    ],
    [
      'MJPEG on a Pi 4',
      usb,
      { board: PI_4 },
      '/dev/video0 gives mjpeg; encoded by the board, Raspberry Pi 4 Model B: it was tried',
    ],
    [
      'MJPEG too large for a Pi 4',
      usb,
      { settings: { ...settings, width: 2560, height: 1440 } },
      '/dev/video0 gives mjpeg; encoded by libx264: the encoder of the board takes 1920x1080 at most',
    ],
    [
      'MJPEG elsewhere',
      { ...usb, encoder: 'libx264' },
      {},
      '/dev/video0 gives mjpeg; encoded by libx264: no encoder of the board works here',
    ],
    ['H.264', { ...usb, format: 'h264' }, {}, '/dev/video0 gives h264; H.264 is copied as it comes'],
    [
      'a FIFO',
      { kind: 'fifo', file: '/run/cam', format: 'probed', ...means },
      {},
      '/run/cam is a FIFO: read once, its format found out by ffmpeg; H.264 is copied as it comes',
    ],
  ])('%s', (_, source, more, says) => {
    expect(lines(source, more)[0]).toBe(`ok | camera front | ${says}`)
  })

  it('without the password of a network camera, in words and commands', () => {
    const source: CameraSource = { kind: 'rtsp', url: 'rtsp://me:geheim@10.0.0.5/s?key=geheim', ...means }
    expect(JSON.stringify(found(source))).not.toContain('geheim')
    expect(found(source)[0]?.commands[0]).toContain("-i 'rtsp://10.0.0.5/…' ")
  })

  it('as one that cannot record where it has no picture of that size', () => {
    expect(lines(usb, { sizesInstead: ['640x480', '1280x720'] })[0]).toBe(
      'fail | camera front | it has no picture of 1920x1080 | set width and height to one of 640x480, 1280x720',
    )
  })

  it('as one that is missing, with what to do', () => {
    expect(cameraMissing('front', 'rpicam-vid is not installed: sudo apt install rpicam-apps')).toMatchObject({
      state: 'fail',
      says: 'rpicam-vid is not installed',
      todo: 'sudo apt install rpicam-apps',
    })
  })
})

describe('the commands', () => {
  it('are those that would run, to be typed as they are', () => {
    const [{ commands } = { commands: [] }] = found({ kind: 'rpicam', camera: 0, encoder: 'hardware', ...means })
    expect(commands).toHaveLength(1)
    expect(commands[0]).toMatch(
      /^rpicam-vid --nopreview .* --output - \| ffmpeg .* \/data\/footage\/boot\/front-%06d.mp4$/,
    )
  })

  it('begin with those that lock the focus of a USB camera', () => {
    expect(found(usb)[0]?.commands[0]).toBe('v4l2-ctl --device /dev/video0 --set-ctrl focus_automatic_continuous=0')
  })
})

describe('beside the picture is told', () => {
  const loud = { ...settings, audio: true }
  const pi: CameraSource = { kind: 'rpicam', camera: 0, encoder: 'hardware', ...means }
  const mic = { name: 'USB Audio', isFree: true }

  it.each<[string, CameraSource, Partial<CameraFound>, string]>([
    [
      'which microphone',
      { ...pi, microphone: 'plughw:1,0' },
      { settings: loud, microphones: [mic] },
      'ok | sound of front | from USB Audio',
    ],
    [
      'that there is none',
      pi,
      { settings: loud },
      'warn | sound of front | there is no microphone: recorded without sound | plug one in, or set audio: false',
    ],
    [
      'that it is taken',
      pi,
      { settings: loud, microphones: [{ ...mic, isFree: false }] },
      'warn | sound of front | every microphone is in use just now | nothing, where Spokecam is recording; else end what uses it',
    ],
    ['how its focus is locked', pi, {}, 'ok | focus of front | locked at infinity, where its lens moves'],
    [
      'that its focus is not locked',
      usb,
      { hasV4l2Ctl: false },
      'warn | focus of front | not locked: v4l2-ctl is not installed | sudo apt install v4l-utils',
    ],
    [
      'that the sensor turns it',
      pi,
      { settings: { ...settings, rotateDeg: 180 } },
      'ok | rotation of front | 180 degrees clockwise, by the sensor',
    ],
    [
      'that a tag turns it',
      pi,
      { settings: { ...settings, rotateDeg: 90 } },
      'ok | rotation of front | 90 degrees clockwise, by a tag: players turn it',
    ],
  ])('%s', (_, source, more, line) => {
    expect(lines(source, more)).toContain(line)
  })

  it('nothing of sound where none is asked for, nor of turning where it is upright', () => {
    expect(lines({ kind: 'test', ...means })).toHaveLength(1)
  })
})
