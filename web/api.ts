/** What the page asks of the server over HTTP; a refusal comes back in words, never as an exception. */
import type { RidePrivacy } from '../core/api/privacy.js'
import type { Page, Session, Track } from '../core/api/shapes.js'
import type { Clip, ClipWish } from '../core/ride/clip.js'
import type { Segment } from '../core/ride/footage.js'
import type { Incident } from '../core/ride/incident.js'
import type { Ride } from '../core/ride/ride.js'
import type { PageSettings, SettingsChange } from '../core/ride/settings.js'
import type { TrackFormat } from '../core/track/track-format.js'
import { session } from './session.js'

/** status 0: the server was not reached. */
export type Answer<Value> =
  | { readonly kind: 'done'; readonly value: Value }
  | { readonly kind: 'refused'; readonly status: number; readonly words: string }

const TRACK_TOLERANCE_M = 2
const MOST_PER_PAGE = 100
const GIVE_UP_AFTER_MS = 15_000
/** Of what is tried again: a little longer than the device may take to answer. */
const TRY_FOR_MS = 7_000

export const getSession = () => ask<Session>('/api/session')
export const getRides = (cursor: string | null) =>
  ask<Page<Ride>>(cursor === null ? '/api/rides' : `/api/rides?cursor=${encodeURIComponent(cursor)}`)
export const getRide = (rideId: string) => ask<Ride>(pathOf(rideId))
export const getTrack = (rideId: string) => ask<Track>(`${pathOf(rideId)}/track?toleranceM=${TRACK_TOLERANCE_M}`)
export const renameRide = (rideId: string, name: string | null) => ask<Ride>(pathOf(rideId), change('PATCH', { name }))
export const getPrivacy = (rideId: string) => ask<RidePrivacy>(`${pathOf(rideId)}/privacy`)
export const getSettings = () => ask<PageSettings>('/api/settings')
export const changeSettings = (wish: SettingsChange) => ask<PageSettings>('/api/settings', change('PATCH', wish))
export const setRecording = (on: boolean) => ask<unknown>('/api/recording', change('POST', { on }))
export const offerClock = (utcMs: number) => ask<unknown>('/api/clock', change('POST', { utcMs }))
export const trackPath = (rideId: string, format: TrackFormat, isHiding: boolean) =>
  `${pathOf(rideId)}/track.${format}${isHiding ? '?privacy=on' : ''}`
export const playlistPath = (rideId: string) => `${pathOf(rideId)}/video.m3u8`

export const getSegments = (rideId: string) => askAll<Segment>(`${pathOf(rideId)}/segments?`)
export const getIncidents = (rideId: string) => askAll<Incident>(`/api/incidents?ride=${encodeURIComponent(rideId)}&`)
export const deleteIncident = (incidentId: string) =>
  ask<unknown>(`/api/incidents/${encodeURIComponent(incidentId)}`, { method: 'DELETE', headers: OWN })

export const getClips = (rideId: string) => askAll<Clip>(`/api/clips?ride=${encodeURIComponent(rideId)}&`)
/** Of the camera the film shows, where none is named. */
export const askForClip = (rideId: string, wish: Partial<ClipWish>) =>
  ask<Clip>(`${pathOf(rideId)}/clips`, change('POST', wish))
export const deleteClip = (clipId: string) => ask<unknown>(clipPath(clipId), { method: 'DELETE', headers: OWN })
export const clipPath = (clipId: string) => `/api/clips/${encodeURIComponent(clipId)}`

/** @param key the same for each try to save the same moment */
export function saveMoment(key: string, secondsAgo: number): Promise<Answer<Incident>> {
  const { headers, ...wish } = change('POST', { secondsAgo })
  return ask<Incident>('/api/incidents', { ...wish, headers: { ...headers, 'idempotency-key': key } }, TRY_FOR_MS)
}

/** All of a list, page by page. @param path ends where the next parameter of its query begins */
async function askAll<Item>(path: string): Promise<Answer<readonly Item[]>> {
  const items: Item[] = []
  let cursor = ''
  for (;;) {
    const answer = await ask<Page<Item>>(`${path}limit=${MOST_PER_PAGE}${cursor}`)
    if (answer.kind === 'refused') return answer
    items.push(...answer.value.items)
    if (answer.value.next === null) return { kind: 'done', value: items }
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

/** It tells the server that the page asks, not a form on a stranger's site that has the cookie too. */
const OWN = { 'x-spokecam': '1' }

const change = (method: 'POST' | 'PATCH', body: unknown) => ({
  method,
  headers: { ...OWN, 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

async function ask<Value>(path: string, init: RequestInit = {}, withinMs = GIVE_UP_AFTER_MS): Promise<Answer<Value>> {
  let response: Response
  try {
    response = await fetch(path, { ...init, signal: AbortSignal.timeout(withinMs) })
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
