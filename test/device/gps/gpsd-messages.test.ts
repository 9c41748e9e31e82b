import { describe, expect, it } from 'vitest'
import { parseGpsdLine, piecesOf } from '../../../device/gps/gpsd-line.js'
import { utcMsOf } from '../../../device/gps/gpsd-messages.js'

const NOTHING = { altitudeM: null, speedMps: null, courseDeg: null, accuracyM: null }
const fix = (fields: object) => `{"class":"TPV","mode":3,"lat":48.1,"lon":11.5,${JSON.stringify(fields).slice(1)}`

describe('a line of gpsd', () => {
  it.each([
    ['{"class":"VERSION","release":"3.22"}', { kind: 'version', release: '3.22' }],
    ['{"class":"VERSION"}\r', { kind: 'version', release: null }],
    ['{"class":"WATCH","enable":true,"json":true}', { kind: 'watch', enable: true, json: true }],
    ['{"class":"WATCH","enable":1}', { kind: 'watch', enable: false, json: false }],
    ['{"class":"DEVICES","devices":[]}', { kind: 'devices', paths: [] }],
    ['{"class":"DEVICES","devices":[{"path":"/dev/a"},7]}', { kind: 'devices', paths: ['/dev/a', null] }],
    ['{"class":"DEVICES"}', { kind: 'unused', class: 'DEVICES' }],
    ['{"class":"DEVICE","path":"/dev/a","activated":0}', { kind: 'device', path: '/dev/a', gone: true }],
    [
      '{"class":"DEVICE","path":"/dev/a","activated":"2026-06-01T10:00:00.000Z"}',
      { kind: 'device', path: '/dev/a', gone: false },
    ],
    ['{"class":"DEVICE"}', { kind: 'device', path: null, gone: false }],
    ['{"class":"ERROR","message":"no"}', { kind: 'complaint', message: 'no' }],
    ['{"class":"TOFF","real_sec":1}', { kind: 'unused', class: 'TOFF' }],
    ['{"class":"POLL","tpv":[{"class":"TPV","mode":3,"lat":1,"lon":2}]}', { kind: 'unused', class: 'POLL' }],
  ])('is understood: %s', (line, message) => {
    expect(parseGpsdLine(line)).toEqual(message)
  })

  it.each('AIS ATT IMU LOG OSC PPS RAW RTCM2 RTCM3 SUBFRAME'.split(' '))(
    'is known, and of no use to a ride: %s',
    (name) => {
      expect(parseGpsdLine(`{"class":"${name}","device":"/dev/a"}`)).toEqual({ kind: 'unused', class: name })
    },
  )

  it.each([
    ['not-json', '$GPRMC,100011.00,A'],
    ['not-json', '{"class":"TPV","mode":3,"lat":NaN,"lon":11.5}'],
    ['not-json', '{"class":"ERROR","message":"Invalid DEVICE: "x"}'],
    ['not-an-object', 'null'],
    ['not-an-object', '[]'],
    ['not-an-object', '["TPV"]'],
    ['not-an-object', '"TPV"'],
    ['not-an-object', '42'],
    ['no-class', '{}'],
    ['no-class', '{"class":["TPV"],"mode":3}'],
    ['unknown-class', '{"class":"XXX"}'],
    ['unknown-class', '{"class":"error","message":"tpv"}'],
    ['unknown-class', '{"class":"constructor"}'],
    ['unknown-class', '{"class":"__proto__"}'],
  ])('is nonsense (%s): %s', (because, line) => {
    expect(parseGpsdLine(line)).toEqual({ kind: 'nonsense', because })
  })

  it.each([
    [
      'a whole fix',
      fix({
        device: '/dev/a',
        time: '2026-06-01T10:00:04.250Z',
        altMSL: 520,
        alt: 1,
        altHAE: 565,
        speed: 5.1,
        track: 91,
        eph: 9.1,
      }),
      {
        device: '/dev/a',
        utcMs: Date.UTC(2026, 5, 1, 10, 0, 4, 250),
        altitudeM: 520,
        speedMps: 5.1,
        courseDeg: 91,
        accuracyM: 9.1,
      },
    ],
    ['alt alone, as before 3.20', fix({ alt: 520 }), { altitudeM: 520 }],
    ['alt that differs from altHAE', fix({ alt: 520, altHAE: 565 }), { altitudeM: 520 }],
    ['altHAE is no altitude above the sea', fix({ altHAE: 565 }), {}],
    ['nor is it when alt repeats it', fix({ altHAE: 565, alt: 565 }), {}],
    ['epx and epy, where there is no eph', fix({ epx: 3, epy: 4 }), { accuracyM: 5 }],
    ['epx alone says little', fix({ epx: 3 }), {}],
    ['course 360', fix({ track: 360 }), { courseDeg: 360 }],
    [
      'the lowest and highest place',
      fix({ altMSL: -500, speed: 0, track: 0 }),
      { altitudeM: -500, speedMps: 0, courseDeg: 0 },
    ],
  ])('is a report on an epoch: %s', (_name, line, expected) => {
    const place = { latDeg: 48.1, lonDeg: 11.5 }
    const unknown = {
      kind: 'tpv',
      device: null,
      mode: 3,
      utcMs: null,
      leapSecond: null,
      place,
      ...NOTHING,
      rejected: [],
    }
    expect(parseGpsdLine(line)).toEqual({ ...unknown, ...expected })
  })

  it.each([
    ['altitude under any sea', { altMSL: -501, alt: 500 }, 'altMSL'],
    ['altitude over any mountain', { alt: 2_000_000 }, 'alt'],
    ['speed below zero', { speed: -0.1 }, 'speed'],
    ['speed of a rocket', { speed: 150.1 }, 'speed'],
    ['course over 360', { track: 360.1 }, 'track'],
    ['accuracy below zero', { eph: -1 }, 'eph'],
    ['a number as text', { speed: '5' }, 'speed'],
    ['null, which gpsd never sends', { track: null }, 'track'],
    ['time as a number', { time: 1780308008.25 }, 'time'],
    ['time in words', { time: 'not a time' }, 'time'],
  ])('keeps its position without what cannot be true: %s', (_name, fields, rejected) => {
    const message = parseGpsdLine(fix(fields))
    expect(message).toMatchObject({
      place: { latDeg: 48.1, lonDeg: 11.5 },
      utcMs: null,
      ...NOTHING,
      rejected: [rejected],
    })
  })

  it.each([
    ['latitude over 90', '"mode":3,"lat":98.1,"lon":11.5', ['lat']],
    ['longitude over 180', '"mode":3,"lat":48.1,"lon":211.5', ['lon']],
    ['infinite', '"mode":3,"lat":1e999,"lon":11.5', ['lat']],
    ['as text', '"mode":3,"lat":"48.1","lon":"11.5"', ['lat', 'lon']],
    ['null', '"mode":3,"lat":null,"lon":null', ['lat', 'lon']],
    ['half', '"mode":3,"lat":48.1', []],
    ['mode 1', '"mode":1,"lat":0,"lon":0', []],
    ['mode 0', '"mode":0,"lat":48.1,"lon":11.5', []],
    ['mode 4', '"mode":4,"lat":48.1,"lon":11.5', ['mode']],
    ['mode as text', '"mode":"3","lat":48.1,"lon":11.5', ['mode']],
    ['no mode', '"lat":48.1,"lon":11.5', ['mode']],
  ])('has no position where it is %s', (_name, fields, rejected) => {
    expect(parseGpsdLine(`{"class":"TPV",${fields}}`)).toMatchObject({ kind: 'tpv', place: null, rejected })
  })

  it.each([
    [
      'counts told',
      '{"class":"SKY","device":"/dev/a","nSat":14,"uSat":9,"hdop":0.9}',
      { device: '/dev/a', satellitesInView: 14, satellitesUsed: 9, hdop: 0.9 },
    ],
    [
      'counts counted',
      '{"class":"SKY","satellites":[{"used":true},{"used":false},{"used":true},5]}',
      { satellitesInView: 4, satellitesUsed: 2 },
    ],
    ['no satellite', '{"class":"SKY","satellites":[]}', { satellitesInView: 0, satellitesUsed: 0 }],
    ['DOPs alone', '{"class":"SKY","hdop":1.2}', { hdop: 1.2 }],
    ['figures that cannot be true', '{"class":"SKY","nSat":-1,"uSat":2.5,"hdop":-3}', {}],
    [
      'a time, which is not believed',
      '{"class":"SKY","time":"2006-10-16T10:00:00.000Z","uSat":3}',
      { satellitesUsed: 3 },
    ],
  ])('is a report on the sky: %s', (_name, line, expected) => {
    const unknown = { kind: 'sky', device: null, satellitesUsed: null, satellitesInView: null, hdop: null }
    expect(parseGpsdLine(line)).toEqual({ ...unknown, ...expected })
  })
})

