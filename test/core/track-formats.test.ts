/** A track in each format, as programs read it that others wrote: every point, every figure, whatever the ride is called. */
import { gpx as toGeojson } from '@tmcw/togeojson'
import { DOMParser } from '@xmldom/xmldom'
import { describe, expect, it } from 'vitest'
import { isGap, type TrackPoint } from '../../core/ride/ride.js'
import { hiddenSpansOf, isHidden } from '../../core/track/privacy.js'
import { TRACK_FORMATS, type TrackFormat, trackFormats } from '../../core/track/track-format.js'
import type { TrackHead } from '../../core/track/track-head.js'
import { readTrack } from '../fakes/gpx-reader.js'
import { HOME, JUNE_UTC_MS } from '../fakes/readings.js'

const point = (second: number, known: Partial<TrackPoint> = {}): TrackPoint => ({
  part: 1,
  monoMs: second * 1_000,
  latDeg: 48.1 + second * 1e-5,
  lonDeg: -11.5 - second * 3e-6,
  utcMs: JUNE_UTC_MS + second * 1_000 + 250,
  altitudeM: 520.5 + second / 8,
  speedMps: 5.25,
  courseDeg: (90 + second) % 360,
  accuracyM: 4,
  mode: 3,
  satellitesUsed: 9,
  hdop: 0.9,
  ...known,
})
const UNKNOWN = {
  ...{ utcMs: null, altitudeM: null, speedMps: null, courseDeg: null },
  ...{ accuracyM: null, satellitesUsed: null, hdop: null },
} as const
const HEAD: TrackHead = { name: 'ride', utcMs: JUNE_UTC_MS, simulated: false }
const text = (format: TrackFormat, points: Iterable<TrackPoint>, head: Partial<TrackHead> = {}): string =>
  [...TRACK_FORMATS[format].write({ ...HEAD, ...head }, points)].join('')

/** Twenty points, a gap, twenty more, a gap, and one alone. */
const TRACK = [...Array.from({ length: 40 }, (_, n) => point(n < 20 ? n : n + 100)), point(500)]

interface Feature {
  readonly type: string
  readonly geometry: { readonly type: string; readonly coordinates: unknown }
  readonly properties: {
    readonly name: string
    readonly simulated: boolean
    readonly stretch: number
    readonly time: string | null
    readonly coordinateProperties: Readonly<Record<string, readonly (number | string | null)[]>>
  }
}
const featuresIn = (geojson: string): readonly Feature[] =>
  (JSON.parse(geojson) as { readonly features: readonly Feature[] }).features

describe('a track in every format', () => {
  it.each([
    ['gpx', 'gpx'],
    ['geojson', 'geojson'],
    ['csv', 'unicsv,utc=0'],
  ] as const)('as %s is read by gpsbabel, point for point', async (format, read) => {
    const points = await readTrack(text(format, TRACK), read)
    expect(points).toHaveLength(TRACK.length - (format === 'geojson' ? 1 : 0)) // It takes a Point for a waypoint.
    for (const [at, { latDeg, lonDeg, altitudeM, time, speedMps, courseDeg }] of points.entries()) {
      const meant = TRACK[at] ?? point(0)
      expect(latDeg).toBeCloseTo(meant.latDeg, 6)
      expect(lonDeg).toBeCloseTo(meant.lonDeg, 6)
      if (format === 'geojson') continue // It reads the place alone, of whichever GeoJSON.
      expect(altitudeM).toBeCloseTo(meant.altitudeM ?? 0, 1)
      expect(time).toBe(new Date(meant.utcMs ?? 0).toISOString().slice(0, -1).replace('T', ' ').replaceAll('-', '/'))
      if (format === 'gpx') continue // It reads the figures of no extension of GPX 1.1 but Garmin's first.
      expect(speedMps).toBeCloseTo(meant.speedMps ?? 0, 2)
      expect(courseDeg).toBeCloseTo(meant.courseDeg ?? 0, 1)
    }
  })

  it.each(trackFormats)('as %s holds nothing but its head where there is no point', (format) => {
    const nothing = text(format, [])
    expect(nothing.length).toBeGreaterThan(20)
    if (format === 'geojson') expect(featuresIn(nothing)).toEqual([])
    if (format === 'csv') expect(rowsIn(nothing)).toHaveLength(1)
  })

  it.each(trackFormats)('as %s says nothing of what is unknown', (format) => {
    expect(text(format, [point(0, UNKNOWN), point(1, UNKNOWN)])).not.toMatch(/undefined|NaN|1970|Invalid/)
  })

  it.each(trackFormats)('as %s is drawn from the points no faster than it is taken', (format) => {
    let drawn = 0
    const endless = function* () {
      for (;;) yield point(drawn++)
    }
    const pieces = TRACK_FORMATS[format].write(HEAD, endless())
    for (let n = 0; n < 10; n += 1) pieces.next()
    expect(drawn).toBeLessThanOrEqual(20_001)
  })

  it.each(trackFormats)('as %s leads no line across what is hidden', (format) => {
    const zone = { ...HOME, radiusM: 1 }
    // A hundred fixes a second: no gap in time tells that something was left out.
    const ride = Array.from({ length: 400 }, (_, n) =>
      point(n / 100, { latDeg: HOME.latDeg, lonDeg: HOME.lonDeg + (n - 200) * 0.0002 }),
    )
    const hidden = hiddenSpansOf(ride, [zone], 'secret')
    const seen = ride.filter((one) => !isHidden(one, hidden))
    expect(seen.length).toBeLessThan(ride.length)
    expect(seen.every((one, at) => at === 0 || !isGap(seen[at - 1] ?? one, one))).toBe(true)
    const isOne = text(format, ride)
    const isTwo = text(format, seen, { hidden })
    expect([stretchesIn(format, isOne), stretchesIn(format, isTwo)]).toEqual([1, 2])
  })
})

