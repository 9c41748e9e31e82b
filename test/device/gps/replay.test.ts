import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Listener } from 'node-gpsd'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Fix, Reading } from '../../../core/ride/fix.js'
import { createGpxReader } from '../../../core/track/gpx-reading.js'
import { openRideLog, readingsOf } from '../../../device/gps/logs.js'
import { createPacer, type ReplayServer, replayOf, serveReplay } from '../../../device/gps/replay.js'
import { DEVICES, eventually, listenTo, logInto, tpv, VERSION, WATCH } from '../../fakes/fake-gpsd.js'
import { hasRecorded, madeStream, RECORDED } from '../../fakes/gpsd-streams.js'
import { makeNmeaLog, sentence as nmea } from '../../fakes/nmea-log.js'
import { startProgram } from '../../fakes/processes.js'

const AT_ONCE = 10_000
let folder: string
let stopping: AbortController
let server: ReplayServer | null

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spokecam-replay-'))
})
afterAll(() => rm(folder, { recursive: true }))
afterEach(async () => {
  stopping?.abort()
  await server?.closed
  server = null
})

async function fileOf(content: string | Buffer): Promise<string> {
  const file = join(folder, `${Math.random()}.jsonl`)
  await writeFile(file, content)
  return file
}

async function serve(content: string | Buffer, { rate = AT_ONCE, loop = false } = {}): Promise<ReplayServer> {
  stopping = new AbortController()
  const file = await fileOf(content)
  server = await serveReplay({ file, rate, loop, port: 0, signal: stopping.signal, log: logInto([]) })
  return server
}

/** A client that asks for everything, and the lines it hears. */
function watch(port: number): { socket: Socket; lines: () => string[] } {
  const socket = connect(port, '127.0.0.1')
  let text = ''
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    text += chunk
  })
  socket.write('?WATCH={"enable":true,"json":true};\n')
  return { socket, lines: () => text.split('\r\n').slice(0, -1) }
}

describe('a served log', () => {
  it('reaches an independent client (node-gpsd) whole and in order', async () => {
    // node-gpsd reads ASCII: what is beyond it becomes control characters, which it then dies of.
    const log = madeStream()
      .bytes.toString()
      .replaceAll(/[^ -~\r\n]/g, '?')
    const expected = log.split('\r\n').filter((line) => /"(TPV|SKY)"/.test(line))
    const { port } = await serve(log)
    const heard: string[] = []
    const devices: object[] = []
    const listener = new Listener({ port, hostname: '127.0.0.1' })
    for (const name of ['TPV', 'SKY']) listener.on(name, (message) => heard.push(JSON.stringify(message)))
    listener.on('DEVICES', (message) => devices.push(message))
    listener.connect(() => listener.watch())
    await eventually('all', () => heard.length === expected.length)
    expect(heard).toEqual(expected.map((line) => JSON.stringify(JSON.parse(line))))
    expect(devices).toMatchObject([{ devices: [{ path: '/dev/ttyACM0' }] }])
    await new Promise<void>((resolve) => listener.disconnect(resolve))
  })

  it('reaches our own client whole', async () => {
    const { port } = await serve(VERSION + DEVICES + WATCH + tpv(1) + tpv(2) + tpv(3, { time: undefined }))
    const { told, stop } = listenTo(port)
    await eventually('all', () => told.length === 3)
    await stop()
    expect(told.map(({ kind, receiverUtcMs }) => [kind, receiverUtcMs])).toEqual([
      ['fix', Date.UTC(2026, 5, 1, 10, 0, 1)],
      ['fix', Date.UTC(2026, 5, 1, 10, 0, 2)],
      ['fix', null],
    ])
  })

  it('passes as it is, byte by byte, but for what the server says itself', async () => {
    const odd = Buffer.concat([
      Buffer.from('{"class":"SKY","x":"é '),
      Buffer.from([0xff, 0xfe, 0x80]),
      Buffer.from('"}\nno JSON\n'),
    ])
    const { port } = await serve(
      Buffer.concat([Buffer.from(VERSION + DEVICES + WATCH + tpv(1)), odd, Buffer.from(tpv(2).trim())]),
    )
    const { lines } = watch(port)
    await eventually('all', () => lines().length === 7)
    const said = lines()
      .slice(0, 3)
      .map((line) => JSON.parse(line))
    expect(said).toMatchObject([{ class: 'VERSION', rev: 'spokecam' }, { class: 'DEVICES' }, { class: 'WATCH' }])
    expect(lines().slice(3).join('\n')).toBe(`${tpv(1).trim()}\n${odd.toString('latin1')}${tpv(2).trim()}`)
  })

  it('is played to each client from its beginning', async () => {
    const { port } = await serve(tpv(1) + tpv(2))
    const first = watch(port)
    await eventually('all to the first', () => first.lines().length === 5)
    const second = watch(port)
    const third = watch(port)
    await eventually('all to the others', () => second.lines().length === 5 && third.lines().length === 5)
    expect(second.lines().slice(3)).toEqual(first.lines().slice(3))
  })

  it('leaves its client connected and silent at the end', async () => {
    const { port } = await serve(tpv(1))
    const { socket, lines } = watch(port)
    await eventually('all', () => lines().length === 4)
    socket.write('?VERSION;')
    await eventually('an answer', () => lines().length === 5)
    expect(socket.destroyed).toBe(false)
  })

  it('begins again when looping', async () => {
    const { port } = await serve(tpv(1) + tpv(2), { loop: true })
    const { lines } = watch(port)
    await eventually('three rounds', () => lines().length >= 9)
    expect(lines().slice(3, 9)).toEqual([1, 2, 1, 2, 1, 2].map((second) => tpv(second).trim()))
  })

  it('takes as long as the ride took, divided by the rate', async () => {
    const { port } = await serve([0, 1, 2, 3, 4].map((second) => tpv(second)).join(''), { rate: 20 })
    const begunMs = performance.now()
    const { lines } = watch(port)
    await eventually('all', () => lines().length === 8)
    const tookMs = performance.now() - begunMs
    expect(tookMs).toBeGreaterThan(195)
    expect(tookMs).toBeLessThan(2_000)
  })

  it('is closed to everybody when it stops, and a port that is taken is said', async () => {
    const { port, closed } = await serve(tpv(1))
    const { socket, lines } = watch(port)
    await eventually('all', () => lines().length === 4)
    const options = {
      file: await fileOf(tpv(1)),
      rate: 1,
      loop: false,
      port,
      signal: stopping.signal,
      log: logInto([]),
    }
    await expect(serveReplay(options)).rejects.toThrow('EADDRINUSE')
    stopping.abort()
    await closed
    await eventually('hung up', () => socket.destroyed)
  })
})

