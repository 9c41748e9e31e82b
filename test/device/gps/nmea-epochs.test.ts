import { describe, expect, it } from 'vitest'
import type { Reading } from '../../../core/ride/fix.js'
import { sentencesOf } from '../../../device/gps/nmea.js'
import { createNmeaEpochs } from '../../../device/gps/nmea-epochs.js'
import { sentence } from '../../fakes/nmea-log.js'

const PLACE = '4807.038,N,01131.324,E'
const rmc = (time: string, date = '080626', status = 'A') => `GPRMC,${time},${status},${PLACE},10.0,84.4,${date},,,A`
const gga = (time: string, quality = 1, satellites = 8) =>
  `GPGGA,${time},${PLACE},${quality},${satellites},0.9,545.4,M,46.9,M,,`
const gll = (time: string, status = 'A') => `GPGLL,${PLACE},${time},${status},A`
const gsa = (mode: number, talker = 'GP') => `${talker}GSA,A,${mode},01,03,,,,,,,,,,,1.70,0.95,1.40`
const vtg = (speedKn: number) => `GPVTG,84.4,T,,M,${speedKn.toFixed(1)},N,,K,A`
const SILENCE = 'silence'

interface Heard {
  readonly told: Reading[]
  /** Without those that a silence or the next epoch has not ended yet. */
  readonly finished: number
}

/** The first byte of each sentence comes a millisecond after that of the one before. */
function hear(bodies: readonly string[]): Heard {
  const epochs = createNmeaEpochs('/dev/ttyTEST')
  const told: (Reading | null)[] = []
  bodies.forEach((body, index) => {
    if (body === SILENCE) {
      told.push(epochs.silence())
      return
    }
    for (const value of sentencesOf(sentence(body))) {
      told.push(epochs.take(value, { bootId: 'boot', monoMs: 1_000 + index }))
    }
  })
  const finished = told.filter((reading) => reading !== null).length
  told.push(epochs.silence())
  return { told: told.filter((reading) => reading !== null), finished }
}

const times = (bodies: readonly string[]) =>
  hear(bodies).told.map(({ receiverUtcMs }) => (receiverUtcMs === null ? null : new Date(receiverUtcMs).toISOString()))
const kinds = (bodies: readonly string[]) => hear(bodies).told.map(({ kind }) => kind)

