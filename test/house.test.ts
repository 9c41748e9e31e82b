/** The plan of the house, held against the code: who may import whom, which room owns which package, no circles. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

/** A room may use the rooms named beside it. `*` is one room of any name, a wing's file such as main counts as a room. */
const PLAN: Readonly<Record<string, readonly string[]>> = {
  'core/ride': [],
  'core/process': ['core/ride'],
  'core/track': ['core/ride'],
  'core/api': ['core/ride'],
  'core/video': ['core/ride'],
  'core/store': ['core/ride', 'core/process'],
  'core/link': ['core/ride', 'core/process'],
  cli: ['core/*', 'device/main', 'device/config', 'server/main', 'server/config'],
  'device/main': ['core/*', 'device/*'],
  'device/*': ['core/*'],
  'server/main': ['core/*', 'server/*'],
  'server/*': ['core/*'],
  web: ['core/ride', 'core/track', 'core/api'],
}

/** One door per package: the files that may import it begin so. */
const DOORS: Readonly<Record<string, readonly string[]>> = {
  'better-sqlite3': ['core/store/'],
  'fluent-ffmpeg': ['core/process/ffmpeg'],
  serialport: ['device/gps/serial'],
  '@serialport/parser-readline': ['device/gps/serial'],
  ws: ['server/live/'],
  fastify: ['server/http/', 'server/main'],
  '@fastify/*': ['server/http/', 'server/main'],
  typebox: ['core/api/', 'core/process/config', 'device/config', 'server/config', 'server/http/'],
  yaml: ['core/process/config'],
  uqr: ['cli/pair'],
  preact: ['web/'],
  '@preact/signals': ['web/'],
  'maplibre-gl': ['web/map'],
  'hls.js': ['web/player'],
  vite: ['web/vite.config'],
}

/** The rooms that the browser has too: what they need of Node must be handed in. */
const IN_THE_BROWSER = ['core/ride/', 'core/track/', 'core/api/', 'web/']
const MOST_LINES = 250

interface SourceFile {
  /** From the top of the repository. */
  readonly path: string
  readonly text: string
}

const root = resolve(import.meta.dirname, '..')
const sources = filesIn('core', 'cli', 'device', 'server', 'web')

describe('the house', () => {
  it('is where this test looks for it', () => {
    expect(sources.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['core/ride/clock.ts', 'core/process/run.ts', 'cli/spokecam.ts', 'device/config.ts']),
    )
  })

  it('has rooms that use only the rooms the plan allows them', () => {
    expect(againstThePlan(sources)).toEqual([])
  })

  it('has one door for each package', () => {
    expect(pastTheDoors(sources)).toEqual([])
  })

  it('asks nothing of Node in the rooms that the browser has too', () => {
    expect(nodeInTheBrowser(sources)).toEqual([])
  })

  it('has no circles', () => {
    expect(circles(sources)).toEqual([])
  })

  it('imports nothing by a name made up while running, which this plan could not see', () => {
    expect(madeUpNames(sources)).toEqual([])
  })

  it('has files that open with a sentence on what they are for', () => {
    expect(withoutOpening([...sources, ...filesIn('test')])).toEqual([])
  })

  it(`has no file over ${MOST_LINES} lines`, () => {
    expect(tooLong(sources)).toEqual([])
  })
})

