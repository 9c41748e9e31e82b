/** What is told of a request that failed: RFC 9457 problem documents, with a sentence for the rider and nothing of the inside. */
import { STATUS_CODES } from 'node:http'
import { UnknownCursor } from '../../core/store/listing.js'

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8'

/** Thrown by a route that cannot answer; `message` is told as it is. */
export class Problem extends Error {
  readonly statusCode: number

  constructor(statusCode: number, detail: string) {
    super(detail)
    this.statusCode = statusCode
  }
}

/** The document as text; `detail` is left out where the status says it all. */
export function problemText(status: number, detail?: string): string {
  return JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status] ?? 'Problem', status, detail })
}

/** What Fastify refuses before a route sees it, in our words: its own quote the request. */
const REFUSALS: Readonly<Record<string, string>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'the body must be JSON, sent as application/json',
  FST_ERR_CTP_BODY_TOO_LARGE: 'the body is too large',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'the body is empty where JSON was announced',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'the body is not as long as announced',
  FST_ERR_CTP_INVALID_JSON_BODY: 'the body is no JSON',
  FST_ERR_BAD_URL: 'the address is no valid URL',
  FST_ERR_MAX_PARAM_LENGTH: 'the address is too long',
}

/** The status and sentence for an error, or null where it is no fault of the request but ours. */
export function refusalOf(error: unknown): { readonly status: number; readonly detail: string } | null {
  if (error instanceof Problem) return { status: error.statusCode, detail: error.message }
  if (error instanceof UnknownCursor) return { status: 400, detail: 'cursor must be the next of the page before' }
  const { statusCode, code } = error as { readonly statusCode?: unknown; readonly code?: unknown }
  if (typeof statusCode !== 'number' || statusCode < 400 || statusCode >= 500) return null
  return { status: statusCode, detail: REFUSALS[String(code)] ?? 'the request cannot be understood' }
}
