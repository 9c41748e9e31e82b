/** Settings from the file, the environment and flags, with every fault told at once. */
import { readFileSync } from 'node:fs'
import { LineCounter, parseDocument } from 'yaml'
import { shownText, withoutAddresses } from './address.js'
import {
  type Environment,
  type Layer,
  layersOfEnvironment,
  layersOfFlags,
  merge,
  originOf,
  type SettingFlag,
} from './config-layers.js'
import { isGroup, type Members, type Path, type SchemaFault, text, unknownNames, type Value } from './config-schema.js'
import { reasonOf } from './log.js'
import { ConfigurationError } from './run.js'

/** The folder of everything Spokecam keeps: the one setting that device and server share. */
export const dataFolder = text('the path of a folder', (path) => path !== '', './spokecam-data')

export interface SettingsSources {
  /** From --config; null where the flag is not given. */
  readonly configFile: string | null
  readonly flags: readonly SettingFlag[]
  readonly environment?: Environment
  /** Where a file is looked for that nobody named, the first wins; relative to the current folder. */
  readonly places?: readonly string[]
}

export interface LoadedSettings<Sections extends Members> {
  /** The file that was read; null where there is none. */
  readonly file: string | null
  /** A section with a fault is null. */
  readonly sections: { readonly [Name in keyof Sections]: Value<Sections[Name]> | null }
  readonly faults: readonly ConfigFault[]
}

export interface ConfigFault {
  /** The section it lies in; null where it is none's, such as a file that cannot be read. */
  readonly section: string | null
  /** In words: `spokecam.yaml: recording.segmentSeconds is 0: must be a number from 2 to 3600`. */
  readonly sentence: string
}

const PLACES = ['spokecam.yaml', '/etc/spokecam/config.yaml']

/** A flag beats the environment, that beats the file, that beats what the schemas fall back to. Never throws. */
export function loadSettings<Sections extends Members>(
  schemas: Sections,
  { configFile, flags, environment = process.env, places = PLACES }: SettingsSources,
): LoadedSettings<Sections> {
  const named = configFile ?? (environment.SPOKECAM_CONFIG || null)
  const { file, tree, faults } = named === null ? readFirst(places) : readNamed(named)
  const layers: Layer[] = [
    ...(file === null ? [] : [{ origin: file, tree }]),
    ...layersOfEnvironment(environment, schemas),
    ...layersOfFlags(flags, schemas),
  ]
  const merged = merge(layers)
  const settings = isGroup(merged) ? merged : {}
  const checked = Object.entries(schemas).map(([name, schema]) => {
    const value = Object.hasOwn(settings, name) ? settings[name] : schema.fallback
    return { name, result: schema.check(value, [name]) }
  })
  const found = checked.flatMap(({ name, result }) => (result.ok ? [] : inSection(name, result.faults, layers)))
  const unknown = inSection(null, unknownNames(settings, Object.keys(schemas), []), layers)
  const sections = Object.fromEntries(checked.map(({ name, result }) => [name, result.ok ? result.value : null]))
  return { file, sections: sections as LoadedSettings<Sections>['sections'], faults: [...faults, ...unknown, ...found] }
}

/**
 * The settings of these sections.
 * @throws ConfigurationError with every fault there is, where one lies in these sections or in none
 */
export function settingsOf<Sections extends Members, Name extends keyof Sections & string>(
  loaded: LoadedSettings<Sections>,
  names: readonly Name[],
): { readonly [Each in Name]: Value<Sections[Each]> } {
  const concerns = ({ section }: ConfigFault) => section === null || names.some((name) => name === section)
  if (loaded.faults.some(concerns)) throw new ConfigurationError(loaded.faults.map(({ sentence }) => sentence))
  const settings = Object.fromEntries(names.map((name) => [name, loaded.sections[name]]))
  return settings as { readonly [Each in Name]: Value<Sections[Each]> }
}

interface FileRead {
  readonly file: string | null
  readonly tree: unknown
  readonly faults: readonly ConfigFault[]
}

function readFirst(places: readonly string[]): FileRead {
  for (const place of places) {
    const read = readFile(place)
    if (read !== null) return read
  }
  return { file: null, tree: {}, faults: [] }
}

function readNamed(file: string): FileRead {
  return readFile(file) ?? unreadable(file, 'there is no such file')
}

/** Null where there is no such file. */
function readFile(file: string): FileRead | null {
  try {
    return parse(file, readFileSync(file, 'utf8'))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    return unreadable(file, `cannot be read: ${reasonOf(error)}`)
  }
}

function parse(file: string, yaml: string): FileRead {
  const lines = new LineCounter()
  const document = parseDocument(yaml, { lineCounter: lines, prettyErrors: false })
  if (document.errors.length > 0) {
    const faults = document.errors.map(
      ({ pos, message }) => `line ${lines.linePos(pos[0]).line}: ${withoutAddresses(message)}`,
    )
    return { file, tree: {}, faults: faults.map((fault) => ({ section: null, sentence: `${file}: ${fault}` })) }
  }
  const tree: unknown = document.toJS() ?? {}
  return isGroup(tree)
    ? { file, tree, faults: [] }
    : unreadable(file, 'holds no settings: must be lines of NAME: VALUE')
}

function unreadable(file: string, why: string): FileRead {
  return { file, tree: {}, faults: [{ section: null, sentence: `${file}: ${why}` }] }
}

function inSection(section: string | null, faults: readonly SchemaFault[], layers: readonly Layer[]): ConfigFault[] {
  return faults.map(({ path, problem }) => ({
    section,
    sentence: `${originOf(path, layers)}: ${inWords(path)} ${problem}`,
  }))
}

/** As one would write it: cameras[0].name. A line indented wrongly makes an address a name. */
function inWords(path: Path): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${shownText(step)}`))
    .join('')
    .replace(/^\./, '')
}
