/** The password of a network camera reaches no log and no error by what its programs say. */
import { describe, expect, it } from 'vitest'
import type { CameraSource } from '../../../device/camera/command.js'
import { withoutSecrets } from '../../../device/camera/secrets.js'

const at = (url: string): CameraSource => ({ kind: 'rtsp', url, microphone: null, ffmpegMajor: 5 })

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
    [
      'its address, and with its words whole where the password is short',
      'rtsp://admin:p@10.0.0.5/s',
      'ffmpeg stopped: rtsp://admin:p@10.0.0.5/s: pipe closed',
      'ffmpeg stopped: rtsp://10.0.0.5/…: pipe closed',
    ],
    ['a password of four letters', 'rtsp://a:gehe@10.0.0.5/s', 'gehe is wrong', '*** is wrong'],
    ['nothing secret', 'rtsp://10.0.0.5/s', 'method DESCRIBE failed: 401', 'method DESCRIBE failed: 401'],
  ])('is told without %s', (_, url, said, told) => {
    expect(withoutSecrets(said, at(url))).toBe(told)
  })

  it('is told as it is for any other camera', () => {
    const said = '/dev/video0: Device or resource busy'
    expect(withoutSecrets(said, { kind: 'test', microphone: null, ffmpegMajor: 5 })).toBe(said)
  })
})