describe('a time of gpsd', () => {
  it.each([
    ['2026-06-01T10:00:00.000Z', Date.UTC(2026, 5, 1, 10)],
    ['2026-06-01T10:00:00Z', Date.UTC(2026, 5, 1, 10)],
    ['2026-06-01T10:00:00.1Z', Date.UTC(2026, 5, 1, 10, 0, 0, 100)],
    ['2028-02-29T23:59:59.999Z', Date.UTC(2028, 1, 29, 23, 59, 59, 999)],
    ['2016-12-31T23:59:60.000Z', null],
    ['2026-02-30T10:00:00.000Z', null],
    ['2026-06-01T24:00:00.000Z', null],
    ['2026-13-01T10:00:00.000Z', null],
    ['2026-06-01T10:00:00.000', null],
    ['2026-06-01T10:00:00.000+02:00', null],
    ['2026-06-01', null],
    ['', null],
    [1780308008.25, null],
    [undefined, null],
  ])('%s is %s', (text, utcMs) => {
    expect(utcMsOf(text)).toBe(utcMs)
  })
})

describe('a leap second', () => {
  it.each([
    ['2016-12-31T23:59:60.000Z', '2016-12-31T23:59:60.000Z', []],
    ['2016-12-31T23:59:60.250Z', '2016-12-31T23:59:60.250Z', []],
    ['2016-12-31T23:59:61.000Z', null, ['time']],
    ['2016-12-31T12:00:60.000Z', null, ['time']],
  ])('costs the rider no position: %s', (time, leapSecond, rejected) => {
    const place = { latDeg: 48.1, lonDeg: 11.5 }
    expect(parseGpsdLine(fix({ time }))).toMatchObject({ place, utcMs: null, leapSecond, rejected })
  })
})

