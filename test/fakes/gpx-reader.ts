/** A track as another program reads it: gpsbabel's own parsers. */
import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'

export interface PointRead {
  readonly latDeg: number
  readonly lonDeg: number
  /** Such as 2026/06/06 08:00:00.5; empty where the file has no time for it. */
  readonly time: string
  /** Null where it read none. */
  readonly altitudeM: number | null
  readonly speedMps: number | null
  readonly courseDeg: number | null
}

/** @throws with gpsbabel's words where it is no GPX */
export const readGpx = (gpx: string): Promise<PointRead[]> => readTrack(gpx, 'gpx')

/** The points of a track as gpsbabel reads one of its formats. @throws with its words where it is none */
export async function readTrack(track: string, format: 'gpx' | 'geojson' | 'unicsv,utc=0'): Promise<PointRead[]> {
  const [head = '', ...lines] = (await gpsbabel(track, 'csv', format)).trim().split(/\r?\n/)
  const columns = head.split(',')
  return lines.filter(Boolean).map((line) => {
    const cells = line.split(',')
    const cell = (name: string): string => cells[columns.indexOf(name)] ?? ''
    const time = `${cell('Date')} ${cell('Time')}`.trim()
    const figure = (name: string): number | null => (cell(name) === '' ? null : Number(cell(name)))
    return {
      ...{ latDeg: Number(cell('Latitude')), lonDeg: Number(cell('Longitude')), time },
      ...{ altitudeM: figure('Altitude'), speedMps: figure('Speed'), courseDeg: figure('Course') },
    }
  })
}

/** The same file, written anew by gpsbabel: what it understood of names. */
export const rewriteGpx = (gpx: string): Promise<string> => gpsbabel(gpx, 'gpx', 'gpx')

async function gpsbabel(track: string, as: 'csv' | 'gpx', from: string): Promise<string> {
  // It takes a line of GeoJSON for a route.
  const kind = from === 'geojson' ? '-r' : '-t'
  const format =
    as === 'csv'
      ? ['-x', `nuketypes,waypoints,${kind === '-t' ? 'routes' : 'tracks'}`, '-o', 'unicsv,utc=0']
      : ['-o', 'gpx']
  const child = spawn('gpsbabel', [kind, '-i', from, '-f', '-', ...format, '-F', '-'])
  child.stdin.on('error', () => {
    // It stopped reading: why is in its words.
  })
  child.stdin.end(track)
  const closed = new Promise<number | null>((resolve) => child.on('close', resolve))
  const [out, words, code] = await Promise.all([text(child.stdout), text(child.stderr), closed])
  if (code !== 0) throw new Error(`gpsbabel ended with ${code}: ${words}`)
  return out
}
