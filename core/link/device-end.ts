/** The device's end of the link: tells every server its news, carries out wishes, and waits for nobody. */
import { rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import type { Log } from '../process/log.js'
import type { Service } from '../process/service.js'
import type { Now } from '../ride/now.js'
import type { News, OutcomeOf, Wish, WishMessage } from './messages.js'
import { receive, send } from './ndjson.js'

export interface DeviceEnd {
  readonly service: Service
  /** Sends to whoever is connected; with nobody there it costs nothing. */
  readonly tell: (news: News) => void
}

export interface DeviceEndOptions {
  /** Path of the Unix socket; whatever lies there is replaced, so the caller holds the data folder's lock. */
  readonly path: string
  readonly deviceId: string
  readonly now: () => Now
  /** Carries a wish out; what it throws is answered as refused. `asker` stands for the connection it came over. */
  readonly grant: (wish: Wish, asker: object) => Promise<OutcomeOf<Wish>>
  /** A connection has ended. */
  readonly onGone: (asker: object) => void
  readonly log: Log
}

/** sun_path holds 108 bytes with its closing zero, unix(7). */
const MOST_PATH_BYTES = 107

/** Why a path cannot be a Unix socket, or null. */
export function socketPathFault(path: string): string | null {
  const bytes = Buffer.byteLength(path)
  return bytes <= MOST_PATH_BYTES ? null : `${path} has ${bytes} bytes: a socket's path may have ${MOST_PATH_BYTES}`
}

export function openDeviceEnd({ path, deviceId, now, grant, onGone, log }: DeviceEndOptions): DeviceEnd {
  const connected = new Set<Socket>()

  const greet = (socket: Socket): void => {
    connected.add(socket)
    socket.on('close', () => {
      connected.delete(socket)
      onGone(socket)
    })
    socket.on('error', (error) => log.warn('a server was disconnected', { error }))
    send(socket, { kind: 'hello', deviceId, now: now() })
    receive<WishMessage>(socket, ({ id, wish }) => {
      grant(wish, socket).then(
        (outcome) => send(socket, { kind: 'answer', id, outcome }),
        (error: unknown) => {
          log.error('a wish failed', { wish: wish.kind, error })
          send(socket, { kind: 'answer', id, outcome: { kind: 'refused', reason: 'it failed on the device' } })
        },
      )
    })
  }

  return {
    tell: (news) => {
      for (const socket of connected) send(socket, news)
    },
    service: {
      name: 'link',
      run: (signal) =>
        new Promise((resolve, reject) => {
          rmSync(path, { force: true })
          const server = createServer(greet)
          server.on('error', (error) => reject(new Error(`cannot listen on ${path}`, { cause: error })))
          server.listen(path)
          const stop = (): void => {
            server.close(() => resolve())
            for (const socket of connected) socket.destroy()
          }
          if (signal.aborted) stop()
          else signal.addEventListener('abort', stop, { once: true })
        }),
    },
  }
}