describe('the plan', () => {
  it.each([
    ['core/ride/fix.ts', "import { a } from '../process/log.js'", 'core/process/log.ts'],
    ['core/process/log.ts', "import type { Store } from '../store/store.js'", 'core/store/store.ts'],
    ['core/video/mp4.ts', "import { b } from '../track/gpx.js'", 'core/track/gpx.ts'],
    ['core/store/store.ts', "export * from '../link/messages.js'", 'core/link/messages.ts'],
    ['device/gps/gpsd.ts', "import '../camera/camera.js'", 'device/camera/camera.ts'],
    ['device/gps/gpsd.ts', "type C = import('../camera/camera.js').Camera", 'device/camera/camera.ts'],
    ['device/gps/gpsd.ts', "import type { DeviceSettings } from '../config.js'", 'device/config.ts'],
    ['device/main.ts', "const m = await import('../server/main.js')", 'server/main.ts'],
    ['server/http/rides.ts', "import {\n  a,\n  b,\n} from '../../device/gps/gpsd.js'", 'device/gps/gpsd.ts'],
    ['server/main.ts', "new Worker(new URL('../device/gps/worker.js', import.meta.url))", 'device/gps/worker.ts'],
    ['server/main.ts', "new Worker(new URL(\n  '../web/map.js', import.meta.url))", 'web/map.tsx'],
    ['cli/start.ts', "import { a } from '../device/gps/gpsd.js'", 'device/gps/gpsd.ts'],
    ['web/live.ts', "import { a } from '../core/process/log.js'", 'core/process/log.ts'],
    ['web/parts/now.tsx', "import { a } from '../../core/store/store.js'", 'core/store/store.ts'],
    ['core/ride/fix.ts', "import { it } from '../../test/fakes/it.js'", 'test/fakes/it.ts'],
  ])('forbids %s to say %j', (path, text, used) => {
    expect(againstThePlan([{ path, text }, file(used)])).toEqual([`${path} uses ${used}`])
  })

  it.each([
    ['device/main.ts', "import { a } from './gps/gpsd.js'", 'device/gps/gpsd.ts'],
    ['device/main.ts', "import { a } from './config.js'", 'device/config.ts'],
    ['device/gps/gpsd.ts', "import { a } from './nmea.js'", 'device/gps/nmea.ts'],
    ['device/camera/camera.ts', "import { a } from '../../core/video/mp4.js'", 'core/video/mp4.ts'],
    ['core/video/mp4.ts', "import { a } from '../ride/clock.js'", 'core/ride/clock.ts'],
    ['core/store/store.ts', "new Worker(new URL('./worker.js', import.meta.url))", 'core/store/worker.ts'],
    ['cli/device.ts', "await import('../device/main.js')", 'device/main.ts'],
    ['cli/device.ts', "import { a } from './command.js'", 'cli/command.ts'],
    ['web/parts/now.tsx', "import { a } from '../live.js'", 'web/live.ts'],
    ['web/live.ts', "import { a } from '../core/api/live.js'", 'core/api/live.ts'],
    ['server/main.ts', "// as in import('../device/main.js') of the other wing", 'device/main.ts'],
    ['server/main.ts', "const words = 'not from ../device/main.js'", 'device/main.ts'],
  ])('allows %s to say %j', (path, text, used) => {
    expect(againstThePlan([{ path, text }, file(used)])).toEqual([])
  })

  it('knows every room of the core', () => {
    expect(againstThePlan([file('core/helpers/text.ts'), file('core/loose.ts'), file('tools/x.ts')])).toEqual([
      'core/helpers/text.ts stands in no room of the plan',
      'core/loose.ts stands in no room of the plan',
      'tools/x.ts stands in no room of the plan',
    ])
  })

  it.each([
    ['server/live/hub.ts', "import type { WebSocket } from 'ws'", []],
    ['server/http/listener.ts', "import { WebSocketServer } from 'ws'", ['ws']],
    ['device/main.ts', "import Database from 'better-sqlite3'", ['better-sqlite3']],
    ['device/main.ts', "createRequire(import.meta.url)('x'); require('better-sqlite3')", ['better-sqlite3']],
    ['core/store/database.ts', "import Database from 'better-sqlite3'", []],
    ['server/http/listener.ts', "import cookie from '@fastify/cookie'", []],
    ['server/access/session.ts', "import cookie from '@fastify/cookie'", ['@fastify/cookie']],
    ['core/api/shapes.ts', "import { Value } from 'typebox/value'", []],
    ['core/link/messages.ts', "import type { Static } from 'typebox'", ['typebox']],
    ['web/map.tsx', "import 'maplibre-gl/dist/maplibre-gl.css'", []],
    ['web/now.tsx', "const map = await import('maplibre-gl')", ['maplibre-gl']],
    ['web/app.tsx', "import 'preact/debug'", []],
    ['cli/rides.ts', "import chalk from 'chalk'", ['chalk']],
    ['cli/rides.ts', "import { readFileSync } from 'node:fs'", []],
  ])('lets %s through with %j but for %j', (path, text, refused) => {
    expect(pastTheDoors([{ path, text }])).toEqual(refused.map((name) => `${path} uses ${name}`))
  })

  it('sees Node in the browser', () => {
    const text = "import { join } from 'node:path'"
    const files = ['core/ride/fix.ts', 'web/live.ts', 'core/link/messages.ts', 'web/vite.config.ts']
    expect(nodeInTheBrowser(files.map((path) => ({ path, text })))).toEqual([
      'core/ride/fix.ts uses node:path',
      'web/live.ts uses node:path',
    ])
  })

  it('sees a circle of types and late imports, and only who is in it', () => {
    const inCircle = [
      { path: 'core/ride/a.ts', text: "import type { B } from './b.js'" },
      { path: 'core/ride/b.ts', text: "await import('./c.js')" },
      { path: 'core/ride/c.ts', text: "new URL('./a.js', import.meta.url)" },
    ]
    const others = [
      { path: 'core/ride/d.ts', text: "import './a.js'\nimport './e.js'" },
      { path: 'core/ride/e.ts', text: '' },
    ]
    expect(circles([...others, ...inCircle])).toEqual(['core/ride/a.ts', 'core/ride/b.ts', 'core/ride/c.ts'])
    expect(circles(others)).toEqual([])
    expect(circles([{ path: 'core/ride/f.ts', text: "import './f.js'" }])).toEqual(['core/ride/f.ts'])
  })

  it('sees imports by a made-up name', () => {
    const path = 'cli/start.ts'
    expect(madeUpNames([{ path, text: 'await import(name)' }])).toEqual([path])
    expect(madeUpNames([{ path, text: 'await import(`../device/${name}.js`)' }])).toEqual([path])
    expect(madeUpNames([{ path, text: "await import('./a.js'); import.meta.url; reimport(x)" }])).toEqual([])
  })

  it.each([
    ['/** What it is for. */', true],
    ['#!/usr/bin/env node\n/** What it is for. */', true],
    ['/**\n * What it is for, told\n * in two lines. And more\n */', true],
    ['/** What it is for: a b. And how it (e.g.) does so */', true],
    ['/** What it is for */', false],
    ['/** */', false],
    ['/* What it is for. */', false],
    ['// What it is for.', false],
    ["import 'x'\n/** What it is for. */", false],
    ['', false],
  ])('wants an opening: %j is one: %s', (text, isOne) => {
    expect(withoutOpening([{ path: 'core/ride/a.ts', text }])).toEqual(isOne ? [] : ['core/ride/a.ts'])
  })

  it('counts lines as an editor does', () => {
    const lines = (count: number) => ({ path: 'core/ride/a.ts', text: 'x\n'.repeat(count) })
    expect(tooLong([lines(MOST_LINES)])).toEqual([])
    expect(tooLong([lines(MOST_LINES + 1)])).toEqual(['core/ride/a.ts has 251 lines'])
  })
})

