import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { TrackPoint } from '../../core/ride/ride.js'
import { utcMsOfDateTime } from '../../core/track/date-time.js'
import { decimalOf } from '../../core/track/decimal.js'
import { gpxOf } from '../../core/track/gpx.js'
import { createGpxReader, GpxFault, type GpxPoint, type GpxTold } from '../../core/track/gpx-reading.js'
import { seeded } from '../fakes/fake-gpsd.js'
import { hasRecorded, RECORDED } from '../fakes/gpsd-streams.js'
import { readGpx } from '../fakes/gpx-reader.js'

const BEGAN_UTC_MS = Date.UTC(2026, 5, 1, 8)
const UNKNOWN = { altitudeM: null, speedMps: null, courseDeg: null, mode: null, satellitesUsed: null, hdop: null }

function read(text: string, pieceCharacters = text.length): { points: GpxPoint[]; told: GpxTold } {
  const reader = createGpxReader()
  const points: GpxPoint[] = []
  for (let from = 0; from < text.length; from += pieceCharacters) {
    points.push(...reader.take(text.slice(from, from + pieceCharacters)))
  }
  reader.end()
  return { points, told: reader.told() }
}

/** A document around the children of one <trkseg>. */
const track = (points: string): string => `<gpx><trk><trkseg>${points}</trkseg></trk></gpx>`
const point = (inside: string): string => `<trkpt lat="48.1" lon="11.5">${inside}</trkpt>`
/** As most programs write it. It ends two lines further. */
const USUAL = '\r\n<trkpt lat="48.1" lon="11.5">\n\t<ele>512.5</ele> <time>2026-06-01T08:00:00Z</time></trkpt>'
const readPoint = (inside: string): GpxPoint | undefined => read(track(point(inside))).points[0]

function faultOf(text: string): string {
  try {
    read(text)
  } catch (error) {
    expect(error).toBeInstanceOf(GpxFault)
    return (error as Error).message
  }
  return 'none'
}

