/** A real gpsd whose receiver is a TCP feed that plays an NMEA log, as soon as somebody watches. */

import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort, startProgram } from './processes.js'

export interface FedGpsd {
  readonly url: string
  readonly end: () => Promise<void>
}

/**
 * @param rate 1 plays in real time by the times of the log's RMC sentences; 0 at once
 * gpsd opens its receiver at the first WATCH, so the log begins when the client is there.
 */
export async function startFedGpsd(log: string, rate: number): Promise<FedGpsd> {
  const feeds = new Set<Socket>()
  const feed = createServer((socket) => {
    feeds.add(socket)
    socket.on('error', () => {}) // gpsd closes it as it likes.
    void play(log, rate, socket)
  }).listen(0, '127.0.0.1')
  await once(feed, 'listening')
  const folder = await mkdtemp(join(tmpdir(), 'gpsd-'))
  const port = await freePort()
  const receiver = `tcp://127.0.0.1:${(feed.address() as AddressInfo).port}`
  const gpsd = startProgram(
    '/usr/sbin/gpsd',
    ['-N', '-b', '-S', String(port), '-F', join(folder, 'control'), receiver],
    {
      // gpsd as root feeds the shared memory of an NTP server, were there one: not with the time of a log.
      GPSD_SHM_KEY: '0x53706f6b',
    },
  )
  return {
    url: `gpsd://127.0.0.1:${port}`,
    end: async () => {
      await gpsd.end()
      feed.close()
      for (const socket of feeds) socket.destroy()
      await rm(folder, { recursive: true })
    },
  }
}

/** Sentences go out when their epoch is due; those without a time go with the one before. */
async function play(log: string, rate: number, socket: Socket): Promise<void> {
  const beganMs = performance.now()
  let firstS: number | null = null
  for (const line of log.split(/(?<=\n)/)) {
    const clock = /^\$..RMC,(\d\d)(\d\d)(\d\d(?:\.\d+)?),/.exec(line)
    if (clock !== null && rate > 0) {
      const second = Number(clock[1]) * 3_600 + Number(clock[2]) * 60 + Number(clock[3])
      firstS ??= second
      const dueMs = beganMs + ((second - firstS) * 1_000) / rate
      if (dueMs > performance.now()) await sleep(dueMs - performance.now())
    }
    if (socket.destroyed) return
    if (!socket.write(line)) await once(socket, 'drain').catch(() => {}) // Closed meanwhile: seen above.
  }
}
