import { execFileSync } from 'node:child_process'
import { openSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Reading } from '../../../core/ride/fix.js'
import { type LogCounts, openRideLog, readingsOf } from '../../../device/gps/logs.js'
import { DEVICES, tpv, VERSION, WATCH } from '../../fakes/fake-gpsd.js'
import { hasRecorded, RECORDED } from '../../fakes/gpsd-streams.js'
import { epochsOf, makeNmeaLog } from '../../fakes/nmea-log.js'

const JUNE_UTC_MS = Date.UTC(2026, 5, 1, 10)
const HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spokecam-logs-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function fileOf(content: string | Buffer, name = `${Math.random()}.log`): Promise<string> {
  const file = join(folder, name)
  await writeFile(file, content)
  return file
}

async function read(file: string): Promise<Read> {
  const readings: Reading[] = []
  const parts: number[] = []
  let counts: LogCounts | null = null
  const log = await openRideLog(file)
  for await (const some of readingsOf(log, (told) => (counts = told))) {
    readings.push(...some.readings)
    parts.push(...some.readings.map(() => some.part))
  }
  return { readings, parts, counts, name: log.name }
}

interface Read {
  readonly readings: Reading[]
  /** Of each reading. */
  readonly parts: number[]
  readonly counts: LogCounts | null
  readonly name: string | null
}

/** A point a second, at which something stands inside; null leaves out the time. */
const gpx = (...inside: readonly (string | null)[]): string => {
  const points = inside.map((text, second) => {
    const time = text === null ? '' : `<time>${new Date(JUNE_UTC_MS + second * 1_000).toISOString()}</time>`
    return `<trkpt lat="48.${second}" lon="11.5">${time}${text ?? ''}</trkpt>`
  })
  return `<gpx><trk><name>Überfahrt</name><trkseg>${points.join('\n')}</trkseg></trk></gpx>`
}

const secondsOf = (readings: readonly Reading[]): (number | null)[] =>
  readings.map(({ receiverUtcMs }) => (receiverUtcMs === null ? null : (receiverUtcMs - JUNE_UTC_MS) / 1_000))

