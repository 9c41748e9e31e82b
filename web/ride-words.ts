/** What a ride adds up to, in words; a ride that never had a fix covered an unknown distance, not none. */
import type { Ride } from '../core/ride/ride.js'
import { distanceWords, durationClock } from './format.js'

export const rideDistance = (ride: Ride): string => distanceWords(hadFix(ride) ? ride.distanceM : null)
export const rideMovingTime = (ride: Ride): string => durationClock(hadFix(ride) ? ride.movingMs : null)

const hadFix = (ride: Ride): boolean => ride.bounds !== null
