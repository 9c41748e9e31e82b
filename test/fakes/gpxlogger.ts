/** Debian's gpxlogger, writing down what a gpsd says beside us. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startProgram } from './processes.js'

export interface GpxLogger {
  /** Ends it and answers the points it wrote, but for those of reports without a time, which it dates 1970. */
  readonly end: () => Promise<readonly LoggedPoint[]>
}

export interface LoggedPoint {
  readonly utcMs: number
  readonly latDeg: number
  readonly lonDeg: number
}

/** Logs every fix, however near to the last, into one track whatever the pauses. */
export async function startGpxLogger(gpsdPort: number): Promise<GpxLogger> {
  const folder = await mkdtemp(join(tmpdir(), 'gpxlogger-'))
  const file = join(folder, 'track.gpx')
  const logger = startProgram('gpxlogger', ['-f', file, '-m', '0', '-i', '36000', `127.0.0.1:${gpsdPort}`])
  return {
    end: async () => {
      await logger.end()
      const points = pointsOf(await readFile(file, 'utf8')).filter(({ utcMs }) => utcMs > Date.UTC(1970, 0, 2))
      await rm(folder, { recursive: true })
      return points
    },
  }
}

export function pointsOf(gpx: string): readonly LoggedPoint[] {
  return [...gpx.matchAll(/<trkpt lat="([^"]+)" lon="([^"]+)">[\s\S]*?<time>([^<]+)<\/time>/g)].map((found) => ({
    latDeg: Number(found[1]),
    lonDeg: Number(found[2]),
    utcMs: Date.parse(String(found[3])),
  }))
}
