import type { Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { monoNowMs } from '../../../core/process/boot.js'
import { MOST_LINE_BYTES } from '../../../core/process/lines.js'
import type { Reading } from '../../../core/ride/fix.js'
import {
  DEVICES,
  eventually,
  type FakeGpsd,
  greets,
  type Listening,
  listenTo,
  logInto,
  startFakeGpsd,
  tpv,
  VERSION,
  WATCH,
} from '../../fakes/fake-gpsd.js'
import { inPieces } from '../../fakes/gpsd-streams.js'

const ASK = '?WATCH={"enable":true,"json":true,"pps":true};\n'
const SOON = { firstRetry: 10, look: 5 }
const begun: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const end of begun.splice(0).reverse()) await end()
})

async function fakeGpsd(...serve: Parameters<typeof startFakeGpsd>): Promise<FakeGpsd> {
  const gpsd = await startFakeGpsd(...serve)
  begun.push(gpsd.close)
  return gpsd
}

function listen(...to: Parameters<typeof listenTo>): Listening {
  const listening = listenTo(...to)
  begun.push(listening.stop)
  return listening
}

/** Seconds of the ride that were told, each once; no fix is said in words. */
const inShort = (told: readonly Reading[]): (number | string)[] =>
  told.map((reading) =>
    reading.kind === 'no-fix'
      ? reading.state
      : reading.receiverUtcMs === null
        ? 'untimed'
        : (reading.receiverUtcMs / 1000) % 3600,
  )

describe('asking gpsd to send', () => {
  it('happens after the greeting, in a single write', async () => {
    let greeting: Socket | null = null
    const gpsd = await fakeGpsd((client) => {
      greeting = client
    })
    listen(gpsd.port)
    await eventually('connected', () => gpsd.connections.length === 1)
    expect(gpsd.heard[0]).toEqual([])
    if (greeting !== null) greets(greeting)
    await eventually('asked', () => gpsd.heard[0]?.length === 1)
    expect(gpsd.heard[0]).toEqual([ASK])
  })

  it('is not repeated when gpsd passes on a greeting of its own source', async () => {
    const gpsd = await fakeGpsd((client) => greets(client, () => client.write(tpv(1) + VERSION + DEVICES + tpv(2))))
    const { told } = listen(gpsd.port)
    await eventually('both fixes', () => told.length === 2)
    gpsd.connections[0]?.write(tpv(3))
    await eventually('another', () => told.length === 3)
    expect(gpsd.heard).toEqual([[ASK]])
  })

  it('is repeated when gpsd has understood something else', async () => {
    const gpsd = await fakeGpsd((client) => {
      client.write(VERSION)
      client.once('data', () => {
        client.write(WATCH.replace('"json":true', '"json":false'))
        client.once('data', () => client.write(WATCH + tpv(1)))
      })
    })
    const { told } = listen(gpsd.port)
    await eventually('a fix', () => told.length === 1)
    expect(gpsd.heard).toEqual([[ASK, ASK]])
  })

  it('is given up with a gpsd that never agrees, and begun again on a new connection', async () => {
    const gpsd = await fakeGpsd((client) => {
      client.write(VERSION)
      client.on('data', () => client.write(WATCH.replace('"enable":true', '"enable":false')))
    })
    listen(gpsd.port, { patience: SOON })
    await eventually('a second connection', () => gpsd.heard.length === 2)
    expect(gpsd.heard[0]?.join('')).toBe(ASK.repeat(3))
  })

  it.each([
    ['greet', () => {}, { version: 20 }, 'gpsd does not greet'],
    ['answer', (client: Socket) => client.write(VERSION), { watch: 20 }, 'gpsd does not answer ?WATCH'],
  ])('waits for a gpsd that does not %s only so long', async (_what, serve, patience, reason) => {
    const gpsd = await fakeGpsd(serve)
    const { told, logged } = listen(gpsd.port, { patience: { ...SOON, ...patience } })
    await eventually('a second connection', () => gpsd.connections.length === 2)
    expect(inShort(told)).toEqual(['absent'])
    expect(logged.join()).toContain(reason)
  })
})

