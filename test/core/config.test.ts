/** Settings: where they come from, who beats whom, and how faults are told. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { loadSettings, type SettingsSources, settingsOf } from '../../core/process/config.js'
import { group, list, number, orNull, yesOrNo } from '../../core/process/config-schema.js'
import { ConfigurationError } from '../../core/process/run.js'
import { deviceSections, isDemonstration, settledDevice } from '../../device/config.js'
import { serverSections } from '../../server/config.js'

const sections = { ...deviceSections, ...serverSections }
const deviceNames = Object.keys(deviceSections) as (keyof typeof deviceSections)[]

let folder = ''
let file = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spokecam-config-'))
  file = join(folder, 'spokecam.yaml')
})
afterEach(() => rmSync(folder, { recursive: true }))

/** Loads with no file but those named, so that the machine's own settings play no part. */
function load(sources: Partial<SettingsSources> = {}) {
  return loadSettings(sections, { configFile: null, flags: [], environment: {}, places: [], ...sources })
}

function loadYaml(yaml: string, sources: Partial<SettingsSources> = {}) {
  writeFileSync(file, yaml)
  return load({ configFile: file, ...sources })
}

/** The faults without the folder that differs each time. */
function told(loaded: ReturnType<typeof load>): string[] {
  return loaded.faults.map(({ sentence }) => sentence.replace(`${folder}/`, ''))
}

describe('what holds where nobody says anything', () => {
  it('is complete and without a fault', () => {
    const { file, faults, sections } = load()
    expect({ file, faults }).toEqual({ file: null, faults: [] })
    expect(sections).toEqual({
      data: './spokecam-data',
      gps: null,
      cameras: null,
      recording: { segmentSeconds: 60, begin: 'power' },
      ride: { splitAfterMinutes: 20 },
      keep: { freePercent: 10, incidentSharePercent: 30 },
      incident: { beforeSeconds: 60, afterSeconds: 60, detect: true },
      maps: { onlineTiles: null },
      privacy: { zones: [] },
      display: { units: 'metric', timeZone: 'auto' },
      http: {
        host: '127.0.0.1',
        port: 8080,
        names: ['spokecam.local'],
        limits: { webSockets: 32, streams: 6, unauthenticatedSockets: 128, requestsPerSecond: 50 },
      },
    })
  })

  it.each([
    ['an empty file', ''],
    ['a file of comments', '# data: x\n'],
    ['sections whose lines are all commented out', 'recording:\n  # begin: motion\ngps:\ncameras:\nhttp:\n  limits:\n'],
  ])('holds with %s too', (_, yaml) => {
    expect(loadYaml(yaml)).toEqual({ ...load(), file })
  })

  it('fills a camera up', () => {
    const { sections, faults } = loadYaml('cameras: [{name: front, source: "test:"}]')
    expect(faults).toEqual([])
    expect(sections.cameras).toEqual([
      {
        name: 'front',
        source: 'test:',
        width: 1920,
        height: 1080,
        fps: 30,
        bitrateMbps: 8,
        rotateDeg: 0,
        audio: false,
      },
    ])
  })
})

describe('who beats whom', () => {
  const yaml = 'recording: {segmentSeconds: 10, begin: motion}\nhttp: {port: 1}\n'
  const environment = { SPOKECAM_RECORDING__SEGMENT_SECONDS: '20', SPOKECAM_HTTP__PORT: '2' }

  it('lets a flag beat the environment, that the file, and that what holds by default, setting by setting', () => {
    const flags = [{ flag: '--port', path: ['http', 'port'], text: '3' }]
    const { sections, faults } = loadYaml(yaml, { environment, flags })
    expect(faults).toEqual([])
    expect(sections.recording).toEqual({ segmentSeconds: 20, begin: 'motion' })
    expect(sections.http).toMatchObject({ host: '127.0.0.1', port: 3 })
  })

  it('takes the first file there is of --config, $SPOKECAM_CONFIG and the usual places', () => {
    const [byFlag, byEnvironment, first, second] = ['a', 'b', 'c', 'd'].map((name) => {
      const path = join(folder, `${name}.yaml`)
      writeFileSync(path, `data: ./${name}\n`)
      return path
    }) as [string, string, string, string]
    const dataFrom = (sources: Partial<SettingsSources>) => load(sources).sections.data
    const places = [join(folder, 'none.yaml'), first, second]
    const environment = { SPOKECAM_CONFIG: byEnvironment }
    expect(dataFrom({ configFile: byFlag, environment, places })).toBe('./a')
    expect(dataFrom({ environment, places })).toBe('./b')
    expect(dataFrom({ environment: { SPOKECAM_CONFIG: '' }, places })).toBe('./c')
    expect(dataFrom({ places: [second] })).toBe('./d')
  })

  it('replaces a list whole and merges an object', () => {
    const { sections, faults } = loadYaml(
      `cameras: [{name: a, source: "test:"}, {name: b, source: "test:"}]\n${yaml}`,
      {
        environment: {
          SPOKECAM_CAMERAS: '[{"name":"c","source":"test:"}]',
          SPOKECAM_RECORDING: '{"segmentSeconds":30}',
        },
      },
    )
    expect(faults).toEqual([])
    expect(sections.cameras?.map(({ name }) => name)).toEqual(['c'])
    expect(sections.recording).toEqual({ segmentSeconds: 30, begin: 'motion' })
  })
})

