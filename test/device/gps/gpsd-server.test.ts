import { type Duplex, duplexPair } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { connectTo, type Play, serveGpsd } from '../../../device/gps/gpsd-server.js'
import { eventually, listenTo, tpv } from '../../fakes/fake-gpsd.js'

const SKY = '{"class":"SKY","device":"/dev/ttyACM0","uSat":9}'
const ASK = '?WATCH={"enable":true,"json":true};\n'
const play = (...lines: string[]): Play => ({
  device: '/dev/ttyACM0',
  lines: async function* () {
    yield* lines
  },
})

let client: Duplex
afterEach(() => client.destroy())

/** A client of the play that has sent this, and what it hears. */
function asks(of: Play, ...texts: string[]): { heard: () => string[]; served: Promise<unknown> } {
  const [near, far] = duplexPair()
  client = near
  let text = ''
  near.setEncoding('latin1').on('data', (chunk: string) => {
    text += chunk
  })
  near.once('close', () => far.destroy())
  const served = serveGpsd(far, of).catch((error: unknown) => error)
  for (const asked of texts) near.write(asked)
  return { heard: () => text.split('\r\n').slice(0, -1), served }
}

async function* breaksOff(): AsyncGenerator<string> {
  yield tpv(1).trim()
  throw new Error('the card was pulled')
}

const classesOf = (lines: string[]) => lines.map((line) => JSON.parse(line).class)

describe('a played gpsd', () => {
  it('greets at once, and sends nothing of its receiver unasked', async () => {
    const { heard } = asks(play(tpv(1).trim()), '?VERSION;\n')
    await eventually('both', () => heard().length === 2)
    expect(heard()[0]).toMatch(/^\{"class":"VERSION","release":"3\.22",.*"proto_major":3,"proto_minor":14\}$/)
    expect(heard()[1]).toBe(heard()[0])
  })

  it.each([
    ['JSON', '{"enable":true,"json":true}', ['DEVICES', 'WATCH', 'TPV']],
    ['JSON, enabled by being asked for', '{"json":true}', ['DEVICES', 'WATCH', 'TPV']],
    ['nothing in particular', '{"enable":true}', ['DEVICES', 'WATCH']],
    ['nothing any more', '{"enable":false,"json":true}', ['DEVICES', 'WATCH']],
  ])('sends what a client asked for that wants %s', async (_what, options, classes) => {
    const { heard } = asks(play(tpv(1).trim()), `?WATCH=${options}`)
    await eventually('an answer', () => heard().length > classes.length)
    expect(classesOf(heard()).slice(1)).toEqual(classes)
    expect(JSON.parse(heard()[2] ?? '')).toMatchObject({
      json: options.includes('json'),
      enable: !options.includes('false'),
    })
  })

  it.each([
    ['?DEVICES;', { class: 'DEVICES', devices: [{ class: 'DEVICE', path: '/dev/ttyACM0' }] }],
    ['?DEVICE;', { class: 'DEVICE', path: '/dev/ttyACM0' }],
    ['?POLL;', { class: 'POLL', active: 0, tpv: [], sky: [] }],
    ['?POLL\n', { class: 'ERROR', message: "Unrecognized request '?POLL'" }],
    ['?NONSENSE;', { class: 'ERROR', message: "Unrecognized request '?NONSENSE;'" }],
  ])('answers %j', async (command, answer) => {
    const { heard } = asks(play(), command)
    await eventually('an answer', () => heard().length === 2)
    expect(JSON.parse(heard()[1] ?? '')).toMatchObject(answer)
  })

  it('tells the last of TPV and SKY when polled', async () => {
    const { heard } = asks(play(tpv(1).trim(), SKY, tpv(2).trim()), ASK)
    await eventually('all played', () => heard().length === 6)
    client.write('?POLL;')
    await eventually('an answer', () => heard().length === 7)
    const told = { active: 1, tpv: [JSON.parse(tpv(2))], sky: [JSON.parse(SKY)] }
    expect(JSON.parse(heard()[6] ?? '')).toMatchObject(told)
  })

  it('passes every byte of a line', async () => {
    const bytes = Buffer.from([0x7b, 0xc3, 0xa9, 0xff, 0x00, 0x7d]).toString('latin1')
    const { heard } = asks(play(bytes), ASK)
    await eventually('the line', () => heard().length === 4)
    expect(heard()[3]).toBe(bytes)
  })

  it('waits for a client that does not read, and forgets nothing', async () => {
    const lines = Array.from({ length: 5_000 }, (_, second) => tpv(second).trim())
    let given = 0
    const counted: Play = {
      device: '/dev/ttyACM0',
      lines: async function* () {
        for (const line of lines) {
          given += 1
          yield line
        }
      },
    }
    const { heard } = asks(counted, ASK)
    client.pause()
    await eventually('some', () => given > 10)
    await eventually('all', () => given === lines.length, 100).catch(() => {})
    expect(given).toBeLessThan(1_000)
    client.resume()
    await eventually('all', () => heard().length === lines.length + 3)
    expect(heard().slice(3)).toEqual(lines)
  })

  it.each(['{"enable":false}', '{"enable":true}'])(
    'sends nothing after %s, and goes on with the same play when asked for JSON again',
    async (options) => {
      const ticking: Play = {
        device: '/dev/ttyACM0',
        lines: async function* (signal) {
          for (let second = 0; !signal.aborted; second += 1) {
            await sleep(2)
            yield tpv(second).trim()
          }
        },
      }
      const { heard } = asks(ticking, ASK)
      const times = () => heard().flatMap((line) => JSON.parse(line).time ?? [])
      await eventually('some', () => times().length >= 3)
      client.write(`?WATCH=${options};`)
      await eventually('agreed', () => heard().some((line) => line.includes('"json":false')))
      const before = times().length
      await eventually('time passes', () => times().length > before, 40).catch(() => {})
      expect(times()).toHaveLength(before)
      client.write(ASK)
      await eventually('more', () => times().length >= before + 3)
      expect(times()).toEqual([...new Set(times())].sort())
      expect(Date.parse(times()[before])).toBeGreaterThan(Date.parse(times()[before - 1]) + 5_000)
    },
  )

  it('ends when its client hangs up, and its play with it', async () => {
    let hasEnded = false
    const { heard, served } = asks(
      {
        device: 'a',
        lines: async function* (signal) {
          yield tpv(1).trim()
          await new Promise((resolve) => signal.addEventListener('abort', resolve))
          hasEnded = true
        },
      },
      ASK,
    )
    await eventually('a line', () => heard().length === 4)
    client.destroy()
    expect(await served).toBeUndefined()
    expect(hasEnded).toBe(true)
  })

  it('hangs up and says why when the play cannot go on', async () => {
    const broken: Play = { device: 'a', lines: breaksOff }
    const { served } = asks(broken, ASK)
    expect(await served).toEqual(new Error('the card was pulled'))
  })

  it('is reached without a socket by our own client, which learns why it fell', async () => {
    const broken: Play = { device: '/dev/ttyACM0', lines: breaksOff }
    const { told, logged, stop } = listenTo(connectTo(broken), { patience: { firstRetry: 50 } })
    await eventually('gone', () => told.length === 2)
    await stop()
    expect(told.map(({ kind }) => kind)).toEqual(['fix', 'no-fix'])
    expect(logged.join()).toContain('the card was pulled')
  })
})
