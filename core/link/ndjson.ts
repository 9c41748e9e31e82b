/** One JSON object a line over a socket, in both directions; a line that is none ends the connection. */
import type { Socket } from 'node:net'
import { StringDecoder } from 'node:string_decoder'
import { MOST_LINE_BYTES } from './messages.js'

/** More waiting bytes than this mean the other end has stopped reading: the connection is not worth keeping. */
const MOST_WAITING_BYTES = 4 * 1024 * 1024

/** Hands on each message as it arrives. Destroys the socket, with the reason, on a line that is too long or no JSON object. */
export function receive<Message>(socket: Socket, take: (message: Message) => void): void {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  socket.on('data', (chunk) => {
    const lines = (rest + decoder.write(chunk)).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > MOST_LINE_BYTES) socket.destroy(new Error(`a line of more than ${MOST_LINE_BYTES} bytes came`))
    for (const line of lines) {
      const message = messageIn<Message>(line)
      if (message === null) return void socket.destroy(new Error(`no message: ${line.slice(0, 80)}`))
      take(message)
    }
  })
}

/** Sends, or gives the connection up when the other end has long stopped reading. */
export function send(socket: Socket, message: object): void {
  if (socket.destroyed) return
  socket.write(`${JSON.stringify(message)}\n`)
  if (socket.writableLength > MOST_WAITING_BYTES) socket.destroy(new Error('the other end does not read'))
}

function messageIn<Message>(line: string): Message | null {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null && 'kind' in value ? (value as Message) : null
  } catch {
    return null // The caller says so and ends the connection.
  }
}
