/** The WebSocket at /api/live: who may open it, what it may say, and when it is given up. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import type { SignedIn } from '../../core/api/access.js'
import type { Log } from '../../core/process/log.js'
import { pause, type Service } from '../../core/process/service.js'
import type { Hub } from './hub.js'

export interface LiveDoorOptions {
  readonly hub: Pick<Hub, 'join' | 'leave'>
  readonly signedIn: (headers: IncomingHttpHeaders) => SignedIn | null
  readonly isOwnOrigin: (headers: IncomingHttpHeaders) => boolean
  readonly mostSockets: number
  /** How often the connections are looked after; a test has no time for the second of life. */
  readonly tickMs?: number
  readonly log: Log
}

export interface LiveDoor {
  /** For the 'upgrade' event of an HTTP server. */
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
  /** Ends the connections of a visitor who signed out. */
  readonly dismiss: (visitorId: string) => void
  /** Looks after the connections, and ends them all when it is stopped. */
  readonly service: Service
}

const PATH = '/api/live'
const MOST_FRAME_BYTES = 4 * 1024
const TICK_MS = 1_000
/** Also one that is not silent is pinged: what is sent to a phone that is gone vanishes for minutes. */
const PING_EVERY_TICKS = 5
const DROP_AFTER_TICKS = 10
/** An acknowledging viewer has done so by then, even over a slow link. */
const ACKNOWLEDGES_WITHIN_MS = 300
const CLOSE_WITHIN_MS = 250

/** Close codes of RFC 6455, 7.4.1, and one of our own. */
const GOING_AWAY = 1001
const POLICY_VIOLATION = 1008
const SIGNED_OUT = 4401

interface Connection {
  readonly socket: WebSocket
  readonly visitorId: string
  isQuiet: boolean
  ticksSincePing: number
  /** Since the first ping that nothing came after; null where none waits. */
  ticksUnanswered: number | null
}

export function openLiveDoor(options: LiveDoorOptions): LiveDoor {
  const { hub, signedIn, isOwnOrigin, mostSockets, tickMs = TICK_MS, log } = options
  const server = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: MOST_FRAME_BYTES })
  const connections = new Set<Connection>()

  const welcome = (socket: WebSocket, raw: Duplex, visitorId: string, since: string | null): void => {
    const connection: Connection = { socket, visitorId, isQuiet: false, ticksSincePing: 0, ticksUnanswered: null }
    const asText = { binary: false }
    const viewer = hub.join(
      {
        send: (bytes) => {
          connection.isQuiet = false
          socket.send(bytes, asText)
        },
        waitingBytes: () => raw.writableLength,
      },
      since,
    )
    const patience = setTimeout(viewer.stopWaitingForAcknowledgements, ACKNOWLEDGES_WITHIN_MS)
    const heard = (): void => {
      connection.ticksUnanswered = null
    }
    connections.add(connection)
    raw.on('drain', viewer.drained)
    socket.on('pong', heard)
    socket.on('message', (message, isBinary) => {
      heard()
      const seq = isBinary ? null : acknowledgedIn(String(message))
      if (seq === null) socket.close(POLICY_VIOLATION, 'only {"ack": SEQ} may be sent here')
      else viewer.acknowledge(seq)
    })
    socket.on('error', (error) => log.info('a viewer was cut off', { error }))
    socket.on('close', () => {
      clearTimeout(patience)
      raw.off('drain', viewer.drained)
      connections.delete(connection)
      hub.leave(viewer)
    })
  }

  return {
    upgrade: (request, socket, head) => {
      const [path, query] = (request.url ?? '').split('?')
      if (path !== PATH) return refuse(socket, 404, 'Not Found')
      if (!isOwnOrigin(request.headers)) return refuse(socket, 403, 'Forbidden')
      const signed = signedIn(request.headers)
      if (signed === null) return refuse(socket, 401, 'Unauthorized')
      if (signed.visitor.role !== 'owner') return refuse(socket, 403, 'Forbidden')
      if (connections.size >= mostSockets) return refuse(socket, 503, 'Service Unavailable')
      server.handleUpgrade(request, socket, head, (opened) => {
        welcome(opened, socket, signed.visitor.id, new URLSearchParams(query).get('since'))
      })
    },
    dismiss: (visitorId) => {
      for (const connection of connections) {
        if (connection.visitorId === visitorId) connection.socket.close(SIGNED_OUT, 'signed out')
      }
    },
    service: {
      name: 'live',
      run: async (signal) => {
        while (!signal.aborted) {
          await pause(tickMs, signal)
          for (const connection of connections) lookAfter(connection)
        }
        await closeAll(server)
      },
    },
  }
}

/** Pings after a second of silence; gives up who has answered no ping for ten. */
function lookAfter(connection: Connection): void {
  const { socket, isQuiet } = connection
  connection.isQuiet = true
  connection.ticksSincePing++
  if (connection.ticksUnanswered !== null && ++connection.ticksUnanswered >= DROP_AFTER_TICKS) {
    socket.terminate()
    return
  }
  if (!isQuiet && connection.ticksSincePing < PING_EVERY_TICKS) return
  if (socket.readyState !== socket.OPEN) return
  connection.ticksSincePing = 0
  connection.ticksUnanswered ??= 0
  socket.ping()
}

async function closeAll(server: WebSocketServer): Promise<void> {
  for (const socket of server.clients) socket.close(GOING_AWAY, 'the server stops')
  const deadlineMs = performance.now() + CLOSE_WITHIN_MS
  while (server.clients.size > 0 && performance.now() < deadlineMs) await pause(20, new AbortController().signal)
  for (const socket of server.clients) socket.terminate()
}

/** The seq of {"ack": SEQ}, or null for anything else. */
function acknowledgedIn(text: string): number | null {
  try {
    const { ack } = JSON.parse(text) as { readonly ack?: unknown }
    return Number.isSafeInteger(ack) && (ack as number) >= 0 ? (ack as number) : null
  } catch {
    return null // No JSON, or null: the caller ends the connection.
  }
}

function refuse(socket: Duplex, status: number, title: string): void {
  socket.on('error', () => {
    // It is being closed as it is.
  })
  const problem = JSON.stringify({ type: 'about:blank', title, status })
  const head = `Content-Type: application/problem+json\r\nContent-Length: ${problem.length}`
  socket.end(`HTTP/1.1 ${status} ${title}\r\nConnection: close\r\n${head}\r\n\r\n${problem}`)
}
