/** Each kind of camera is recognised by its name, and one that cannot record now says what to do. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Answer, Machine } from '../../../device/camera/machine.js'
import { cameraSourceFault, openCameraSource } from '../../../device/camera/source.js'
import { makeFifo } from '../../fakes/camera-film.js'
import { makeSegment } from '../../fakes/clip.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spokecam-source-'))
  await makeSegment(join(folder, 'clip.mp4'), { seconds: 1 })
  for (const name of ['camera', 'camera.h264', 'camera.TS', 'camera.mp4']) await makeFifo(join(folder, name))
})
afterAll(() => rm(folder, { recursive: true }))

/** A machine that answers as told: a program by its name and words, a file by its path. */
function machineWith(
  answers: Readonly<Record<string, string | null>>,
  files: Readonly<Record<string, string>> = {},
  device: 'missing' | 'forbidden' | 'usable' = 'usable',
): Machine & { readonly asked: string[] } {
  const asked: string[] = []
  return {
    asked,
    ask: async (program, args): Promise<Answer | null> => {
      const words = [program, ...args].join(' ')
      asked.push(words)
      const found = Object.entries(answers).find(([part]) => words.includes(part))?.[1]
      return found === undefined || found === null ? null : { ok: !found.startsWith('!'), said: found }
    },
    read: async (path) => files[path] ?? null,
    device: async () => device,
  }
}
const FFMPEG = { 'ffmpeg -version': 'ffmpeg version 6.1 Copyright' }
const formats = (...names: string[]) => ({
  '-list_formats': `!${names.map((name) => `[v4l2 @ 0x1] Compressed: ${name.padStart(11)} : x : 1920x1080`).join('\n')}`,
})
const means = { microphone: null, ffmpegMajor: 6 }

it.each([
  ['test:', true],
  ['file:clip.mp4', true],
  ['rpicam:0', true],
  ['v4l2:///dev/video0', true],
  ['rtsp://10.0.0.5:554/stream', true],
  ['rtsps://name:p%40ss@camera.local/stream?x=1', true],
  ['file:', false],
  ['rpicam:front', false],
  ['v4l2:///dev/', false],
  ['rtsp://', false],
  ['rtsp:///stream', false],
  ['http://10.0.0.5/', false],
])('a camera at %s can be recorded: %s', (source, expected) => {
  expect(cameraSourceFault(source) === null).toBe(expected)
})

describe('a file', () => {
  it('is a clip, or a camera where it is a FIFO, whose name tells its format', async () => {
    const open = (name: string) => openCameraSource(`file:${join(folder, name)}`, machineWith(FFMPEG))
    expect(await open('clip.mp4')).toMatchObject({ kind: 'file', isH264: true, ...means })
    expect(await open('camera')).toMatchObject({ kind: 'fifo', format: 'probed', ...means })
    expect(await open('camera.h264')).toMatchObject({ kind: 'fifo', format: 'h264' })
    expect(await open('camera.TS')).toMatchObject({ kind: 'fifo', format: 'mpegts' })
    expect(await open('camera.mp4')).toMatchObject({ kind: 'fifo', format: 'mp4' })
  })
})

describe('a Raspberry Pi camera', () => {
  const board = (chip: string) => ({ '/proc/device-tree/compatible': `raspberrypi,x\0brcm,${chip}\0` })

  it.each([
    ['bcm2711', 'hardware'],
    ['bcm2712', 'software'],
  ])('is encoded as its board, a %s, can: in %s', async (chip, encoder) => {
    const machine = machineWith({ ...FFMPEG, 'rpicam-vid --version': 'rpicam-apps build: v1.8' }, board(chip))
    expect(await openCameraSource('rpicam:1', machine)).toEqual({ kind: 'rpicam', camera: 1, encoder, ...means })
  })
})

describe('a USB camera', () => {
  it('that gives H.264 is copied, and no encoder is tried', async () => {
    const machine = machineWith({ ...FFMPEG, ...formats('mjpeg', 'h264') })
    expect(await openCameraSource('v4l2:///dev/video0', machine)).toMatchObject({
      device: '/dev/video0',
      format: 'h264',
    })
    expect(machine.asked.join('\n')).not.toContain('h264_v4l2m2m')
  })

  it.each([
    ['works', '', 'h264_v4l2m2m'],
    ['does not', '!Could not find a valid device', 'libx264'],
  ])('that gives MJPEG is encoded by the board where that %s: %3$s', async (_, trial, encoder) => {
    const machine = machineWith({ ...FFMPEG, ...formats('mjpeg'), h264_v4l2m2m: trial })
    expect(await openCameraSource('v4l2:///dev/video0', machine)).toMatchObject({ format: 'mjpeg', encoder })
    await openCameraSource('v4l2:///dev/video0', machine)
    expect(machine.asked.filter((words) => words.includes('h264_v4l2m2m'))).toHaveLength(1)
  })

  it('has its focus locked, each control on its own', async () => {
    const machine = machineWith({ ...FFMPEG, ...formats('h264'), 'v4l2-ctl': '!unknown control' })
    await openCameraSource('v4l2:///dev/video0', machine)
    expect(machine.asked.filter((words) => words.startsWith('v4l2-ctl'))).toEqual([
      'v4l2-ctl --device /dev/video0 --set-ctrl focus_automatic_continuous=0',
      'v4l2-ctl --device /dev/video0 --set-ctrl focus_auto=0',
      'v4l2-ctl --device /dev/video0 --set-ctrl focus_absolute=0',
    ])
  })
})

describe('what cannot record now says what to do', () => {
  it.each<[string, string, Machine, RegExp]>([
    ['a clip that is none', 'file:rtsp://u:geheim@h/x', machineWith(FFMPEG), /there is no clip rtsp:\/\/h\/…: put/],
    ['a missing clip', 'file:/nowhere.mp4', machineWith(FFMPEG), /there is no clip \/nowhere\.mp4: put it there/],
    ['rpicam-vid', 'rpicam:0', machineWith(FFMPEG), /rpicam-vid is not installed: sudo apt install rpicam-apps/],
    [
      'a camera that is pulled',
      'v4l2:///dev/video7',
      machineWith(FFMPEG, {}, 'missing'),
      /no camera at \/dev\/video7: plug it in/,
    ],
    [
      'a camera that is not allowed',
      'v4l2:///dev/video0',
      machineWith(FFMPEG, {}, 'forbidden'),
      /usermod -aG video USER/,
    ],
    [
      'a device without a picture',
      'v4l2:///dev/video1',
      machineWith({ ...FFMPEG, '-list_formats': '!/dev/video1: Immediate exit requested' }),
      /\/dev\/video1 offers no picture/,
    ],
  ])('%s', async (_, source, machine, says) => {
    await expect(openCameraSource(source, machine)).rejects.toThrow(says)
  })
})

describe('the microphone', () => {
  const pcm = { '/proc/asound/pcm': '01-00: USB Audio : USB Audio : capture 1\n02-00: Webcam : Webcam : capture 1\n' }
  const open = (files: Readonly<Record<string, string>>) => openCameraSource('test:', machineWith(FFMPEG, files))

  it('is the first that nobody records from, and none where all are taken', async () => {
    const taken = (card: number) => ({ [`/proc/asound/card${card}/pcm0c/sub0/status`]: 'state: RUNNING\n' })
    expect((await open(pcm)).microphone).toBe('plughw:1,0')
    expect((await open({ ...pcm, ...taken(1) })).microphone).toBe('plughw:2,0')
    expect((await open({ ...pcm, ...taken(1), ...taken(2) })).microphone).toBeNull()
  })
})
