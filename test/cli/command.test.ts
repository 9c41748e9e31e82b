/** The command line as scripts meet it: help, usage, settings, exit codes and what goes to which stream. */
import { execFile, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Command, helpOf, readWords } from '../../cli/command.js'
import { commands } from '../../cli/commands.js'
import { UsageError } from '../../core/process/run.js'

const PROGRAM = resolve(import.meta.dirname, '../../dist/cli/spokecam.js')
const NAMES = ['start', 'device', 'server', 'doctor', 'pair', 'replay', 'rides', 'export', 'clip', 'import', 'reindex']

interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spokecam-cli-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** In a folder without settings, with nothing of ours in the environment but what is handed in. */
function spokecam(words: readonly string[], environment: Record<string, string> = {}): Promise<Ran> {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('SPOKECAM_'))
  const env = { ...Object.fromEntries(own), ...environment }
  return new Promise((done) => {
    execFile(process.execPath, [PROGRAM, ...words], { cwd: folder, env }, (error, stdout, stderr) => {
      done({ code: error === null ? 0 : Number(error.code), stdout, stderr })
    })
  })
}

describe('spokecam', () => {
  it.each(['--help', '-h'])('%s lists the commands on standard output', async (flag) => {
    const { code, stdout, stderr } = await spokecam([flag])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect([...stdout.matchAll(/^ {2}(\w+) +\S/gm)].map(([, name]) => name)).toEqual(NAMES)
  })

  it.each([
    [[], 'which command?'],
    [['ride'], 'there is no command ride'],
    [['--json'], 'there is no command --json'],
  ])('%j is told as wrong usage', async (words, told) => {
    const { code, stdout, stderr } = await spokecam(words)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr.split('\n')[0]).toBe(told)
    expect(stderr).toContain('usage: spokecam COMMAND')
  })

  it.each(NAMES)('%s --help tells its usage and flags without doing anything', async (name) => {
    const { code, stdout, stderr } = await spokecam([name, '--help'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(new RegExp(`^usage: spokecam ${name}\\b.*\n\n\\S.*\n\n`))
    for (const flag of ['--config FILE', '--data DIR', '--json', '-h, --help']) expect(stdout).toContain(flag)
  })

  it('is a program that can be begun by its name', async () => {
    expect(statSync(PROGRAM).mode & 0o111).not.toBe(0)
    const child = spawn(PROGRAM, ['--help'], { stdio: 'ignore' })
    expect(await new Promise((done) => child.on('close', done))).toBe(0)
  })

  it.each([
    [['--help'], []],
    [['rides', '--help'], []],
    [['reindex', '--help'], []],
    [
      ['device', '--config', 'none.yaml'],
      ['device/config.js', 'server/config.js'],
    ],
  ])('%j loads no more of device and server than %j', async (words, expected) => {
    await spokecam(words, { NODE_V8_COVERAGE: folder })
    const [report = ''] = readdirSync(folder)
    const { result } = JSON.parse(readFileSync(join(folder, report), 'utf8')) as { result: { url: string }[] }
    const loaded = result.flatMap(({ url }) => /\/dist\/((?:device|server|core\/store)\/.*)/.exec(url)?.[1] ?? [])
    expect(loaded.sort()).toEqual(expected)
    expect(result.some(({ url }) => url.endsWith('/dist/cli/command.js'))).toBe(true)
  })

  it('does not mind that who reads it leaves early', async () => {
    const { code, stdout, stderr } = await shell(
      `"$NODE" "$PROGRAM" --help | true; "$NODE" "$PROGRAM" --help | head -n 1`,
    )
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: 'Spokecam, a bicycle dashcam that knows where it is.\n',
      stderr: '',
    })
  })

  it('fails when what it prints cannot be written', async () => {
    const { code, stderr } = await shell('"$NODE" "$PROGRAM" --help >/dev/full')
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('ENOSPC') })
  })
})

