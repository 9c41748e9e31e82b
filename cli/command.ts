/** What a command of spokecam is, how its words are read, and what it says of itself. */
import { type ParseArgsConfig, parseArgs } from 'node:util'
import type { SettingFlag } from '../core/process/config-layers.js'
import { UsageError } from '../core/process/run.js'

export interface Command {
  readonly name: string
  /** One line among the other commands. */
  readonly summary: string
  /** What follows the name, such as "RIDE --format gpx [-o FILE]". */
  readonly usage: string
  /** The words that must follow and are no flags, such as RIDE; FILE... is one or more, and comes last. */
  readonly operands: readonly string[]
  readonly flags: readonly Flag[]
  /** Whether it goes on until a signal stops it, even when nobody reads what it prints any more. */
  readonly untilStopped: boolean
  /** @returns the exit code */
  readonly run: (given: Given) => Promise<number>
}

export interface Flag {
  /** Without the dashes. */
  readonly name: string
  readonly short?: string
  /** The word that follows it, such as FILE; null for one that is on or off. */
  readonly value: string | null
  readonly says: string
  /** The setting it stands for, where it stands for one. */
  readonly setting?: readonly string[]
}

/** The words somebody typed after the command's name. */
export interface Given {
  readonly operands: readonly string[]
  /** What follows a flag; null where it was not given. */
  readonly text: (flag: string) => string | null
  /** Whether a flag was given. */
  readonly has: (flag: string) => boolean
  /** The flags that stand for settings. */
  readonly settings: readonly SettingFlag[]
}

const COMMON_FLAGS: readonly Flag[] = [
  {
    name: 'config',
    value: 'FILE',
    says: 'settings; else $SPOKECAM_CONFIG, ./spokecam.yaml or /etc/spokecam/config.yaml',
  },
  {
    name: 'data',
    value: 'DIR',
    says: 'the folder of footage and rides, instead of the one in the settings',
    setting: ['data'],
  },
  { name: 'json', value: null, says: 'one JSON document, where something is listed or told' },
  { name: 'help', short: 'h', value: null, says: 'this text' },
]

/** Behind the name of an operand: one or more. */
const MORE = '...'

/**
 * What was typed after the name of a command.
 * @throws UsageError for an unknown flag, a flag without its value, and too few or too many other words
 */
export function readWords(command: Command, words: readonly string[]): Given {
  const flags = flagsOf(command)
  const { values, positionals } = parse(flags, words)
  const text = (flag: string) => {
    const value = values[flag]
    return typeof value === 'string' ? value : null
  }
  const given: Given = {
    operands: positionals,
    text,
    has: (flag) => values[flag] !== undefined,
    settings: flags.flatMap(({ name, setting }) => {
      const typed = text(name)
      return setting === undefined || typed === null ? [] : [{ flag: `--${name}`, path: setting, text: typed }]
    }),
  }
  if (given.has('help')) return given
  const missing = command.operands[positionals.length]
  if (missing !== undefined) throw new UsageError(`${missing.replace(MORE, '')} is missing`)
  const surplus = positionals[command.operands.length]
  if (surplus !== undefined && command.operands.at(-1)?.endsWith(MORE) !== true)
    throw new UsageError(`'${surplus}' is one word too many`)
  return given
}

export function usageOf({ name, usage }: Command): string {
  return `usage: ${['spokecam', name, usage].filter((part) => part !== '').join(' ')}`
}

export function helpOf(command: Command): string {
  const flags = flagsOf(command).map(({ name, short, value, says }) => {
    const typed = `${short === undefined ? '   ' : `-${short},`} --${name}${value === null ? '' : ` ${value}`}`
    return `  ${typed.padEnd(20)} ${says}`
  })
  return [`${usageOf(command)}\n`, `${command.summary}\n`, ...flags].join('\n')
}

export function helpOfAll(commands: readonly Command[]): string {
  const longest = Math.max(...commands.map(({ name }) => name.length))
  return [
    'Spokecam, a bicycle dashcam that knows where it is.\n',
    'usage: spokecam COMMAND [...]\n',
    ...commands.map(({ name, summary }) => `  ${name.padEnd(longest)}  ${summary}`),
    '\nspokecam COMMAND --help tells what one takes; all take --config FILE and --data DIR.',
    'Exit codes: 0 done, 1 failed, 2 wrong usage, 78 wrong configuration.',
  ].join('\n')
}

function flagsOf({ flags }: Command): readonly Flag[] {
  return [...flags, ...COMMON_FLAGS]
}

function parse(flags: readonly Flag[], words: readonly string[]) {
  const options: NonNullable<ParseArgsConfig['options']> = Object.fromEntries(
    flags.map(({ name, short, value }) => [
      name,
      { type: value === null ? 'boolean' : 'string', ...(short === undefined ? {} : { short }) },
    ]),
  )
  try {
    return parseArgs({ args: [...words], options, allowPositionals: true })
  } catch (error) {
    throw new UsageError(error instanceof Error ? firstSentence(error.message) : String(error))
  }
}

/** Node goes on with advice about quoting that fits no flag of ours. */
function firstSentence(message: string): string {
  const [first = message] = message.split(/\.?\n|\. /)
  return first.charAt(0).toLowerCase() + first.slice(1)
}
