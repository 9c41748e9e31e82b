/** A real gpsd whose receivers are TCP feeds that play logs, as soon as somebody watches. */
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from './eventually.js'
import { freePort, startProgram } from './processes.js'

export interface FedGpsd {
  readonly url: string
  readonly port: number
  /** What gpsd calls its receivers, in their order. */
  readonly receivers: readonly string[]
  /** Takes a receiver away, or gives it back, as udev does when it is unplugged and plugged in. */
  readonly unplug: (receiver: string) => Promise<void>
  readonly plugIn: (receiver: string) => Promise<void>
  readonly end: () => Promise<void>
}

/** Plays to gpsd whenever it opens the receiver. */
export type Feed = (receiver: Socket) => unknown

/**
 * @param log NMEA or binary; of those of gpsd's suite see withoutComments
 * @param rate 1 plays in real time by the times of the log's RMC sentences; 0 at once
 * @param begin waited for before the first line
 * gpsd opens its receiver at the first WATCH, so the log begins when the client is there.
 */
export async function startFedGpsd(log: string | Buffer, rate: number, begin?: Promise<unknown>): Promise<FedGpsd> {
  return startGpsdFedBy([
    async (receiver) => {
      await begin
      await play(log, rate, receiver)
    },
  ])
}

/** @param feeds one for each of its receivers */
export async function startGpsdFedBy(feeds: readonly Feed[]): Promise<FedGpsd> {
  const servers = await Promise.all(feeds.map(serve))
  const gpsd = await startGpsd(servers.map(({ port }) => `tcp://127.0.0.1:${port}`))
  return {
    ...gpsd,
    end: async () => {
      await gpsd.end()
      for (const { close } of servers) close()
    },
  }
}

/** @param receivers paths of terminals, or tcp:// */
export async function startGpsd(receivers: readonly string[]): Promise<FedGpsd> {
  const folder = await mkdtemp(join(tmpdir(), 'gpsd-'))
  const control = join(folder, 'control')
  const port = await freePort()
  const gpsd = startProgram('/usr/sbin/gpsd', ['-N', '-b', '-S', String(port), '-F', control, ...receivers], {
    // gpsd as root feeds the shared memory of an NTP server, were there one: not with the time of a log.
    GPSD_SHM_KEY: '0x53706f6b',
  })
  // Some clients do not try twice. A mere connection does not make it open its receivers.
  await eventually(() => accepts(port), { withinMs: 10_000 })
  const order = async (words: string): Promise<void> => {
    const socket = connect(control)
    socket.end(`${words}\r\n`)
    const answer = await text(socket)
    if (!answer.startsWith('OK')) throw new Error(`gpsd answers ${answer} to ${words}`)
  }
  return {
    url: `gpsd://127.0.0.1:${port}`,
    port,
    receivers,
    unplug: (receiver) => order(`-${receiver}`),
    plugIn: (receiver) => order(`+${receiver}`),
    end: async () => {
      await gpsd.end()
      await rm(folder, { recursive: true })
    },
  }
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } finally {
    socket.destroy()
  }
}

export interface FeedServer {
  readonly port: number
  readonly close: () => void
}

/** Plays to whoever connects. */
export async function serve(feed: Feed): Promise<FeedServer> {
  const opened = new Set<Socket>()
  const server = createServer((socket) => {
    opened.add(socket)
    socket.on('error', () => {}) // It is closed at the other end at will.
    void feed(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.close()
      for (const socket of opened) socket.destroy()
    },
  }
}

/**
 * A log of gpsd's own suite as a receiver would send it: without the comments at its head, but for the `# Date:` from which
 * gpsd takes the century, and without the marks that say where gpsfake is to wait a moment (`# Delay-Cookie: | 0.01`).
 */
export function withoutComments(log: Buffer): Buffer {
  const kept: Buffer[] = []
  let start = 0
  let mark = ''
  while (log[start] === '#'.charCodeAt(0)) {
    const end = log.indexOf('\n', start) + 1
    const line = log.subarray(start, end === 0 ? log.length : end)
    const comment = line.toString('latin1')
    if (comment.startsWith('# Date:')) kept.push(line)
    mark = /^# Delay-Cookie: (\S) /.exec(comment)?.[1] ?? mark
    start += line.length
  }
  const body = log.subarray(start)
  return Buffer.concat([...kept, mark === '' ? body : body.filter((byte) => byte !== mark.charCodeAt(0))])
}

/** Sentences go out when their epoch is due; those without a time go with the one before. */
export async function play(log: string | Buffer, rate: number, socket: Socket): Promise<void> {
  const beganMs = performance.now()
  let firstS: number | null = null
  for (const line of log.toString('latin1').split(/(?<=\n)/)) {
    const clock = /^\$..RMC,(\d\d)(\d\d)(\d\d(?:\.\d+)?),/.exec(line)
    if (clock !== null && rate > 0) {
      const second = Number(clock[1]) * 3_600 + Number(clock[2]) * 60 + Number(clock[3])
      firstS ??= second
      const dueMs = beganMs + ((second - firstS) * 1_000) / rate
      if (dueMs > performance.now()) await sleep(dueMs - performance.now())
    }
    if (socket.destroyed) return
    if (!socket.write(line, 'latin1')) await once(socket, 'drain').catch(() => {}) // Closed meanwhile: seen above.
  }
}
