/** The set-up script, on a small checkout of its own: real npm and shell, a compiler that only copies. */
import { execFile, spawn } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'

const SETUP = resolve(import.meta.dirname, '../setup')

/** Copies sources to dist, keeps count, and knows one kind of error. */
const COMPILER = `#!/usr/bin/env node
const { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } = require('node:fs')
const { dirname } = require('node:path')
appendFileSync('builds.log', 'built\\n')
for (const wing of ['core', 'cli', 'device', 'server']) {
  for (const file of readdirSync(wing, { recursive: true }).filter((name) => name.endsWith('.ts'))) {
    const text = readFileSync(wing + '/' + file, 'utf8')
    if (text.includes('wrong')) { console.log(wing + '/' + file + '(1,1): error TS1: wrong'); process.exitCode = 2 }
    const built = 'dist/' + wing + '/' + file.replace(/ts$/, 'js')
    mkdirSync(dirname(built), { recursive: true })
    writeFileSync(built, text)
  }
}
`

const FILES: Record<string, string> = {
  'package.json': JSON.stringify({ name: 'small', version: '1.0.0', devDependencies: { typescript: 'file:compiler' } }),
  'package-lock.json': JSON.stringify({
    name: 'small',
    version: '1.0.0',
    lockfileVersion: 3,
    packages: {
      '': { name: 'small', version: '1.0.0', devDependencies: { typescript: 'file:compiler' } },
      compiler: { name: 'typescript', version: '1.0.0', dev: true, bin: { tsc: 'tsc.js' } },
      'node_modules/typescript': { resolved: 'compiler', link: true },
    },
  }),
  'compiler/package.json': JSON.stringify({ name: 'typescript', version: '1.0.0', bin: { tsc: 'tsc.js' } }),
  'compiler/tsc.js': COMPILER,
  'tsconfig.json': '{}',
  'cli/spokecam.ts': '#!/usr/bin/env node\n',
  'core/process/gate.ts': 'gate',
  'core/process/gate.sh': '#!/bin/sh\n',
  'device/main.ts': 'device',
  'server/main.ts': 'server',
}

let original = ''
let checkout = ''

beforeAll(async () => {
  original = mkdtempSync(join(tmpdir(), 'spokecam-setup-'))
  for (const [name, text] of Object.entries(FILES)) write(original, name, text)
  for (const name of ['compiler/tsc.js', 'core/process/gate.sh']) chmodSync(join(original, name), 0o755)
  cpSync(SETUP, join(original, 'setup'))
  expect(await run('build', { in: original })).toMatchObject({ code: 0, stdout: '' })
}, 60_000)
afterAll(() => rmSync(original, { recursive: true }))

beforeEach(async () => {
  checkout = mkdtempSync(join(tmpdir(), 'spokecam-setup-'))
  await promisify(execFile)('cp', ['-a', `${original}/.`, checkout])
})
afterEach(() => rmSync(checkout, { recursive: true }))

