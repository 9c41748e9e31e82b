/** The plan of the house, held against the code: who may import whom, which room owns which package, no circles. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  againstThePlan,
  circles,
  MOST_LINES,
  madeUpNames,
  nodeInTheBrowser,
  pastTheDoors,
  type SourceFile,
  tooLong,
  withoutOpening,
} from './house-rules.js'

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
    const fakes = filesIn('test').filter(({ path }) => !path.endsWith('.test.ts'))
    expect(withoutOpening([...sources, ...fakes])).toEqual([])
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

  it('sees a circle of types, late imports and workers', () => {
    const inCircle = [
      { path: 'core/ride/a.ts', text: "import type { B } from './b.js'" },
      { path: 'core/ride/b.ts', text: "await import('./c.js')" },
      { path: 'core/ride/c.ts', text: "new URL('./a.js', import.meta.url)" },
    ]
    const others = [
      { path: 'core/ride/d.ts', text: "import './a.js'\nimport './e.js'" },
      { path: 'core/ride/e.ts', text: '' },
    ]
    const round = 'core/ride/a.ts > core/ride/b.ts > core/ride/c.ts > core/ride/a.ts'
    expect(circles([...others, ...inCircle])).toEqual([round])
    expect(circles(others)).toEqual([])
    expect(circles([{ path: 'core/ride/f.ts', text: "import './f.js'" }])).toEqual(['core/ride/f.ts > core/ride/f.ts'])
  })

  it('sees imports by a made-up name', () => {
    const path = 'cli/start.ts'
    expect(madeUpNames([{ path, text: 'await import(name)' }])).toEqual([path])
    expect(madeUpNames([{ path, text: 'await import(`../device/main.js`)' }])).toEqual([path])
    expect(madeUpNames([{ path, text: "await import('./a.js'); import.meta.url; reimport(x)" }])).toEqual([])
  })

  it.each([
    ['/** What it is for. */', true],
    ['#!/usr/bin/env node\n/** What it is for. */', true],
    ['/**\n * What it is for, told\n * in two lines. And more\n */', true],
    ['/** What it is for (and so on). And how it does so */', true],
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
