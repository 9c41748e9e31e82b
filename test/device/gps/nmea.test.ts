import { describe, expect, it } from 'vitest'
import { sentenceOf, sentencesOf } from '../../../device/gps/nmea.js'
import { sentence } from '../../fakes/nmea-log.js'

/** A sentence without its line end. */
const line = (body: string): string => sentence(body).trimEnd()
const read = (body: string) => sentenceOf(line(body))

const DAY = Date.UTC(2026, 5, 8)
const TIME = ((9 * 60 + 15) * 60 + 7.25) * 1000
const PLACE = { latDeg: 48 + 7.038 / 60, lonDeg: 11 + 31.324 / 60 }
const UNKNOWN = {
  dayUtcMs: null,
  altitudeM: null,
  speedMps: null,
  courseDeg: null,
  satellitesUsed: null,
  hdop: null,
  rejected: [],
}

describe('a sentence', () => {
  it.each([
    [
      'GPRMC,091507.25,A,4807.038,N,01131.324,E,19.44,84.4,080626,3.1,E,A',
      { name: 'RMC', place: PLACE, dayUtcMs: DAY, speedMps: 19.44 * (1852 / 3600), courseDeg: 84.4 },
    ],
    [
      'GNGGA,091507.25,4807.038,N,01131.324,E,2,08,0.9,545.4,M,46.9,M,,',
      { name: 'GGA', place: PLACE, altitudeM: 545.4, satellitesUsed: 8, hdop: 0.9 },
    ],
    [
      'GNGNS,091507.25,4807.038,N,01131.324,E,NA,11,0.7,-12.5,46.9,,,V',
      { name: 'GNS', place: PLACE, altitudeM: -12.5, satellitesUsed: 11, hdop: 0.7 },
    ],
    ['GPGLL,4807.038,N,01131.324,E,091507.25,A,A', { name: 'GLL', place: PLACE }],
    [
      'GPGLL,4807.038,S,01131.324,W,091507.25,A',
      { name: 'GLL', place: { latDeg: -PLACE.latDeg, lonDeg: -PLACE.lonDeg } },
    ],
  ])('with a position gives it in our units: %s', (body, expected) => {
    expect(read(body)).toEqual({ kind: 'position', ...UNKNOWN, timeMs: TIME, isFix: true, ...expected })
  })

  it.each([
    ['GPZDA,091507.25,08,06,2026,00,00', { kind: 'day', timeMs: TIME, dayUtcMs: DAY }],
    ['GPGSA,A,3,01,03,,,,,,,,,,,1.70,0.90,1.40', { kind: 'mode', mode: 3, hdop: 0.9 }],
    ['GNGSA,A,1,,,,,,,,,,,,,99.99,99.99,99.99,4', { kind: 'mode', mode: 1, hdop: 99.99 }],
    [`GPGSA,A,3,01${','.repeat(24)}9.2,7.2,5.7`, { kind: 'mode', mode: 3, hdop: null }],
    ['GPVTG,84.4,T,81.3,M,10.0,N,18.5,K,A', { kind: 'motion', speedMps: 18520 / 3600, courseDeg: 84.4 }],
    ['GPVTG,,T,,M,0.0,N,0.0,K', { kind: 'motion', speedMps: 0, courseDeg: null }],
    ['GPGSV,3,1,11,01,78,221,47', { kind: 'in-view', talker: 'GP', satellites: 11 }],
    ['GPGST,091507.25,1.2,,,,3.0,4.0,8.0', { kind: 'errors', timeMs: TIME, accuracyM: 10 }],
  ])('without one gives what it has: %s', (body, expected) => {
    expect(read(body)).toEqual(expected)
  })

  it.each(['GP', 'GN', 'GL', 'GA', 'GB', 'BD', 'GQ', 'GI', 'QZ', 'II'])('of talker %s is understood', (talker) => {
    expect(read(`${talker}GLL,4807.038,N,01131.324,E,091507.25,A,A`)).toMatchObject({ kind: 'position', place: PLACE })
  })

  it.each([
    'PUBX,00,091507.25,4807.038,N,01131.324,E,545.4,G3,2.1,2.0',
    'PMTK010,001',
    'PGRMC,A,545.4',
    'GPTXT,01,01,02,u-blox',
    'HCHDG,101.1,,,7.1,W',
    'GPVTG,,T,,M,,N,,K,N',
    'GPGSA,A,E,,,,,,,,,,,,,,,',
    'GPZDA,,,,,00,00',
  ])('that is of no use is no nonsense either: %s', (body) => {
    expect(read(body)).toEqual({ kind: 'unused' })
  })
})

