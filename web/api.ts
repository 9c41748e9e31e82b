/** What the page asks of the server over HTTP; a refusal comes back in words, never as an exception. */
import type { Page, Session, Track } from '../core/api/shapes.js'
import type { Segment } from '../core/ride/footage.js'
import type { Ride } from '../core/ride/ride.js'
import { session } from './session.js'

/** status 0: the server was not reached. */
export type Answer<Value> =
  | { readonly kind: 'done'; readonly value: Value }
  | { readonly kind: 'refused'; readonly status: number; readonly words: string }

const TRACK_TOLERANCE_M = 2
const MOST_PER_PAGE = 100
const GIVE_UP_AFTER_MS = 15_000

export const getSession = () => ask<Session>('/api/session')
export const getRides = (cursor: string | null) =>
  ask<Page<Ride>>(cursor === null ? '/api/rides' : `/api/rides?cursor=${encodeURIComponent(cursor)}`)
export const getRide = (rideId: string) => ask<Ride>(pathOf(rideId))
export const getTrack = (rideId: string) => ask<Track>(`${pathOf(rideId)}/track?toleranceM=${TRACK_TOLERANCE_M}`)
export const renameRide = (rideId: string, name: string | null) => ask<Ride>(pathOf(rideId), change('PATCH', { name }))
export const setRecording = (on: boolean) => ask<unknown>('/api/recording', change('POST', { on }))
export const offerClock = (utcMs: number) => ask<unknown>('/api/clock', change('POST', { utcMs }))
export const gpxPath = (rideId: string) => `${pathOf(rideId)}/track.gpx`
export const playlistPath = (rideId: string) => `${pathOf(rideId)}/video.m3u8`

/** All segments of a ride, page by page. */
export async function getSegments(rideId: string): Promise<Answer<readonly Segment[]>> {
  const segments: Segment[] = []
  let cursor = ''
  for (;;) {
    const answer = await ask<Page<Segment>>(`${pathOf(rideId)}/segments?limit=${MOST_PER_PAGE}${cursor}`)
    if (answer.kind === 'refused') return answer
    segments.push(...answer.value.items)
    if (answer.value.next === null) return { kind: 'done', value: segments }
    cursor = `&cursor=${encodeURIComponent(answer.value.next)}`
  }
}

/** The token in the answer is not for a browser: it has the cookie. */
export async function pair(code: string, name: string): Promise<Answer<unknown>> {
  const answer = await ask<unknown>('/api/pair', change('POST', { code, name }))
  if (answer.kind === 'done') session.value = 'paired'
  return answer.kind === 'done' ? answer : { ...answer, words: pairingWords(answer.status) ?? answer.words }
}

const pathOf = (rideId: string): string => `/api/rides/${encodeURIComponent(rideId)}`

/** The header tells the server that the page asks, not a form on a stranger's site that has the cookie too. */
const change = (method: 'POST' | 'PATCH', body: unknown): RequestInit => ({
  method,
  headers: { 'content-type': 'application/json', 'x-spokecam': '1' },
  body: JSON.stringify(body),
})

async function ask<Value>(path: string, init: RequestInit = {}): Promise<Answer<Value>> {
  let response: Response
  try {
    response = await fetch(path, { ...init, signal: AbortSignal.timeout(GIVE_UP_AFTER_MS) })
  } catch {
    // fetch tells no reason that a rider could act on.
    return { kind: 'refused', status: 0, words: 'Spokecam cannot be reached. Is the phone on its Wi-Fi?' }
  }
  if (response.status === 401) session.value = 'not-paired'
  const body: unknown = await response.json().catch(() => null)
  return response.ok
    ? { kind: 'done', value: body as Value }
    : { kind: 'refused', status: response.status, words: problemWords(response.status, body) }
}

/** The sentence of an RFC 9457 problem document, or one that fits its status. */
export function problemWords(status: number, body: unknown): string {
  const { detail, title } = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>
  if (typeof detail === 'string' && detail !== '') return detail
  if (status === 401) return 'This phone is not paired.'
  if (status === 404) return 'There is no such thing here.'
  if (status === 429) return 'Too many requests: wait a moment.'
  return typeof title === 'string' && title !== '' ? title : `The server answered with fault ${status}.`
}

function pairingWords(status: number): string | null {
  if (status === 401) return 'That code is wrong. Look at it again and type all 8 digits.'
  if (status === 403)
    return 'Pairing is closed. Run “spokecam pair” on the device: it opens pairing for 5 minutes and shows a new code.'
  if (status === 429) return 'Too many tries. Wait a minute, then type the code again.'
  return null
}
