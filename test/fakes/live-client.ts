/** A viewer that is not our page: every message of /api/live in the order it came. */
import WebSocket from 'ws'
import type { LiveMessage } from '../../core/api/live.js'

export interface LiveClient {
  readonly messages: readonly LiveMessage[]
  readonly close: () => void
}

export function openLiveClient(url: string, token: string): LiveClient {
  const messages: LiveMessage[] = []
  const socket = new WebSocket(`${url.replace('http', 'ws')}/api/live`, {
    headers: { authorization: `Bearer ${token}` },
  })
  socket.on('message', (text) => messages.push(JSON.parse(String(text)) as LiveMessage))
  socket.on('error', () => {}) // A server that is killed says no goodbye; what came stays.
  return { messages, close: () => socket.terminate() }
}
