/** The plan of the house as rules: each takes source files and answers in words who breaks it. */
import { dirname, join, normalize } from 'node:path'

/** A room may use the rooms named beside it. `*` is one room of any name, a wing's file such as main counts as a room. */
const PLAN: Readonly<Record<string, readonly string[]>> = {
  'core/ride': [],
  'core/process': ['core/ride'],
  'core/track': ['core/ride'],
  'core/api': ['core/ride'],
  'core/video': ['core/ride'],
  'core/store': ['core/ride', 'core/process'],
  'core/link': ['core/ride', 'core/process'],
  cli: ['core/*', 'device/main', 'device/config', 'device/doctor', 'server/main', 'server/config', 'server/clip-now'],
  'device/main': ['core/*', 'device/*'],
  'device/recorders': ['core/*', 'device/*'],
  'device/card': ['core/*', 'device/*'],
  'device/riding': ['core/*', 'device/*'],
  'device/checking': ['core/*', 'device/*'],
  'device/doctor': ['core/*', 'device/*'],
  'device/import-log': ['core/*', 'device/*'],
  'device/import-keeping': ['core/*', 'device/*'],
  'device/*': ['core/*'],
  'server/main': ['core/*', 'server/*'],
  'server/clipping': ['core/*', 'server/*'],
  'server/clip-now': ['core/*', 'server/*'],
  'server/clip-making': ['core/*', 'server/*'],
  'server/clip-material': ['core/*', 'server/*'],
  'server/bundling': ['core/*', 'server/*'],
  'server/*': ['core/*'],
  web: ['core/ride', 'core/track', 'core/api'],
}

/** One door per package: the files that may import it begin so. */
const DOORS: Readonly<Record<string, readonly string[]>> = {
  'better-sqlite3': ['core/store/'],
  'fluent-ffmpeg': ['core/process/ffmpeg'],
  serialport: ['device/gps/serial'],
  '@serialport/parser-readline': ['device/gps/serial'],
  '@photostructure/tz-lookup': ['device/tracking/time-zone'],
  ws: ['server/live/'],
  fastify: ['server/http/', 'server/main'],
  '@fastify/*': ['server/http/', 'server/main'],
  typebox: ['core/api/', 'core/process/config', 'device/config', 'server/config', 'server/http/'],
  yaml: ['core/process/config'],
  saxes: ['core/track/gpx-reading'],
  uqr: ['cli/pair'],
  yazl: ['server/export/'],
  preact: ['web/'],
  '@preact/signals': ['web/'],
  'maplibre-gl': ['web/map'],
  'hls.js': ['web/player'],
  vite: ['web/vite.config'],
}

/** The rooms that the browser has too: what they need of Node must be handed in. */
const IN_THE_BROWSER = ['core/ride/', 'core/track/', 'core/api/', 'web/']
export const MOST_LINES = 250

export interface SourceFile {
  /** From the top of the repository. */
  readonly path: string
  readonly text: string
}

export function againstThePlan(files: readonly SourceFile[]): string[] {
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

export function pastTheDoors(files: readonly SourceFile[]): string[] {
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

export function nodeInTheBrowser(files: readonly SourceFile[]): string[] {
  return files
    .filter(({ path }) => IN_THE_BROWSER.some((room) => path.startsWith(room)) && !path.endsWith('.config.ts'))
    .flatMap(({ path, text }) => importsOf(text).map((specifier) => ({ path, specifier })))
    .filter(({ specifier }) => specifier.startsWith('node:'))
    .map(({ path, specifier }) => `${path} uses ${specifier}`)
}

/** The shortest way round for each circle, told once. */
export function circles(files: readonly SourceFile[]): string[] {
  const uses = new Map(files.map((file) => [file.path, neighboursOf(file, files)]))
  const told = new Set<string>()
  return [...uses.keys()].flatMap((path) => {
    const way = told.has(path) ? null : wayBack(path, uses)
    for (const step of way ?? []) told.add(step)
    return way === null ? [] : [way.join(' > ')]
  })
}

function wayBack(path: string, uses: ReadonlyMap<string, readonly string[]>): readonly string[] | null {
  const seen = new Set<string>()
  let ways: readonly (readonly string[])[] = [[path]]
  while (ways.length > 0) {
    const longer = ways.flatMap((way) => (uses.get(way.at(-1) ?? '') ?? []).map((next) => [...way, next]))
    const round = longer.find((way) => way.at(-1) === path)
    if (round !== undefined) return round
    ways = longer.filter((way) => !seen.has(way.at(-1) ?? ''))
    for (const way of ways) seen.add(way.at(-1) ?? '')
  }
  return null
}

export function madeUpNames(files: readonly SourceFile[]): string[] {
  return files.filter(({ text }) => /(?<![\w.])import\(\s*[^\s'"]/.test(text)).map(({ path }) => path)
}

export function withoutOpening(files: readonly SourceFile[]): string[] {
  const opens = (text: string) => {
    const comment = /^(?:#!.*\n)?\/\*\*([\s\S]*?)\*\//.exec(text)?.[1] ?? ''
    return /\S\.(\s|$)/.test(comment.replace(/^\s*\* ?/gm, ''))
  }
  return files.filter(({ text }) => !opens(text)).map(({ path }) => path)
}

export function tooLong(files: readonly SourceFile[]): string[] {
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
