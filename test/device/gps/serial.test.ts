import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import type { Reading } from '../../../core/ride/fix.js'
import { eventually } from '../../fakes/eventually.js'
import { seeded } from '../../fakes/fake-gpsd.js'
import { makeNmeaLog, sentence } from '../../fakes/nmea-log.js'
import { listenToSerial, type MadeLine, makeLine, startPty } from '../../fakes/serial-line.js'

const SOON = { withinMs: 8_000 }
const LOG = makeNmeaLog(20)
const START_UTC_MS = Date.UTC(2026, 5, 8, 9)
const fixes = (told: readonly Reading[]) => told.filter(({ kind }) => kind === 'fix')
const states = (told: readonly Reading[]) => told.map((reading) => (reading.kind === 'fix' ? 'fix' : reading.state))
/** Without neighbours that are alike. */
const turns = (told: readonly Reading[]) => states(told).filter((state, index, all) => state !== all[index - 1])

const endings: (() => unknown)[] = []
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end()
})

describe('a real serial line', () => {
  const listenAt = async (baud: number | null = 9_600) => {
    const pty = await startPty()
    endings.push(pty.end)
    const listening = listenToSerial(pty.path, { baud })
    endings.push(listening.stop)
    await eventually(() => listening.opened() === 1, SOON)
    return { ...pty, ...listening }
  }

  it('gives a ride, each epoch once, the last one after a short silence', async () => {
    const { path, told, feed } = await listenAt()
    await feed(LOG)
    await eventually(() => told.length === 20, SOON)
    expect(told.map(({ receiverUtcMs }) => receiverUtcMs)).toEqual(
      Array.from({ length: 20 }, (_, second) => START_UTC_MS + second * 1_000),
    )
    expect(told[7]).toMatchObject({ kind: 'fix', receiver: path, mode: 3, sky: { satellitesUsed: 10, hdop: 0.9 } })
  })

  it.each([
    ['LF alone', LOG.replaceAll('\r', '')],
    ['now LF, now CRLF', LOG.replaceAll(/\r\n(?=\$GPGGA)/g, '\n')],
    ['a newline lost now and then', LOG.replaceAll(/\r\n(?=\$GPGSA)/g, '')],
    ['empty lines between', LOG.replaceAll('\r\n', '\r\n\r\n\n')],
  ])('gives it whatever ends the lines: %s', async (_what, log) => {
    const { told, feed } = await listenAt()
    await feed(log)
    await eventually(() => fixes(told).length === 20, SOON)
  })

  it('that is unplugged and plugged in again goes on, and says both', async () => {
    const { told, logged, feed, unplug, plugIn, opened } = await listenAt()
    await feed(LOG)
    await eventually(() => fixes(told).length === 20, SOON)
    await unplug()
    await eventually(() => states(told).at(-1) === 'absent', SOON)
    expect(logged.join('\n')).toMatch(/no receiver on the serial line .*unplugged/)
    await plugIn()
    await eventually(() => opened() === 2, SOON)
    await feed(makeNmeaLog(30))
    await eventually(() => fixes(told).length === 50, SOON)
    expect(turns(told)).toEqual(['fix', 'absent', 'fix'])
  })

  it('that is not there yet is waited for, and said to be missing', async () => {
    const pty = await startPty()
    endings.push(pty.end)
    await pty.unplug()
    const { told, logged, opened, stop } = listenToSerial(pty.path)
    endings.push(stop)
    await eventually(() => states(told).includes('absent'), SOON)
    expect(logged.join('\n')).toContain(`there is no ${pty.path}: is the receiver plugged in?`)
    await pty.plugIn()
    await eventually(() => opened() === 1, SOON)
    await pty.feed(LOG)
    await eventually(() => fixes(told).length === 20, SOON)
  })

  it('that another program has open is waited for, and said to be taken', async () => {
    const first = await listenAt()
    const { told, logged, opened, stop } = listenToSerial(first.path)
    endings.push(stop)
    await eventually(() => states(told).includes('absent'), SOON)
    expect(logged.join('\n')).toContain(`another program has ${first.path} open: gpsd, perhaps?`)
    await first.stop()
    await eventually(() => opened() === 1, SOON)
    await first.feed(LOG)
    await eventually(() => fixes(told).length === 20, SOON)
  })

  it('that is no serial line at all is said to be none', async () => {
    const { told, logged, stop } = listenToSerial('/dev/null')
    endings.push(stop)
    await eventually(() => states(told).includes('absent'), SOON)
    expect(logged.join('\n')).toContain('/dev/null cannot be opened')
  })
})

