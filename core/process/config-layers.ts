/** Settings from several sources laid over each other, each remembering where it came from. */
import { isGroup, type Members, type Path, type Schema } from './config-schema.js'

/** What one source names, as a tree of settings. */
export interface Layer {
  /** Told before a fault: a file's name, an environment variable, a flag. */
  readonly origin: string
  readonly tree: unknown
}

/** A flag of the command line that stands for one setting. */
export interface SettingFlag {
  /** As it is typed, such as --port. */
  readonly flag: string
  readonly path: readonly string[]
  readonly text: string
}

const PREFIX = 'SPOKECAM_'
/** The first names the file itself; the second tells this project's own tests how long they may take. */
const NO_SETTINGS = ['SPOKECAM_CONFIG', 'SPOKECAM_TEST']

export interface Environment {
  readonly [name: string]: string | undefined
  readonly SPOKECAM_CONFIG?: string | undefined
}

/** One layer for each variable: SPOKECAM_RECORDING__SEGMENT_SECONDS stands for recording.segmentSeconds. */
export function layersOfEnvironment(environment: Environment, sections: Members): readonly Layer[] {
  return Object.entries(environment)
    .filter(([name]) => name.startsWith(PREFIX) && !NO_SETTINGS.includes(name))
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, text]) => {
      const path = name.slice(PREFIX.length).split('__').map(camelCase)
      return { origin: name, tree: treeOf(path, readText(path, text ?? '', sections)) }
    })
}

export function layersOfFlags(flags: readonly SettingFlag[], sections: Members): readonly Layer[] {
  return flags.map(({ flag, path, text }) => ({ origin: flag, tree: treeOf(path, readText(path, text, sections)) }))
}

/** Later layers win, name by name; a list is taken whole. */
export function merge(layers: readonly Layer[]): unknown {
  return layers.map(({ tree }) => tree).reduce(laidOver, {})
}

/** Who named the setting at this path or, where nobody did, what stands above it. */
export function originOf(path: Path, layers: readonly Layer[]): string {
  for (let length = path.length; length > 0; length -= 1) {
    const layer = layers.findLast(({ tree }) => holds(tree, path.slice(0, length)))
    if (layer !== undefined) return layer.origin
  }
  return layers[0]?.origin ?? 'settings'
}

function readText(path: readonly string[], text: string, sections: Members): unknown {
  const schema = schemaAt(path, sections)
  return schema === undefined ? text : schema.fromText(text)
}

function schemaAt([name, ...below]: readonly string[], members: Members): Schema<unknown> | undefined {
  const schema = name !== undefined && Object.hasOwn(members, name) ? members[name] : undefined
  return schema === undefined || below.length === 0 ? schema : schemaAt(below, schema.members)
}

function treeOf(path: readonly string[], value: unknown): unknown {
  return path.reduceRight((below, name) => Object.fromEntries([[name, below]]), value)
}

function laidOver(below: unknown, above: unknown): unknown {
  if (!isGroup(below) || !isGroup(above)) return above
  const merged = Object.entries(above).map(([name, value]) => [
    name,
    Object.hasOwn(below, name) ? laidOver(below[name], value) : value,
  ])
  return Object.fromEntries([...Object.entries(below), ...merged])
}

function holds(tree: unknown, [name, ...below]: Path): boolean {
  if (name === undefined) return true
  return typeof tree === 'object' && tree !== null && Object.hasOwn(tree, name) && holds(Reflect.get(tree, name), below)
}

function camelCase(words: string): string {
  return words.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase())
}
