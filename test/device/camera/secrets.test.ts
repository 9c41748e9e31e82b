/** The password of a network camera reaches no log, no error and no screen. */
import { describe, expect, it } from 'vitest'
import type { CameraSource } from '../../../device/camera/command.js'
import { shownAddress, withoutAddresses, withoutSecrets } from '../../../device/camera/secrets.js'

const at = (url: string): CameraSource => ({ kind: 'rtsp', url, microphone: null, ffmpegMajor: 5 })

describe('an address is shown', () => {
  it.each([
    ['rtsp://10.0.0.5/stream', 'rtsp://10.0.0.5/…'],
    ['rtsp://admin:geheim@10.0.0.5:554/stream', 'rtsp://10.0.0.5:554/…'],
    ['rtsps://admin:ge%40heim@camera.local/stream', 'rtsps://camera.local/…'],
    ['rtsp://admin:ge@hei/m@camera.local/stream', 'rtsp://camera.local/…'],
    ['rtsp://admin:geheim@[fe80::1]:554/stream', 'rtsp://[fe80::1]:554/…'],
    ['rtsp://10.0.0.5:554/user=admin&password=geheim', 'rtsp://10.0.0.5:554/…'],
    ['rtsp://10.0.0.5?token=geheim', 'rtsp://10.0.0.5/…'],
    ['rpicam:0', 'rpicam:0'],
    ['file:/clips/a@b.mp4', 'file:/clips/a@b.mp4'],
  ])('%s as %s', (address, shown) => {
    expect(shownAddress(address)).toBe(shown)
  })
})

describe('what ffmpeg says of a network camera', () => {
  it.each([
    [
      'its address',
      'rtsp://admin:geheim@10.0.0.5/s',
      '[error] rtsp://admin:geheim@10.0.0.5/s: Connection refused',
      '[error] rtsp://10.0.0.5/…: Connection refused',
    ],
    [
      'its address in another form',
      'rtsp://admin:ge%21heim@10.0.0.5/s',
      "Input #0, rtsp, from 'rtsp://admin:ge!heim@10.0.0.5:554/s?tcp':",
      "Input #0, rtsp, from 'rtsp://10.0.0.5/…':",
    ],
    [
      'its password alone, escaped or not',
      'rtsp://admin:ge%40heim@10.0.0.5/s',
      'ge%40heim and ge@heim are wrong',
      '*** and *** are wrong',
    ],
    ['its password with a lone % in it', 'rtsp://admin:100%@10.0.0.5/s', 'wrong: 100%', 'wrong: ***'],
    ['nothing secret', 'rtsp://10.0.0.5/s', 'method DESCRIBE failed: 401', 'method DESCRIBE failed: 401'],
  ])('is told without %s', (_, url, said, told) => {
    expect(withoutSecrets(said, at(url))).toBe(told)
  })

  it('is told as it is for any other camera', () => {
    const said = '/dev/video0: Device or resource busy'
    expect(withoutSecrets(said, { kind: 'test', microphone: null, ffmpegMajor: 5 })).toBe(said)
  })
})

it.each([
  ["cameras[0].source is 'rtps://me:geheim@h/x': must be one of", "cameras[0].source is 'rtps://h/…': must be one of"],
  ['gps.source is gpsd://127.0.0.1:2947: no', 'gps.source is gpsd://127.0.0.1:2947: no'],
])('a fault of the settings, %s, is told as %s', (fault, told) => {
  expect(withoutAddresses(fault)).toBe(told)
})