describe('the pace of a log', () => {
  it.each([
    ['real time', 1, [0, 1000, 2000, 62_000], [0, 1000, 2000, 62_000]],
    ['ten times', 10, [0, 1000, 2000], [0, 100, 200]],
    ['a gap of an hour is lived through', 1, [0, 3_600_000], [0, 3_600_000]],
    ['more than an hour is not', 1, [0, 3_600_001, 3_601_001], [0, 0, 1000]],
    ['interleaved epochs do not slow it', 1, [0, 1000, 500, 2000, 1500, 3000], [0, 1000, 500, 2000, 1500, 3000]],
    ['back in time, it goes on from there', 1, [0, 100_000, 1000, 2000], [0, 100_000, 100_000, 101_000]],
  ])('is that of its times: %s', (_name, rate, times, dues) => {
    const pacer = createPacer(rate)
    let nowMs = 7_000
    const due = times.map((timeMs) => {
      const dueMs = pacer(Date.UTC(2026, 5, 1) + timeMs, nowMs)
      nowMs = Math.max(nowMs, dueMs)
      return dueMs - 7_000
    })
    expect(due).toEqual(dues)
  })

  it('has speeds of its own, as much faster as the time passes faster', async () => {
    const file = await fileOf(
      tpv(0, { speed: 5.25, climb: -0.5, eph: 3 }) +
        '{"class":"SKY","device":"/dev/ttyACM0","speed":1}\r\n' +
        tpv(1, { time: undefined, speed: 0 }),
    )
    const play = await replayOf({ file, rate: 10, loop: false, retime: true })
    const lines: string[] = []
    for await (const line of play.lines(new AbortController().signal)) lines.push(line)
    expect(lines).toEqual([
      tpv(0, { speed: 52.5, climb: -5, eph: 3 }).trim(),
      '{"class":"SKY","device":"/dev/ttyACM0","speed":1}',
      tpv(1, { time: undefined, speed: 0 }).trim(),
    ])
  })

  it('has the speeds of its places: a GPX played ten times as fast', async () => {
    const file = await fileOf(gpxWith([0, 1, 2].map((second) => `${timeAt(second)}<speed>11.119</speed>`)))
    const play = await replayOf({ file, rate: 10, loop: false, retime: true })
    const told: { time: string; speed: number }[] = []
    for await (const line of play.lines(new AbortController().signal)) told.push(JSON.parse(line))
    // A ten-thousandth of a degree to the north is 11.119 m.
    expect(told.map(({ time, speed }) => [time.slice(17), speed])).toEqual([
      ['00.000Z', 111.19],
      ['00.100Z', 111.19],
      ['00.200Z', 111.19],
    ])
  })

  it('tells times that pass as fast as our clock when asked to, and leaves the rest of the line alone', async () => {
    const file = await fileOf(tpv(0) + tpv(10, { lat: 48.123456789 }) + tpv(20, { time: undefined }) + tpv(35))
    const play = await replayOf({ file, rate: AT_ONCE / 100, loop: false, retime: true })
    const lines: string[] = []
    for await (const line of play.lines(new AbortController().signal)) lines.push(line)
    expect(lines).toEqual([
      tpv(0).trim(),
      tpv(10, { lat: 48.123456789 }).trim().replace('10:00:10.000', '10:00:00.100'),
      tpv(20, { time: undefined }).trim(),
      tpv(35).trim().replace('10:00:35.000', '10:00:00.350'),
    ])
  })
})