describe('a place nobody vouches for is never told', () => {
  it.each([
    ['void, at 0 N 0 E', 'GPRMC,091507,V,0000.0000,N,00000.0000,E,,,080626,,,N'],
    ['void, with the last place known', 'GPRMC,091507,V,4807.038,N,01131.324,E,0,0,080626,,,N'],
    ['void, with a place no map has', 'GPGGA,235946.005,8960.000000,N,00000.000000,E,0,0,,137.000,M,13.000,M,,'],
    ['said to be valid, with a mode that says no', 'GPRMC,091507,A,4807.038,N,01131.324,E,0,0,080626,,,N'],
    ['of quality 0', 'GPGGA,091507,4807.038,N,01131.324,E,0,00,99.9,,M,,M,,'],
    ['without a quality', 'GPGGA,091507,4807.038,N,01131.324,E,,05,1.7,49.4,M,46.9,M,,'],
    ['of a receiver in its demo mode', 'GPGGA,091507,4807.038,N,01131.324,E,8,09,2.0,695.7,M,51.6,M,,'],
    ['found with two satellites', 'GPGGA,091507,4807.038,N,01131.324,E,1,02,3.1,746.1,M,44.2,M,,'],
    ['of no satellite system', 'GNGNS,091507,4807.038,N,01131.324,E,NNN,05,1.7,49.4,46.9,,'],
    ['void, in GLL', 'GPGLL,4807.038,N,01131.324,E,091507,V,N'],
  ])('%s', (_what, body) => {
    expect(read(body)).toMatchObject({ kind: 'position', isFix: false, place: null })
  })

  it('but one that is reckoned from the last fix in a tunnel is', () => {
    expect(read('GPGGA,091507,4807.038,N,01131.324,E,6,00,99.9,545.4,M,46.9,M,,')).toMatchObject({ isFix: true })
  })
})

describe('a sentence that cannot be trusted is nonsense', () => {
  it.each([
    [
      'one letter changed on the way',
      line('GPGLL,4807.038,N,01131.324,E,091507,A').replace('4807', '4817'),
      'wrong-checksum',
    ],
    ['no checksum', '$GPGLL,4807.038,N,01131.324,E,091507,A', 'no-checksum'],
    ['half a checksum', line('GPGLL,4807.038,N,01131.324,E,091507,A').slice(0, -1), 'no-checksum'],
    ['cut off', '$GNRMC,001053.00,A,4404.14083,N,12118.85886,W,0.', 'no-checksum'],
    ['binary', '\u00b5b\u0001\u0007\\\u0000$\u0003', 'not-nmea'],
    ['text', 'login:', 'not-nmea'],
    ['minutes over 59', line('GPGLL,4867.038,N,01131.324,E,091507,A'), 'malformed'],
    ['more than 90 degrees', line('GPGLL,9107.038,N,01131.324,E,091507,A'), 'malformed'],
    ['north without a latitude', line('GPGLL,,N,01131.324,E,091507,A'), 'malformed'],
    ['neither north nor south', line('GPGLL,4807.038,X,01131.324,E,091507,A'), 'malformed'],
    ['a time of 25 h', line('GPGLL,4807.038,N,01131.324,E,250000,A'), 'malformed'],
    ['a second 60 at noon', line('GPGLL,4807.038,N,01131.324,E,120060,A'), 'malformed'],
    ['a number in hexadecimal', line('GPGGA,091507,4807.038,N,01131.324,E,1,0x8,0.9,545.4,M,46.9,M,,'), 'malformed'],
    [
      'two sentences run into one that lost some fields, with a right checksum',
      line('GPGLL,4807.038,N,01131.324,E,091507,A,GPRMC,091508,A,4807.038,N,01131.324,E,0,0,080626,,'),
      'malformed',
    ],
    ['too few fields', line('GPGSA,A,1,,,,'), 'malformed'],
  ])('%s', (_what, text, because) => {
    expect(sentencesOf(text)).toEqual([{ kind: 'nonsense', because }])
  })

  it('whatever single letter is changed', () => {
    const text = line('GPRMC,091507.25,A,4807.038,N,01131.324,E,19.44,84.4,080626,3.1,E,A')
    for (let index = 0; index < text.length; index += 1) {
      for (const letter of ['0', '9', 'A', 'N', ',', '.', '*', '$']) {
        if (text[index] === letter) continue
        const changed = text.slice(0, index) + letter + text.slice(index + 1)
        expect(sentencesOf(changed).map(({ kind }) => kind)).not.toContain('position')
      }
    }
  })
})

