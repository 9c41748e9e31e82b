/** Offers the phone's time to a device that has none, and no more often than it would take it. */
import type { Now } from '../core/ride/now.js'

const OFFER_EVERY_MS = 60_000

/** @returns what to call with every picture of the device */
export function createClockOffer(
  offer: (utcMs: number) => unknown,
  nowMs: () => number = Date.now,
): (now: Now) => void {
  let offeredAtMs = Number.NEGATIVE_INFINITY
  return ({ timeSource, deviceSeenMsAgo }) => {
    const isDue = Math.abs(nowMs() - offeredAtMs) >= OFFER_EVERY_MS
    if (timeSource === 'satellites' || deviceSeenMsAgo > OFFER_EVERY_MS || !isDue) return
    offeredAtMs = nowMs()
    offer(offeredAtMs)
  }
}