function stretchesIn(format: TrackFormat, written: string): number {
  switch (format) {
    case 'gpx':
      return written.split('<trkseg>').length - 1
    case 'geojson':
      return featuresIn(written).length
    case 'csv':
      return new Set(
        rowsIn(written)
          .slice(1)
          .map((row) => row[10]),
      ).size
  }
}

describe('GeoJSON', () => {
  it('says what togeojson makes of our GPX', () => {
    const ours = featuresIn(text('geojson', TRACK))
    const parsed = new DOMParser().parseFromString(text('gpx', TRACK), 'text/xml')
    const theirs = toGeojson(parsed as unknown as Document).features[0]
    if (theirs?.geometry?.type !== 'MultiLineString') throw new Error('togeojson makes no lines of it')
    const lines = ours.filter(({ geometry }) => geometry.type === 'LineString')
    expect(lines.map(({ geometry }) => geometry.coordinates)).toEqual(theirs.geometry.coordinates)
    const told = theirs.properties?.['coordinateProperties'] as Record<string, unknown>
    for (const name of ['times', 'speeds', 'courses'])
      expect(lines.map(({ properties }) => properties.coordinateProperties[name])).toEqual(told[name])
    expect(ours[0]?.properties.name).toBe(theirs.properties?.['name'])
  })

  it('has a feature for each stretch, a Point for one alone, and one entry of everything for each position', () => {
    const features = featuresIn(text('geojson', TRACK, { simulated: true }))
    expect(features.map(({ geometry }) => geometry.type)).toEqual(['LineString', 'LineString', 'Point'])
    expect(features.map(({ properties }) => properties.stretch)).toEqual([0, 1, 2])
    expect(features[2]?.geometry.coordinates).toEqual([-11.5 - 500 * 3e-6, 48.105, 583])
    for (const { geometry, properties } of features) {
      const positions = geometry.type === 'Point' ? 1 : (geometry.coordinates as unknown[]).length
      expect(properties).toMatchObject({ name: 'ride', simulated: true })
      expect(Object.keys(properties.coordinateProperties)).toContain('accuracies')
      for (const list of Object.values(properties.coordinateProperties)) expect(list).toHaveLength(positions)
    }
  })

  it('has null where a figure is unknown, and positions without an altitude', () => {
    const [feature] = featuresIn(text('geojson', [point(0, UNKNOWN), point(1)]))
    expect(((feature?.geometry.coordinates ?? []) as number[][]).map(({ length }) => length)).toEqual([2, 3])
    expect(feature?.properties.time).toBeNull()
    expect(feature?.properties.coordinateProperties).toMatchObject({
      ...{ times: [null, '2026-06-06T08:00:01.250Z'], speeds: [null, 5.25], sats: [null, 9], fixes: ['3d', '3d'] },
    })
  })

  it('goes on in another feature after 20,000 points, so that no more are ever in memory', () => {
    const features = featuresIn(
      text(
        'geojson',
        Array.from({ length: 45_000 }, (_, n) => point(n / 10)),
      ),
    )
    expect(features.map(({ geometry }) => (geometry.coordinates as unknown[]).length)).toEqual([20_000, 20_000, 5_000])
    expect(features.map(({ properties }) => properties.stretch)).toEqual([0, 0, 0])
  })
})

