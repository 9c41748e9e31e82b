/** The draft of a statement as a page that prints on A4: what the device knows is filled in, the rest has lines to write on. */
import type { BundleFacts } from './bundle-facts.js'
import { STATEMENT_STYLE } from './bundle-statement-style.js'
import {
  directionWords,
  lengthWords,
  localTimeOf,
  onOneLine,
  placeWords,
  speedWords,
  UNKNOWN,
  utcWords,
} from './bundle-words.js'

/** What there is room for beside the signature. */
const LINES = 15

export function statementOf(facts: BundleFacts): string {
  const { clip, ride, software, marked } = facts
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>Statement, draft: camera ${escaped(clip.camera)}, ${escaped(utcWords(facts.momentUtcMs))}</title>
<style>${STATEMENT_STYLE}</style>
</head>
<body>
<main>
<h1>Statement <small>draft, to be completed and signed</small></h1>
${ride.simulated ? '<p class="simulated">SIMULATED: this ride never took place</p>' : ''}
<h2>What the device recorded</h2>
<table>
${rowsOf(facts)
  .map(([name, value]) => `<tr><th scope="row">${name}</th><td>${value}</td></tr>`)
  .join('\n')}
</table>
<p class="note">Filled in by ${escaped(software)} from its own measurements, which nobody has checked. How they were made and how exact they are:
HOW-WE-KNOW.txt. All files that belong to this statement are listed with their SHA-256 checksums in SHA256SUMS.</p>
<h2>Who makes this statement</h2>
${blanks('Name', 'Date of birth')}
${blanks('Address')}
${blanks('Telephone', 'E-mail')}
<h2>The other vehicle or person</h2>
${blanks('Registration', 'Country')}
${blanks('Make, model, colour')}
${blanks('Driver, as far as seen')}
<h2 class="overleaf">What happened</h2>
${blanks('Street and town')}
${marked?.note == null || onOneLine(marked.note) === '' ? '' : `<p>Noted by the rider: <q>${escaped(onOneLine(marked.note))}</q></p>`}
${'<div class="line"></div>\n'.repeat(LINES)}${blanks('Witnesses')}
<h2>Signature</h2>
<p>What I have written above is true to the best of my knowledge and belief.</p>
${blanks('Place and date', 'Signature')}
</main>
</body>
</html>
`
}

/** Values are markup. */
function rowsOf(facts: BundleFacts): (readonly [string, string])[] {
  const { clip, ride, timeZone, units, momentUtcMs, momentSegment, fix, slowestMps, fastestMps } = facts
  const at = localTimeOf(momentUtcMs, timeZone)
  const uncertaintyMs = momentSegment?.startUncertaintyMs ?? null
  const exactly = uncertaintyMs === null ? 'how exactly is unknown' : `<span>± ${Math.ceil(uncertaintyMs)} ms</span>`
  const name = ride.name === null ? '' : onOneLine(ride.name)
  return [
    [
      'Date and time',
      `<strong>${at.day}, ${at.clock}</strong> <span>(${escaped(timeZone)}, ${at.offset})</span><br>${utcWords(momentUtcMs)}, ${exactly}`,
    ],
    ['Which is', momentOf(facts)],
    ['Place', placeOf(facts)],
    ['Own speed', speedWords(fix?.point.speedMps ?? null, units)],
    [
      'Own speed in the clip',
      slowestMps === null ? UNKNOWN : `from ${speedWords(slowestMps, units)} to ${speedWords(fastestMps, units)}`,
    ],
    ['Direction of travel', fix === null ? UNKNOWN : directionWords(fix.point.courseDeg, fix.point.speedMps)],
    ['Camera', `${escaped(clip.camera)}, on the bicycle${pictureRateOf(facts)}`],
    [
      'The clip shows',
      `${clockOf(clip.fromUtcMs, timeZone)} to ${clockOf(clip.toUtcMs, timeZone)}, ${lengthWords(clip.toUtcMs - clip.fromUtcMs)}`,
    ],
    ...(name === '' ? [] : [['Ride', escaped(name)] as const]),
  ]
}

const WHO_MARKED = {
  rider: 'the moment the rider marked; what happened may be some seconds away from it',
  button: 'when the rider pressed a button on the bicycle; what happened may be some seconds earlier',
  braking: 'when the device noticed a hard braking',
  crash: 'when the device noticed a crash',
} as const

const momentOf = ({ marked }: BundleFacts): string =>
  marked === null ? 'the middle of the clip, as no moment in it was marked' : WHO_MARKED[marked.cause]

function placeOf({ fix }: BundleFacts): string {
  if (fix === null) return UNKNOWN
  const { latDeg, lonDeg, accuracyM } = fix.point
  const place = `${latDeg.toFixed(5)},${lonDeg.toFixed(5)}`
  const when =
    Math.abs(fix.offMs) < 50
      ? 'measured then'
      : `measured ${lengthWords(fix.offMs)} ${fix.offMs < 0 ? 'before' : 'later'}`
  const within = accuracyM === null ? 'how exactly is unknown' : `within about ${Math.ceil(accuracyM)} m`
  return `<strong>${placeWords(latDeg, lonDeg)}</strong> (latitude, longitude; WGS 84)<br>${when}, ${within}; <a href="geo:${place}">geo:${place}</a>`
}

function pictureRateOf({ momentSegment, bundled }: BundleFacts): string {
  const segment = momentSegment ?? bundled[0]?.segment
  if (segment === undefined || segment.durationMs <= 0) return ''
  return `, ${((segment.frames * 1_000) / segment.durationMs).toFixed(1)} pictures a second`
}

function clockOf(utcMs: number, timeZone: string): string {
  const { clock, offset } = localTimeOf(utcMs, timeZone)
  return `${clock} (${offset})`
}

const blanks = (...names: readonly string[]): string =>
  `<div class="blanks">${names.map((name) => `<div><span>${name}</span><i></i></div>`).join('')}</div>`

/** Whatever it says stays text, in an element and in an attribute. */
const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