function againstThePlan(files: readonly SourceFile[]): string[] {
  const homeless = files
    .map(({ path }) => path)
    .filter((path) => !path.startsWith('test/') && planFor(path) === undefined)
  const strangers = files.flatMap((file) => neighboursOf(file, files).map((used) => ({ path: file.path, used })))
  return [
    ...homeless.map((path) => `${path} stands in no room of the plan`),
    ...strangers.filter(({ path, used }) => !mayUse(path, used)).map(({ path, used }) => `${path} uses ${used}`),
  ]
}

function mayUse(path: string, used: string): boolean {
  const room = roomOf(used)
  return roomOf(path) === room || (planFor(path) ?? []).some((allowed) => fits(allowed, room))
}

function planFor(path: string): readonly string[] | undefined {
  const room = roomOf(path)
  return PLAN[room] ?? Object.entries(PLAN).find(([name]) => fits(name, room))?.[1]
}

/** core/ride, device/gps, device/main; a wing without rooms is one itself. */
function roomOf(path: string): string {
  const [wing = '', room = ''] = path.split('/')
  return PLAN[wing] === undefined ? `${wing}/${room.replace(/\.tsx?$/, '')}` : wing
}

const fits = (pattern: string, name: string): boolean =>
  pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : pattern === name

function pastTheDoors(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path, text }) =>
    importsOf(text)
      .filter((specifier) => !/^(\.|node:)/.test(specifier))
      .map(packageOf)
      .filter((name) => !(doorsOf(name) ?? []).some((door) => path.startsWith(door)))
      .map((name) => `${path} uses ${name}`),
  )
}