describe('the points of a GPX', () => {
  it('come with every figure they have, and the stretch they stand in', () => {
    const { points, told } = read(`<?xml version="1.0" encoding="UTF-8"?>
      <!-- a ride -->
      <gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1" xmlns:t="http://www.garmin.com/xmlschemas/TrackPointExtension/v2">
        <metadata><name>the file</name></metadata>
        <trk><name> Round &amp; <![CDATA[<about>]]>
          the lake </name><trkseg>
          <trkpt lat="48.1" lon="11.5">
            <ele>512.5</ele><time>2026-06-01T08:00:00Z</time><fix>2d</fix><sat>9</sat><hdop>0.8</hdop>
            <extensions><t:TrackPointExtension><t:hr>140</t:hr><t:speed>5.5</t:speed><t:course>270</t:course></t:TrackPointExtension></extensions>
          </trkpt>
        </trkseg><trkseg>
          <trkpt lon="-11.5" lat='-48.1'/>
        </trkseg></trk>
      </gpx>`)
    expect(points).toEqual([
      {
        stretch: 0,
        utcMs: BEGAN_UTC_MS,
        latDeg: 48.1,
        lonDeg: 11.5,
        altitudeM: 512.5,
        speedMps: 5.5,
        courseDeg: 270,
        mode: 2,
        satellitesUsed: 9,
        hdop: 0.8,
      },
      { stretch: 1, utcMs: null, latDeg: -48.1, lonDeg: -11.5, ...UNKNOWN },
    ])
    expect(told).toEqual({
      name: 'Round & <about> the lake',
      simulated: false,
      unplaced: 0,
      oddTime: null,
      waypoints: 0,
      routePoints: 0,
    })
  })

  it('have speed and course of GPX 1.0, too', () => {
    expect(readPoint('<course>12.25</course><speed>3.5</speed>')).toMatchObject({ speedMps: 3.5, courseDeg: 12.25 })
  })

  it('have no speed from elements that only look like one', () => {
    const odd =
      '<extensions><speed>36</speed><x:y xmlns:x="x"><x:speed>36</x:speed></x:y></extensions><desc><ele>1</ele></desc>'
    expect(readPoint(odd)).toMatchObject(UNKNOWN)
  })

  it.each([
    ['2d', 2],
    ['3d', 3],
    ['dgps', null],
    ['pps', null],
    ['', null],
  ])('<fix>%s</fix> is mode %j', (fix, mode) => {
    expect(readPoint(`<fix>${fix}</fix>`)).toMatchObject({ mode })
  })

  it.each([
    ['lat="91" lon="11"', ''],
    ['lat="48" lon="-180.01"', ''],
    ['lat="NaN" lon="11"', ''],
    ['lat="48" lon="Infinity"', ''],
    ['lat="48,1" lon="11"', ''],
    ['lat="0x10" lon="11"', ''],
    ['lat="" lon="11"', ''],
    ['lat="48"', ''],
    ['lat="48" lon="11"', '<fix>none</fix>'],
  ])('without a place that can be true are skipped and counted: %s %s', (attributes, inside) => {
    const { points, told } = read(track(`<trkpt ${attributes}><ele>5</ele>${inside}</trkpt>${point('')}`))
    expect(points).toHaveLength(1)
    expect(told.unplaced).toBe(1)
  })

  it.each([
    ['<ele>NaN</ele>'],
    ['<ele>9001</ele>'],
    ['<ele>-501</ele>'],
    ['<ele/>'],
    ['<speed>-1</speed>'],
    ['<speed>151</speed>'],
    ['<course>361</course>'],
    ['<sat>9.5</sat>'],
    ['<sat>-1</sat>'],
    ['<hdop>101</hdop>'],
  ])('lose a figure that cannot be true, not their place: %s', (inside) => {
    expect(readPoint(inside)).toEqual({ stretch: 0, utcMs: null, latDeg: 48.1, lonDeg: 11.5, ...UNKNOWN })
  })

  it('are not those of a plan, which are counted', () => {
    const { points, told } = read(
      '<gpx><name>plan</name><wpt lat="1" lon="1"/><wpt lat="1" lon="1"><name>w</name></wpt><rte><name>r</name><rtept lat="1" lon="1"/></rte></gpx>',
    )
    expect(points).toEqual([])
    expect(told).toEqual({ name: 'plan', simulated: false, unplaced: 0, oddTime: null, waypoints: 2, routePoints: 1 })
  })

  it('are the same however the text falls into pieces', () => {
    const text =
      `\ufeff${[...gpxOf({ name: 'Ä 🚲 \r\n', utcMs: null, simulated: false }, kept(20))].join('')}`.replaceAll(
        '\n',
        '\r\n',
      )
    const whole = read(text)
    expect(whole.points).toHaveLength(20)
    for (const size of [1, 2, 7, 100]) expect(read(text, size)).toEqual(whole)
  })

  it.each([
    ['usual', USUAL.repeat(5)],
    ['usual, but for one', `${USUAL}${point('<hdop>1</hdop>')}${USUAL}${USUAL}`],
    ['usual, but for the first two', `${point('<hdop>1</hdop>')}${point('<hdop>2</hdop>')}${USUAL}${USUAL}`],
    [
      'usual without height, without time, without either',
      point('<time>2026-06-01T08:00:00Z</time>') + point('<ele>1</ele>') + point(''),
    ],
    ['usual on both sides of a comment, and in it', `${USUAL}${USUAL}<!--${USUAL}${USUAL}</trkpt>-->${USUAL}${USUAL}`],
    [
      'usual, but in an element that is none of a track',
      `${USUAL}${USUAL}<extensions>${USUAL}${USUAL}</extensions>${USUAL}`,
    ],
    ['usual on both sides of a gap', `${USUAL}${USUAL}</trkseg>\r\n<trkseg>${USUAL}${USUAL}`],
    ['usual, nowhere on the earth', `${USUAL}${USUAL.replace('48.1', '91')}${USUAL.replace('11.5', '1.1.5')}${USUAL}`],
    ['usual, of no day or height', `${USUAL}${USUAL.replace('06-01', '02-30')}${USUAL.replace('512', '99999')}`],
  ])('are the same read at once as letter by letter: %s', (_what, points) => {
    const text = track(points)
    expect(read(text)).toEqual(read(text, 1))
    expect(read(text, 150)).toEqual(read(text, 1))
  })

  it('come back from what we write ourselves', () => {
    const points = kept(50)
    const { points: again } = read([...gpxOf({ name: 'ride', utcMs: BEGAN_UTC_MS, simulated: false }, points)].join(''))
    expect(again).toEqual(
      points.map(({ part: _part, monoMs: _monoMs, accuracyM: _accuracyM, ...rest }) => ({ ...rest, stretch: 0 })),
    )
  })

  it.skipIf(!hasRecorded).each(['cerknicko-jezero.gpx', 'around-visnjan-with-car.gpx'])(
    'are those that gpsbabel reads in %s (../shared/gpsd; skipped where it is absent)',
    async (name) => {
      const text = readFileSync(join(RECORDED, 'tracks', name), 'utf8')
      const { points } = read(text, 1_000)
      const peers = await readGpx(text)
      expect(points).toHaveLength(peers.length)
      for (const [index, { latDeg, lonDeg, utcMs }] of points.entries()) {
        expect(latDeg).toBeCloseTo(peers[index]?.latDeg ?? 0, 6)
        expect(lonDeg).toBeCloseTo(peers[index]?.lonDeg ?? 0, 6)
        const time = utcMs === null ? '' : new Date(utcMs).toISOString().slice(0, 19)
        expect(time.replaceAll('-', '/').replace('T', ' ')).toBe(peers[index]?.time)
      }
    },
  )
})