describe('CSV', () => {
  it('has a header with units and a line a point, each ending as RFC 4180 says', () => {
    const written = text('csv', [point(0), point(1, UNKNOWN), point(100)], { simulated: true })
    expect(written).toBe(
      [
        'time,latitude_deg,longitude_deg,altitude_m,speed_mps,course_deg,accuracy_m,fix,satellites,hdop,stretch,simulated,ride',
        '2026-06-06T08:00:00.250Z,48.1,-11.5,520.5,5.25,90,4,3d,9,0.9,0,yes,"ride"',
        ',48.10001,-11.500003,,,,,3d,,,0,yes,"ride"',
        '2026-06-06T08:01:40.250Z,48.101,-11.5003,533,5.25,190,4,3d,9,0.9,1,yes,"ride"',
        '',
      ].join('\r\n'),
    )
  })

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '  =1', '\t=1', '\r\n=1', '＝1', "=cmd|'/c calc'!A1"])(
    'keeps a spreadsheet from taking the name %j for a formula',
    (name) => {
      const told = rowsIn(text('csv', [point(0)], { name }))[1]?.at(-1)
      expect(told).toBe(`'${name.replace('\r\n', '\\n')}`)
    },
  )
})

describe('a name', () => {
  it.each([
    ['markup', '<img src=x onerror=alert(1)> & </name></trk>'],
    ['quotes', `"double" and 'single' and \\ backslash`],
    ['emoji and accents', '🚲 Überfahrt naïve 東京'],
    ['line breaks and tabs', 'one\r\ntwo\tthree'],
    ['commas and semicolons', 'a, b; c'],
    ['what ends a line in JavaScript', 'a\u2028b'],
  ])('with %s is the same in every format', (_, name) => {
    const parsed = new DOMParser().parseFromString(text('gpx', [point(0), point(1)], { name }), 'text/xml')
    expect(parsed.getElementsByTagName('name')[0]?.textContent).toBe(name)
    expect(featuresIn(text('geojson', [point(0)], { name }))[0]?.properties.name).toBe(name)
    const csv = text('csv', [point(0)], { name })
    expect(rowsIn(csv)[1]?.at(-1)).toBe(name.replace(/\r\n|\u2028/, '\\n'))
    expect(csv.split(/[\r\n]+/)).toHaveLength(3) // A point is a line, whoever reads it.
  })
})

describe('GPX', () => {
  it('has the elements of a point in the order that its schema asks for', () => {
    const parsed = new DOMParser().parseFromString(text('gpx', [point(0), point(1, UNKNOWN)]), 'text/xml')
    const names = (parent: string): string[] =>
      Array.from(parsed.getElementsByTagName(parent)[0]?.childNodes ?? [])
        .map(({ nodeName }) => nodeName)
        .filter((name) => !name.startsWith('#'))
    expect(names('gpx')).toEqual(['metadata', 'trk'])
    expect(names('metadata')).toEqual(['name', 'time'])
    expect(names('trk')).toEqual(['name', 'trkseg'])
    expect(names('trkpt')).toEqual(['ele', 'time', 'fix', 'sat', 'hdop', 'extensions'])
    expect(names('gpxtpx:TrackPointExtension')).toEqual(['gpxtpx:speed', 'gpxtpx:course'])
  })
})

/** RFC 4180, by the letter. */
function rowsIn(csv: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  for (const found of csv.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/g)) {
    const [whole, quoted, plain = '', end] = found
    if (whole === '') break
    row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'))
    if (end === ',') continue
    rows.push(row)
    row = []
  }
  return rows
}
