/** What the page knows just now, as signals the views read. */
import { computed, signal } from '@preact/signals'
import type { LiveMessage } from '../core/api/live.js'
import type { Clip } from '../core/ride/clip.js'
import type { PublicFix } from '../core/ride/fix.js'
import type { Segment } from '../core/ride/footage.js'
import type { Incident } from '../core/ride/incident.js'
import type { Now } from '../core/ride/now.js'
import type { Ride } from '../core/ride/ride.js'
import { getTrack, offerClock } from './api.js'
import { createClockOffer } from './clock-offer.js'
import { freshnessOf, type Hearing } from './now-words.js'
import { parseRoute } from './route.js'
import { createTrail } from './trail.js'

export const route = signal(parseRoute(''))
export const now = signal<Now | null>(null)
/** The newest fix; null while the receiver has none. */
export const fix = signal<PublicFix | null>(null)
/** The ride, the segment, the saved moment and the clip that was spoken of last. */
export const toldRide = signal<Ride | null>(null)
export const toldSegment = signal<Segment | null>(null)
export const toldIncident = signal<Incident | null>(null)
export const toldClip = signal<Clip | null>(null)
/** How often messages were lost for good. */
export const losses = signal(0)

const link = signal<'opening' | 'live' | 'stale'>('opening')
const heardMs = signal(0)
const tickMs = signal(0)

const hearing = computed((): Hearing => {
  if (link.value === 'opening') return { kind: 'nothing-yet' }
  return link.value === 'live' ? { kind: 'alive' } : { kind: 'silent', sinceMs: tickMs.value - heardMs.value }
})
export const freshness = computed(() => freshnessOf(now.value, hearing.value))

export const trail = createTrail(async (rideId) => {
  const answer = await getTrack(rideId)
  return answer.kind === 'done' ? answer.value : null
})

const offerTime = createClockOffer(offerClock)

/** @param isPast catching up: the trail wants it, but it is not how things are */
export function takeMessage(message: LiveMessage, isPast: boolean): void {
  heardMs.value = Date.now()
  switch (message.kind) {
    case 'hello':
    case 'now':
      if (isPast) return
      now.value = message.now
      if (message.now !== null) offerTime(message.now)
      fix.value = message.now?.fix ?? null
      trail.rideIs(message.now?.ride?.id ?? null)
      return
    case 'fix':
      trail.add(message.fix)
      if (!isPast) fix.value = message.fix
      return
    case 'ride':
      toldRide.value = message.ride
      return
    case 'segment':
      toldSegment.value = message.segment
      return
    case 'incident':
      toldIncident.value = message.incident
      return
    case 'clip':
      toldClip.value = message.clip
      return
    case 'gap':
  }
}

/** What was put together from messages must be fetched again. */
export function messagesLost(): void {
  trail.forget()
  losses.value += 1
}

export function linkChanged(state: 'live' | 'stale'): void {
  tickMs.value = Date.now()
  link.value = state
}

/** Lets "12 s ago" grow. */
export const tick = (): void => {
  tickMs.value = Date.now()
}