describe('the words of a command', () => {
  it.each([
    [['rides', '--colour'], "unknown option '--colour'"],
    [['rides', '-x'], "unknown option '-x'"],
    [['rides', '--limit'], "option '--limit <value>' argument missing"],
    [['rides', '--json=yes'], "option '--json' does not take an argument"],
    [['rides', 'latest'], "'latest' is one word too many"],
    [['export'], 'RIDE is missing'],
    [['export', 'latest', 'twice', '--format', 'gpx'], "'twice' is one word too many"],
    [['replay', '--rate', '2'], 'FILE is missing'],
  ])('%j are wrong usage, told with the right one', async (words, told) => {
    const { code, stdout, stderr } = await spokecam(words)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    const [first, second] = stderr.split('\n')
    expect(first).toBe(`spokecam ${words[0]}: ${told}`)
    expect(second).toMatch(`usage: spokecam ${words[0]}`)
  })

  const command: Command = {
    name: 'try',
    summary: 'tries',
    usage: 'FILE [--port N] [-o FILE]',
    operands: ['FILE'],
    flags: [
      { name: 'port', value: 'N', says: 'where', setting: ['http', 'port'] },
      { name: 'output', short: 'o', value: 'FILE', says: 'whereto' },
    ],
    untilStopped: false,
    run: async () => 0,
  }

  it('are flags with and without a value, and operands, in any order', () => {
    const given = readWords(command, ['--json', '-o', 'out', 'in', '--config=c.yaml'])
    expect(given.operands).toEqual(['in'])
    expect([given.text('output'), given.text('config'), given.text('data')]).toEqual(['out', 'c.yaml', null])
    expect([given.has('json'), given.has('output'), given.has('help'), given.text('json')]).toEqual([
      true,
      true,
      false,
      null,
    ])
  })

  it('stand for settings where a flag says so', () => {
    expect(readWords(command, ['in', '--port', '0', '--data', './d']).settings).toEqual([
      { flag: '--port', path: ['http', 'port'], text: '0' },
      { flag: '--data', path: ['data'], text: './d' },
    ])
  })

  it('after -- are operands, whatever they look like', () => {
    expect(readWords(command, ['--', '--port']).operands).toEqual(['--port'])
  })

  it('may be few when help is asked for', () => {
    expect(readWords(command, ['-h']).has('help')).toBe(true)
    expect(() => readWords(command, [])).toThrow(UsageError)
  })

  it('are explained in aligned lines that fit a terminal', () => {
    for (const one of [...commands, command]) {
      for (const line of helpOf(one).split('\n')) expect(line.length).toBeLessThanOrEqual(120)
    }
    expect(helpOf(command)).toContain('      --port N         where\n  -o, --output FILE    whereto\n')
  })
})

describe('settings that cannot be used', () => {
  it('end a device with 78, all faults told at once, and nothing on standard output', async () => {
    writeFileSync(join(folder, 'spokecam.yaml'), 'recording: {segmentSeconds: 0}\nhttp: {port: -1}\ngps: {sorce: x}\n')
    const { code, stdout, stderr } = await spokecam(['device'], { SPOKECAM_KEEP__FREE_PERCENT: 'all' })
    expect({ code, stdout }).toEqual({ code: 78, stdout: '' })
    for (const told of [
      'spokecam.yaml: gps.sorce is no setting: did you mean source?',
      'spokecam.yaml: gps.source is missing: must be one of gpsd://',
      'spokecam.yaml: recording.segmentSeconds is 0: must be a number from 2 to 3600',
      "SPOKECAM_KEEP__FREE_PERCENT: keep.freePercent is 'all': must be a number from 0 to 90",
      'spokecam.yaml: http.port is -1: must be a whole number from 0 to 65535',
    ]) {
      expect(stderr).toContain(told)
    }
  })

  it.each([
    [['server', '--port', 'any'], "--port: http.port is 'any'"],
    [['server', '--data', ''], "--data: data is ''"],
    [['server', '--config', 'none.yaml'], 'none.yaml: there is no such file'],
    [['device', '--config', 'none.yaml'], 'none.yaml: there is no such file'],
    [['start', '--config', 'none.yaml'], 'none.yaml: there is no such file'],
  ])('%j ends with 78', async (words, told) => {
    const { code, stdout, stderr } = await spokecam(words)
    expect({ code, stdout }).toEqual({ code: 78, stdout: '' })
    expect(stderr).toContain(told)
  })
})

function shell(script: string): Promise<Ran> {
  const env = { ...process.env, NODE: process.execPath, PROGRAM }
  return new Promise((done) => {
    execFile('sh', ['-c', script], { env }, (error, stdout, stderr) => {
      done({ code: error === null ? 0 : Number(error.code), stdout, stderr })
    })
  })
}