describe('a log of another program', () => {
  const seconds = 8
  const gpxLog = gpxWith(
    Array.from({ length: seconds }, (_, second) => {
      const sky = second < 4 ? '<sat>9</sat><hdop>0.8</hdop>' : '<sat>11</sat><hdop>0.7</hdop>'
      return `<ele>${500 + second}</ele>${timeAt(second)}<course>90</course><speed>${second}.5</speed>${sky}`
    }),
  )
  const gpsdLog = Array.from({ length: seconds }, (_, second) => tpv(second, { altMSL: 500, speed: 3 })).join('')
  const logs = [
    ['gpsd JSON', gpsdLog],
    ['NMEA', makeNmeaLog(seconds)],
    ['GPX', gpxLog],
  ] as const

  it.each(logs)('is told to our own client as it is read from its file: %s', async (_format, content) => {
    const read: Reading[] = []
    for await (const some of readingsOf(await openRideLog(await fileOf(content)))) read.push(...some.readings)
    const { port } = await serve(content)
    const { told, stop } = listenTo(port)
    await eventually('all', () => told.filter(({ kind }) => kind === 'fix').length >= seconds)
    await stop()
    const figures = (readings: readonly Reading[]) =>
      readings.flatMap((reading) => (reading.kind === 'fix' ? [figuresOf(reading)] : []))
    expect(read).toHaveLength(seconds)
    expect(figures(told)).toEqual(figures(read))
  })

  it.each(logs)('reaches node-gpsd, epoch by epoch: %s', async (_format, content) => {
    const { port } = await serve(content)
    const times: string[] = []
    const listener = new Listener({ port, hostname: '127.0.0.1' })
    listener.on('TPV', ({ time }) => times.push(time))
    listener.connect(() => listener.watch())
    await eventually('all', () => times.length === seconds)
    await new Promise<void>((resolve) => listener.disconnect(resolve))
    expect(times).toEqual(Array.from({ length: seconds }, (_, second) => isoAt(second, content)))
  })

  it.each(logs)("reaches Debian's gpspipe: %s", async (_format, content) => {
    const { port } = await serve(content)
    const lines = watch(port)
    await eventually('all', () => lines.lines().filter((line) => line.includes('"TPV"')).length === seconds)
    const count = String(lines.lines().length)
    const gpspipe = startProgram('timeout', ['10', 'gpspipe', '-w', '-n', count, `127.0.0.1:${port}`])
    await gpspipe.says(new RegExp(`"time":"${isoAt(seconds - 1, content)}"`))
    await gpspipe.end()
    const told = gpspipe.said().split(/\r?\n/).filter(Boolean)
    expect(told.slice(3)).toEqual(lines.lines().slice(3))
  })

  it.each(logs)("reaches Debian's gpxlogger, which keeps every point of it: %s", async (_format, content) => {
    const { port } = await serve(content)
    const file = join(folder, `${Math.random()}.gpx`)
    const gpxlogger = startProgram('timeout', ['10', 'gpxlogger', '-f', file, `127.0.0.1:${port}`])
    await eventually('all', () => existsSync(file) && readFileSync(file, 'utf8').includes(isoAt(seconds - 1, content)))
    await gpxlogger.end('SIGINT')
    const reader = createGpxReader()
    const points = reader.take(readFileSync(file, 'utf8'))
    expect(points.map(({ utcMs }) => new Date(utcMs ?? 0).toISOString())).toEqual(
      Array.from({ length: seconds }, (_, second) => isoAt(second, content)),
    )
    expect(points.map(({ mode }) => mode)).toEqual(Array(seconds).fill(3))
  })

  it('is played without what it does not say: no speed, no course, no height', async () => {
    const { port } = await serve(gpxWith([timeAt(0), timeAt(1)]))
    const { lines } = watch(port)
    await eventually('all', () => lines().length === 5)
    expect(lines().slice(3)).toEqual([
      '{"class":"TPV","device":"replay","mode":2,"time":"2026-06-01T10:00:00.000Z","lat":48.100000000,"lon":11.500000000}',
      '{"class":"TPV","device":"replay","mode":2,"time":"2026-06-01T10:00:01.000Z","lat":48.100100000,"lon":11.500000000}',
    ])
  })

  it('tells of the sky when it is told anew, and before the position that came with it', async () => {
    const { port } = await serve(gpxLog)
    const { lines } = watch(port)
    await eventually('all', () => lines().length === 3 + seconds + 2)
    expect(lines()[3]).toBe('{"class":"SKY","device":"replay","hdop":0.80,"uSat":9}')
    expect(lines()[8]).toBe('{"class":"SKY","device":"replay","hdop":0.70,"uSat":11}')
  })

  it('without a fix at times says so', async () => {
    const log = makeNmeaLog(3)
    const { port } = await serve(
      log + nmea('GPRMC,090003.00,V,,,,,,,080626,,,N') + nmea('GPRMC,090004.00,V,,,,,,,080626,,,N'),
    )
    const { lines } = watch(port)
    await eventually('all', () => lines().some((line) => line.includes('09:00:04.000Z')))
    expect(lines().at(-1)).toBe('{"class":"TPV","device":"replay","mode":1,"time":"2026-06-08T09:00:04.000Z"}')
  })

  it('breaks off with a word in the log where it cannot be read on, and serves the next client all the same', async () => {
    stopping = new AbortController()
    const logged: string[] = []
    // So long that its end is not seen yet when it begins to be played.
    const points = Array.from({ length: 4_000 }, (_, second) => timeAt(second))
    const content = `${gpxWith(points).slice(0, -6)}</wrong>`
    const options = { rate: AT_ONCE, loop: false, port: 0, signal: stopping.signal, log: logInto(logged) }
    server = await serveReplay({ ...options, file: await fileOf(content) })
    for (const _ of [1, 2]) {
      const { socket, lines } = watch(server.port)
      await eventually('cut', () => socket.destroyed)
      expect(lines().filter((line) => line.includes('"TPV"'))).not.toEqual([])
    }
    expect(logged).toHaveLength(2)
    expect(logged[0]).toContain('is not well-formed XML: line 3: unexpected close tag')
  })

  it.each([
    ['a shopping list\n', /is neither a GPX, an NMEA log nor a gpsd JSON log: it looks like a file of another kind$/],
    [gpxWith(['', '']), /has no times: it is the plan of a ride, not the log of one$/],
  ])('that cannot be played is refused in one sentence', async (content, told) => {
    await expect(replayOf({ file: await fileOf(content), rate: 1, loop: false, retime: false })).rejects.toThrow(told)
  })
})

