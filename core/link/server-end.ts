/** The server's end of the link: hears the device's news, asks it for things, and comes back by itself when it was away. */
import { connect, type Socket } from 'node:net'
import { monoNowMs } from '../process/boot.js'
import type { Log } from '../process/log.js'
import { pause, type Service } from '../process/service.js'
import type { Now } from '../ride/now.js'
import type { Ask, Away, DeviceMessage, News, OutcomeOf, Wish, WishMessage } from './messages.js'
import { receive, send } from './ndjson.js'

export interface ServerEnd {
  readonly service: Service
  /** The last picture the device sent, with how long ago that was; null where none ever came. */
  readonly lastNow: () => Now | null
  /** Asks the device; `away` when it is not connected or does not answer within 5 s. */
  readonly ask: Ask
}

export interface ServerEndOptions {
  /** Where the device may be; it is looked for at each in turn. */
  readonly paths: readonly string[]
  /** Called for each piece of news as it arrives; a hello arrives as the `now` it carries. */
  readonly hear: (news: News) => void
  /** The device is there, for the first time or again. */
  readonly onConnected?: () => void
  readonly log: Log
}

const RECONNECT_AFTER_MS = 250
const ANSWER_WITHIN_MS = 5_000

export function openServerEnd({ paths, hear, onConnected, log }: ServerEndOptions): ServerEnd {
  let socket: Socket | null = null
  let last: { readonly now: Now; readonly atMonoMs: number } | null = null
  let lastId = 0
  const asked = new Map<number, (outcome: OutcomeOf<Wish> | Away) => void>()

  const take = (message: DeviceMessage): void => {
    switch (message.kind) {
      case 'answer':
        asked.get(message.id)?.(message.outcome)
        return
      case 'hello':
      case 'now':
        last = { now: message.now, atMonoMs: monoNowMs() }
        hear({ kind: 'now', now: message.now })
        return
      case 'fix':
      case 'ride':
      case 'segment':
      case 'incident':
        hear(message)
    }
  }

  /** Resolves when the connection is over, for whatever reason. */
  const listen = (path: string, signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const connection = connect(path)
      const stop = (): void => void connection.destroy()
      signal.addEventListener('abort', stop, { once: true })
      connection.on('connect', () => {
        socket = connection
        log.info('connected to the device')
        onConnected?.()
      })
      connection.on('error', (error: NodeJS.ErrnoException) => {
        if (socket === connection) log.warn('the connection to the device broke', { error })
      })
      connection.on('close', () => {
        signal.removeEventListener('abort', stop)
        if (socket === connection) log.warn('the device is away')
        socket = null
        for (const answer of asked.values()) answer({ kind: 'away' })
        resolve()
      })
      receive<DeviceMessage>(connection, take)
    })

  return {
    lastNow: () => (last === null ? null : { ...last.now, deviceSeenMsAgo: Math.round(monoNowMs() - last.atMonoMs) }),
    ask: <W extends Wish>(wish: W) => {
      const connection = socket
      if (connection === null) return Promise.resolve<Away>({ kind: 'away' })
      return new Promise<OutcomeOf<W> | Away>((resolve) => {
        const id = ++lastId
        const answer = (outcome: OutcomeOf<Wish> | Away): void => {
          clearTimeout(timer)
          asked.delete(id)
          resolve(outcome as OutcomeOf<W> | Away)
        }
        const timer = setTimeout(() => answer({ kind: 'away' }), ANSWER_WITHIN_MS)
        asked.set(id, answer)
        send(connection, { kind: 'wish', id, wish } satisfies WishMessage)
      })
    },
    service: {
      name: 'link',
      run: async (signal) => {
        for (let attempt = 0; !signal.aborted; attempt++) {
          await listen(paths[attempt % paths.length] as string, signal)
          await pause(RECONNECT_AFTER_MS / paths.length, signal)
        }
      },
    },
  }
}
