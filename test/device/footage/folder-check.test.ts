import { describe, expect, it } from 'vitest'
import { dataFinding } from '../../../device/footage/folder-check.js'

const MEBIBYTE = 1024 * 1024
/** 8 Mbit/s: 3.6 GB an hour. */
const ONE_CAMERA = 1_000_000
const MAKE_ROOM = 'make room on the card, or name a folder with more under data'

describe('the data folder', () => {
  it.each<[string, number, number, string]>([
    ['with room', 18_900_000_000, ONE_CAMERA, 'ok | /d: 18.9 GB free, 5 h 15 min of video | '],
    ['with just an hour', 3_600_000_000, ONE_CAMERA, 'ok | /d: 3.6 GB free, 1 h 0 min of video | '],
    ['with less than an hour', 3_599_000_000, ONE_CAMERA, `warn | /d: 3.5 GB free, 59 min of video | ${MAKE_ROOM}`],
    ['with little, and no camera', 70_000_000, 0, 'ok | /d: 70 MB free | '],
    ['full', 64 * MEBIBYTE - 1, ONE_CAMERA, `fail | /d: 67 MB free, 1 min of video | ${MAKE_ROOM}`],
    ['full, and no camera', 0, 0, `fail | /d: 0 MB free | ${MAKE_ROOM}`],
  ])('%s is told as such', (_, freeBytes, bytesPerSecond, told) => {
    const { state, says, todo } = dataFinding('/d', { because: null, freeBytes }, bytesPerSecond)
    expect([state, says, todo ?? ''].join(' | ')).toBe(told)
  })

  it('that cannot be used is told with why', () => {
    const { state, says, todo } = dataFinding('/d', { because: '/d is no folder' }, ONE_CAMERA)
    expect([state, says, todo]).toEqual(['fail', '/d cannot be used: /d is no folder', 'name another under data'])
  })
})