describe('a GPX that cannot be read', () => {
  it.each([
    ['<gpx>\n<trk>\n</gpx>', 'is not well-formed XML: line 3: unexpected close tag'],
    ['<gpx>\n<trk a=1/></gpx>', 'is not well-formed XML: line 2: unquoted attribute value'],
    ['<gpx>&bomb;</gpx>', 'is not well-formed XML: line 1: undefined entity'],
    ['<gpx></gpx><gpx></gpx>', 'is not well-formed XML: line 1: documents may contain only one root'],
    ['<gpx>\u0001</gpx>', 'is not well-formed XML: line 1: disallowed character'],
    [
      '<gpx>\r\n<trk><trkseg>\r\n<trkpt lat="1"',
      'is not well-formed XML: it breaks off in line 3: unclosed tag: trkseg',
    ],
    ['', 'is not well-formed XML: it breaks off in line 1: document must contain a root element'],
    ['<kml></kml>', 'is not a GPX: its outermost element is kml'],
    [
      '<!DOCTYPE gpx [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><gpx>&b;</gpx>',
      'cannot be read: line 1: it declares entities of its own, which are not read',
    ],
  ])('is told in a sentence: %j', (text, told) => {
    expect(faultOf(text)).toBe(told)
  })

  it.each([
    [`${USUAL}${USUAL}\n<a>`, 'is not well-formed XML: line 6: unexpected close tag'],
    [`${USUAL}${USUAL}${'<a>'.repeat(98)}`, 'cannot be read: line 5: elements stand in each other over 100 deep'],
    [`${USUAL}${USUAL}\n\u0001`, 'is not well-formed XML: line 6: disallowed character'],
    [`${USUAL}${USUAL}</trkpt>`, 'is not well-formed XML: line 5: unexpected close tag'],
  ])('is told by the right line behind points: %j', (points, told) => {
    expect(faultOf(track(points))).toBe(told)
  })

  it('is named by no more of its text than a sentence can take', () => {
    expect(faultOf(`<${'x'.repeat(1_000)}/>`).length).toBeLessThan(200)
    expect(faultOf(`<gpx></${'x'.repeat(1_000)}></gpx>`).length).toBeLessThan(200)
  })

  it('is refused before it nests so deep that it costs memory', () => {
    const reader = createGpxReader()
    reader.take('<gpx>')
    expect(() => reader.take('<a>'.repeat(100_000))).toThrow(
      'cannot be read: line 1: elements stand in each other over 100 deep',
    )
  })

  it.each([
    ['text', '<gpx><name>', 'x'],
    ['tag', '<gpx><', 'x'],
    ['attribute', '<gpx><trk a="', 'x'],
    ['row of attributes', '<gpx><trk', ' a="&amp;"'],
    ['comment', '<gpx><!--', 'x'],
    ['CDATA section', '<gpx><![CDATA[', 'x'],
    ['processing instruction', '<gpx><?x ', 'x'],
    ['DOCTYPE', '<!DOCTYPE gpx [', ' '],
    ['space before it begins', '', ' '],
    ['entity', '<gpx>&', 'x'],
  ])('is refused before a %s without end fills the memory', (_what, begins, goesOn) => {
    const reader = createGpxReader()
    reader.take(begins)
    const piece = goesOn.repeat(64 * 1024)
    const heapBytes = process.memoryUsage().heapUsed
    let fault = ''
    for (let pieces = 0; fault === '' && pieces < 1_000; pieces += 1) {
      try {
        reader.take(piece)
      } catch (error) {
        fault = (error as Error).message
      }
    }
    expect(fault).toBe("cannot be read: line 1: over 1048576 characters without a tag's end")
    expect(process.memoryUsage().heapUsed - heapBytes).toBeLessThan(100 * 1024 * 1024)
  })
})

