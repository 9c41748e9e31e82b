/** A whole Spokecam as a user starts it, in a data folder of its own, and what is needed to speak with it. */
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { type Program, startProgram } from './processes.js'

const root = resolve(import.meta.dirname, '../..')
const program = join(root, 'dist/cli/spokecam.js')

/** A small test picture, so that two cores can run several stories side by side. */
export const SMALL_CAMERA = { name: 'front', source: 'test:', width: 320, height: 180, fps: 10, bitrateMbps: 0.5 }

export interface Spokecam {
  readonly data: string
  readonly url: string
  readonly start: Program
  /** Pairs a phone and answers its token. */
  readonly pair: () => Promise<string>
  readonly code: () => Promise<string>
  /** The process id of a child of start. */
  readonly child: (name: 'device' | 'server') => Promise<number | null>
  readonly end: () => Promise<number | null>
  readonly cleanUp: () => Promise<void>
}

export async function runSpokecam(
  args: readonly string[],
  enter: readonly string[] = [],
): Promise<{ stdout: string; stderr: string }> {
  const [command = '', ...words] = [...enter, process.execPath, program, ...args]
  return promisify(execFile)(command, words)
}

/**
 * @param settings as environment variables without their prefix; objects as JSON
 * @param folder what an earlier one left, to go on with
 * @param enter what stands before a command that is to run elsewhere, where that folder is
 */
export async function startSpokecam(
  settings: Readonly<Record<string, unknown>>,
  folder?: string,
  enter: readonly string[] = [],
): Promise<Spokecam> {
  const data = folder ?? (await mkdtemp(join(tmpdir(), 'spokecam-')))
  const env = Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [
      `SPOKECAM_${name}`,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  )
  const [command = '', ...words] = [...enter, process.execPath, program, 'start', '--port', '0', '--data', data]
  const start = startProgram(command, words, env)
  const cleanUp = async (): Promise<void> => {
    await start.end('SIGKILL')
    await rm(data, { recursive: true, force: true, maxRetries: 5 })
  }
  const [, url] = await start.says(/^listening (\S+)$/m, 30_000).catch(async (error: unknown) => {
    await cleanUp()
    throw error
  })
  const code = async (): Promise<string> => {
    const { stdout } = await runSpokecam(['pair', '--json', '--data', data], enter)
    return (JSON.parse(stdout) as { code: string }).code
  }
  return {
    data,
    url: url as string,
    start,
    code,
    pair: async () => {
      const answer = await fetch(`${url}/api/pair`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ code: await code(), name: 'a test' }),
      })
      return ((await answer.json()) as { token: string }).token
    },
    child: async (name) => (await childrenOf(start.pid)).find(({ words }) => words.includes(name))?.pid ?? null,
    end: () => start.end('SIGINT'),
    cleanUp,
  }
}

export interface RunningProcess {
  readonly pid: number
  readonly words: readonly string[]
}

/** Processes of this machine whose words hold a text. */
export async function processesWith(text: string): Promise<RunningProcess[]> {
  return (await allProcesses()).filter(({ words }) => words.some((word) => word.includes(text)))
}

async function childrenOf(parent: number): Promise<RunningProcess[]> {
  const all = await allProcesses()
  const parents = await Promise.all(all.map(({ pid }) => parentOf(pid)))
  return all.filter((_, index) => parents[index] === parent)
}

async function allProcesses(): Promise<RunningProcess[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  const found = await Promise.all(
    pids.map(async (pid) => ({ pid, words: (await readOrEmpty(`/proc/${pid}/cmdline`)).split('\0') })),
  )
  return found.filter(({ words }) => words.length > 1)
}

async function parentOf(pid: number): Promise<number> {
  const stat = await readOrEmpty(`/proc/${pid}/stat`)
  return Number(stat.slice(stat.lastIndexOf(')')).split(' ')[2])
}

/** A process that is gone meanwhile says nothing. */
const readOrEmpty = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '')

/** Asks the API and answers the JSON; throws with status and body when it is refused. */
export async function get<Answer>(spokecam: Pick<Spokecam, 'url'>, token: string, path: string): Promise<Answer> {
  const answer = await fetch(`${spokecam.url}/api${path}`, { headers: { authorization: `Bearer ${token}` } })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`GET ${path} answered ${answer.status}: ${text}`)
  return (answer.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text) as Answer
}