describe('a log', () => {
  it.each([
    ['gpsd', 'ride.gpx', VERSION + DEVICES + WATCH + tpv(1), '/dev/ttyACM0'],
    ['gpsd', 'ride', tpv(1), '/dev/ttyACM0'],
    ['gpsd', 'ride.txt', `garbage\n$GPGGA,1\n${tpv(1)}`, '/dev/ttyACM0'],
    ['nmea', 'ride.json', makeNmeaLog(3), null],
    ['nmea', 'ride.nmea', `# Date: 2026\n\0\xb5b\n${makeNmeaLog(3)}`, null],
    ['gpx', 'ride.nmea', gpx(''), null],
    ['gpx', 'ride.xml', `\ufeff${HEAD}\n${gpx('')}`, null],
    [
      'gpx',
      'ride.kml',
      `${HEAD}<!-- <kml> --><!DOCTYPE gpx SYSTEM "gpx.dtd">\n<x:gpx xmlns:x="x">${gpx('').slice(5, -6)}</x:gpx>`,
      null,
    ],
  ])('is known by its content: %s in %s', async (kind, name, content, device) => {
    const file = await fileOf(content, name)
    expect(await openRideLog(file)).toMatchObject({ file, kind, device })
  })

  it.each([
    [true, 'of a device called simulator', `{"class":"TPV","device":"simulator","mode":1}\n`],
    [true, 'whose TPVs say so', tpv(1).replace('"TPV",', '"TPV","status":8,')],
    [false, 'of another status', tpv(1).replace('"TPV",', '"TPV","status":1,')],
    [true, 'in a GPX of ours', gpx('').replace('<gpx><trk>', '<gpx creator="Spokecam"><trk><desc>simulated</desc>')],
    [false, 'in a GPX of somebody', gpx('').replace('<trk>', '<trk><desc>simulated</desc>')],
    [false, 'in NMEA', makeNmeaLog(3)],
  ])('is a simulation: %s, %s', async (simulated, _where, content) => {
    expect(await openRideLog(await fileOf(content))).toMatchObject({ simulated })
  })

  it.each([
    ['an empty file', ''],
    ['a gzip file, which has to be unpacked', Buffer.from([0x1f, 0x8b, 0x08, 0x00, 0x0a])],
    ['a ZIP archive, which has to be unpacked', Buffer.from('PK\x03\x04\x00\x00')],
    ['a FIT file', Buffer.from('\x0e\x10\x43\x08\x78\x06\x09\x00.FIT\x00\x00', 'latin1')],
    ['a binary file', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0x00, 0x0a])],
    ['a KML file', `${HEAD}\n<kml xmlns="http://www.opengis.net/kml/2.2"></kml>`],
    ['a TCX file', '<TrainingCenterDatabase></TrainingCenterDatabase>'],
    ['an XML file', `${HEAD}<svg><gpx/></svg>`],
    ['an XML file', '<!DOCTYPE html'],
    ['JSON of another kind', '{"type":"FeatureCollection"}\n'],
    ['a file of another kind', 'a shopping list\n'],
    ['NMEA sentences whose checksums are wrong or missing', '$GPRMC,100011.00,A,4806.00180,N*00\n!AIVDM,1\n'],
    ['a file of another kind', '!AIVDM,1,1,,A,13u?etPv2;0n:dDPwUM1U1Cb069D,0*24\n'],
  ])('of another kind is refused in one sentence that names it and says it looks like %s', async (looks, content) => {
    const file = await fileOf(content)
    const told = `${file} is neither a GPX, an NMEA log nor a gpsd JSON log: it looks like ${looks}`
    await expect(openRideLog(file)).rejects.toThrow(new Error(told))
  })

  it('that cannot be read is refused with the reason', async () => {
    await expect(openRideLog(join(folder, 'nowhere'))).rejects.toThrow(/nowhere cannot be read: ENOENT/)
    await expect(openRideLog(folder)).rejects.toThrow(`${folder} cannot be read: it is no regular file`)
  })

  it('that is a pipe, which may never say anything, is refused and not waited for', async () => {
    const pipe = join(folder, 'pipe')
    execFileSync('mkfifo', [pipe])
    // Without the refusal it would hang in a thread that only a writer frees.
    const writer = setTimeout(() => openSync(pipe, 'r+'), 2_000)
    await expect(openRideLog(pipe)).rejects.toThrow(new Error(`${pipe} cannot be read: it is no regular file`))
    clearTimeout(writer)
  })

  it.each([
    ['has no times: it is the plan of a ride, not the log of one', gpx(null, null)],
    [
      'has no times: it is the plan of a ride, not the log of one',
      `${gpx(...Array(40_000).fill(null))}that is not read so far`,
    ],
    [
      'has no time that a receiver can have told: its first one is 1970-01-01T00:00:12Z',
      gpx(null, null).replace('"></trkpt>', '"><time>1970-01-01T00:00:12Z</time></trkpt>'),
    ],
    [
      'has no time that a receiver can have told: its first one is yesterday',
      gpx(null, '<!--->')
        .replace(/<time>[^<]*/, '<time>yesterday')
        .replace('<!--->', ''),
    ],
    ['has no track: it is empty', '<gpx></gpx>'],
    [
      'has no track: only 1 waypoints and 2 points of a route',
      '<gpx><wpt lat="1" lon="1"><time>2026-06-01T08:00:00Z</time></wpt><rte><rtept lat="1" lon="1"/><rtept lat="1" lon="1"/></rte></gpx>',
    ],
    [
      'has no track: none of its 1 points has a position that can be true',
      '<gpx><trk><trkseg><trkpt lat="95" lon="1"><time>2026-06-01T08:00:00Z</time></trkpt></trkseg></trk></gpx>',
    ],
    ['is not well-formed XML: line 2: unexpected close tag', '<gpx>\n</trk></gpx>'],
    [
      'has no times: none of its first sentences tells the day (RMC or ZDA)',
      makeNmeaLog(3).replaceAll(/\$GPRMC[^\n]*\n/g, ''),
    ],
  ])('that cannot be placed in time is no ride: it %s', async (because, content) => {
    const file = await fileOf(content)
    await expect(openRideLog(file)).rejects.toThrow(new Error(`${file} ${because}`))
  })
})