describe('a simulated ride', () => {
  const ours = (simulated: boolean): string => [...gpxOf({ name: 'ride', utcMs: null, simulated }, [])].join('')

  it('is marked in what we write, and known by it', () => {
    expect(read(ours(true)).told.simulated).toBe(true)
    expect(read(ours(true), 7).told.simulated).toBe(true)
    expect(read(ours(false)).told.simulated).toBe(false)
  })

  it.each([
    '<gpx creator="other"><trk><desc>simulated</desc></trk></gpx>',
    '<gpx creator="Spokecam"><trk><desc>simulated by nobody</desc></trk></gpx>',
    '<gpx creator="Spokecam"><metadata><desc>simulated</desc></metadata><trk><name>simulated</name></trk></gpx>',
  ])('is not what only looks like one: %s', (text) => {
    expect(read(text).told.simulated).toBe(false)
  })
})

describe('a name', () => {
  it.each([
    ['<trk><name>x</name></trk><trk><name>y</name></trk>', 'x'],
    ['<metadata><name>file</name></metadata><trk><name>  </name></trk><trk><name>y</name></trk>', 'y'],
    ['<metadata><name>file</name><author><name>me</name></author></metadata><trk/>', 'file'],
    ['<name>old</name><trk><link><name>no</name></link></trk>', 'old'],
    ['<trk/>', null],
    [`<trk><name>${'n'.repeat(100_000)}</name></trk>`, 'n'.repeat(200)],
    [`<trk><name>${'n'.repeat(199)}🚲🚲</name></trk>`, 'n'.repeat(199)],
    [`<trk><name>${'n'.repeat(150)}&amp;${'n'.repeat(48)}🚲🚲</name></trk>`, `${'n'.repeat(150)}&${'n'.repeat(48)}`],
    [`<trk><name>${'n'.repeat(198)}🚲🚲</name></trk>`, `${'n'.repeat(198)}🚲`],
  ])('is that of the first track, else of the file: %#', (inside, name) => {
    expect(read(`<gpx>${inside}</gpx>`).told.name).toBe(name)
  })
})

