/** `spokecam export RIDE`: writes the track of a ride as other programs read it. */
import { settingsOf } from '../core/process/config.js'
import { EXIT, UsageError } from '../core/process/run.js'
import type { TrackPoint } from '../core/ride/ride.js'
import { settingsInForce } from '../core/ride/settings.js'
import type { Reader } from '../core/store/store.js'
import type { Period } from '../core/track/period.js'
import { hiddenSpansOf } from '../core/track/privacy.js'
import { type Selection, selected } from '../core/track/selection.js'
import { TRACK_FORMATS, type TrackWriting, trackFormatIn, trackFormats } from '../core/track/track-format.js'
import { openCatalogue, rideNamed } from './catalogue.js'
import type { Given } from './command.js'
import { writeOut } from './output.js'
import { settingsFor } from './settings.js'
import { parseTime } from './time.js'

export async function run(given: Given): Promise<number> {
  const { write } = formatOf(given.text('format'))
  const reader = openCatalogue(given)
  try {
    const ride = rideNamed(reader, given.operands[0] as string)
    const period = periodOf(given, ride.startedUtcMs)
    const isPrivate = given.has('privacy')
    const selection = { period, ...hidingOf(isPrivate ? reader : null, ride.id, given) }
    const points = (): Iterable<TrackPoint> => selected(reader?.pointsOf(ride.id) ?? [], selection)
    const utcMs = isPrivate ? firstUtcMsOf(points()) : ride.startedUtcMs
    const head = { name: ride.name ?? ride.id, utcMs, simulated: ride.simulated, hidden: selection.hidden }
    await writeOut(write(head, points()), given.text('output'))
    return EXIT.done
  } finally {
    reader?.close()
  }
}

function formatOf(word: string | null): TrackWriting {
  const format = word === null ? null : trackFormatIn(word)
  if (format !== null) return TRACK_FORMATS[format]
  throw new UsageError(
    word === null ? '--format is missing' : `--format is ${word}: must be one of ${trackFormats.join(', ')}`,
  )
}

function periodOf(given: Given, startedUtcMs: number | null): Period {
  const time = (flag: string): number | undefined => {
    const typed = given.text(flag)
    return typed === null ? undefined : parseTime(flag, typed, startedUtcMs)
  }
  const [fromUtcMs, toUtcMs] = [time('from'), time('to')]
  if (fromUtcMs !== undefined && toUtcMs !== undefined && toUtcMs < fromUtcMs) {
    throw new UsageError('--to is before --from')
  }
  return { ...(fromUtcMs === undefined ? {} : { fromUtcMs }), ...(toUtcMs === undefined ? {} : { toUtcMs }) }
}

/** By the zones of the file, or those that the page put in their place. @param reader null: nothing is hidden */
function hidingOf(reader: Reader | null, rideId: string, given: Given): Pick<Selection, 'hidden' | 'until'> {
  if (reader === null) return { hidden: [], until: null }
  const file = settingsOf(settingsFor(given), ['privacy', 'display'])
  const { privacy, privacySecret } = settingsInForce(file, reader.settings())
  let until: TrackPoint | null = null
  const noted = function* (): Generator<TrackPoint> {
    for (const point of reader.pointsOf(rideId)) {
      until = point
      yield point
    }
  }
  return { hidden: hiddenSpansOf(noted(), privacy.zones, privacySecret), until }
}

/** When the ride began in a zone is nobody's business: the file begins with its first visible point. */
function firstUtcMsOf(points: Iterable<TrackPoint>): number | null {
  for (const { utcMs } of points) return utcMs
  return null
}
