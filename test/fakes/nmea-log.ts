/** NMEA logs: one the project makes itself, and what any of them says of each epoch. */
import { pointAhead } from '../../core/ride/geo.js'

export interface LoggedEpoch {
  readonly utcMs: number
  readonly latDeg: number
  readonly lonDeg: number
}

/** A ride of so many seconds at 1 Hz on 2026-06-08: out of a gate, round bends, with stops, near 48.1 N 11.5 E. */
export function makeNmeaLog(seconds: number): string {
  let here = { latDeg: 48.1, lonDeg: 11.5 }
  const lines: string[] = []
  for (let second = 0; second < seconds; second++) {
    const speedMps = second % 40 < 6 ? 0 : 4 + Math.sin(second / 9) * 2
    const courseDeg = (70 + second * 1.5) % 360
    here = pointAhead(here, courseDeg, speedMps)
    const clock = new Date(Date.UTC(2026, 5, 8, 9) + second * 1_000).toISOString().slice(11, 19).replaceAll(':', '')
    const place = `${degrees(here.latDeg, 2)},N,${degrees(here.lonDeg, 3)},E`
    const knots = (speedMps / 0.514444).toFixed(3)
    lines.push(
      sentence(`GPRMC,${clock}.00,A,${place},${knots},${courseDeg.toFixed(1)},080626,,,A`),
      sentence(`GPGGA,${clock}.00,${place},1,10,0.90,520.0,M,44.0,M,,`),
      sentence('GPGSA,A,3,01,03,08,10,14,17,21,22,27,32,,,1.70,0.90,1.40'),
    )
  }
  return lines.join('')
}

/** Time and place of every RMC with a fix. */
export function epochsOf(log: string): LoggedEpoch[] {
  return log.split('\n').flatMap((line) => {
    const [name, clock, state, lat, north, lon, east, , , date] = line.split(',')
    if (!name?.endsWith('RMC') || state !== 'A' || !clock || !lat || !lon || !date) return []
    const iso = `20${date.slice(4, 6)}-${date.slice(2, 4)}-${date.slice(0, 2)}T${clock.slice(0, 2)}:${clock.slice(2, 4)}:${clock.slice(4)}Z`
    const latDeg = (north === 'S' ? -1 : 1) * decimal(lat, 2)
    return [{ utcMs: Date.parse(iso), latDeg, lonDeg: (east === 'W' ? -1 : 1) * decimal(lon, 3) }]
  })
}

/** The first so many epochs of a log that opens each with an RMC. */
export function firstSeconds(log: string, seconds: number): string {
  const lines = log.split(/(?<=\n)/)
  const starts = lines.flatMap((line, index) => (/^\$..RMC/.test(line) ? [index] : []))
  return lines.slice(0, starts[seconds]).join('')
}

function degrees(value: number, digits: number): string {
  const whole = Math.floor(value)
  return String(whole).padStart(digits, '0') + ((value - whole) * 60).toFixed(5).padStart(8, '0')
}

const decimal = (text: string, digits: number): number =>
  Number(text.slice(0, digits)) + Number(text.slice(digits)) / 60

/** A whole sentence, with its checksum and CRLF. */
export function sentence(body: string): string {
  let sum = 0
  for (const character of body) sum ^= character.charCodeAt(0)
  return `$${body}*${sum.toString(16).toUpperCase().padStart(2, '0')}\r\n`
}