describe('the environment', () => {
  it.each([
    ['SPOKECAM_DATA', '2026', { data: '2026' }],
    ['SPOKECAM_GPS__SOURCE', 'simulator:', { gps: { source: 'simulator:' } }],
    ['SPOKECAM_INCIDENT__DETECT', 'false', { incident: { beforeSeconds: 60, afterSeconds: 60, detect: false } }],
    ['SPOKECAM_RIDE__SPLIT_AFTER_MINUTES', '1.5', { ride: { splitAfterMinutes: 1.5 } }],
    ['SPOKECAM_MAPS__ONLINE_TILES', 'http://t/{z}/{x}/{y}', { maps: { onlineTiles: 'http://t/{z}/{x}/{y}' } }],
    ['SPOKECAM_MAPS__ONLINE_TILES', 'null', { maps: { onlineTiles: null } }],
    ['SPOKECAM_HTTP__LIMITS__WEB_SOCKETS', '40', { http: { limits: { webSockets: 40 } } }],
    ['SPOKECAM_HTTP__NAMES', '["bike.local"]', { http: { names: ['bike.local'] } }],
  ])('%s=%s is a setting', (name, value, expected) => {
    const { sections, faults } = load({ environment: { [name]: value } })
    expect(faults).toEqual([])
    expect(sections).toMatchObject(expected)
  })

  it('may hold what is none of ours', () => {
    const environment = { SPOKECAM_TEST: 'long', SPOKECAMERA: '1', HOME: '/', __proto__: 'x', UNSET: undefined }
    expect(load({ environment }).faults).toEqual([])
  })
})