const packageOf = (specifier: string): string => specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')

const doorsOf = (name: string): readonly string[] | undefined =>
  DOORS[name] ?? Object.entries(DOORS).find(([pattern]) => fits(pattern, name))?.[1]

function nodeInTheBrowser(files: readonly SourceFile[]): string[] {
  return files
    .filter(({ path }) => IN_THE_BROWSER.some((room) => path.startsWith(room)) && !path.endsWith('.config.ts'))
    .flatMap(({ path, text }) => importsOf(text).map((specifier) => ({ path, specifier })))
    .filter(({ specifier }) => specifier.startsWith('node:'))
    .map(({ path, specifier }) => `${path} uses ${specifier}`)
}

/** Takes away whoever uses nobody, and whoever nobody uses, until none is left or only circles and what is between them. */
function circles(files: readonly SourceFile[]): string[] {
  const uses = new Map(files.map((file) => [file.path, neighboursOf(file, files)]))
  for (let before = -1; before !== uses.size; ) {
    before = uses.size
    for (const [path, used] of uses) if (!used.some((next) => uses.has(next))) uses.delete(path)
    const stillUsed = new Set([...uses.values()].flat())
    for (const path of uses.keys()) if (!stillUsed.has(path)) uses.delete(path)
  }
  return [...uses.keys()].sort()
}

function madeUpNames(files: readonly SourceFile[]): string[] {
  return files.filter(({ text }) => /(?<![\w.])import\(\s*[^\s'"]/.test(text)).map(({ path }) => path)
}

function withoutOpening(files: readonly SourceFile[]): string[] {
  const opens = (text: string) => {
    const comment = /^(?:#!.*\n)?\/\*\*([^]*?)\*\//.exec(text)?.[1] ?? ''
    return /\w\.(\s|$)/.test(comment.replace(/^\s*\* ?/gm, ''))
  }
  return files.filter(({ text }) => !opens(text)).map(({ path }) => path)
}

function tooLong(files: readonly SourceFile[]): string[] {
  return files
    .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
    .filter(({ lines }) => lines > MOST_LINES)
    .map(({ path, lines }) => `${path} has ${lines} lines`)
}

/** The files it imports in whatever way, types too, and those it begins as workers. */
function neighboursOf({ path, text }: SourceFile, files: readonly SourceFile[]): string[] {
  return importsOf(text)
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => normalize(join(dirname(path), specifier)))
    .flatMap((target) => files.filter(({ path }) => path.replace(/tsx?$/, 'js') === target.replace(/tsx?$/, 'js')))
    .map(({ path }) => path)
}

function importsOf(text: string): string[] {
  const ways = [
    /^\s*(?:import|export)\b[^'"]*?\bfrom\s*['"]([^'"]+)['"]/gm,
    /^\s*import\s*['"]([^'"]+)['"]/gm,
    /^(?!\s*(?:\/\/|\*)).*?\b(?:import|require|require\.resolve|import\.meta\.resolve)\(\s*['"]([^'"]+)['"]/gm,
    /\bnew URL\(\s*['"](\.[^'"]+)['"],\s*import\.meta\.url/g,
  ]
  return ways.flatMap((way) => [...text.matchAll(way)].map(([, specifier = '']) => specifier))
}

function filesIn(...folders: readonly string[]): SourceFile[] {
  return folders
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
    )
    .filter((path) => /\.tsx?$/.test(path) && !/(^|\/)(dist|node_modules)\//.test(path))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
}

function file(path: string): SourceFile {
  return { path, text: '' }
}
