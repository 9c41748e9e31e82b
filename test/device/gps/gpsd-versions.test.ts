import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Fix, Reading } from '../../../core/ride/fix.js'
import { createEpochs } from '../../../device/gps/epochs.js'
import { parseGpsdLine } from '../../../device/gps/gpsd-line.js'
import { saidIn, toldIn } from '../../fakes/gpsd-said.js'
import { hasRecorded, RECORDED } from '../../fakes/gpsd-streams.js'

interface Taken {
  readonly told: readonly Reading[]
  readonly kinds: readonly string[]
}

/** What becomes of lines that come a millisecond apart. */
function taken(text: string): Taken {
  const epochs = createEpochs()
  const told: Reading[] = []
  const kinds: string[] = []
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (!line.startsWith('{')) continue
    const at = { bootId: 'boot', monoMs: index }
    const message = parseGpsdLine(line)
    kinds.push(message.kind === 'nonsense' ? message.because : message.kind)
    if (message.kind === 'tpv') epochs.takeTpv(message, at)
    if (message.kind === 'sky') epochs.takeSky(message, at)
    if (message.kind === 'noise') epochs.takeNoise(message, at)
    told.push(...epochs.readings())
  }
  return { told, kinds }
}

const isFix = (reading: Reading): reading is Fix => reading.kind === 'fix'

/** Of the same second of the same ride. */
const VERSIONS = {
  'before 3.20': [
    '{"class":"SKY","device":"/dev/a","time":"2026-06-01T10:00:00.000Z","hdop":0.9,"satellites":[{"PRN":1,"el":5,"az":3,"ss":30,"used":true},{"PRN":2,"el":5,"az":3,"ss":30,"used":false}]}',
    '{"class":"TPV","device":"/dev/a","mode":3,"time":"2026-06-01T10:00:00.000Z","ept":0.005,"lat":48.1,"lon":11.5,"alt":520.0,"epx":3.0,"epy":4.0,"epv":23.0,"track":90.0,"speed":5.0,"climb":0.0,"eps":30.0}',
  ],
  '3.22': [
    '{"class":"SKY","device":"/dev/a","hdop":0.90,"pdop":1.7,"nSat":2,"uSat":1,"satellites":[{"PRN":1,"el":5.0,"az":3.0,"ss":30.0,"used":true,"gnssid":0,"svid":1},{"PRN":2,"el":5.0,"az":3.0,"ss":30.0,"used":false,"gnssid":0,"svid":2}]}',
    '{"class":"TPV","device":"/dev/a","mode":3,"time":"2026-06-01T10:00:00.000Z","ept":0.005,"lat":48.100000000,"lon":11.500000000,"altHAE":564.0000,"altMSL":520.0000,"alt":520.0000,"track":90.0000,"magtrack":93.3,"magvar":3.3,"speed":5.000,"geoidSep":44.000,"eph":5.000,"sep":32.0}',
  ],
  '3.27': [
    '{"class":"SKY","device":"/dev/a","nSat":2,"uSat":1,"satellites":[{"PRN":1,"el":5.0,"az":3.0,"ss":30.0,"used":true,"gnssid":0,"svid":1,"health":1},{"PRN":2,"el":5.0,"az":3.0,"ss":30.0,"used":false,"gnssid":0,"svid":2}]}',
    '{"class":"SKY","device":"/dev/a","time":"2026-06-01T10:00:00.000Z","hdop":0.90,"pdop":1.70,"vdop":1.40}',
    '{"class":"TPV","device":"/dev/a","status":2,"mode":3,"time":"2026-06-01T10:00:00.000Z","leapseconds":18,"ept":0.005,"lat":48.100000000,"lon":11.500000000,"altHAE":564.0000,"altMSL":520.0000,"alt":520.0000,"track":90.0000,"magtrack":93.3,"magvar":3.3,"speed":5.000,"climb":0.000,"velN":0.0,"velE":5.0,"geoidSep":44.000,"eph":5.000,"sep":32.0,"epx":1.0,"epy":1.0}',
  ],
}

describe('the same second told by gpsd', () => {
  it.each(Object.entries(VERSIONS))('%s is the same fix', (_version, lines) => {
    expect(taken(lines.join('\n')).told).toMatchObject([
      {
        kind: 'fix',
        receiverUtcMs: Date.UTC(2026, 5, 1, 10),
        latDeg: 48.1,
        lonDeg: 11.5,
        altitudeM: 520,
        speedMps: 5,
        courseDeg: 90,
        accuracyM: 5,
        mode: 3,
        sky: { satellitesUsed: 1, satellitesInView: 2, hdop: 0.9 },
      },
    ])
  })
})

const versions = ['3.22', '3.27']
const cases = !hasRecorded
  ? []
  : versions.flatMap((version) =>
      readdirSync(join(RECORDED, `chk-${version}`)).map((name) => ({
        version,
        name,
        log: name.replace('.log.chk', ''),
      })),
    )

describe.skipIf(!hasRecorded)("what gpsd's own tests expect of it (../shared/gpsd; skipped where it is absent)", () => {
  it('is there for two versions', () => {
    expect(cases.length).toBeGreaterThan(70)
  })

  it.each(cases)('gives every fix, with figures that can be true: $version $log', ({ version, name }) => {
    const text = readFileSync(join(RECORDED, `chk-${version}`, name), 'utf8')
    const { told, kinds } = taken(text)
    const json = text
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .join('\n')
    expect([...toldIn(told).fixes]).toEqual([...saidIn(json).fixes])
    expect(kinds).not.toContain('not-json')
    expect(kinds.filter((kind) => kind === 'unknown-class')).toHaveLength(name === 'passthrough.log.chk' ? 3 : 0)
    for (const { latDeg, lonDeg, altitudeM, speedMps, sky } of told.filter(isFix)) {
      expect(Math.abs(latDeg)).toBeLessThanOrEqual(90)
      expect(Math.abs(lonDeg)).toBeLessThanOrEqual(180)
      expect(altitudeM ?? 0).toBeLessThan(9_000)
      expect(speedMps ?? 0).toBeLessThan(150)
      expect(sky.satellitesUsed ?? 0).toBeLessThanOrEqual(sky.satellitesInView ?? 1_000)
    }
  })
})