describe('faults', () => {
  it.each([
    ['recording: {segmentSeconds: 0}', 'recording.segmentSeconds is 0: must be a number from 2 to 3600'],
    ['recording: {segmentSeconds: .nan}', 'recording.segmentSeconds is NaN: must be a number from 2 to 3600'],
    ['recording: {segmentSeconds: "60"}', "recording.segmentSeconds is '60': must be a number from 2 to 3600"],
    ['recording: {segmentSeconds: }', 'recording.segmentSeconds is null: must be a number from 2 to 3600'],
    ['recording: {begin: never}', "recording.begin is 'never': must be one of power, motion, manual"],
    ['recording: 60', 'recording is 60: must be settings: segmentSeconds, begin'],
    ['recording: [60]', 'recording is [ 60 ]: must be settings: segmentSeconds, begin'],
    ['recording: {segmentsSeconds: 9}', 'recording.segmentsSeconds is no setting: did you mean segmentSeconds?'],
    ['recording: {segment_seconds: 9}', 'recording.segment_seconds is no setting: did you mean segmentSeconds?'],
    ['recording: {bitrate: 9}', 'recording.bitrate is no setting'],
    ['dta: x', 'dta is no setting: did you mean data?'],
    ['recrod: {}', 'recrod is no setting'],
    ['__proto__: {data: x}', '__proto__ is no setting'],
    ['gps: {}', /^gps\.source is missing: must be one of gpsd:\/\/HOST:PORT/],
    ['gps: {source: "/dev/ttyACM0"}', /^gps\.source is '\/dev\/ttyACM0': must be one of gpsd:/],
    ['cameras: {name: front}', "cameras is { name: 'front' }: must be a list of cameras, at most 8"],
    ['cameras: [{source: "test:"}]', /^cameras\[0\]\.name is missing: must be small letters, digits and dashes/],
    ['cameras: [{name: Front, source: "test:"}]', /^cameras\[0\]\.name is 'Front': must be small letters/],
    ['cameras: [{name: -a, source: "test:"}]', /^cameras\[0\]\.name is '-a'/],
    ['cameras: [{name: a, source: "test:", width: 65}]', /\.width is 65: must be an even number from 64 to 4096$/],
    ['cameras: [{name: a, source: "test:", rotateDeg: 45}]', /\.rotateDeg is 45: must be one of 0, 90, 180, 270$/],
    ['cameras: [{name: a, source: "test:"}, {name: a, source: "test:"}]', /^cameras has two 'a': .* its own name$/],
    ['http: {port: 80.5}', 'http.port is 80.5: must be a whole number from 0 to 65535'],
    ['http: {port: 65536}', 'http.port is 65536: must be a whole number from 0 to 65535'],
    ['http: {names: ["a b"]}', "http.names[0] is 'a b': must be a host name such as spokecam.local"],
    [
      'maps: {onlineTiles: tiles.example.org}',
      /^maps\.onlineTiles is 'tiles.example.org': must be the address of a tile/,
    ],
    [
      'privacy: {zones: [{latDeg: 91, lonDeg: 0, radiusM: 9}]}',
      /^privacy\.zones\[0\]\.latDeg is 91: .* from -90 to 90$/,
    ],
    ['display: {timeZone: Mars/Base}', "display.timeZone is 'Mars/Base': must be auto or a name such as Europe/Berlin"],
    ['data: ""', "data is '': must be the path of a folder"],
  ])('%s is told as such', (yaml, expected) => {
    const sentences = told(loadYaml(yaml)).map((sentence) => sentence.replace('spokecam.yaml: ', ''))
    expect(sentences).toEqual([typeof expected === 'string' ? expected : expect.stringMatching(expected)])
  })

  it.each([
    ['cameras: [{name: a, source: "rstp://u:geheim@h/x"}]', "cameras[0].source is 'rstp://h/…'"],
    ['cameras: [{name: a, source: "rtsp:/u:geheim@h/x"}]', "cameras[0].source is 'rtsp:/h/…'"],
    [
      'cameras: [{name: a, source: "rstp://a-name-that-is-longer-than-a-line-should-be-in-yaml-and-yet:geheim@h"}]',
      "'rstp://h/…'",
    ],
    ['cameras: {front: "rtsp://u:geheim@h/x"}', "cameras is { front: 'rtsp://h/…' }"],
    ['cameras: rtsp://u:geheim@h/x', "cameras is 'rtsp://h/…'"],
    ['rtsp://u:geheim@h/x: {}', 'rtsp://h/… is no setting'],
    ['cameras: |rtsp://u:geheim@h/x', 'line 1: '],
  ])('%s is told without its password', (yaml, expected) => {
    const sentences = told(loadYaml(yaml)).join()
    expect(sentences).toContain(expected)
    expect(sentences).not.toContain('geheim')
  })

  it('name the file, the variable or the flag they come from, and are told all at once', () => {
    const loaded = loadYaml(
      'recording: {segmentSeconds: 1, begin: motion}\nkeep: {freePercent: 95}\nhttp: {port: 1}\n',
      {
        environment: { SPOKECAM_RECORDING__BEGIN: 'never', SPOKECAM_CAMERAS: '[{"name":"a"}]', SPOKECAM_RADE: '1' },
        flags: [{ flag: '--port', path: ['http', 'port'], text: 'any' }],
      },
    )
    expect(told(loaded)).toEqual([
      'SPOKECAM_RADE: rade is no setting: did you mean ride?',
      expect.stringMatching(/^SPOKECAM_CAMERAS: cameras\[0\]\.source is missing: /),
      'spokecam.yaml: recording.segmentSeconds is 1: must be a number from 2 to 3600',
      "SPOKECAM_RECORDING__BEGIN: recording.begin is 'never': must be one of power, motion, manual",
      'spokecam.yaml: keep.freePercent is 95: must be a number from 0 to 90',
      "--port: http.port is 'any': must be a whole number from 0 to 65535",
    ])
    expect(loaded.faults.map(({ section }) => section)).toEqual([
      null,
      'cameras',
      'recording',
      'recording',
      'keep',
      'http',
    ])
    expect(loaded.sections).toMatchObject({ recording: null, keep: null, http: null, ride: { splitAfterMinutes: 20 } })
  })

  it('of http stop nobody who does without http', () => {
    const loaded = loadYaml('data: ./rides\nhttp: {port: -1}\n')
    expect(settingsOf(loaded, ['data', 'recording'])).toMatchObject({ data: './rides' })
    expect(() => settingsOf(loaded, ['data', 'http'])).toThrow(ConfigurationError)
  })

  it('of no section stop everybody, and bring all the others along', () => {
    const loaded = loadYaml('colour: red\nhttp: {port: -1}\n')
    const faults = [expect.stringContaining('colour is no setting'), expect.stringContaining('http.port is -1')]
    expect(() => settingsOf(loaded, ['data'])).toThrow(expect.objectContaining({ faults }))
  })

  it('of a long or circular value are told in one short line', () => {
    const loaded = loadYaml(`data: &a [*a]\ndisplay: {units: "${'x'.repeat(5000)}\\n\\e[31m"}\n`)
    for (const sentence of told(loaded)) expect(sentence).toMatch(/^[ -~]{1,250}$/)
    expect(loaded.faults).toHaveLength(2)
  })
})

