/** Lines of places as short text: encoded polylines with 5 digits, the format of Google's "Encoded Polyline Algorithm". */
import type { LatLon } from './geo.js'

export function encodePolyline(points: readonly LatLon[]): string {
  let text = ''
  let lastLat = 0
  let lastLon = 0
  for (const { latDeg, lonDeg } of points) {
    const lat = Math.round(latDeg * 1e5)
    const lon = Math.round(lonDeg * 1e5)
    text += encodeSigned(lat - lastLat) + encodeSigned(lon - lastLon)
    lastLat = lat
    lastLon = lon
  }
  return text
}

/** The places of an encoded polyline; a torn end is left out. */
export function decodePolyline(text: string): LatLon[] {
  const places: LatLon[] = []
  const values = signedValues(text)
  let lat = 0
  let lon = 0
  for (let index = 0; index + 1 < values.length; index += 2) {
    lat += values[index] ?? 0
    lon += values[index + 1] ?? 0
    places.push({ latDeg: lat / 1e5, lonDeg: lon / 1e5 })
  }
  return places
}

function encodeSigned(value: number): string {
  let rest = value < 0 ? ~(value << 1) : value << 1
  let text = ''
  while (rest >= 0x20) {
    text += String.fromCharCode((0x20 | (rest & 0x1f)) + 63)
    rest >>= 5
  }
  return text + String.fromCharCode(rest + 63)
}

function signedValues(text: string): number[] {
  const values: number[] = []
  let bits = 0
  let shift = 0
  for (const letter of text) {
    const chunk = letter.charCodeAt(0) - 63
    bits |= (chunk & 0x1f) << shift
    shift += 5
    if (chunk >= 0x20) continue
    values.push(bits & 1 ? ~(bits >> 1) : bits >> 1)
    bits = 0
    shift = 0
  }
  return values
}
