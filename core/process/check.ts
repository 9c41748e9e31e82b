/** What was found when something was looked at before it is needed, in a line, with what to do about it. */

export interface Check {
  /** What was looked at, such as `camera front`. */
  readonly name: string
  /** fail: recording could not work. warn: it works, and less well than it could or was asked for. */
  readonly state: 'ok' | 'warn' | 'fail'
  readonly says: string
  /** What would mend it; null where there is nothing to do. */
  readonly todo: string | null
  /** What would be run, a command a line, as one would type it; empty for most. */
  readonly commands: readonly string[]
}

export const ok = (name: string, says: string, commands: readonly string[] = []): Check => ({
  ...{ name, state: 'ok', says, todo: null, commands },
})

export const warn = (name: string, says: string, todo: string): Check => ({
  ...{ name, state: 'warn', says, todo, commands: [] },
})

export const fail = (name: string, says: string, todo: string): Check => ({
  ...{ name, state: 'fail', says, todo, commands: [] },
})

/** As one would type it in a shell. */
export const typed = (words: readonly string[]): string =>
  words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(' ')
