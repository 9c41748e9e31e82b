/** What a ride adds up to and when it was, in words; a ride that never had a fix covered an unknown distance, not none. */
import type { Ride } from '../core/ride/ride.js'
import { dateWords, dayWords, distanceWords, durationClock, hourWords } from './format.js'

export const rideDistance = (ride: Ride): string => distanceWords(hadFix(ride) ? ride.distanceM : null)
export const rideMovingTime = (ride: Ride): string => durationClock(hadFix(ride) ? ride.movingMs : null)

/** Day and hour as its rider knew them; where the zone is not known, as the phone knows them. */
export const rideDate = ({ startedUtcMs, timeZone }: Ride): string => dateWords(startedUtcMs, timeZone ?? undefined)
export const rideHour = ({ startedUtcMs, timeZone }: Ride): string => hourWords(startedUtcMs, timeZone ?? undefined)
export const rideDay = ({ startedUtcMs, timeZone }: Ride): string => dayWords(startedUtcMs, timeZone ?? undefined)

export interface Day {
  readonly words: string
  readonly rides: readonly Ride[]
}

/** Rides in their order, one group for those of a day that follow one another; rides of unknown time stay in between. */
export function byDay(rides: readonly Ride[]): readonly Day[] {
  const days: { words: string; rides: Ride[] }[] = []
  for (const ride of rides) {
    const words = rideDay(ride)
    const last = days.at(-1)
    if (last?.words === words) last.rides.push(ride)
    else days.push({ words, rides: [ride] })
  }
  return days
}

export const hadFix = (ride: Ride): boolean => ride.bounds !== null