describe('the build', () => {
  it('is there after the first run, with the bin and the shell scripts executable', () => {
    expect(text('dist/device/main.js')).toBe('device')
    for (const name of ['dist/cli/spokecam.js', 'dist/core/process/gate.sh']) expect(isExecutable(name)).toBe(true)
  })

  it('is left alone, without a word, where nothing changed', async () => {
    const before = statSync(join(checkout, 'dist/.built')).mtimeMs
    expect(await run('build')).toEqual({ code: 0, stdout: '', stderr: '' })
    expect(statSync(join(checkout, 'dist/.built')).mtimeMs).toBe(before)
    expect(builds()).toBe(1)
  })

  it.each([
    ['a changed file', () => write(checkout, 'device/main.ts', 'another')],
    ['a changed file as long as before', () => write(checkout, 'device/main.ts', 'camera')],
    ['a file that a clock set back makes older than the build', () => writeOld('device/main.ts')],
    ['a new file', () => write(checkout, 'server/new.ts', 'new')],
    ['a deleted file', () => rmSync(join(checkout, 'core/process/gate.ts'))],
    ['other compiler settings', () => write(checkout, 'tsconfig.json', '{"files": []}')],
    ['an emptied dist', () => rmSync(join(checkout, 'dist/cli/spokecam.js'))],
  ])('is made again after %s, once', async (_, change) => {
    await change()
    expect(await run('build')).toEqual({ code: 0, stdout: '', stderr: 'spokecam setup: building ...\n' })
    expect(await run('build')).toEqual({ code: 0, stdout: '', stderr: '' })
    expect(builds()).toBe(2)
  })

  it('has nothing in it that was made from a file since deleted', async () => {
    rmSync(join(checkout, 'core/process/gate.ts'))
    await run('build')
    expect(existsSync(join(checkout, 'dist/core/process/gate.js'))).toBe(false)
    expect(text('dist/device/main.js')).toBe('device')
  })

  it("fails with the compiler's words, each time until the error is mended", async () => {
    write(checkout, 'device/main.ts', 'wrong')
    for (const _ of [1, 2]) {
      const { code, stdout, stderr } = await run('build')
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
      expect(stderr).toContain('device/main.ts(1,1): error TS1: wrong')
    }
    write(checkout, 'device/main.ts', 'right')
    expect(await run('build')).toMatchObject({ code: 0 })
  })

  it('is made once when two ask for it at the same time', async () => {
    write(checkout, 'device/main.ts', 'another')
    const runs = await Promise.all([run('build'), run('build')])
    expect(runs.map(({ code }) => code)).toEqual([0, 0])
    expect(builds()).toBe(2)
  })
})

describe('npm packages', () => {
  it.each([
    ['the lock file changed', () => write(checkout, 'package-lock.json', `${FILES['package-lock.json']}\n`)],
    ['they were taken away', () => rmSync(join(checkout, 'node_modules'), { recursive: true })],
    ['an installation was cut short', () => rmSync(join(checkout, 'node_modules/.spokecam'))],
    ['they were built for another Node', () => write(checkout, 'node_modules/.spokecam', '108-x64 1 1\n')],
  ])('are installed again when %s, once', async (_, change) => {
    change()
    const { code, stdout, stderr } = await run('build')
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
    expect(stderr).toContain('installing npm packages')
    expect(await run('build')).toEqual({ code: 0, stdout: '', stderr: '' })
  })

  it("that cannot be installed are told with npm's words", async () => {
    write(checkout, 'package-lock.json', '{}')
    const { code, stderr } = await run('build')
    expect(code).toBe(1)
    expect(stderr).toContain('npm error')
    expect(stderr).toContain('the npm packages could not be installed')
  })
})