describe('figures that cannot be true are left out, the place stays', () => {
  it.each([
    ['GPGGA,091507,4807.038,N,01131.324,E,1,08,0.9,2000000,M,46.9,M,,', ['altitude']],
    ['GPGGA,091507,4807.038,N,01131.324,E,1,08,0.9,-501,M,46.9,M,,', ['altitude']],
    ['GPGGA,091507,4807.038,N,01131.324,E,1,08,250,545,M,46.9,M,,', ['hdop']],
    ['GPRMC,091507,A,4807.038,N,01131.324,E,999.9,84.4,080626,,,A', ['speed']],
    ['GPRMC,091507,A,4807.038,N,01131.324,E,0.1,361.0,080626,,,A', ['course']],
    ['GPRMC,000231.099,A,4807.038,N,01131.324,E,0.15,212.28,2208-1,,,A', ['date']],
    ['GPRMC,000231.099,A,4807.038,N,01131.324,E,0.15,212.28,310226,,,A', ['date']],
  ])('%s', (body, rejected) => {
    expect(read(body)).toMatchObject({ kind: 'position', isFix: true, place: PLACE, rejected })
  })
})

describe('a date', () => {
  it.each([
    ['080626', Date.UTC(2026, 5, 8)],
    ['060180', Date.UTC(1980, 0, 6)],
    ['311279', Date.UTC(2079, 11, 31)],
    ['290228', Date.UTC(2028, 1, 29)],
    ['290227', null],
    ['000126', null],
    ['011326', null],
    ['', null],
  ])('of RMC, %j, is a day or unknown', (text, dayUtcMs) => {
    expect(read(`GPRMC,091507,A,4807.038,N,01131.324,E,0,0,${text},,,A`)).toMatchObject({ dayUtcMs })
  })
})

describe('a time', () => {
  it.each([
    ['000000', 0],
    ['235959.999', 86_399_999],
    ['235960', 86_400_000],
    ['235960.50', 86_400_500],
    ['091507.', TIME - 250],
    ['', null],
  ])('of %j is so many milliseconds', (text, timeMs) => {
    expect(read(`GPGLL,4807.038,N,01131.324,E,${text},A`)).toMatchObject({ timeMs })
  })
})

describe('a line', () => {
  const rmc = line('GPRMC,091507,A,4807.038,N,01131.324,E,0,0,080626,,,A')
  const gll = line('GPGLL,4807.038,N,01131.324,E,091507,A')
  const kinds = (text: string) =>
    sentencesOf(text).map((found) => (found.kind === 'position' ? found.name : found.kind))

  it.each([
    ['with CRLF still on it', `${rmc}\r\n`, ['RMC']],
    ['whose newline was lost holds two sentences, and both count', rmc + gll, ['RMC', 'GLL']],
    ['whose first sentence was cut off gives the second', rmc.slice(0, 30) + gll, ['nonsense', 'GLL']],
    ['that begins with noise gives what follows it', `\u0000\u00ff}${gll}`, ['GLL']],
    ['with a tag block before the sentence gives the sentence', `\\s:r1,c:1780000000*5A\\${gll}`, ['GLL']],
    ['of what ships tell each other is of no use', '!AIVDM,1,1,,A,15RTgt0PAso;90TKcjM8h6g208CQ,0*4A', ['unused']],
    ['that only begins like it is nonsense', '!AIVDM,1,1,,A,15RTgt0PAso', ['nonsense']],
    ['that is empty is nonsense', '', ['nonsense']],
    ['of dollars alone is nonsense', '$$$', ['nonsense', 'nonsense', 'nonsense']],
  ])('%s', (_what, text, expected) => {
    expect(kinds(text)).toEqual(expected)
  })
})
