/** Speaks gpsd's side of its protocol to one client, and plays it a receiver. */
import { once } from 'node:events'
import { type Duplex, duplexPair } from 'node:stream'
import { type GpsdCommand, takeCommands, type WatchOptions } from './gpsd-commands.js'

/** A receiver to be played. */
export interface Play {
  /** Path by which its messages name it. */
  readonly device: string
  /**
   * Its messages, one line of JSON each, without their ends, from the moment the client begins to watch; every client
   * gets a play of its own. Characters are bytes (latin1), so that a log passes as it is.
   */
  readonly lines: (signal: AbortSignal) => AsyncIterable<string>
}

/** More than this without a command in it is nobody gpsd would talk to. */
const MOST_COMMAND_BYTES = 4_096
/** The protocol of gpsd 3.22, which is in Debian 12. */
const VERSION = { class: 'VERSION', release: '3.22', rev: 'spokecam', proto_major: 3, proto_minor: 14 }

/**
 * Resolves once the client is gone; after the last line it stays connected and silent. Rejects, with the stream closed,
 * when the play cannot go on. A client that reads slowly gets its lines slowly, and all of them.
 */
export async function serveGpsd(stream: Duplex, play: Play): Promise<void> {
  const gone = new AbortController()
  const lastOf = { TPV: '', SKY: '' }
  let watch: Required<WatchOptions> = { enable: false, json: false, pps: false }
  let asked = ''
  let playing: Promise<void> | null = null
  let fault: unknown = null

  const send = (line: string): boolean => stream.write(`${line}\r\n`, 'latin1')
  const say = (message: object) => send(JSON.stringify(message))

  const playLines = async () => {
    for await (const line of play.lines(gone.signal)) {
      if (line.startsWith('{"class":"TPV"')) lastOf.TPV = line
      if (line.startsWith('{"class":"SKY"')) lastOf.SKY = line
      if (watch.enable !== true || watch.json !== true || send(line)) continue
      await once(stream, 'drain', { signal: gone.signal })
    }
  }

  const answer = (command: GpsdCommand) => {
    switch (command.kind) {
      case 'version':
        return say(VERSION)
      case 'devices':
        return say({ class: 'DEVICES', devices: [deviceNow(play.device)] })
      case 'device':
        return say(deviceNow(play.device))
      case 'poll':
        return send(pollAnswer(lastOf))
      case 'unknown':
        return say({ class: 'ERROR', message: `Unrecognized request '${command.text}'` })
      case 'watch':
        break
    }
    // Like gpsd: enable is taken for granted, json is not.
    if (command.options !== null) watch = { enable: true, json: false, pps: false, ...command.options }
    say({ class: 'DEVICES', devices: [deviceNow(play.device)] })
    say(watchEcho(watch))
    if (watch.enable !== true || watch.json !== true || playing !== null) return
    playing = playLines().catch((error: unknown) => {
      // Once the client is gone, an end of the play is no fault.
      if (!gone.signal.aborted) fault = error
      stream.destroy()
    })
  }

  stream.on('data', (chunk: Buffer) => {
    const { commands, rest } = takeCommands(asked + chunk.toString('latin1'))
    for (const command of commands) answer(command)
    asked = rest.length > MOST_COMMAND_BYTES ? '' : rest
  })
  stream.on('end', () => stream.destroy())
  stream.on('error', () => {
    // A client that vanished is served to its end: the stream closes next.
  })
  say(VERSION)
  await new Promise((resolve) => stream.once('close', resolve))
  gone.abort()
  await playing
  if (fault !== null) throw fault
}

/** A way into a play without a socket, for a client that expects to connect. */
export function connectTo(play: Play): (signal: AbortSignal) => Promise<Duplex> {
  return async () => {
    const [client, server] = duplexPair()
    client.once('close', () => server.destroy())
    // A play that breaks off looks to the client like a gpsd that falls: with the reason, on the connection. It is told
    // before the other side is gone, which in later versions of Node takes this side with it.
    serveGpsd(server, { ...play, lines: (signal) => telling(play.lines(signal), client) }).then(
      () => client.destroy(),
      () => client.destroy(),
    )
    return client
  }
}

async function* telling(lines: AsyncIterable<string>, client: Duplex): AsyncGenerator<string> {
  try {
    yield* lines
  } catch (error) {
    client.destroy(error as Error)
    throw error
  }
}

/** gpsd dates a device by the host's clock; nobody should order anything by it. */
const deviceNow = (path: string) => ({ class: 'DEVICE', path, activated: new Date().toISOString(), native: 0 })

function watchEcho({ enable, json, pps }: WatchOptions) {
  const rest = { scaled: false, timing: false, split24: false, pps: pps === true }
  return { class: 'WATCH', enable: enable === true, json: json === true, nmea: false, raw: 0, ...rest }
}

function pollAnswer({ TPV, SKY }: { readonly TPV: string; readonly SKY: string }): string {
  const active = TPV === '' ? 0 : 1
  return `{"class":"POLL","time":"${new Date().toISOString()}","active":${active},"tpv":[${TPV}],"gst":[],"sky":[${SKY}]}`
}
