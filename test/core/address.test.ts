/** An address is told without the password in it, whatever is wrong with the address. */
import { describe, expect, it } from 'vitest'
import { shownAddress, shownText, shownValue, withoutAddresses } from '../../core/process/address.js'

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

it.each([
  ["cameras[0].source is 'rtps://me:geheim@h/x': must be one of", "cameras[0].source is 'rtps://h/…': must be one of"],
  ['gps.source is gpsd://127.0.0.1:2947: no', 'gps.source is gpsd://127.0.0.1:2947: no'],
])('a fault of the settings, %s, is told as %s', (fault, told) => {
  expect(withoutAddresses(fault)).toBe(told)
})

describe('what somebody wrote where an address was expected is shown', () => {
  it.each([
    ['rstp://u:geheim@h/x', 'rstp://h/…'],
    ['rtsp:/u:geheim@h:554/x', 'rtsp:/h:554/…'],
    ['rtsp:u:geheim@h', 'h/…'],
    ['rtsp//u:geheim@h', 'h/…'],
    ['u:geheim@h/x', 'h/…'],
    ['rstp://u:ge"h ei\'m@h/x', 'rstp://h/…'],
    ['rstp://10.0.0.5/user=admin&password=geheim', 'rstp://10.0.0.5/…'],
    ['[{"source":"rtsp://u:geheim@h/x"', 'h/…'],
    ['gpsd://127.0.0.1:2947/dev/ttyUSB0', 'gpsd://127.0.0.1:2947/dev/ttyUSB0'],
    ['serial:///dev/ttyUSB0?baud=no', 'serial:///dev/ttyUSB0?baud=no'],
    ['front@home', 'front@home'],
  ])('%s as %s', (text, shown) => {
    expect(shownText(text)).toBe(shown)
  })

  it('within lists and groups, too', () => {
    const wrong = { front: ['rtsp://u:geheim@h', 7], 'rtsp://u:geheim@h/x': null }
    expect(shownValue(wrong)).toEqual({ front: ['rtsp://h/…', 7], 'rtsp://h/…': null })
  })

  it('even where something holds itself', () => {
    const wrong: unknown[] = ['rtsp://u:geheim@h']
    wrong.push(wrong)
    expect(JSON.stringify(shownValue(wrong))).not.toContain('geheim')
  })
})
