/** How a process of ours lives: services begun again and ended together, the log, signals and exit codes. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { type Facts, type Log, openLog, reasonOf } from '../../core/process/log.js'
import { ConfigurationError, EXIT, exitCodeOf, runUntilSignal, UsageError } from '../../core/process/run.js'
import { keepRunning, pause, runTogether, type Service } from '../../core/process/service.js'

const never = new AbortController().signal

interface Told {
  readonly level: string
  readonly message: string
  readonly facts: Facts
}

function listeningLog(): { log: Log; told: Told[] } {
  const told: Told[] = []
  const hear =
    (level: string) =>
    (message: string, facts: Facts = {}) => {
      told.push({ level, message, facts })
    }
  return { log: { info: hear('info'), warn: hear('warn'), error: hear('error') }, told }
}

/** Fails as often as told, each time after a while, then ends well. */
function failing(times: number, afterMs = 0): Service & { readonly startedMs: number[] } {
  const startedMs: number[] = []
  return {
    name: 'camera',
    startedMs,
    run: async () => {
      startedMs.push(performance.now())
      if (startedMs.length > times) return
      await sleep(afterMs)
      throw new Error(`failure ${startedMs.length}`)
    },
  }
}

/** Runs until its signal aborts, and takes a moment to close what it has open. */
function lasting(name: string): Service & { readonly state: () => string } {
  let state = 'not begun'
  return {
    name,
    state: () => state,
    run: async (signal) => {
      state = 'running'
      if (!signal.aborted) await once(signal, 'abort')
      await sleep(20)
      state = 'closed'
    },
  }
}

describe('a service that is kept running', () => {
  it('is begun again at once after its first failure, then after pauses that double up to the longest', async () => {
    const { log, told } = listeningLog()
    const camera = failing(5)
    await keepRunning(camera, log, { firstMs: 10, maxMs: 30 }).run(never)
    expect(told.map(({ facts }) => facts)).toMatchObject([0, 10, 20, 30, 30].map((inMs) => ({ inMs })))
    const pausesMs = camera.startedMs.slice(1).map((startedMs, index) => startedMs - (camera.startedMs[index] ?? 0))
    for (const [index, leastMs] of [10, 20, 30, 30].entries()) expect(pausesMs[index + 1]).toBeGreaterThan(leastMs - 2)
  })

  it('says why it failed each time, and not that it ended well', async () => {
    const { log, told } = listeningLog()
    await keepRunning(failing(1), log).run(never)
    expect(told).toEqual([
      { level: 'warn', message: 'camera failed, begun again', facts: { inMs: 0, error: new Error('failure 1') } },
    ])
  })

  it('is begun again at once when it was healthy for long enough before', async () => {
    const { log, told } = listeningLog()
    await keepRunning(failing(3, 15), log, { firstMs: 1_000, wentWell: (ranMs) => ranMs > 5 }).run(never)
    expect(told.map(({ facts }) => facts)).toMatchObject([{ inMs: 0 }, { inMs: 0 }, { inMs: 0 }])
  })

  it('passes a failure on that would only repeat itself', async () => {
    const { log, told } = listeningLog()
    const camera = failing(9)
    await expect(keepRunning(camera, log, { givesUp: () => true }).run(never)).rejects.toThrow('failure 1')
    expect({ begun: camera.startedMs.length, told }).toEqual({ begun: 1, told: [] })
  })

  it('ends when it is stopped in the middle of a pause', async () => {
    const { log, told } = listeningLog()
    const stop = new AbortController()
    const running = keepRunning(failing(9), log, { firstMs: 60_000, maxMs: 60_000 }).run(stop.signal)
    while (told.length < 2) await sleep(1)
    stop.abort()
    await running
    expect(told).toHaveLength(2)
  })

  it('is not begun again, and its end not called a failure, once it is stopped', async () => {
    const { log, told } = listeningLog()
    const stop = new AbortController()
    let begun = 0
    const service: Service = {
      name: 'camera',
      run: async (signal) => {
        begun += 1
        await once(signal, 'abort')
        throw new Error('the picture ended')
      },
    }
    const running = keepRunning(service, log).run(stop.signal)
    stop.abort()
    await running
    expect({ begun, told }).toEqual({ begun: 1, told: [] })
  })
})