describe('what gpsd sends', () => {
  it.each([1, 3, 100])('arrives whole in pieces of up to %d bytes, characters and all', async (most) => {
    const text = `{"class":"DEVICE","path":"/dev/ttyACM0}{","subtype":"é Ü 日 🚲 }{"}\r\n${tpv(1, { note: 'Ê' })}${tpv(2)}`
    const gpsd = await fakeGpsd((client) =>
      greets(client, () => {
        for (const piece of inPieces(Buffer.from(text), most)) client.write(piece)
      }),
    )
    const { told, logged } = listen(gpsd.port)
    await eventually('both fixes', () => told.length === 2)
    expect(inShort(told)).toEqual([1, 2])
    expect(logged).toHaveLength(1)
  })

  it('is not lost when the connection is cut in the middle of the next line, and the half line is forgotten', async () => {
    const gpsd = await fakeGpsd((client, before) =>
      greets(client, () => {
        client.write(tpv(before * 10 + 1) + tpv(before * 10 + 2).slice(0, 60))
        if (before < 3) setTimeout(() => client.resetAndDestroy(), 20)
      }),
    )
    const { told, logged } = listen(gpsd.port, { patience: SOON })
    await eventually('four connections', () => inShort(told).includes(31))
    expect(inShort(told)).toEqual([1, 'absent', 11, 'absent', 21, 'absent', 31])
    expect(logged.join()).not.toContain('not JSON')
  })

  it.each([
    ['gpsd sent a line that is not JSON', '$GPRMC,100011.00,A,4806.00180,N*67'],
    ['gpsd sent a line that is not JSON', tpv(9).replace('48.1009', 'NaN').trim()],
    ['gpsd sent a line that is not JSON', '\u0000\u001b[31m\u00ff'],
    ['gpsd sent JSON that is not an object', 'null'],
    ['gpsd sent JSON that is not an object', '["TPV"]'],
    ['gpsd sent a message without a class', '{"noclass":true}'],
    ['gpsd sent a message of an unknown class', '{"class":"error"}'],
    [
      'gpsd sent figures that cannot be true',
      '{"class":"TPV","mode":2,"time":"2026-06-01T10:00:00.000Z","lat":48,"lon":1e999}',
    ],
    ['gpsd sent a line over 64 KiB', `{"class":"${'X'.repeat(MOST_LINE_BYTES)}"}`],
    ['gpsd complains', '{"class":"ERROR","message":"no"}'],
  ])('is counted when it is nonsense, said once, and costs nothing else: %s', async (trouble, line) => {
    const gpsd = await fakeGpsd((client) =>
      greets(client, () => client.write(`${tpv(1)}${line}\n${line}\r\n${tpv(2)}`)),
    )
    const { told, logged } = listen(gpsd.port)
    await eventually('the fix after it', () => inShort(told).includes(2))
    expect(inShort(told).filter((second) => second !== 'no-fix')).toEqual([1, 2])
    const said = logged.filter((entry) => entry.startsWith(trouble))
    expect(said).toHaveLength(1)
    expect(said[0]).toMatch(/^[ -~]{0,300}$/)
  })

  it('is no trouble where it is known and of no use', async () => {
    const unused = 'AIS ATT IMU LOG OSC POLL PPS RAW RTCM2 RTCM3 SUBFRAME'.split(' ')
    const lines = unused.map((name) => `{"class":"${name}","device":"/dev/ttyACM0"}\r\n`)
    const gpsd = await fakeGpsd((client) => greets(client, () => client.write(lines.join('') + tpv(1))))
    const { told, logged } = listen(gpsd.port)
    await eventually('a fix', () => told.length === 1)
    expect(logged).toEqual(['connected to gpsd {"release":"3.22"}'])
  })

  it('that we fail to take in costs no more than its chunk', async () => {
    const gpsd = await fakeGpsd((client) => greets(client, () => client.write('no JSON\n')))
    const failing = logInto([])
    let failures = 0
    const warn = () => {
      failures += 1
      if (failures === 1) throw new Error('a fault of ours')
    }
    const { told } = listen(gpsd.port, { log: { ...failing, warn } })
    await eventually('the fault, and that it was said', () => failures === 2)
    gpsd.connections[0]?.write(tpv(1))
    await eventually('a fix', () => told.length === 1)
    expect(gpsd.connections).toHaveLength(1)
  })

  it('is found also where two messages share a line', async () => {
    const cut = '{"class":"SKY","satellites":[{"PRN":1,"el":'
    const gpsd = await fakeGpsd((client) => greets(client, () => client.write(tpv(1).trim() + tpv(2) + cut + tpv(3))))
    const { told } = listen(gpsd.port)
    await eventually('all three', () => told.length === 3)
    expect(inShort(told)).toEqual([1, 2, 3])
  })
})

