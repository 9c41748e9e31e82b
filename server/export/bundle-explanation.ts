/** HOW-WE-KNOW.txt: what each file of a bundle is, how its time is known, what is missing, and how to check it without us. */
import type { BundledSegment, BundleFacts } from './bundle-facts.js'
import { endOf, type LeftOut, MARGIN_MS, type Period } from './bundle-segments.js'
import { lengthWords, localTimeOf, onOneLine, UNKNOWN, utcWords } from './bundle-words.js'

/** @param hasSheet whether the contact sheet could be made */
export function explanationOf(facts: BundleFacts, hasSheet: boolean): string {
  const parts = [
    headOf(facts),
    filesOf(facts, hasSheet),
    missingOf(facts),
    timesOf(facts),
    facts.bundled.map((bundled) => segmentLines(bundled)).join('\n'),
    CHECKING,
    unknownsOf(facts),
  ]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}

function headOf({ clip, ride, software, timeZone, momentUtcMs }: BundleFacts): string {
  const { day, clock, offset } = localTimeOf(momentUtcMs, timeZone)
  const name = ride.name === null ? '' : onOneLine(ride.name)
  return [
    'HOW WE KNOW',
    ...(ride.simulated ? ['', '*** SIMULATED: this ride never took place. Nothing in here is evidence. ***'] : []),
    '',
    `Video and track of a bicycle's own camera, put together by ${software}.`,
    `Camera: ${clip.camera}`,
    `Ride: ${ride.id}${name === '' ? '' : ` (${name})`}`,
    `Clip: ${utcWords(clip.fromUtcMs)} to ${utcWords(clip.toUtcMs)} (${lengthWords(clip.toUtcMs - clip.fromUtcMs)})`,
    `Its moment: ${day}, ${clock} ${offset} (${timeZone})`,
  ].join('\n')
}

function filesOf({ clip, bundled, ride }: BundleFacts, hasSheet: boolean): string {
  const made = [
    clip.exact || clip.overlay ? 'encoded anew' : 'cut without encoding the picture anew',
    clip.overlay ? 'with speed, clock and route drawn into the picture' : '',
    clip.privacy ? 'without what lies in a privacy zone' : '',
  ]
  const files: (readonly [string, string])[] = [
    ['statement.html', 'draft of a statement, to be printed, completed and signed'],
    ['clip/clip.mp4', `the clip: ${made.filter((word) => word !== '').join(', ')}`],
    ['clip/track.gpx', 'where the bicycle was meanwhile, how fast and in which direction'],
    ...(hasSheet ? [['contact-sheet.jpg', 'pictures of the clip with their local times'] as const] : []),
    ...(bundled.length === 0 ? [] : ([['segments/*.mp4', ORIGINAL]] as const)),
    ...(bundled.length === 0 ? [] : ([['segments/*.gpx', 'the track of exactly the time of the segment']] as const)),
    ...(bundled.length === 0 ? [] : ([['segments/*.json', 'what the device noted of the segment']] as const)),
    ['SHA256SUMS', 'the SHA-256 checksum of every other file'],
  ]
  const simulated = ride.simulated ? ['All of it comes from a simulated ride.'] : []
  const reason = clip.reason === null ? [] : [`Of the clip the device says: ${onOneLine(clip.reason)}`]
  return [
    'WHAT IS IN HERE',
    ...files.map(([name, what]) => `  ${name.padEnd(18)} ${what}`),
    ...simulated,
    ...reason,
  ].join('\n')
}

const ORIGINAL = 'the original recording, copied byte for byte as the device keeps it'

const WHY = {
  swept: 'its video was no longer there: it had made room for newer recordings',
  recording: 'it was still being recorded when this was put together; a bundle made a minute later has it',
  private: 'it reaches into a privacy zone, and the clip was made without those',
  missing: 'its file was not there',
} as const

function missingOf({ wanted, leftOut, holes, clip, bundled }: BundleFacts): string {
  const minute = `${MARGIN_MS / 1_000} s`
  const whole = `The original recording is here from ${minute} before the clip to ${minute} after it, without a hole.`
  const before = lengthWords(covered({ fromUtcMs: wanted.fromUtcMs, toUtcMs: clip.fromUtcMs }, holes))
  const after = lengthWords(covered({ fromUtcMs: clip.toUtcMs, toUtcMs: wanted.toUtcMs }, holes))
  const sums = `Of the ${minute} before the clip ${before} are here, of the ${minute} after it ${after}.`
  return [
    'WHAT IS MISSING',
    ...(holes.length === 0 ? [`  ${whole}`] : [`  ${sums}`]),
    ...(holes.length > 0 && bundled.length === 0 ? ['  No original recording is in here.'] : []),
    ...holes.map(holeLine),
    ...leftOut.map(leftOutLine),
    ...bundled.filter(({ track }) => track === null).map(({ video }) => `  ${video} has no .gpx beside it yet.`),
    ...bundled.filter(({ record }) => record === null).map(({ video }) => `  ${video} has no .json beside it.`),
  ].join('\n')
}

