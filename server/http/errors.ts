/** What goes out where a request fails, whether a route saw it or not. */
import type { Socket } from 'node:net'
import type { FastifyReply } from 'fastify'
import type { Log } from '../../core/process/log.js'
import { PROBLEM_TYPE, problemText, refusalOf } from './problem.js'
import { problemAnswer, SECURITY_HEADERS } from './security-headers.js'

/** A fault of ours is told in the log, with all there is to say; the other end learns only that it was not theirs. */
export function sendProblem(error: unknown, reply: FastifyReply, log: Log): FastifyReply {
  const refusal = refusalOf(error)
  if (refusal === null) log.error('a request failed', { route: reply.request.routeOptions.url, error })
  const { status, detail } = refusal ?? {
    status: 500,
    detail: 'something failed here: the log of the server says what',
  }
  return reply
    .code(status)
    .headers({ ...SECURITY_HEADERS, 'content-type': PROBLEM_TYPE, 'cache-control': 'no-store' })
    .send(problemText(status, detail))
}

/** For what is no HTTP, or comes too slowly or with too much of a header: no request exists yet. */
export function refuseConnection(error: Error & { code?: string }, socket: Socket): void {
  if (error.code !== 'ECONNRESET' && socket.writable) socket.write(refusalFor(error.code))
  socket.destroy(error)
}

function refusalFor(code: string | undefined): string {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return problemAnswer(408, 'Request Timeout')
    case 'HPE_HEADER_OVERFLOW':
      return problemAnswer(431, 'Request Header Fields Too Large')
    default:
      return problemAnswer(400, 'Bad Request')
  }
}
