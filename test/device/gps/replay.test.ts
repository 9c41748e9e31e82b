import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Listener } from 'node-gpsd'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createPacer, type ReplayServer, replayOf, serveReplay } from '../../../device/gps/replay.js'
import { DEVICES, eventually, listenTo, logInto, tpv, VERSION, WATCH } from '../../fakes/fake-gpsd.js'
import { hasRecorded, madeStream, RECORDED } from '../../fakes/gpsd-streams.js'

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

describe('a file that is no gpsd log', () => {
  it.each([
    ['an empty file', ''],
    ['a binary file', Buffer.from([0x1f, 0x8b, 0x08, 0x00, 0x0a])],
    [
      'a log of NMEA sentences',
      '# Date: 2026\n$GPRMC,100011.00,A,4806.00180,N,01130.00180,E,10.30,91.0,010626,,,A*67\n',
    ],
    ['a GPX file', '<?xml version="1.0"?>\n<gpx version="1.1"></gpx>'],
    ['an XML file', '<?xml version="1.0"?><kml/>'],
    ['JSON of another kind', '{"type":"FeatureCollection"}\n'],
    ['a file of another kind', 'a shopping list\n'],
  ])('is refused in one sentence that names it and says it looks like %s', async (looks, content) => {
    const file = await fileOf(content)
    const refusal = replayOf({ file, rate: 1, loop: false, retime: false })
    await expect(refusal).rejects.toThrow(new Error(`${file} is not a gpsd JSON log: it looks like ${looks}`))
  })

  it('is refused when it cannot be read', async () => {
    const at = (file: string) => replayOf({ file, rate: 1, loop: false, retime: false })
    await expect(at(join(folder, 'nowhere'))).rejects.toThrow(/nowhere cannot be read: ENOENT/)
    await expect(at(folder)).rejects.toThrow(/cannot be read: EISDIR/)
  })

  it('is not a log with a few bad lines before the first message', async () => {
    const file = await fileOf(`garbage\n$GPGGA,1\n${tpv(1)}`)
    expect((await replayOf({ file, rate: 1, loop: false, retime: false })).device).toBe('/dev/ttyACM0')
  })
})

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
