import { describe, expect, it } from 'vitest'
import { decodePolyline, encodePolyline } from '../../core/ride/polyline.js'

describe('an encoded polyline', () => {
  it('decodes the example of its specification', () => {
    expect(decodePolyline('_p~iF~ps|U_ulLnnqC_mqNvxq`@')).toEqual([
      { lonDeg: -120.2, latDeg: 38.5 },
      { lonDeg: -120.95, latDeg: 40.7 },
      { lonDeg: -126.453, latDeg: 43.252 },
    ])
  })

  it('gives back what the core encoded, to the fifth digit', () => {
    const places = [
      { lonDeg: -79.38401, latDeg: 43.65004 },
      { lonDeg: -79.384, latDeg: 43.65 },
      { lonDeg: 179.99999, latDeg: -89.99999 },
      { lonDeg: 0, latDeg: 0 },
    ]
    const text = encodePolyline(places)
    expect(decodePolyline(text)).toEqual(places)
  })

  it('is no place when it is empty, and loses only its end when it is torn', () => {
    expect(decodePolyline('')).toEqual([])
    expect(decodePolyline('_p~iF~ps|U_ulL')).toEqual([{ lonDeg: -120.2, latDeg: 38.5 }])
  })
})