describe('an epoch', () => {
  it('is all that was said of one time, told once, at the moment of its first byte', () => {
    const { told } = hear([
      'GPGST,091507.00,1.2,,,,3.0,4.0,8.0',
      rmc('091507.00'),
      vtg(12),
      'GPGSV,1,1,07,01,78,221,47',
      'GLGSV,1,1,05,71,78,221,47',
      gga('091507.00'),
      gsa(3),
      gll('091507.00'),
      'GPGST,091507.00,1.2,,,,3.0,4.0,8.0',
    ])
    expect(told).toEqual([
      {
        kind: 'fix',
        at: { bootId: 'boot', monoMs: 1_001 },
        receiverUtcMs: Date.UTC(2026, 5, 8, 9, 15, 7),
        firstByteMonoMs: null,
        receiver: '/dev/ttyTEST',
        latDeg: 48 + 7.038 / 60,
        lonDeg: 11 + 31.324 / 60,
        altitudeM: 545.4,
        speedMps: 18520 / 3600,
        courseDeg: 84.4,
        accuracyM: 10,
        mode: 3,
        sky: { satellitesUsed: 8, satellitesInView: 12, hdop: 0.9, toldMonoMs: 1_001 },
      },
    ])
  })

  it.each([
    ['RMC', [rmc('091507'), gga('091507'), rmc('091508'), gga('091508')]],
    ['GGA', [gga('091507'), rmc('091507'), gga('091508'), rmc('091508')]],
    ['GLL', [gll('091507'), rmc('091507'), gll('091508'), rmc('091508')]],
  ])('is ended by the next one, with whichever sentence that begins: %s', (_name, bodies) => {
    expect(times(bodies)).toEqual(['2026-06-08T09:15:07.000Z', '2026-06-08T09:15:08.000Z'])
    expect(hear(bodies).finished).toBe(1)
  })

  it('at 10 Hz is one in a tenth of a second', () => {
    expect(times([rmc('091507.10'), gga('091507.10'), rmc('091507.20'), gga('091507.20')])).toEqual([
      '2026-06-08T09:15:07.100Z',
      '2026-06-08T09:15:07.200Z',
    ])
  })

  it('that goes on after a silence is told again, whole, under the same moment', () => {
    const { told } = hear([rmc('091507'), SILENCE, gga('091507'), gsa(2)])
    expect(told).toMatchObject([
      { at: { monoMs: 1_000 }, altitudeM: null, speedMps: 18520 / 3600 },
      { at: { monoMs: 1_000 }, altitudeM: 545.4, speedMps: 18520 / 3600, mode: 2 },
    ])
    expect(told[1]?.receiverUtcMs).toBe(told[0]?.receiverUtcMs)
  })

  it('has the figures without a time that came after the last silence', () => {
    const { told } = hear([rmc('091507'), SILENCE, gsa(2), vtg(0), gga('091508')])
    expect(told).toMatchObject([{ speedMps: 18520 / 3600 }, { speedMps: 0, mode: 2 }])
  })

  it('of several satellite systems has the best of their modes', () => {
    expect(hear([rmc('091507'), gsa(3), gsa(1, 'GL')]).told).toMatchObject([{ mode: 3 }])
    expect(hear([rmc('091507'), gsa(2), gsa(1, 'GL')]).told).toMatchObject([{ mode: 2 }])
  })

  it('has the mode told last, where a receiver tells it only now and then', () => {
    expect(
      hear([gga('091507'), gsa(2), gga('091508'), gga('091509')]).told.map((fix) => 'mode' in fix && fix.mode),
    ).toEqual([2, 2, 2])
  })

  it('without any word on its mode is 3D where an altitude is known', () => {
    expect(hear([rmc('091507')]).told).toMatchObject([{ mode: 2 }])
    expect(hear([rmc('091507'), gga('091507')]).told).toMatchObject([{ mode: 3 }])
  })
})

describe('a receiver without a fix', () => {
  it('is not at 0 N 0 E', () => {
    const nowhere = 'GPRMC,091507,V,0000.0000,N,00000.0000,E,,,080626,,,N'
    expect(hear([nowhere]).told).toMatchObject([{ kind: 'no-fix', state: 'no-fix' }])
  })

  it('is believed when it takes a fix back: the last word holds', () => {
    expect(kinds([gga('091507', 0), rmc('091507')])).toEqual(['fix'])
    expect(kinds([rmc('091507'), gga('091507', 0)])).toEqual(['no-fix'])
    expect(kinds([rmc('091507'), gga('091507', 1, 2), gll('091507')])).toEqual(['fix'])
    expect(kinds([rmc('091507'), gll('091507', 'V')])).toEqual(['no-fix'])
  })

  it('that tells no time yet says so once an epoch', () => {
    const epoch = ['GPRMC,,V,,,,,,,,,,N', 'GPGGA,,,,,,0,00,99.9,,,,,,']
    expect(kinds([...epoch, ...epoch, ...epoch])).toEqual(['no-fix', 'no-fix', 'no-fix'])
  })

  it('whose time stands still tells nothing new', () => {
    expect(hear([rmc('091507'), SILENCE, rmc('091507'), SILENCE, rmc('091507')]).told).toHaveLength(1)
  })
})

