import { describe, expect, it } from 'vitest'
import { createInputEvents } from '../../../device/keys/input-events.js'
import { savingKeys } from '../../../device/keys/key-codes.js'
import { CODE, DOWN, HELD, KEYBOARD, keyEvent, UP, wordsOf } from '../../fakes/key-devices.js'

const USB = '0003'
const BLUETOOTH = '0005'
const HOST = '0019'

describe('a moment is saved by', () => {
  it.each([
    ['a remote shutter, also by Enter', KEYBOARD, BLUETOOTH, [CODE.enter, CODE.volumeUp]],
    ['nothing that is typed on a keyboard with a cable', KEYBOARD, USB, []],
    ['the volume key of a headset', wordsOf([114, CODE.volumeUp]), USB, [CODE.volumeUp]],
    ['the Enter of a foot switch', wordsOf([CODE.enter]), USB, [CODE.enter]],
    ['a GPIO that is a camera key', wordsOf([CODE.camera]), HOST, [CODE.camera]],
    ['a button of a gamepad', wordsOf([CODE.gamepadA]), BLUETOOTH, [CODE.gamepadA]],
    ['nothing of a mouse', '1f0000 0 0 0 0', USB, []],
    ['nothing of a touchscreen', wordsOf([0x14a, 0x145]), USB, []],
    ['no power button', '10000000000000 0', HOST, []],
    ['nothing that has no keys', '0', HOST, []],
    ['nothing of what cannot be understood', 'keys?', HOST, []],
  ])('%s', (_, keys, bus, saving) => {
    const found = savingKeys({ keys, bus })
    const asked = Object.values(CODE)
    expect(asked.filter((code) => found.has(code))).toEqual(saving)
    if (saving.length === 0) expect(found.size).toBe(0)
  })
})

describe('the events of a key', () => {
  const events = [
    keyEvent(CODE.volumeUp, DOWN),
    keyEvent(CODE.volumeUp, HELD),
    keyEvent(CODE.volumeUp, UP),
    keyEvent(CODE.gamepadA, DOWN),
  ]

  it.each([1, 7, 23, 24, 25, 100, 1_000])('are presses alone, in pieces of %d bytes', (most) => {
    const bytes = Buffer.concat(events)
    const { pressesIn } = createInputEvents()
    const pressed: number[] = []
    for (let at = 0; at < bytes.length; at += most) pressed.push(...pressesIn(bytes.subarray(at, at + most)))
    expect(pressed).toEqual([CODE.volumeUp, CODE.gamepadA])
  })
})