describe('a time', () => {
  it.each([
    ['2026-06-01T08:00:00Z', '2026-06-01T08:00:00.000Z'],
    ['2026-06-01T08:00:00.5Z', '2026-06-01T08:00:00.500Z'],
    ['2026-06-01T08:00:00.1239567Z', '2026-06-01T08:00:00.123Z'],
    ['2026-06-01T10:00:00+02:00', '2026-06-01T08:00:00.000Z'],
    ['2026-06-01T10:00:00+0200', '2026-06-01T08:00:00.000Z'],
    ['2026-06-01T10:00:00.25+02', '2026-06-01T08:00:00.250Z'],
    ['2026-05-31T22:30:00-09:30', '2026-06-01T08:00:00.000Z'],
    ['2026-06-01T08:00:00', '2026-06-01T08:00:00.000Z'],
    ['2026-06-01 08:00:00Z', '2026-06-01T08:00:00.000Z'],
    ['2024-02-29T23:59:59Z', '2024-02-29T23:59:59.000Z'],
    ['1980-01-06T00:00:00Z', '1980-01-06T00:00:00.000Z'],
  ])('%s is %s', (text, iso) => {
    expect(utcMsOfDateTime(text)).toBe(Date.parse(iso))
  })

  it.each([
    '',
    'now',
    '2026-06-01',
    '2026-6-1T08:00:00Z',
    '2026-02-29T08:00:00Z',
    '2026-04-31T08:00:00Z',
    '2100-02-29T08:00:00Z',
    '2026-13-01T08:00:00Z',
    '2026-00-01T08:00:00Z',
    '2026-06-00T08:00:00Z',
    '2026-06-01T24:00:00Z',
    '2026-06-01T08:60:00Z',
    '2016-12-31T23:59:60Z',
    '2026-06-01T08:00:00.Z',
    '2026-06-01T08:00:00z',
    '2026-06-01T08:00:00ZZ',
    '2026-06-01T08:00:00+15:00',
    '2026-06-01T08:00:00+2',
    '2026-06-01T08:00Z',
    '20a6-06-01T08:00:00Z',
    '1970-01-01T00:00:00Z',
    '0001-01-01T00:00:00Z',
  ])('%j is none', (text) => {
    expect(utcMsOfDateTime(text)).toBeNull()
  })
})

describe('a decimal number', () => {
  it.each([
    '0',
    '-0.5',
    '+1.25',
    '.5',
    '5.',
    ' 12.5\n',
    '1e3',
    '1.5E-4',
    '48.123456789012345678',
    '-179.99999999999999',
  ])('%j is what JavaScript says it is', (text) => {
    expect(decimalOf(text)).toBe(Number(text))
  })

  it('is so to the last digit, at random', () => {
    const random = seeded(3)
    for (let count = 0; count < 20_000; count += 1) {
      const text = ((random() - 0.5) * 10 ** Math.floor(random() * 6)).toFixed(Math.floor(random() * 17))
      expect(decimalOf(text)).toBe(Number(text))
    }
  })

  it.each(['', ' ', '-', '.', '1.2.3', '1,5', '0x10', 'NaN', 'Infinity', '1e', '--1', '5m'])('%j is none', (text) => {
    expect(decimalOf(text)).toBeNaN()
  })
})

/** Points a second apart, as our own store has them. */
function kept(count: number): TrackPoint[] {
  const random = seeded(5)
  return Array.from({ length: count }, (_, second) => ({
    part: 1,
    monoMs: second * 1_000,
    utcMs: BEGAN_UTC_MS + second * 1_000 + 123,
    latDeg: Number((48 + random()).toFixed(9)),
    lonDeg: Number((-11 - random()).toFixed(9)),
    altitudeM: second % 5 === 0 ? null : 500 + second,
    speedMps: second % 7 === 0 ? null : second / 8,
    courseDeg: second % 3 === 0 ? null : second * 4.5,
    accuracyM: null,
    mode: second % 4 === 0 ? 2 : 3,
    satellitesUsed: second % 6 === 0 ? null : 9,
    hdop: second % 6 === 0 ? null : 0.9,
  }))
}