describe('a receiver', () => {
  const patience = { ...SOON, standstill: 60 }

  it('whose gpsd is not there is absent; the way back is found by itself', async () => {
    const gone = await startFakeGpsd(() => {})
    await gone.close()
    const { told } = listen(gone.port, { patience: { ...SOON, mostRetry: 20 } })
    await eventually('absent', () => told.length === 1)
    await fakeGpsd((client) => greets(client, () => client.write(tpv(1))), gone.port)
    await eventually('a fix', () => told.length === 2)
    expect(inShort(told)).toEqual(['absent', 1])
  })

  it('that says nothing is silent, said once, until it speaks', async () => {
    const gpsd = await fakeGpsd((client) => greets(client, () => client.write(tpv(1))))
    const { told } = listen(gpsd.port, { patience })
    await eventually('silent', () => told.length === 2)
    const [client] = gpsd.connections
    await eventually('time passes', () => told.length === 3, 150).catch(() => {})
    client?.write(tpv(2))
    await eventually('a fix', () => inShort(told).includes(2))
    expect(inShort(told).slice(0, 3)).toEqual([1, 'silent', 2])
    expect(told[1]).toMatchObject({ receiver: '/dev/ttyACM0', receiverUtcMs: null })
  })

  it('that repeats its last time for ever is silent all the same', async () => {
    const gpsd = await fakeGpsd((client) =>
      greets(client, () => {
        const repeat = setInterval(() => client.write(tpv(1)), 5)
        client.once('close', () => clearInterval(repeat))
      }),
    )
    const { told } = listen(gpsd.port, { patience })
    await eventually('silent', () => inShort(told).includes('silent'))
    expect(inShort(told)).toEqual([1, 'silent'])
  })

  it.each([
    ['is taken away', '{"class":"DEVICE","path":"/dev/ttyACM0","activated":0}\r\n'],
    ['is on no list', '{"class":"DEVICES","devices":[]}\r\n'],
  ])('that %s is absent, after what it still said, and is not called silent', async (_what, line) => {
    const gpsd = await fakeGpsd((client) => greets(client, () => client.write(tpv(1) + line + line)))
    const { told } = listen(gpsd.port, { patience })
    await eventually('absent', () => told.length === 2)
    await eventually('time passes', () => told.length > 2, 150).catch(() => {})
    expect(inShort(told)).toEqual([1, 'absent'])
    gpsd.connections[0]?.write(tpv(2))
    await eventually('a fix', () => told.length === 3)
  })

  it('goes on when another one is taken away', async () => {
    const other = '{"class":"DEVICE","path":"/dev/ttyUSB1","activated":0}\r\n'
    const gpsd = await fakeGpsd((client) => greets(client, () => client.write(tpv(1) + other + tpv(2))))
    const { told } = listen(gpsd.port)
    await eventually('both', () => told.length === 2)
    expect(inShort(told)).toEqual([1, 2])
  })

  it('that is asked for by its path, and is not there, is absent while others have fixes', async () => {
    const gpsd = await fakeGpsd((client) =>
      greets(client, () => client.write(tpv(1) + tpv(2, { device: '/dev/ttyUSB1' }))),
    )
    const { told } = listen(gpsd.port, { device: '/dev/ttyUSB1' })
    await eventually('a fix', () => inShort(told).includes(2))
    expect(inShort(told)).toEqual(['absent', 2])
  })
})

