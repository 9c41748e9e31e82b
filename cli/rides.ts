/** `spokecam rides`: lists the rides, newest first. */
import { EXIT, UsageError } from '../core/process/run.js'
import type { Ride } from '../core/ride/ride.js'
import { UnknownCursor } from '../core/store/listing.js'
import { openCatalogue } from './catalogue.js'
import type { Given } from './command.js'

const MOST = 100
const FEW = 20

export async function run(given: Given): Promise<number> {
  const limit = limitOf(given.text('limit'))
  const reader = openCatalogue(given)
  try {
    const page = reader?.rides({ limit, cursor: given.text('cursor') }) ?? { items: [], next: null }
    if (given.has('json')) process.stdout.write(`${JSON.stringify(page)}\n`)
    else process.stdout.write(inWords(page.items, page.next))
    return EXIT.done
  } catch (error) {
    if (error instanceof UnknownCursor) throw new UsageError(error.message)
    throw error
  } finally {
    reader?.close()
  }
}

function limitOf(typed: string | null): number {
  if (typed === null) return FEW
  const limit = Number(typed)
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST) {
    throw new UsageError(`--limit is ${typed}: must be a whole number from 1 to ${MOST}`)
  }
  return limit
}

function inWords(rides: readonly Ride[], next: string | null): string {
  if (rides.length === 0) return 'no rides\n'
  const more = next === null ? '' : `more: spokecam rides --cursor ${next}\n`
  return rides.map((ride) => `${lineOf(ride)}\n`).join('') + more
}

function lineOf(ride: Ride): string {
  const start = ride.startedUtcMs === null ? 'time unknown' : new Date(ride.startedUtcMs).toISOString().slice(0, 16)
  const km = `${(ride.distanceM / 1_000).toFixed(2)} km`
  const minutes = `${Math.round(ride.elapsedMs / 60_000)} min`
  const words = [ride.name, ride.simulated ? 'simulated' : null].filter((word) => word !== null)
  return [ride.id, start.padEnd(16), km.padStart(10), minutes.padStart(8), ...words].join('  ')
}
