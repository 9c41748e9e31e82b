/** Nothing that cannot be true gets from a card into the catalogue. */
import { describe, expect, it } from 'vitest'
import {
  anchorIn,
  bootIn,
  type Checked,
  fixIn,
  incidentIn,
  rideIn,
  segmentIn,
} from '../../../device/footage/records/checking.js'
import { parseRecordName, recordName } from '../../../device/footage/records/names.js'

const BOOT = {
  ...{ number: 3, bootId: 'a', deviceId: null, closed: true, inOrder: false, recordingWord: null },
  ...{ powerCut: { lastSignMonoMs: 5, cameras: { front: 1 }, lostMs: null }, growing: [] },
}
const RIDE = {
  ...{
    number: 7,
    id: '3f2a91c05e7d',
    name: '<b>',
    source: 'device',
    simulated: false,
    kept: false,
    ended: true,
    stopped: false,
  },
  ...{ bootNumber: 3, lastBootNumber: 4, beganMonoMs: 0.5, lastFixMonoMs: 9, lastMovedMonoMs: 9, startedUtcMs: null },
  ...{
    endedUtcMs: null,
    timeSource: null,
    timeZone: 'Europe/Berlin',
    distanceM: 1,
    movingMs: 1,
    elapsedMs: 1,
    ascentM: -2,
  },
  ...{ maxSpeedMps: null, west: 11, south: 48, east: 12, north: 49, preview: '_p~iF~ps|U' },
}
const INCIDENT = {
  ...{ number: 1, id: 'abc', rideId: null, bootNumber: 3, atMonoMs: 5, cause: 'crash', beforeMs: 1, afterMs: 1 },
  ...{ latDeg: null, lonDeg: null, note: 'x', spans: [{ bootNumber: 3, fromMonoMs: 1, toMonoMs: 2 }], marks: ['key'] },
}
const SEGMENT = {
  ...{
    id: 'front-000001',
    rideId: null,
    camera: 'front',
    number: 1,
    bootNumber: 3,
    startMonoMs: 5,
    startUncertaintyMs: null,
  },
  ...{
    startUtcMs: null,
    durationMs: 1,
    frames: 1,
    sizeBytes: 1,
    state: 'swept',
    kept: false,
    keptItself: false,
    file: 'x',
  },
}
const FIX: readonly unknown[] = [3, 0.5, null, 1780000000000, 48, 11, null, 1.5, 359.9, null, 3, 9, 0.9, null]
const ANCHOR: readonly unknown[] = [3, 0.5, 1780000000000.25, 50, 'satellites']

describe('a record', () => {
  it.each<[string, Checked<unknown>]>([
    ['boot', bootIn(BOOT)],
    ['ride', rideIn(RIDE)],
    ['incident', incidentIn(INCIDENT)],
    ['segment', segmentIn(SEGMENT)],
    ['fix', fixIn(FIX)],
    ['anchor', anchorIn(ANCHOR)],
  ])('of a %s that is sound is taken as it is', (_, found) => {
    expect(found.reason).toBeNull()
  })

  it('is taken without what it says more', () => {
    const { row } = rideIn({ ...RIDE, rideNumber: 5, rights: 'all' })
    expect(row).toEqual(RIDE)
  })

  it.each<[string, unknown, string]>([
    ['distanceM', 1e300, '1e+300'],
    ['distanceM', -1, '-1'],
    ['distanceM', 'far', '"far"'],
    ['distanceM', Number.POSITIVE_INFINITY, 'null'],
    ['north', 91, '91'],
    ['east', -181, '-181'],
    ['startedUtcMs', 0.5, '0.5'],
    ['timeZone', 'Mars/Base', '"Mars/Base"'],
    ['timeSource', 'rumour', '"rumour"'],
    ['source', 'importing', '"importing"'],
    ['name', 'x'.repeat(1_001), `"${'x'.repeat(59)}`],
    ['name', { toString: 'x' }, '{"toString":"x"}'],
    ['preview', 'a\n', '"a\\n"'],
    ['ended', 1, '1'],
    ['ended', '\u001b[2J', '"\\u001b[2J"'],
    ['kept', undefined, 'nothing'],
    ['lastBootNumber', 999_999_999, '999999999'],
    ['bootNumber', -1, '-1'],
    ['number', 2 ** 62, '4611686018427388000'],
    ['id', '../x', '"../x"'],
  ])('of a ride whose %s is %j is not taken', (field, value, shown) => {
    expect(rideIn({ ...RIDE, [field]: value })).toEqual({ row: null, reason: `its ${field} cannot be ${shown}` })
  })

  it.each<[string, Checked<unknown>]>([
    ['growing', bootIn({ ...BOOT, growing: [{ camera: '../x' }] })],
    ['powerCut', bootIn({ ...BOOT, powerCut: { lastSignMonoMs: 5, cameras: { 'a b': 1 }, lostMs: null } })],
    ['recordingWord', bootIn({ ...BOOT, recordingWord: 'on' })],
    ['cause', incidentIn({ ...INCIDENT, cause: 'sabotage' })],
    ['spans', incidentIn({ ...INCIDENT, spans: {} })],
    ['spans', incidentIn({ ...INCIDENT, spans: [null] })],
    ['marks', incidentIn({ ...INCIDENT, marks: [5] })],
    ['camera', segmentIn({ ...SEGMENT, camera: '../x' })],
    ['id', segmentIn({ ...SEGMENT, number: 2 })],
    ['startUtcMs', segmentIn({ ...SEGMENT, startUtcMs: 1 })],
    ['state', segmentIn({ ...SEGMENT, state: 'recording' })],
    ['frames', segmentIn({ ...SEGMENT, frames: 0.5 })],
    ['latDeg', fixIn(FIX.with(4, 90.1))],
    ['utcMs', fixIn(FIX.with(3, 0.5))],
    ['mode', fixIn(FIX.with(10, 1))],
    ['leftOut', fixIn(FIX.with(13, 'because'))],
    ['source', anchorIn(ANCHOR.with(4, 'rumour'))],
    ['uncertaintyMs', anchorIn(ANCHOR.with(3, -1))],
  ])('whose %s cannot be is not taken', (field, found) => {
    expect(found.row).toBeNull()
    expect(found.reason).toContain(` ${field} `)
  })

  it.each([null, 7, 'x', [], [1, 2], {}])('that is %j is none', (told) => {
    for (const check of [bootIn, rideIn, incidentIn, segmentIn, fixIn, anchorIn]) expect(check(told).row).toBeNull()
  })
})

describe('the name of a record', () => {
  it.each([
    ['boot', '42', 'boot-000042.json'],
    ['anchors', '42', 'boot-000042.anchors.jsonl'],
    ['ride', '3f2a91c05e7d', 'ride-3f2a91c05e7d.json'],
    ['fixes', '3f2a91c05e7d', 'ride-3f2a91c05e7d.fixes.jsonl'],
    ['incident', 'a-b_c', 'incident-a-b_c.json'],
  ] as const)('of %s %s is %s, and back', (kind, id, name) => {
    expect(recordName(kind, id)).toBe(name)
    expect(parseRecordName(name)).toEqual({ kind, id })
  })

  it.each([
    'boot-42.json',
    'boot-000000.json',
    'boot-999999999.json',
    'ride-.json',
    'ride-a.json.tmp',
    'ride-a/b.json',
    'x.json',
  ])('is not %s', (name) => {
    expect(parseRecordName(name)).toBeNull()
  })

  it('is none for an id that would lead elsewhere', () => {
    expect(recordName('ride', '../../x')).toBeNull()
  })
})