describe('of several receivers', () => {
  const OTHER = '/dev/ttyUSB1'
  const other = (second: number, fields: object = {}) => tpv(second, { device: OTHER, ...fields })
  const searching = { mode: 1, lat: undefined, lon: undefined }
  const gone = (path: string) => `{"class":"DEVICE","path":"${path}","activated":0}\r\n`
  const patience = { ...SOON, standstill: 600 }

  it('the next one speaks at once when gpsd takes the first away, and nobody is told that there is none', async () => {
    const text = tpv(1) + other(1, searching) + gone('/dev/ttyACM0') + other(2) + tpv(3) + other(3)
    const gpsd = await fakeGpsd((client) => greets(client, () => client.write(text)))
    const { told } = listen(gpsd.port)
    await eventually('three fixes', () => told.length === 3)
    expect(inShort(told)).toEqual([1, 2, 3])
    expect(told.map(({ receiver }) => receiver)).toEqual(['/dev/ttyACM0', OTHER, OTHER])
  })

  it('one with a fix takes over from one that goes on to say it has none', async () => {
    const gpsd = await fakeGpsd((client) => greets(client, () => client.write(tpv(1))))
    const { told } = listen(gpsd.port, { patience })
    await eventually('a fix', () => told.length === 1)
    let second = 1
    await eventually('the other', () => {
      second += 1
      return (
        gpsd.connections[0]?.write(tpv(second, searching) + other(second)) === true && told.at(-1)?.receiver === OTHER
      )
    })
    expect(told.filter(({ kind }) => kind === 'fix').map(({ receiver }) => receiver)).toEqual(['/dev/ttyACM0', OTHER])
    expect(inShort(told)).not.toContain('silent')
  })

  it('one that searches is no silence, although the one listened to has fallen silent', async () => {
    const gpsd = await fakeGpsd((client) => greets(client, () => client.write(tpv(1))))
    const { told } = listen(gpsd.port, { patience })
    await eventually('a fix', () => told.length === 1)
    let second = 1
    await eventually('it searches', () => {
      second += 1
      gpsd.connections[0]?.write(other(second, searching))
      return inShort(told).includes('no-fix')
    })
    const from = told.length
    const untilMs = performance.now() + 900
    await eventually('time passes', () => {
      second += 1
      gpsd.connections[0]?.write(other(second, searching))
      return performance.now() > untilMs
    })
    expect(inShort(told.slice(from)).every((state) => state === 'no-fix')).toBe(true)
  })

  it('no other is taken where one was asked for, whatever becomes of it', async () => {
    const gpsd = await fakeGpsd((client) => greets(client, () => client.write(tpv(1))))
    const { told } = listen(gpsd.port, { device: '/dev/ttyACM0', patience })
    await eventually('a fix', () => told.length === 1)
    let second = 1
    await eventually('silence', () => {
      second += 1
      gpsd.connections[0]?.write(other(second))
      return told.length === 2
    })
    gpsd.connections[0]?.write(gone('/dev/ttyACM0') + other(100) + DEVICES.replace('ACM0', 'USB1') + other(101))
    await eventually('absence', () => told.length === 3)
    gpsd.connections[0]?.write(tpv(200))
    await eventually('a fix', () => told.length === 4)
    expect(inShort(told)).toEqual([1, 'silent', 'absent', 200])
  })
})

describe('the first byte of an epoch', () => {
  const toff = (second: number, wallMs: number) => {
    const clock = { clock_sec: Math.floor(wallMs / 1_000), clock_nsec: Math.round((wallMs % 1_000) * 1e6) }
    const real = { real_sec: Date.UTC(2026, 5, 1, 10) / 1_000 + second, real_nsec: 0 }
    return `${JSON.stringify({ class: 'TOFF', device: '/dev/ttyACM0', ...real, ...clock })}\r\n`
  }
  const agesOf = (told: readonly Reading[]) =>
    told.map(({ at, firstByteMonoMs }) => (firstByteMonoMs === null ? null : at.monoMs - firstByteMonoMs))

  it('is told by our clock where gpsd tells it by the wall clock of this machine', async () => {
    const gpsd = await fakeGpsd((client) =>
      greets(client, () => client.write(toff(1, Date.now() - 400) + tpv(1) + tpv(2) + toff(2, Date.now() - 200))),
    )
    const { told } = listen(gpsd.port)
    await eventually('both fixes', () => told.length === 2)
    const [first, second] = agesOf(told)
    expect(first).toBeGreaterThanOrEqual(398)
    expect(first).toBeLessThan(500)
    expect(second).toBeGreaterThanOrEqual(198)
    expect(second).toBeLessThan(300)
  })

  it('is unknown where gpsd runs on another machine, or the wall clock has just been set', async () => {
    let offsetMs = 0
    const wallMinusMonoMs = () => offsetMs
    const wallMs = () => monoNowMs() + offsetMs
    const gpsd = await fakeGpsd((client) => greets(client, () => client.write(toff(1, wallMs() + 60_000) + tpv(1))))
    const { told } = listen(gpsd.port, { wallMinusMonoMs })
    const say = async (second: number, text: string) => {
      gpsd.connections[0]?.write(text + tpv(second))
      await eventually('a fix', () => told.length === second)
    }
    await eventually('a fix', () => told.length === 1)
    await say(2, toff(2, wallMs() - 100))
    offsetMs = 56 * 365 * 86_400_000
    await say(3, toff(3, wallMs() - 100))
    await say(4, toff(4, wallMs() - 100))
    expect(agesOf(told).map((ageMs) => ageMs !== null)).toEqual([false, true, false, true])
  })
})