describe('the day', () => {
  it('is unknown until RMC or ZDA tells it, whatever the host believes', () => {
    expect(times([gga('091507'), gga('091508'), rmc('091508'), gga('091509')])).toEqual([
      null,
      '2026-06-08T09:15:08.000Z',
      '2026-06-08T09:15:09.000Z',
    ])
    expect(times(['GPZDA,091507.00,08,06,2026,00,00', gga('091508')])).toEqual([
      '2026-06-08T09:15:07.000Z',
      '2026-06-08T09:15:08.000Z',
    ])
  })

  it('is not believed of a receiver without a fix, some of which think it is 1980', () => {
    expect(times([rmc('235951', '050180', 'V'), gga('091507')])).toEqual([null, null])
  })

  it('rolls over at midnight where GGA comes before RMC', () => {
    const bodies = ['235958', '235959'].flatMap((time) => [gga(time), rmc(time)])
    const next = ['000000', '000001'].flatMap((time) => [gga(time), rmc(time, '090626')])
    const expected = ['2026-06-08T23:59:58', '2026-06-08T23:59:59', '2026-06-09T00:00:00', '2026-06-09T00:00:01']
    expect(times([...bodies, ...next])).toEqual(expected.map((time) => `${time}.000Z`))
  })

  it('rolls over at midnight where RMC comes seconds later, or a silence after GGA', () => {
    expect(
      times([rmc('235959'), gga('000000'), SILENCE, gga('000001'), gga('000002'), rmc('000002', '090626')]),
    ).toEqual([
      '2026-06-08T23:59:59.000Z',
      '2026-06-09T00:00:00.000Z',
      '2026-06-09T00:00:01.000Z',
      '2026-06-09T00:00:02.000Z',
    ])
  })

  it('does not roll over twice where an epoch of before midnight comes late', () => {
    expect(times([rmc('000000', '090626'), gll('235959.9'), rmc('000001', '090626')])).toEqual([
      '2026-06-09T00:00:00.000Z',
      '2026-06-08T23:59:59.900Z',
      '2026-06-09T00:00:01.000Z',
    ])
  })

  it('rolls over at midnight after a minute without a word', () => {
    expect(times([rmc('235930'), gga('000030')])[1]).toBe('2026-06-09T00:00:30.000Z')
  })

  it('goes on over a leap second, which itself has no number', () => {
    const bodies = [
      rmc('235959', '311226'),
      gga('235960'),
      rmc('235960', '311226'),
      gga('000000'),
      rmc('000000', '010127'),
    ]
    expect(times(bodies)).toEqual(['2026-12-31T23:59:59.000Z', null, '2027-01-01T00:00:00.000Z'])
    expect(kinds(bodies)).toEqual(['fix', 'fix', 'fix'])
  })

  it('of ZDA is no epoch of its own where others tell the time', () => {
    const zda = (time: string) => `GPZDA,${time},08,06,2026,00,00`
    expect(times([gga('091507'), zda('091507.71'), gga('091508'), zda('091508.71')])).toEqual([
      '2026-06-08T09:15:07.000Z',
      '2026-06-08T09:15:08.000Z',
    ])
  })

  it('and time of ZDA are those of a receiver that has nothing else yet', () => {
    expect(times(['GPGGA,,,,,,0,,,,M,,M,,', 'GPZDA,193913.00,07,09,2026,00,00', 'GPGGA,,,,,,0,,,,M,,M,,'])).toEqual([
      '2026-09-07T19:39:13.000Z',
      null,
    ])
  })
})

describe('the sky', () => {
  it('is what was told last, epochs ago or now', () => {
    const told = hear([gga('091507'), 'GPGSV,1,1,07', gga('091508', 0, 3), gll('091509')]).told
    expect(told.map(({ sky }) => sky)).toEqual([
      { satellitesUsed: 8, satellitesInView: 7, hdop: 0.9, toldMonoMs: 1_000 },
      { satellitesUsed: 3, satellitesInView: 7, hdop: 0.9, toldMonoMs: 1_002 },
      { satellitesUsed: 3, satellitesInView: 7, hdop: 0.9, toldMonoMs: 1_002 },
    ])
  })

  it('and motion of long ago are not kept for an epoch that does not come', () => {
    const endless = Array.from({ length: 5_000 }, () => gsa(2))
    expect(hear([vtg(99), ...endless, gga('091507')]).told).toMatchObject([{ speedMps: null, mode: 2 }])
    expect(hear([vtg(99), gsa(2), gga('091507')]).told).toMatchObject([{ speedMps: 99 * (1852 / 3600), mode: 2 }])
  })
})
