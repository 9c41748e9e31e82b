/** GPX that other programs read, whatever a ride is called and however little is known of its points. */
import { describe, expect, it } from 'vitest'
import type { TrackPoint } from '../../core/ride/ride.js'
import { gpxOf } from '../../core/track/gpx.js'
import { readGpx, rewriteGpx } from '../fakes/gpx-reader.js'
import { JUNE_UTC_MS } from '../fakes/readings.js'

const point = (second: number, known: Partial<TrackPoint> = {}): TrackPoint => ({
  part: 1,
  monoMs: second * 1_000,
  latDeg: 48.1 + second * 1e-5,
  lonDeg: 11.5,
  utcMs: JUNE_UTC_MS + second * 1_000,
  altitudeM: 520.5,
  speedMps: 5.25,
  courseDeg: 90,
  accuracyM: 4,
  mode: 3,
  satellitesUsed: 9,
  hdop: 0.9,
  ...known,
})
const gpx = (points: readonly TrackPoint[], name = 'ride', simulated = false): string =>
  [...gpxOf({ name, utcMs: JUNE_UTC_MS, simulated }, points)].join('')
const segmentsIn = (text: string): number => text.split('<trkseg>').length - 1

describe('a track as GPX', () => {
  it('is read back by another program, point for point', async () => {
    const points = [point(0), point(1, { latDeg: -33.123456789, lonDeg: -179.987654321 }), point(2)]
    const read = await readGpx(gpx(points))
    expect(read).toHaveLength(3)
    for (const [index, { latDeg, lonDeg }] of points.entries()) {
      expect(read[index]?.latDeg).toBeCloseTo(latDeg, 6)
      expect(read[index]?.lonDeg).toBeCloseTo(lonDeg, 6)
    }
    expect(read[0]?.time).toBe('2026/06/06 08:00:00')
  })

  it.each([
    ['markup', '<img src=x onerror=alert(1)> & </name></trk>'],
    ['quotes', `"double" and 'single'`],
    ['emoji and accents', '🚲 Überfahrt naïve 東京'],
    ['line breaks and tabs', 'one\r\ntwo\tthree'],
    ['the end of a CDATA section', 'a ]]> b'],
  ])('keeps a name with %s', async (_, name) => {
    const understood = await rewriteGpx(gpx([point(0)], name))
    const told = /<name>([\s\S]*?)<\/name>/.exec(understood)?.[1] ?? ''
    expect(plain(told)).toBe(name.replaceAll('\r\n', '\n'))
  })

  it('leaves out what XML cannot carry: control characters and half characters', async () => {
    const name = 'a\u0000b\u0008c\u001bd\ufffee\ud800f'
    expect(await rewriteGpx(gpx([point(0)], name))).toContain('<name>abcdef</name>')
  })

  it('keeps milliseconds', async () => {
    const read = await readGpx(gpx([point(0, { utcMs: JUNE_UTC_MS + 123 })]))
    expect(read[0]?.time).toBe('2026/06/06 08:00:00.123')
  })

  it('has no time, height, speed or course where none is known', async () => {
    const unknown = { utcMs: null, altitudeM: null, speedMps: null, courseDeg: null, satellitesUsed: null, hdop: null }
    const text = gpx([point(0, unknown)])
    expect(text).not.toMatch(
      /null|undefined|NaN|<ele>|<time>2026-06-06T08:00:00.000Z<\/time><fix>|<extensions>|<sat>|<hdop>/,
    )
    expect((await readGpx(text))[0]?.time).toBe('')
  })

  it('begins a segment where fixes stop for over five seconds', async () => {
    const understood = await rewriteGpx(gpx([point(0), point(5), point(10.001), point(11), point(100)]))
    expect(segmentsIn(understood)).toBe(3)
  })

  it('is whole without a point', async () => {
    expect(await readGpx(gpx([]))).toEqual([])
  })

  it('writes small numbers without an exponent', () => {
    const text = gpx([point(0, { latDeg: 1e-7, lonDeg: -2e-9, altitudeM: -0.0000001, speedMps: 0, courseDeg: 360 })])
    expect(text).toContain('lat="0.0000001" lon="-0.000000002"')
    expect(text).toContain('<gpxtpx:speed>0</gpxtpx:speed><gpxtpx:course>0</gpxtpx:course>')
    expect(text).not.toMatch(/\de-\d/)
  })

  it('says that a simulated ride is one', () => {
    expect(gpx([point(0)], 'ride', true)).toContain('<desc>simulated</desc>')
    expect(gpx([point(0)])).not.toContain('simulated')
  })
})

/** XML text without its escapes. */
function plain(xml: string): string {
  return xml
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replace(/&#(x?)([0-9a-f]+);/gi, (_, hex, code) => String.fromCodePoint(Number.parseInt(code, hex ? 16 : 10)))
    .replaceAll('&amp;', '&')
    .replaceAll('\r\n', '\n')
}
