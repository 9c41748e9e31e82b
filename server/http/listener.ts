/** The HTTP listener: the application at an address, for as long as it is wanted. */
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Service } from '../../core/process/service.js'
import { type ApplicationOptions, createApplication } from './application.js'

export interface ListenerOptions extends ApplicationOptions {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  /** Called once it answers, with the address, such as http://127.0.0.1:8080. */
  readonly onListening: (url: string) => void
  /** Takes the requests that want to become a WebSocket. */
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
}

/** Rejects where the address is taken or not this machine's. When it is stopped it cuts off whatever is still under way. */
export function openListener(options: ListenerOptions): Service {
  const { host, port, onListening, upgrade } = options
  return {
    name: 'http',
    run: async (signal) => {
      const app = await createApplication(options)
      app.server.on('upgrade', upgrade)
      try {
        await app.listen({ host, port })
      } catch (error) {
        throw new Error(`cannot listen on ${host}:${port}`, { cause: error })
      }
      onListening(urlOf(app.server.address() as AddressInfo))
      if (!signal.aborted) await once(signal, 'abort')
      await app.close()
    },
  }
}

const urlOf = ({ address, family, port }: AddressInfo): string =>
  `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
