/** `spokecam export RIDE`: writes the track of a ride as other programs read it. */
import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { EXIT, UsageError } from '../core/process/run.js'
import type { TrackPoint } from '../core/ride/ride.js'
import type { Reader } from '../core/store/store.js'
import { gpxOf } from '../core/track/gpx.js'
import { isWithin, type Period } from '../core/track/period.js'
import { openCatalogue, rideNamed } from './catalogue.js'
import type { Given } from './command.js'
import { parseTime } from './time.js'

export async function run(given: Given): Promise<number> {
  const format = given.text('format')
  if (format !== 'gpx')
    throw new UsageError(format === null ? '--format is missing' : `--format is ${format}: must be gpx`)
  const reader = openCatalogue(given)
  try {
    const ride = rideNamed(reader, given.operands[0] as string)
    const time = (flag: string): number | undefined => {
      const typed = given.text(flag)
      return typed === null ? undefined : parseTime(flag, typed, ride.startedUtcMs)
    }
    const [fromUtcMs, toUtcMs] = [time('from'), time('to')]
    if (fromUtcMs !== undefined && toUtcMs !== undefined && toUtcMs < fromUtcMs) {
      throw new UsageError('--to is before --from')
    }
    const period = { ...(fromUtcMs === undefined ? {} : { fromUtcMs }), ...(toUtcMs === undefined ? {} : { toUtcMs }) }
    const head = { name: ride.name ?? ride.id, utcMs: ride.startedUtcMs, simulated: ride.simulated }
    const points = reader === null ? [] : within(reader, ride.id, period)
    await write(gpxOf(head, points), given.text('output'))
    return EXIT.done
  } finally {
    reader?.close()
  }
}

function* within(reader: Reader, rideId: string, period: Period): Generator<TrackPoint> {
  for (const point of reader.pointsOf(rideId)) if (isWithin(point, period)) yield point
}

async function write(pieces: Iterable<string>, file: string | null): Promise<void> {
  if (file !== null) return pipeline(Readable.from(pieces), createWriteStream(file))
  await pipeline(Readable.from(pieces), process.stdout, { end: false })
}
