/** Sends the bytes of a file: whole, one range of them, or not again to whoever has them. */
import type { FileHandle } from 'node:fs/promises'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Problem } from './problem.js'
import { hasAlready, isSameBytes, rangeOf } from './range.js'

export interface FileToSend {
  /** Is closed, however this ends. */
  readonly handle: FileHandle
  /** Whose bytes they are, for the strong tag; the rest of it tells one file's from another's. */
  readonly tag: string
  readonly contentType: string
  readonly disposition: string
  readonly cacheControl: string
}

export async function sendFile(request: FastifyRequest, reply: FastifyReply, file: FileToSend): Promise<FastifyReply> {
  const { handle, tag, contentType, disposition, cacheControl } = file
  const { ino, size, mtimeNs } = await handle.stat({ bigint: true })
  const sizeBytes = Number(size)
  const etag = `"${tag}-${size.toString(36)}-${ino.toString(36)}-${mtimeNs.toString(36)}"`
  reply.headers({
    'accept-ranges': 'bytes',
    'content-type': contentType,
    'content-disposition': disposition,
    'cache-control': cacheControl,
    etag,
  })

  const { headers, method } = request
  const isAsked = method === 'GET' && isSameBytes(headers['if-range'], etag)
  const range = rangeOf(isAsked ? headers.range : undefined, sizeBytes)
  const [from, to] = range.kind === 'part' ? [range.from, range.to] : [0, sizeBytes - 1]
  const isHad = hasAlready(headers['if-none-match'], etag)
  if (!isHad && range.kind === 'unsatisfiable') {
    await handle.close()
    reply.header('content-range', `bytes */${sizeBytes}`)
    throw new Problem(416, `the file has ${sizeBytes} bytes`)
  }
  if (!isHad) reply.header('content-length', to - from + 1)
  if (isHad || method === 'HEAD' || to < from) {
    await handle.close()
    return reply.code(isHad ? 304 : 200).send()
  }
  if (range.kind === 'part') reply.code(206).header('content-range', `bytes ${from}-${to}/${sizeBytes}`)
  return reply.send(handle.createReadStream({ start: from, end: to }))
}