describe('programs', () => {
  const TOOLS = 'sh env node cat cksum dirname find flock grep head ln ls readlink sort touch'.split(' ')

  beforeEach(async () => {
    mkdirSync(join(checkout, 'bin'))
    const link = 'for tool in "$@"; do ln -s "$(command -v "$tool")" bin/; done'
    await promisify(execFile)('sh', ['-c', link, 'sh', ...TOOLS], { cwd: checkout })
  })

  it('that are missing are named in one command where nobody may install them', async () => {
    program('id', 'echo 1000')
    program('sudo', 'exit 1')
    program('apt-get', 'exit 1')
    const { code, stdout, stderr } = await runWithout('run')
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    const command = 'sudo apt-get update && sudo apt-get install -y --no-install-recommends ffmpeg util-linux'
    expect(stderr.split('\n')).toContain(command)
  })

  it.each([
    ['as root', () => program('id', 'echo 0')],
    ['by sudo', () => program('id', 'echo 1000') && program('sudo', 'shift; [ "$1" = true ] || exec "$@"')],
  ])('that are missing are installed %s, the second time there is nothing to do', async (_, allow) => {
    allow()
    program(
      'apt-get',
      'echo "$DEBIAN_FRONTEND: $*" >>apt.log; ln -sf /bin/true bin/ffmpeg; ln -sf /bin/true bin/setpriv',
    )
    expect(await runWithout('run')).toMatchObject({ code: 0, stdout: '' })
    expect(text('apt.log')).toMatch(/^noninteractive: .*--no-install-recommends.* install ffmpeg util-linux$/m)
    expect(await runWithout('run')).toEqual({ code: 0, stdout: '', stderr: '' })
  })

  it('are looked for in fresh lists where the first try fails', async () => {
    program('id', 'echo 0')
    program(
      'apt-get',
      'echo "$*" >>apt.log; case "$*" in *update) touch updated;; *) [ -e updated ] || exit 100;; esac',
      'ln -sf /bin/true bin/ffmpeg; ln -sf /bin/true bin/setpriv',
    )
    expect(await runWithout('run')).toMatchObject({ code: 0 })
    expect(text('apt.log')).toMatch(/update\n.* install ffmpeg util-linux\n$/)
  })

  it('that are still missing after an installation are told', async () => {
    program('id', 'echo 0')
    program('apt-get', 'exit 0')
    const { code, stderr } = await runWithout('run')
    expect(code).toBe(1)
    expect(stderr).toContain('has not brought the programs of ffmpeg util-linux')
  })

  it('that only the tests use are not missed by a run', async () => {
    for (const name of ['ffmpeg', 'setpriv']) program(name, 'exit 0')
    expect(await runWithout('run')).toEqual({ code: 0, stdout: '', stderr: '' })
    program('id', 'echo 1000')
    program('sudo', 'exit 1')
    program('apt-get', 'exit 1')
    expect((await runWithout('test')).stderr).toMatch(/ chromium libimage-exiftool-perl gpsbabel .*socat eatmydata$/m)
  })

  it.each(['18.20.4', '20.18.3', '19.9.0'])('do not include Node.js %s', async (version) => {
    rmSync(join(checkout, 'bin/node'))
    program('node', `echo ${version}; echo 108-x64; echo`)
    const { code, stderr } = await runWithout('run')
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `spokecam setup: this is Node.js ${version}: 20.19 or newer is needed, see https://nodejs.org\n`,
    })
  })
})

interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

interface RunWith {
  readonly in?: string
  readonly path?: string
}

async function run(what: string, given: RunWith = {}): Promise<Ran> {
  const folder = given.in ?? checkout
  // As npm does not call it here, none of npm's own settings are passed on to it.
  const environment = Object.entries(process.env).filter(([name]) => !name.startsWith('npm_'))
  const env = { ...Object.fromEntries(environment), ...(given.path === undefined ? {} : { PATH: given.path }) }
  const child = spawn('./setup', [what], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    stdout += part
  })
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    stderr += part
  })
  return new Promise((done, failed) => {
    child.on('error', failed)
    child.on('close', (code) => done({ code, stdout, stderr }))
  })
}

/** On a machine that has only the programs in bin/. */
function runWithout(what: string): Promise<Ran> {
  return run(what, { path: join(checkout, 'bin') })
}

function program(name: string, ...lines: string[]): boolean {
  write(checkout, `bin/${name}`, ['#!/bin/sh', ...lines, ''].join('\n'))
  chmodSync(join(checkout, 'bin', name), 0o755)
  return true
}

function write(folder: string, name: string, text: string): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true })
  writeFileSync(join(folder, name), text)
}

async function writeOld(name: string): Promise<void> {
  write(checkout, name, 'another')
  await promisify(execFile)('touch', ['-d', '2001-01-01', join(checkout, name)])
}

const text = (name: string): string => readFileSync(join(checkout, name), 'utf8')
const builds = (): number => text('builds.log').split('\n').length - 1
const isExecutable = (name: string): boolean => (statSync(join(checkout, name)).mode & 0o111) === 0o111
