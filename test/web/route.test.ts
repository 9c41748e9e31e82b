/** Addresses of the page. */
import { describe, expect, it } from 'vitest'
import { digitsOf, parseRoute, rideHash } from '../../web/route.js'

describe('an address', () => {
  it.each([
    ['', { view: 'now' }],
    ['#/', { view: 'now' }],
    ['#/nowhere', { view: 'now' }],
    ['#/rides', { view: 'rides' }],
    ['#/settings', { view: 'settings' }],
    ['#/rides/000042-1', { view: 'ride', rideId: '000042-1' }],
    ['#/rides/a%2Fb', { view: 'ride', rideId: 'a/b' }],
    ['#/rides/%', { view: 'ride', rideId: '%' }],
    ['#pair=12345678', { view: 'pair', code: '12345678' }],
    ['#pair=1234-5678', { view: 'pair', code: '12345678' }],
    ['#pair=', { view: 'pair', code: '' }],
  ])('%s names a view', (hash, route) => {
    expect(parseRoute(hash)).toEqual(route)
  })

  it('of a ride leads back to it, whatever its id', () => {
    for (const rideId of ['7', 'a/b', 'ä ö?#']) expect(parseRoute(rideHash(rideId))).toEqual({ view: 'ride', rideId })
  })

  it('takes of a code only its digits, and no more than eight', () => {
    expect(digitsOf(' 1234 5678 9')).toBe('12345678')
  })
})