describe('the connection', () => {
  it('is probed when nothing comes, kept if there is an answer, and given up if there is none', async () => {
    const patience = { ...SOON, probe: 30, idle: 200 }
    const gpsd = await fakeGpsd((client) =>
      greets(client, () => {
        let answers = 0
        client.on('data', () => {
          answers += 1
          if (answers <= 8) client.write(DEVICES)
        })
      }),
    )
    listen(gpsd.port, { patience })
    await eventually('a second connection', () => gpsd.connections.length === 2)
    expect(gpsd.heard[0]).toEqual([ASK, ...Array<string>(9).fill('?DEVICES;\n')])
  })

  it('is probed more often while there is no receiver: gpsd opens one only when it hears from somebody', async () => {
    const patience = { ...SOON, probe: 10_000, probeWhileGone: 15 }
    const none = '{"class":"DEVICES","devices":[]}\r\n'
    const gpsd = await fakeGpsd((client) =>
      greets(client, () => {
        client.write(tpv(1) + none)
        client.on('data', () => client.write(none))
      }),
    )
    const { told } = listen(gpsd.port, { patience })
    await eventually('five questions', () => gpsd.heard[0]?.length === 6, 1_000)
    gpsd.connections[0]?.write(tpv(2))
    await eventually('a fix', () => told.length === 3)
    expect(inShort(told)).toEqual([1, 'absent', 2])
    expect(gpsd.connections).toHaveLength(1)
  })

  it('is not given up, nor its receiver called silent, because our own process was held up', async () => {
    let clockCalls = 0
    let heldUpMs = 0
    const nowMonoMs = () => {
      clockCalls += 1
      return monoNowMs() + heldUpMs
    }
    const gpsd = await fakeGpsd((client) => greets(client, () => client.write(tpv(1))))
    const { told } = listen(gpsd.port, { nowMonoMs, patience: { look: 100 } })
    await eventually('a fix', () => told.length === 1)
    heldUpMs = 100_000
    const before = clockCalls
    await eventually('a look at the clock', () => clockCalls > before)
    gpsd.connections[0]?.write(tpv(2))
    await eventually('more looks', () => clockCalls > before + 4)
    expect(inShort(told)).toEqual([1, 2])
    expect(gpsd.connections).toHaveLength(1)
  })

  it('is tried ever more rarely while no receiver is heard, and soon again after one was', async () => {
    const opened: number[] = []
    const gpsd = await fakeGpsd((client, before) => {
      opened.push(performance.now())
      greets(client, () => client.end(before === 5 ? tpv(1) : ''))
    })
    listen(gpsd.port, { patience: { ...SOON, firstRetry: 10 } })
    await eventually('seven connections', () => opened.length === 7)
    const pauses = opened.slice(1).map((openedMs, index) => openedMs - (opened[index] ?? 0))
    for (const [index, pauseMs] of pauses.slice(0, 5).entries()) expect(pauseMs).toBeGreaterThan(7 * 2 ** index)
    expect(pauses[5]).toBeLessThan(200)
  })

  it('that takes too long to open is tried anew', async () => {
    let tries = 0
    const { told, logged } = listen(
      (signal) => {
        tries += 1
        return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
      },
      { patience: { ...SOON, connect: 20 } },
    )
    await eventually('a second try', () => tries === 2)
    expect(inShort(told)).toEqual(['absent'])
    expect(logged.join()).toContain('no connection within 20 ms')
  })

  it('is closed when nobody wants readings any more, in whichever state', async () => {
    const gpsd = await fakeGpsd((client, before) => {
      if (before > 0) greets(client, () => client.write(tpv(1)))
    })
    const greeted = listen(gpsd.port)
    await eventually('connected', () => gpsd.connections.length === 1)
    const streaming = listen(gpsd.port)
    await eventually('a fix', () => streaming.told.length === 1)
    const refused = listen(1)
    await eventually('refused', () => refused.told.length === 1)
    await Promise.all([greeted.stop(), streaming.stop(), refused.stop()])
    await eventually('both closed', () => gpsd.connections.every((client) => client.destroyed))
    expect(inShort(streaming.told)).toEqual([1])
  })
})