describe('services that run together', () => {
  it('all run until the signal, and have closed what they had open by then', async () => {
    const stop = new AbortController()
    const [one, other] = [lasting('one'), lasting('other')]
    const running = runTogether([one, other], stop.signal)
    expect([one.state(), other.state()]).toEqual(['running', 'running'])
    stop.abort()
    await running
    expect([one.state(), other.state()]).toEqual(['closed', 'closed'])
  })

  it('wait for their end without a warning, however many they are', async () => {
    const warned: Error[] = []
    const hear = (warning: Error) => warned.push(warning)
    process.on('warning', hear)
    const stop = new AbortController()
    const waiting: Service = { name: 'waiting', run: (signal) => pause(60_000, signal) }
    const running = runTogether(
      Array.from({ length: 30 }, () => waiting),
      stop.signal,
    )
    stop.abort()
    await running
    await sleep(0)
    process.off('warning', hear)
    expect(warned).toEqual([])
  })

  it('stop when one gives up, and then tell which and why', async () => {
    const other = lasting('other')
    const running = runTogether([other, failing(1)], never)
    await expect(running).rejects.toThrow(new Error('camera gave up', { cause: new Error('failure 1') }))
    expect(other.state()).toBe('closed')
  })

  it('stop without an error when one has done its work', async () => {
    const other = lasting('other')
    await runTogether([failing(0), other], never)
    expect(other.state()).toBe('closed')
  })

  it('tell the first of two failures', async () => {
    const late: Service = { name: 'late', run: async () => Promise.reject(new Error('only afterwards')) }
    const slow: Service = {
      name: 'slow',
      run: async (signal) => {
        await once(signal, 'abort')
        throw new Error('while closing')
      },
    }
    await expect(runTogether([slow, late], never)).rejects.toThrow('late gave up')
  })
})

describe('a pause', () => {
  it('lasts as long as it was asked to', async () => {
    const beganMs = performance.now()
    await pause(20, never)
    expect(performance.now() - beganMs).toBeGreaterThan(18)
  })

  it.each([
    ['before', 0],
    ['while', 5],
  ])('is over when the signal aborts %s it lasts', async (_, afterMs) => {
    const stop = new AbortController()
    if (afterMs === 0) stop.abort()
    else setTimeout(() => stop.abort(), afterMs)
    await pause(60_000, stop.signal)
    expect(stop.signal.aborted).toBe(true)
  })
})

describe('the log', () => {
  const lineOf = (say: (log: Log) => void): string => {
    const lines: string[] = []
    say(openLog('device', (line) => lines.push(line)))
    expect(lines).toHaveLength(1)
    return (lines[0] as string).replace(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z /, '')
  }

  it.each([
    [(log: Log) => log.info('recording'), 'info device: recording\n'],
    [
      (log: Log) => log.warn('stalled', { camera: 'front', forMs: 3_000 }),
      'warn device: stalled camera=front forMs=3000\n',
    ],
    [(log: Log) => log.error('a', { b: 'two words', c: null, d: [1] }), 'error device: a b="two words" c=null d=[1]\n'],
    [(log: Log) => log.error('a', { said: 'x\ny' }), 'error device: a said="x\\ny"\n'],
    [(log: Log) => log.error('a', { unset: undefined }), 'error device: a unset=undefined\n'],
    [
      (log: Log) => log.error('a', { error: new Error('outer', { cause: new Error('inner') }) }),
      'error device: a error="outer: inner"\n',
    ],
  ])('writes one line that a person and a program can read', (say, expected) => {
    expect(lineOf(say)).toBe(expected)
  })

  it('tells an error with its causes, whatever was thrown', () => {
    expect(reasonOf(new Error('a', { cause: new Error('b', { cause: 'c' }) }))).toBe('a: b: c')
    expect(reasonOf('just text')).toBe('just text')
  })
})

describe('a process', () => {
  it.each([
    ['a failure', new Error('no disk'), EXIT.failed, ['no disk']],
    ['wrong usage', new UsageError('FILE is missing'), EXIT.usage, ['FILE is missing']],
    ['a wrong configuration', new ConfigurationError(['a is 0', 'b is 1']), EXIT.configuration, ['a is 0', 'b is 1']],
    [
      'a wrong configuration, wrapped on its way',
      new Error('x gave up', { cause: new ConfigurationError(['a is 0']) }),
      EXIT.configuration,
      ['a is 0'],
    ],
    ['a failure with a cause', new Error('a', { cause: new Error('b') }), EXIT.failed, ['a: b']],
    ['something thrown that is no error', 'text', EXIT.failed, ['text']],
  ])('tells %s and ends with its code', async (_, error, code, messages) => {
    const { log, told } = listeningLog()
    expect(exitCodeOf(error, log)).toBe(code)
    expect(told).toEqual(messages.map((message) => ({ level: 'error', message, facts: {} })))
    expect(await runUntilSignal(log, () => Promise.reject(error))).toBe(code)
  })

  it('ends with 0 when it is done, and leaves no ear for signals behind', async () => {
    const before = process.listenerCount('SIGTERM')
    expect(await runUntilSignal(openLog('test'), async () => {})).toBe(EXIT.done)
    expect(process.listenerCount('SIGTERM')).toBe(before)
  })

  it.each(['SIGINT', 'SIGTERM'] as const)('is told by %s to close what it has open', async (signal) => {
    const file = resolve(import.meta.dirname, '../../dist/core/process/run.js')
    const program = `
      import { runUntilSignal } from '${pathToFileURL(file)}'
      process.exitCode = await runUntilSignal(null, async (signal) => {
        const open = setInterval(() => {}, 1000)
        console.log('open')
        await new Promise((closed) => signal.addEventListener('abort', closed))
        clearInterval(open)
        console.log('closed')
      })`
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    child.stdout.once('readable', () => child.kill(signal))
    const [said, [code]] = await Promise.all([text(child.stdout), once(child, 'close')])
    expect({ said, code }).toEqual({ said: 'open\nclosed\n', code: 0 })
  })
})