const holeLine = ({ fromUtcMs, toUtcMs }: Period): string =>
  `  Not here: ${utcWords(fromUtcMs)} to ${utcWords(toUtcMs)} (${lengthWords(toUtcMs - fromUtcMs)})`

const leftOutLine = ({ segment, why }: LeftOut): string =>
  `  Left out: segment ${segment.id}, ${utcWords(segment.startUtcMs)} to ${utcWords(endOf(segment))}: ${WHY[why]}.`

const covered = ({ fromUtcMs, toUtcMs }: Period, holes: readonly Period[]): number =>
  holes.reduce(
    (rest, hole) => rest - Math.max(0, Math.min(hole.toUtcMs, toUtcMs) - Math.max(hole.fromUtcMs, fromUtcMs)),
    toUtcMs - fromUtcMs,
  )

function timesOf({ bundled }: BundleFacts): string {
  const sources = new Set(bundled.map(({ segment }) => segment.timeSource))
  return [
    'HOW THE TIME IS KNOWN',
    '  The device has no clock that runs without power, and believes none that somebody set. Each segment is tied, at its',
    '  first picture, to a counter that runs evenly from the start of the computer and never jumps (CLOCK_MONOTONIC). What',
    '  UTC was at a moment of that counter comes from outside (an anchor, at least one a minute while there is one):',
    ...(sources.has('satellites')
      ? ['  from satellites (GPS and its like): the receiver tells UTC with every fix, and several have to agree.']
      : []),
    ...(sources.has('phone')
      ? [
          '  from a phone: it told its own clock, as no satellites were received; nobody knows how right that clock was.',
        ]
      : []),
    ...(sources.has(null) ? ['  for some segments it is not recorded any more from where.'] : []),
    '  Between two anchors the time is interpolated. "+/-" is the most the first picture may be off: how exactly it is tied',
    "  to the counter, and how exactly UTC was known then. Times in the .gpx are the receiver's own.",
  ].join('\n')
}

const SOURCE_WORDS = { satellites: 'by satellites', phone: "by a phone's clock" } as const

function segmentLines({ segment, video, pictureHash }: BundledSegment): string {
  const { startUtcMs, startUncertaintyMs, timeSource, durationMs, frames, sizeBytes, state, bootNumber } = segment
  const exactly = startUncertaintyMs === null ? 'how exactly is unknown' : `+/- ${Math.ceil(startUncertaintyMs)} ms`
  const tagged = 'time, place and track were written into the file after recording, its picture is as recorded'
  return [
    `  ${video}`,
    `    first picture ${utcWords(startUtcMs)}, ${exactly}, ${timeSource === null ? UNKNOWN : SOURCE_WORDS[timeSource]}`,
    `    ${(durationMs / 1_000).toFixed(3)} s, ${frames} pictures, run ${bootNumber} of the device`,
    `    ${state === 'tagged' ? tagged : `as recorded, ${sizeBytes} bytes`}`,
    `    picture ${pictureHash ?? `hash ${UNKNOWN}: none was noted`}`,
  ].join('\n')
}

const CHECKING = [
  'HOW TO CHECK IT',
  '  Nothing in segments/ was altered for this bundle. In the folder this was unpacked to:',
  '    sha256sum -c SHA256SUMS           Linux',
  '    shasum -a 256 -c SHA256SUMS       macOS',
  '    certutil -hashfile FILE SHA256    Windows, file by file, to be compared with SHA256SUMS',
  '  That the picture is still the one that was recorded, which the .json of each segment has noted:',
  '    ffmpeg -v error -i segments/NAME.mp4 -map 0:v -c copy -f streamhash -hash murmur3 -',
].join('\n')

function unknownsOf({ fix, momentSegment }: BundleFacts): string {
  return [
    'WHAT THIS DOES NOT SHOW',
    '  The checksums tell whether a file changed since this bundle was made. They do not prove when it was made, by whom, or',
    '  that nobody changed a recording before: they are not signed.',
    '  A receiver may be some metres off, more between houses and under trees. Speeds are its own, along the ground.',
    ...(fix === null
      ? ['  Where the bicycle was at the moment, and how fast, is unknown: no fix is near enough to it.']
      : []),
    ...(momentSegment === null ? ['  Of the moment itself no original recording is in here.'] : []),
  ].join('\n')
}
