/** Real programs as children of a test: started, spoken to, ended by their own id. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Program {
  readonly child: ChildProcess
  readonly pid: number
  /** What it said so far on both outputs. */
  readonly said: () => string
  /** The first match in what it says, now or later. */
  readonly says: (pattern: RegExp, withinMs?: number) => Promise<RegExpMatchArray>
  /** Ends it and waits until it is gone; answers its exit code. */
  readonly end: (signal?: NodeJS.Signals) => Promise<number | null>
}

export function startProgram(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Program {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } })
  let said = ''
  for (const output of [child.stdout, child.stderr]) {
    output.on('data', (chunk) => {
      said += chunk
    })
  }
  const closed = once(child, 'close')
  return {
    child,
    pid: child.pid ?? 0,
    said: () => said,
    says: async (pattern, withinMs = 15_000) => {
      const deadlineMs = performance.now() + withinMs
      for (;;) {
        const found = said.match(pattern)
        if (found !== null) return found
        if (performance.now() > deadlineMs) throw new Error(`${command} did not say ${pattern}; it said:\n${said}`)
        await sleep(20)
      }
    },
    end: async (signal = 'SIGTERM') => {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal)
      await closed
      return child.exitCode
    },
  }
}

/** A port nobody has at this moment. */
export async function freePort(): Promise<number> {
  const server = createTcpServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}