describe('a serial line', () => {
  const QUICK = { standstill: 250, sense: 250, speed: 150, look: 5, firstRetry: 5, mostRetry: 10 }
  const epoch = (second: number) =>
    sentence(`GPRMC,0915${String(second).padStart(2, '0')},A,4807.038,N,01131.324,E,10.0,84.4,080626,,,A`)
  const NOISE = Buffer.from(Array.from({ length: 64 }, (_, index) => 128 + index))

  const listenTo = (line: MadeLine, baud: number | null) => {
    const listening = listenToSerial('/dev/ttyMADE', { baud, open: line.open, patience: QUICK })
    endings.push(listening.stop)
    return listening
  }
  /** Sends what comes of it every few milliseconds. */
  const sendEvery = (line: MadeLine, what: (count: number) => string | Buffer) => {
    let count = 0
    const timer = setInterval(() => line.send(what(count++)), 4)
    endings.push(() => clearInterval(timer))
  }

  it('of unknown speed is tried until it makes sense, and begun with that speed next time', async () => {
    const line = makeLine()
    const { told, logged } = listenTo(line, null)
    sendEvery(line, (count) => (line.bauds.at(-1) === 38_400 ? epoch(count % 60) : NOISE))
    await eventually(() => fixes(told).length > 3, SOON)
    expect(line.bauds).toEqual([9_600, 4_800, 38_400])
    expect(logged.join('\n')).toMatch(/speaks NMEA .*38400/)
    line.pull()
    await eventually(() => line.bauds.length === 4, SOON)
    const before = fixes(told).length
    await eventually(() => fixes(told).length > before, SOON)
    expect(line.bauds).toEqual([9_600, 4_800, 38_400, 38_400])
  })

  it('whose receiver is set to another speed on the way is tried again', async () => {
    const line = makeLine()
    const { told } = listenTo(line, null)
    let speaks = 9_600
    sendEvery(line, (count) => (line.bauds.at(-1) === speaks ? epoch(count % 60) : NOISE))
    await eventually(() => fixes(told).length > 0, SOON)
    speaks = 115_200
    const before = fixes(told).length
    await eventually(() => fixes(told).length > before + 3, SOON)
    expect(line.bauds).toEqual([9_600, 4_800, 38_400, 115_200])
  })

  it('whose receiver only falls silent stays at the speed that made sense', async () => {
    const line = makeLine()
    const { told } = listenTo(line, null)
    await eventually(() => line.bauds.length === 1, SOON)
    line.send(epoch(1))
    line.send(epoch(2).slice(0, 20))
    await eventually(() => turns(told).join().endsWith('fix,silent'), SOON)
    line.send(epoch(2).slice(20) + epoch(3))
    await eventually(() => fixes(told).length === 3, SOON)
    expect(line.bauds).toEqual([9_600])
  })

  it('of the wrong speed is said to be so, and told to be silent, once', async () => {
    const line = makeLine()
    const { told, logged } = listenTo(line, 4_800)
    sendEvery(line, () => NOISE)
    await eventually(() => logged.length > 0 && told.length > 0, SOON)
    expect(logged).toEqual([expect.stringContaining('the serial line carries no NMEA: wrong baud rate')])
    expect(logged[0]).toContain('at 4800 baud')
    expect(states(told)).toEqual(['silent'])
    expect(line.bauds).toEqual([4_800])
  })

  it('whose receiver tells the same time for ever is silent', async () => {
    const line = makeLine()
    const { told } = listenTo(line, 9_600)
    await eventually(() => line.bauds.length === 1, SOON)
    line.send(epoch(7))
    await eventually(() => fixes(told).length === 1, SOON)
    const before = told.length
    sendEvery(line, () => epoch(7))
    await eventually(() => told.length > before, SOON)
    expect(states(told).slice(before)).toEqual(['silent'])
  })

  it('tells what was said in the last moment before it was unplugged, and then that it was', async () => {
    const line = makeLine()
    const { told } = listenTo(line, 9_600)
    await eventually(() => line.bauds.length === 1, SOON)
    line.send(epoch(1) + epoch(2))
    await turn()
    line.pull()
    await eventually(() => states(told).includes('absent'), SOON)
    expect(states(told)).toEqual(['fix', 'fix', 'absent'])
  })

  it('so slow that one sentence takes longer than a silence still gives whole epochs', async () => {
    const line = makeLine()
    const { told, stop } = listenToSerial('/dev/ttyMADE', { baud: 1_200, open: line.open })
    endings.push(stop)
    await eventually(() => line.bauds.length === 1, SOON)
    const gga = sentence('GPGGA,091501,4807.038,N,01131.324,E,1,08,0.9,545.4,M,46.9,M,,')
    const bytes = [...`${epoch(1)}${gga}`]
    sendEvery(line, (count) => bytes.slice(count * 2, count * 2 + 2).join(''))
    await eventually(() => told.length > 0, SOON)
    expect(told).toMatchObject([{ kind: 'fix', altitudeM: 545.4, speedMps: 18520 / 3600 }])
  })

  it('that brings garbled sentences between good ones loses only those, and says so', async () => {
    const line = makeLine()
    const { told, logged } = listenTo(line, 9_600)
    await eventually(() => line.bauds.length === 1, SOON)
    const garbled = epoch(2).replace('4807', '4907')
    const cut = '$GPRMC,091504,A,4807.038,N\r\n'
    line.send([epoch(1), garbled, epoch(3), cut, epoch(5), `${'x'.repeat(300)}\n`, epoch(6)].join(''))
    await eventually(() => fixes(told).length === 4, SOON)
    expect(fixes(told).map(({ receiverUtcMs }) => ((receiverUtcMs ?? 0) / 1000) % 60)).toEqual([1, 3, 5, 6])
    expect(logged.join('\n')).toMatch(/wrong checksum[\s\S]*without a checksum[\s\S]*over 256 bytes/)
  })

  it('opened in the middle of a sentence is not blamed for the first half', async () => {
    const line = makeLine()
    const { told, logged } = listenTo(line, 9_600)
    await eventually(() => line.bauds.length === 1, SOON)
    line.send(epoch(0).slice(11) + epoch(1) + epoch(2))
    await eventually(() => fixes(told).length === 2, SOON)
    expect(logged).toEqual([expect.stringContaining('speaks NMEA')])
  })

  it('tells the moment the first byte of an epoch came, not the last', async () => {
    let monoMs = 1_000
    const line = makeLine()
    const { told, stop } = listenToSerial('/dev/ttyMADE', { baud: 9_600, open: line.open, nowMonoMs: () => monoMs })
    endings.push(stop)
    await eventually(() => line.bauds.length === 1, SOON)
    const pieces = ['\n\n', epoch(1).slice(0, 1), epoch(1).slice(1, 30), epoch(1).slice(30), epoch(2)]
    for (const [index, piece] of pieces.entries()) {
      monoMs = 1_050 + index * 50
      line.send(piece)
      await turn()
      await turn()
    }
    await eventually(() => fixes(told).length === 2, SOON)
    expect(told.map(({ at }) => at)).toEqual([
      { bootId: 'boot', monoMs: 1_100 },
      { bootId: 'boot', monoMs: 1_250 },
    ])
  })

  it.each([
    ['without a newline', 0],
    ['with newlines here and there', 300],
  ])('of 8 MiB of noise %s keeps nothing of it and goes on', async (_what, every) => {
    const line = makeLine()
    const { told } = listenTo(line, 9_600)
    await eventually(() => line.bauds.length === 1, SOON)
    const random = seeded(3)
    const noise = Buffer.from(Array.from({ length: 1_024 }, () => 128 + Math.floor(random() * 128)))
    if (every > 0) for (let index = every; index < noise.length; index += every) noise[index] = 0x0a
    const before = process.memoryUsage()
    let longestMs = 0
    for (let kib = 0; kib < 8 * 1_024; kib += 1) {
      const sentMs = performance.now()
      line.send(noise)
      if (kib % 16 === 0) await turn()
      longestMs = Math.max(longestMs, performance.now() - sentMs)
    }
    line.send(`\n${epoch(1)}`)
    await eventually(() => fixes(told).length === 1, SOON)
    expect(longestMs).toBeLessThan(250)
    expect(process.memoryUsage().rss - before.rss).toBeLessThan(64 * 2 ** 20)
  })
})
