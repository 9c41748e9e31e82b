/** GPX as another program reads it: gpsbabel's own parser. */
import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'

export interface PointRead {
  readonly latDeg: number
  readonly lonDeg: number
  /** Such as 2026/06/06 08:00:00.5; empty where the file has no time for it. */
  readonly time: string
}

/** @throws with gpsbabel's words where it is no GPX */
export async function readGpx(gpx: string): Promise<PointRead[]> {
  const [head = '', ...lines] = (await gpsbabel(gpx, 'csv')).trim().split(/\r?\n/)
  const columns = head.split(',')
  return lines.filter(Boolean).map((line) => {
    const cells = line.split(',')
    const cell = (name: string): string => cells[columns.indexOf(name)] ?? ''
    const time = `${cell('Date')} ${cell('Time')}`.trim()
    return { latDeg: Number(cell('Latitude')), lonDeg: Number(cell('Longitude')), time }
  })
}

/** The same file, written anew by gpsbabel: what it understood of names. */
export const rewriteGpx = (gpx: string): Promise<string> => gpsbabel(gpx, 'gpx')

async function gpsbabel(gpx: string, as: 'csv' | 'gpx'): Promise<string> {
  const format = as === 'csv' ? ['-x', 'nuketypes,waypoints,routes', '-o', 'unicsv,utc=0'] : ['-o', 'gpx']
  const child = spawn('gpsbabel', ['-t', '-i', 'gpx', '-f', '-', ...format, '-F', '-'])
  child.stdin.on('error', () => {
    // It stopped reading: why is in its words.
  })
  child.stdin.end(gpx)
  const closed = new Promise<number | null>((resolve) => child.on('close', resolve))
  const [out, words, code] = await Promise.all([text(child.stdout), text(child.stderr), closed])
  if (code !== 0) throw new Error(`gpsbabel ended with ${code}: ${words}`)
  return out
}