describe('the noise a receiver tells of (GST)', () => {
  it.each([
    ['north and east', { lat: 3, lon: 4 }, 10],
    ['along the axes of the error ellipse, where that is all', { major: 3, minor: 4 }, 10],
    ['both ways', { major: 30, minor: 40, lat: 3, lon: 4 }, 10],
    ['north alone', { lat: 3 }, null],
    ['none, from a receiver that does not know', { lat: 0, lon: 0 }, null],
    ['none that can be true', { lat: -3, lon: 4 }, null],
    ['of its signals alone', { rms: 11 }, null],
  ])('%s is an accuracy of 95 %% or more: 2 DRMS', (_name, fields, accuracyM) => {
    const line = JSON.stringify({ class: 'GST', device: '/dev/a', time: '2026-06-01T10:00:00.000Z', ...fields })
    const utcMs = Date.UTC(2026, 5, 1, 10)
    expect(parseGpsdLine(line)).toEqual({ kind: 'noise', device: '/dev/a', utcMs, accuracyM })
  })

  it('belongs to no epoch where it has no time', () => {
    expect(parseGpsdLine('{"class":"GST","lat":3,"lon":4}')).toMatchObject({ utcMs: null, accuracyM: 10 })
  })
})

describe('a first byte (TOFF)', () => {
  const toff = (fields: object) =>
    JSON.stringify({ class: 'TOFF', device: '/dev/a', real_nsec: 0, clock_sec: 1795261844, ...fields })
  it.each([
    ['on the second', { real_sec: 1484006981, clock_nsec: 181500000 }, 1484006981000, 1795261844181.5],
    ['of an epoch in between', { real_sec: 10, real_nsec: 799899687, clock_nsec: 0 }, 10_800, 1795261844000],
    [
      'with the negative nanoseconds of 3.22',
      { real_sec: 10, real_nsec: -422153, clock_nsec: 0 },
      10_000,
      1795261844000,
    ],
    ['before a clock was ever set', { real_sec: 10, clock_sec: 45, clock_nsec: 5e8 }, 10_000, 45_500],
  ])('%s is understood', (_name, fields, utcMs, wallMs) => {
    expect(parseGpsdLine(toff(fields))).toEqual({ kind: 'first-byte', device: '/dev/a', utcMs, wallMs })
  })

  it.each([
    ['without its clock', { real_sec: 10, clock_sec: undefined, clock_nsec: 0 }],
    ['as text', { real_sec: '10', clock_nsec: 0 }],
    ['before 1970', { real_sec: -10, clock_nsec: 0 }],
    ['of no time at all', { real_sec: 1e20, clock_nsec: 0 }],
  ])('%s is of no use', (_name, fields) => {
    expect(parseGpsdLine(toff(fields))).toEqual({ kind: 'unused', class: 'TOFF' })
  })
})

