/** One exiftool that stays open: starting it costs more than what it reads. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'

export interface Exiftool {
  /** What it prints for these arguments. */
  readonly run: (...args: readonly string[]) => Promise<string>
  readonly close: () => Promise<void>
}

const READY = '{ready}\n'

export function startExiftool(): Exiftool {
  const child = spawn('exiftool', ['-stay_open', 'True', '-@', '-'], { stdio: ['pipe', 'pipe', 'ignore'] })
  child.stdout.setEncoding('utf8')
  let before: Promise<unknown> = Promise.resolve()
  const run = async (args: readonly string[]): Promise<string> => {
    let printed = ''
    child.stdin.write(`${args.join('\n')}\n-execute\n`)
    while (!printed.endsWith(READY)) printed += (await once(child.stdout, 'data'))[0]
    return printed.slice(0, -READY.length)
  }
  return {
    run: (...args) => {
      const answer = before.then(() => run(args))
      before = answer
      return answer
    },
    close: async () => {
      const closed = once(child, 'close')
      child.stdin.end('-stay_open\nFalse\n')
      await closed
    },
  }
}
