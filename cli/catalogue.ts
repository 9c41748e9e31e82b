/** The catalogue and the ride that a command is about. */
import { join, resolve } from 'node:path'
import { settingsOf } from '../core/process/config.js'
import type { Ride } from '../core/ride/ride.js'
import { openReader, type Reader } from '../core/store/store.js'
import type { Given } from './command.js'
import { settingsFor } from './settings.js'

/** Null where nothing has been recorded yet. */
export function openCatalogue(given: Given): Reader | null {
  const { data } = settingsOf(settingsFor(given), ['data'])
  return openReader(join(resolve(data), 'rides.db'))
}

/** The ride of this id, or the newest for `latest`. @throws where there is none */
export function rideNamed(reader: Reader | null, word: string): Ride {
  const ride = word === 'latest' ? reader?.rides({ limit: 1, cursor: null }).items[0] : reader?.ride(word)
  if (ride === undefined || ride === null)
    throw new Error(word === 'latest' ? 'there is no ride yet' : `there is no ride ${word}`)
  return ride
}