describe('a sky that has been counted', () => {
  const satellites = '"satellites":[{"PRN":1,"used":true},{"PRN":2,"used":false}]'
  it.each([
    ['needs no list', `{"class":"SKY","hdop":0.9,"nSat":20,"uSat":11,${satellites}}`, [20, 11]],
    ['by half is counted to the end', `{"class":"SKY","nSat":20,${satellites}}`, [20, 1]],
    ['behind its list', `{"class":"SKY",${satellites},"nSat":20,"uSat":11}`, [20, 11]],
    ['not at all', `{"class":"SKY",${satellites}}`, [2, 1]],
  ])('%s', (_name, line, [satellitesInView, satellitesUsed]) => {
    expect(parseGpsdLine(line)).toMatchObject({ kind: 'sky', satellitesInView, satellitesUsed })
  })

  it.each([
    ['broken before its list', `{"class":"SKY",,"nSat":20,"uSat":11,${satellites}}`],
    ['cut in its list', '{"class":"SKY","nSat":20,"uSat":11,"satellites":[{"PRN":1,'],
    [
      'cut, and glued to another',
      `{"class":"SKY","nSat":1,"uSat":1,"satellites":[{"PRN":1{"class":"SKY",${satellites}}`,
    ],
    ['glued to another', `{"class":"SKY","nSat":1,"uSat":1}{"class":"SKY",${satellites}}`],
  ])('is not JSON where it is %s', (_name, line) => {
    expect(parseGpsdLine(line)).toEqual({ kind: 'nonsense', because: 'not-json' })
  })
})

describe('a line with several messages', () => {
  it.each([
    ['glued', '{"class":"TPV","mode":1}{"class":"SKY","nSat":9}', ['tpv', 'sky']],
    [
      'cut, and glued to the next',
      '{"class":"SKY","satellites":[{"PRN":1,{"class":"TPV","mode":1}',
      ['nonsense', 'tpv'],
    ],
    ['with garbage before it', '\u0000x{"class":"TPV","mode":1}', ['nonsense', 'tpv']],
  ])('is cut where messages begin: %s', (_name, line, kinds) => {
    expect(piecesOf(line).map((piece) => parseGpsdLine(piece).kind)).toEqual(kinds)
  })
})