const BEGAN_UTC_MS = Date.UTC(2026, 5, 1, 10)

function timeAt(second: number): string {
  return `<time>${new Date(BEGAN_UTC_MS + second * 1_000).toISOString()}</time>`
}

/** A GPX whose points lie 11 m apart, each with what stands inside. */
function gpxWith(inside: readonly string[]): string {
  const points = inside.map((text, second) => `<trkpt lat="${48.1 + second / 10_000}" lon="11.5">${text}</trkpt>`)
  return `<gpx><trk><trkseg>\n${points.join('')}\n</trkseg></trk></gpx>`
}

/** The time of an epoch of a log that was made here. */
function isoAt(second: number, content: string): string {
  const beganMs = content.startsWith('$') ? Date.UTC(2026, 5, 8, 9) : BEGAN_UTC_MS
  return new Date(beganMs + second * 1_000).toISOString()
}

/** To the digits that gpsd tells. */
function figuresOf({ receiverUtcMs, latDeg, lonDeg, altitudeM, speedMps, courseDeg, mode, sky }: Fix): unknown[] {
  const rounded = [latDeg, lonDeg].map((degrees) => Number(degrees.toFixed(9)))
  const speed = speedMps === null ? null : Number(speedMps.toFixed(3))
  return [receiverUtcMs, ...rounded, altitudeM, speed, courseDeg, mode, sky.satellitesUsed, sky.hdop]
}

describe.skipIf(!hasRecorded)('a recorded ride (../shared/gpsd; skipped where it is absent)', () => {
  it('is served whole', async () => {
    const bytes = await readFile(join(RECORDED, 'tracks/around-visnjan-with-car.json-3.22.jsonl'))
    const expected = bytes
      .toString()
      .split('\r\n')
      .filter((line) => line.startsWith('{"class":"TPV"'))
    const { port } = await serve(bytes)
    const { lines } = watch(port)
    const heard = () => lines().filter((line) => line.startsWith('{"class":"TPV"'))
    await eventually('all', () => heard().length === expected.length)
    expect(heard()).toEqual(expected)
  })
})