describe('the readings of a GPX', () => {
  it('are its points that have a time, on the clock of the log', async () => {
    const inside = '<ele>512</ele><sat>7</sat><hdop>1.5</hdop><speed>4</speed><course>90</course>'
    const { readings, counts, name } = await read(await fileOf(gpx(inside, null, '<fix>3d</fix>', '<fix>none</fix>')))
    expect(readings[0]).toMatchObject({
      kind: 'fix',
      at: { monoMs: JUNE_UTC_MS },
      receiverUtcMs: JUNE_UTC_MS,
      latDeg: 48,
      lonDeg: 11.5,
      altitudeM: 512,
      speedMps: 4,
      courseDeg: 90,
      mode: 3,
      sky: { satellitesUsed: 7, satellitesInView: null, hdop: 1.5 },
    })
    expect(secondsOf(readings)).toEqual([0, 2])
    expect(readings[1]).toMatchObject({ mode: 3, altitudeM: null, speedMps: null })
    expect(counts).toEqual({ undated: 1, unplaced: 1, nonsense: 0 })
    expect(name).toBe('Überfahrt')
  })

  it('are in parts as its track is', async () => {
    const { parts } = await read(
      await fileOf(gpx('', '</trkpt></trkseg><trkseg><trkpt lat="48" lon="11"><time>2026-06-01T10:01:00Z</time>', '')),
    )
    expect(parts).toEqual([0, 0, 1, 1])
  })

  it.each([
    ['UTF-8', '', (text: string) => Buffer.from(text)],
    ['UTF-8 with a byte order mark', '', (text: string) => Buffer.from(`\ufeff${text}`)],
    ['UTF-16 LE with a byte order mark', 'UTF-16', (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['UTF-16 LE without', 'UTF-16LE', (text: string) => Buffer.from(text, 'utf16le')],
    ['UTF-16 BE', 'utf-16', (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16()],
    ['ISO-8859-1', 'ISO-8859-1', (text: string) => Buffer.from(text, 'latin1')],
    ['windows-1252', 'windows-1252', (text: string) => Buffer.from(text, 'latin1')],
    ['UTF-8, declared as UTF-16', 'utf-16', (text: string) => Buffer.from(text)],
  ])('are read in %s', async (_name, declared, encode) => {
    const head = declared === '' ? '' : `<?xml version="1.0" encoding="${declared}"?>\n`
    const { readings, name } = await read(await fileOf(encode(head + gpx('', '', ''))))
    expect(secondsOf(readings)).toEqual([0, 1, 2])
    expect(name).toBe('Überfahrt')
  })

  it('survive a name in another encoding than declared', async () => {
    const { readings, name } = await read(await fileOf(Buffer.from(`${HEAD}${gpx('', '')}`, 'latin1')))
    expect(secondsOf(readings)).toEqual([0, 1])
    expect(name).toBe('\ufffdberfahrt')
  })

  it('end with a sentence where the document breaks off', async () => {
    const file = await fileOf(gpx('', '\n', '').slice(0, -20))
    await expect(read(file)).rejects.toThrow(
      new Error(`${file} is not well-formed XML: it breaks off in line 4: unclosed tag: trkseg`),
    )
  })
})

describe('the readings of an NMEA log', () => {
  it('are its epochs', async () => {
    const log = makeNmeaLog(30)
    const { readings, counts } = await read(await fileOf(`noise\n${log}`))
    expect(readings.map(({ receiverUtcMs }) => receiverUtcMs)).toEqual(epochsOf(log).map(({ utcMs }) => utcMs))
    expect(readings[3]).toMatchObject({ kind: 'fix', mode: 3, altitudeM: 520, sky: { satellitesUsed: 10, hdop: 0.9 } })
    expect(readings[3]?.at.monoMs).toBe(readings[3]?.receiverUtcMs)
    expect(counts).toEqual({ undated: 0, unplaced: 0, nonsense: 1 })
  })
})

describe('the readings of a gpsd log', () => {
  it('are its epochs, each once with all that was said of it', async () => {
    const log =
      tpv(1, { mode: 2, speed: 5 }) +
      '{"class":"SKY","device":"/dev/ttyACM0","uSat":9,"hdop":0.8}\r\n' +
      tpv(1, { altMSL: 520, speed: undefined }) +
      tpv(2, { mode: 1, lat: undefined, lon: undefined }) +
      tpv(3, { time: undefined }) +
      'no JSON\n' +
      tpv(3.5) +
      tpv(3) +
      tpv(3.5, { track: 90 }) +
      tpv(3, { speed: 4 })
    const { readings, counts } = await read(await fileOf(log))
    expect(secondsOf(readings)).toEqual([1, 2, 3.5, 3])
    expect(readings).toMatchObject([
      {
        kind: 'fix',
        at: { monoMs: JUNE_UTC_MS + 1_000 },
        mode: 3,
        speedMps: 5,
        altitudeM: 520,
        sky: { satellitesUsed: 9 },
      },
      { kind: 'no-fix', state: 'no-fix' },
      { kind: 'fix', courseDeg: 90 },
      { kind: 'fix', speedMps: 4 },
    ])
    expect(counts).toEqual({ undated: 1, unplaced: 0, nonsense: 1 })
  })

  it('go on behind a reply that was cut short', async () => {
    const cut = '{"class":"SKY","device":"/dev/ttyACM0","satellites":[{"PRN":1,"el'
    const { readings, counts } = await read(await fileOf(tpv(1) + cut + tpv(2) + tpv(3)))
    expect(secondsOf(readings)).toEqual([1, 2, 3])
    expect(counts?.nonsense).toBe(0)
  })

  it('are those of one receiver where a second one speaks', async () => {
    const log = [1, 2, 3].map((second) => tpv(second) + tpv(second, { device: '/dev/ttyUSB1', lat: 10 })).join('')
    const { readings } = await read(await fileOf(log))
    expect(readings.map(({ receiver }) => receiver)).toEqual(Array(3).fill('/dev/ttyACM0'))
  })
})

describe.skipIf(!hasRecorded)('one ride as three logs (../shared/gpsd; skipped where it is absent)', () => {
  it.each(['cerknicko-jezero', 'around-visnjan-with-car'])('is the same ride: %s', async (name) => {
    const at = (ending: string) => join(RECORDED, 'tracks', name + ending)
    const [nmea, gpsd, plan] = await Promise.all([read(at('.log')), read(at('.json-3.22.jsonl')), read(at('.gpx'))])
    const times = (readings: Reading[]) => new Set(readings.map(({ receiverUtcMs }) => receiverUtcMs))
    const said = (await readFile(at('.json-3.22.jsonl'), 'utf8')).matchAll(/"class":"TPV".*?"time":"([^"]*)"/g)
    expect(times(gpsd.readings)).toEqual(new Set([...said].map(([, time = '']) => Date.parse(time))))
    expect(times(nmea.readings)).toEqual(times(gpsd.readings))
    expect(plan.readings.length).toBeGreaterThan(10)
    const places = new Map(gpsd.readings.map((reading) => [reading.receiverUtcMs, reading]))
    for (const reading of nmea.readings) {
      const same = places.get(reading.receiverUtcMs)
      expect(same?.kind).toBe(reading.kind)
      if (reading.kind !== 'fix' || same?.kind !== 'fix') continue
      expect(Math.abs(reading.latDeg - same.latDeg)).toBeLessThan(2e-6)
      expect(Math.abs(reading.lonDeg - same.lonDeg)).toBeLessThan(2e-6)
    }
  })
})