describe('a file', () => {
  it.each([
    ['recording:\n  begin: motion\n begin: power\n', /^spokecam\.yaml: line 3: /],
    ['data: ./a\ndata: ./b\n', /^spokecam\.yaml: line 2: Map keys must be unique/],
    ['cameras: [{name: front\n', /^spokecam\.yaml: line 2: /],
    ['data: ./a\n---\ndata: ./b\n', /^spokecam\.yaml: line 2: /],
    ['- data\n', /^spokecam\.yaml: holds no settings/],
    ['just words', /^spokecam\.yaml: holds no settings/],
    [
      `a: &a [${'x,'.repeat(99)}]\nb: &b [${'*a,'.repeat(99)}]\nc: [${'*b,'.repeat(99)}]`,
      /^spokecam\.yaml: cannot be read: /,
    ],
  ])('%.40j is refused with its name and line', (yaml, expected) => {
    const loaded = loadYaml(yaml)
    expect(told(loaded)[0]).toMatch(expected)
    expect(() => settingsOf(loaded, ['data'])).toThrow(ConfigurationError)
  })

  it('that is named and missing is a fault, whoever named it', () => {
    const fault = { section: null, sentence: `${file}: there is no such file` }
    expect(load({ configFile: file }).faults).toEqual([fault])
    expect(load({ environment: { SPOKECAM_CONFIG: file } }).faults).toEqual([fault])
  })

  it('that cannot be read is a fault, even where nobody named it', () => {
    expect(told(load({ places: [folder] }))).toEqual([expect.stringMatching(/: cannot be read: EISDIR/)])
  })

  it('shipped as a sample names every setting there is and has no fault', () => {
    const sample = resolve(import.meta.dirname, '../../systemd/spokecam.sample.yaml')
    const { faults, sections } = load({ configFile: sample })
    expect(faults).toEqual([])
    expect(sections).toEqual(parse(readFileSync(sample, 'utf8')))
    expect(Object.keys(sections)).toHaveLength(11)
  })
})

describe('a device', () => {
  it('demonstrates itself where neither a receiver nor a camera was named', () => {
    const settings = settledDevice(settingsOf(load(), deviceNames))
    expect(settings).toMatchObject({
      gps: { source: 'simulator:' },
      cameras: [{ name: 'front', source: 'test:', width: 1280, height: 720, fps: 30, bitrateMbps: 4 }],
      mostFootageBytes: 2e9,
    })
  })

  it.each([
    ['gps: {source: "gpsd://127.0.0.1:2947"}', { cameras: [], mostFootageBytes: null }],
    ['cameras: [{name: front, source: "rpicam:0"}]', { gps: null, mostFootageBytes: null }],
    ['cameras: []', { gps: null, cameras: [], mostFootageBytes: null }],
  ])('simulates nothing with %s', (yaml, expected) => {
    const configured = settingsOf(loadYaml(yaml), deviceNames)
    expect(isDemonstration(configured)).toBe(false)
    expect(settledDevice(configured)).toMatchObject(expected)
  })
})

describe('a schema', () => {
  it('has a fallback as a group when all its members have one', () => {
    expect(group({ a: number({ from: 0, to: 1, fallback: 1 }), b: yesOrNo(true) }).fallback).toEqual({ a: 1, b: true })
    expect(group({ a: number({ from: 0, to: 1 }) }).fallback).toBeUndefined()
  })

  it('may be null inside a list of things that may not', () => {
    const schema = list({ of: 'numbers', item: orNull(number({ from: 0, to: 1 })), most: 2 })
    expect(schema.check([null, 1], [])).toEqual({ ok: true, value: [null, 1] })
    expect(schema.check([null, 1, 1], [])).toMatchObject({ ok: false })
  })
})
