/** Log lines on standard error, for whoever has to act on them; a journal adds its own time. */

export interface Log {
  readonly info: (message: string, facts?: Facts) => void
  readonly warn: (message: string, facts?: Facts) => void
  readonly error: (message: string, facts?: Facts) => void
}

/** Said after the message as key=value; an error is said with its causes. */
export type Facts = Readonly<Record<string, unknown>>

/** A log whose lines carry the name of the process. */
export function openLog(name: string, write: (line: string) => void = toStandardError): Log {
  const say =
    (level: string) =>
    (message: string, facts: Facts = {}) => {
      const told = Object.entries(facts).map(([key, value]) => ` ${key}=${inWords(value)}`)
      write(`${new Date().toISOString()} ${level} ${name}: ${message}${told.join('')}\n`)
    }
  return { info: say('info'), warn: say('warn'), error: say('error') }
}

/** An error and what caused it, in one line. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause === undefined ? error.message : `${error.message}: ${reasonOf(error.cause)}`
}

function toStandardError(line: string): void {
  process.stderr.write(line)
}

function inWords(value: unknown): string {
  const text = value instanceof Error ? reasonOf(value) : typeof value === 'string' ? value : JSON.stringify(value)
  return /[\s"]/.test(text ?? '') ? JSON.stringify(text) : String(text)
}
