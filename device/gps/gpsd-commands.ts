/** What a client of gpsd asks for, out of the text it sends. */

export type GpsdCommand =
  | { readonly kind: 'version' | 'devices' | 'device' | 'poll' }
  /** options: what stood in the braces; null where the client only asks how it is watching. */
  | { readonly kind: 'watch'; readonly options: WatchOptions | null }
  | { readonly kind: 'unknown'; readonly text: string }

export interface WatchOptions {
  readonly enable?: unknown
  readonly json?: unknown
  readonly pps?: unknown
}

export interface Commands {
  readonly commands: readonly GpsdCommand[]
  /** The beginning of a command that is not all here yet. */
  readonly rest: string
}

/** A command ends with `;` or a newline; one with braces also ends with its last brace, as some clients send nothing more. */
const COMMAND = /^\?([A-Z]+)(?:=(\{[^{}]*\}))?(;|\r?\n|(?<=\}))/

/** Takes all whole commands off the front. What does not begin with `?` is passed over in silence, as gpsd does. */
export function takeCommands(text: string): Commands {
  const commands: GpsdCommand[] = []
  let rest = text
  for (;;) {
    const start = rest.indexOf('?')
    if (start === -1) return { commands, rest: '' }
    rest = rest.slice(start)
    const found = COMMAND.exec(rest)
    const newline = rest.indexOf('\n')
    if (found === null && newline === -1) return { commands, rest }
    const end = found === null ? newline + 1 : found[0].length
    commands.push(commandOf(rest.slice(0, end).trim(), found))
    rest = rest.slice(end)
  }
}

function commandOf(text: string, found: RegExpExecArray | null): GpsdCommand {
  const [, name, braces, terminator] = found ?? []
  // gpsd takes ?WATCH={...} as it comes, but knows a bare word only by its semicolon.
  if (braces === undefined && terminator !== ';') return { kind: 'unknown', text }
  switch (name) {
    case 'VERSION':
      return { kind: 'version' }
    case 'DEVICES':
      return { kind: 'devices' }
    case 'DEVICE':
      return { kind: 'device' }
    case 'POLL':
      return { kind: 'poll' }
    case 'WATCH':
      return watchOf(text, braces)
    default:
      return { kind: 'unknown', text }
  }
}

function watchOf(text: string, braces: string | undefined): GpsdCommand {
  if (braces === undefined) return { kind: 'watch', options: null }
  try {
    return { kind: 'watch', options: JSON.parse(braces) }
  } catch {
    // The client's fault: it is answered like a command that does not exist.
    return { kind: 'unknown', text }
  }
}
