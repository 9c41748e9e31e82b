#!/usr/bin/env node
/** The command line: finds the command that was asked for, and ends with its exit code. */
import { EXIT, exitCodeOf } from '../core/process/run.js'
import { type Command, helpOf, helpOfAll, readWords, usageOf } from './command.js'
import { commands } from './commands.js'

const [name, ...words] = process.argv.slice(2)
const command = commands.find((one) => one.name === name)
outliveReaders(command?.untilStopped ?? false)
process.exitCode = await main()

async function main(): Promise<number> {
  if (command !== undefined) return runCommand(command)
  if (name === '--help' || name === '-h') return tell(helpOfAll(commands))
  complain(name === undefined ? 'which command?' : `there is no command ${name}`)
  complain(`\n${helpOfAll(commands)}`)
  return EXIT.usage
}

async function runCommand(command: Command): Promise<number> {
  try {
    const given = readWords(command, words)
    return given.has('help') ? tell(helpOf(command)) : await command.run(given)
  } catch (error) {
    const say = (message: string) => complain(`spokecam ${command.name}: ${message}`)
    const code = exitCodeOf(error, { info: say, warn: say, error: say })
    if (code === EXIT.usage) complain(usageOf(command))
    return code
  }
}

function tell(text: string): number {
  process.stdout.write(`${text}\n`)
  return EXIT.done
}

function complain(text: string): void {
  process.stderr.write(`${text}\n`)
}

/** A recorder must not die because the terminal that showed its log was closed; a list piped into `head` may just end. */
function outliveReaders(untilStopped: boolean): void {
  process.stderr.on('error', () => {
    // Nobody is left who could be told.
  })
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (untilStopped) return
    if (error.code !== 'EPIPE') complain(`standard output cannot be written: ${error.message}`)
    process.exit(error.code === 'EPIPE' ? EXIT.done : EXIT.failed)
  })
}
