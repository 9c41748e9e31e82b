/** What a bundle tells in words: nothing it does not know, and nothing that would be taken for markup. */
import { describe, expect, it } from 'vitest'
import { explanationOf } from '../../server/export/bundle-explanation.js'
import { type BundledSegment, type BundleSubject, factsOf } from '../../server/export/bundle-facts.js'
import { statementOf } from '../../server/export/bundle-statement.js'
import {
  directionWords,
  lengthWords,
  localTimeOf,
  onOneLine,
  speedWords,
  utcForNames,
  utcWords,
  zoneOrUtc,
} from '../../server/export/bundle-words.js'
import { aClip, aPoint, aSegment, at } from '../fakes/a-bundle.js'

const bundled = (known: Partial<BundledSegment> = {}): BundledSegment => ({
  ...{ segment: aSegment(60), video: 'segments/v.mp4', track: 'segments/v.gpx', record: 'segments/v.json' },
  ...{ pictureHash: null, ...known },
})

const facts = (known: Partial<BundleSubject> = {}, segments: readonly BundledSegment[] = [bundled()]) =>
  factsOf(
    {
      ...{ clip: aClip(), ride: { id: 'ride-a', name: null, simulated: false }, points: [aPoint(1_900)] },
      ...{ marked: { atUtcMs: at(66), cause: 'rider', note: null }, timeZone: 'Europe/Ljubljana', units: 'metric' },
      ...{ software: 'Spokecam 0.1.0', ...known },
    },
    segments,
    [],
  )

/** Of a row of the statement. */
function told(name: string, known: Partial<BundleSubject> = {}, segments?: readonly BundledSegment[]): string {
  const found = new RegExp(`<th scope="row">${name}</th><td>(.*?)</td>`, 's').exec(statementOf(facts(known, segments)))
  return (found?.[1] ?? 'no such row').replaceAll('<br>', ' | ').replace(/<[^>]*>/g, '')
}

describe('the statement', () => {
  it('has when, where, how fast and in which direction', () => {
    expect(told('Date and time')).toBe(
      'Saturday, 6 June 2026, 10:01:06.000 (Europe/Ljubljana, UTC+02:00) | 2026-06-06 08:01:06.000 UTC, ± 39 ms',
    )
    expect(told('Place')).toBe(
      '48.10000, 11.50000 (latitude, longitude; WGS 84) | measured 0.1 s before, within about 4 m; geo:48.10000,11.50000',
    )
    expect(told('Own speed')).toBe('18.0 km/h (11.2 mph)')
    expect(told('Own speed', { units: 'imperial' })).toBe('11.2 mph (18.0 km/h)')
    expect(told('Direction of travel')).toBe('towards the east (92° from true north)')
    expect(told('The clip shows')).toBe('10:01:04.000 (UTC+02:00) to 10:01:08.000 (UTC+02:00), 4.0 s')
    expect(statementOf(facts())).toContain('<a href="geo:48.10000,11.50000">')
  })

  it('has the slowest and the fastest of the clip', () => {
    const points = [4, null, 2, 9].map((speedMps, index) => aPoint(index * 1_000, { speedMps }))
    expect(told('Own speed in the clip', { points })).toBe('from 7.2 km/h (4.5 mph) to 32.4 km/h (20.1 mph)')
  })

  it('says of nothing more than is known', () => {
    expect(told('Place', { points: [] })).toBe('unknown')
    expect(told('Own speed', { points: [] })).toBe('unknown')
    expect(told('Own speed in the clip', { points: [] })).toBe('unknown')
    expect(told('Direction of travel', { points: [] })).toBe('unknown')
    expect(told('Own speed', { points: [aPoint(2_000, { speedMps: null })] })).toBe('unknown')
    expect(told('Place', { points: [aPoint(2_000, { accuracyM: null })] })).toContain(
      'measured then, how exactly is unknown',
    )
    expect(told('Date and time', {}, [])).toContain('UTC, how exactly is unknown')
    const vague = bundled({ segment: aSegment(60, { startUncertaintyMs: null }) })
    expect(told('Date and time', {}, [vague])).toContain('UTC, how exactly is unknown')
  })

  it('takes no fix for the moment that is over two seconds away from it', () => {
    expect(told('Place', { points: [aPoint(0, { utcMs: at(66) - 2_001 })] })).toBe('unknown')
    expect(told('Place', { points: [aPoint(0, { utcMs: at(66) + 1_999 })] })).toContain('measured 2.0 s later')
  })

  it('takes the time in the clip where a fix has none of its own', () => {
    expect(told('Place', { points: [aPoint(2_000, { utcMs: null })] })).toContain('measured then')
  })

  it('says whose moment it is', () => {
    expect(told('Which is', { marked: null })).toBe('the middle of the clip, as no moment in it was marked')
    expect(told('Which is', { marked: { atUtcMs: at(66), cause: 'crash', note: null } })).toContain('noticed a crash')
  })

  it('is marked in big letters where the ride never took place, and only there', () => {
    const ride = { id: 'ride-a', name: null, simulated: true }
    expect(statementOf(facts({ ride }))).toContain('<p class="simulated">SIMULATED')
    expect(statementOf(facts())).not.toContain('SIMULATED')
  })

  it.each([
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "' onload='alert(1)",
    '</title></style><b>',
    '&lt;b&gt; &amp;',
    'ride 🚲 𝒻 ünïcödé',
  ])('shows a name as it is: %s', (name) => {
    const marked = { atUtcMs: at(66), cause: 'rider', note: name } as const
    const clip = aClip({ camera: name })
    const page = statementOf(facts({ ride: { id: 'ride-a', name, simulated: false }, marked, clip, software: name }))
    const tags = page.match(/<[^>]*>/g) ?? []
    expect(tags.filter((tag) => /script|img|onerror|onload|<b>/.test(tag))).toEqual([])
    const shown = page.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))
    expect(shown.split(name)).toHaveLength(6)
  })

  it('keeps a note of several lines together, and asks for nothing from anywhere', () => {
    const marked = { atUtcMs: at(66), cause: 'rider', note: 'one\r\ntwo\u2028three\u202e' } as const
    const page = statementOf(facts({ marked }))
    expect(page).toContain('<q>one two three</q>')
    expect(page).not.toMatch(/src=|url\(|@import|<link|<script|https?:/)
  })
})

describe('the explanation', () => {
  it('says by whom the time was told, and how exactly', () => {
    const phone = bundled({ segment: aSegment(60, { timeSource: 'phone', startUncertaintyMs: 812.4 }) })
    const nobody = bundled({ segment: aSegment(60, { timeSource: null, startUncertaintyMs: null }) })
    expect(explanationOf(facts(), true)).toContain('+/- 39 ms, by satellites')
    expect(explanationOf(facts({}, [phone]), true)).toContain("+/- 813 ms, by a phone's clock")
    expect(explanationOf(facts({}, [phone]), true)).toContain('nobody knows how right that clock was')
    expect(explanationOf(facts({}, [nobody]), true)).toContain('how exactly is unknown, unknown')
    expect(explanationOf(facts(), true)).not.toContain('phone')
  })

  it('says what the clip is, and what the device said of it', () => {
    const clip = aClip({ overlay: true, privacy: true, reason: '2.0 s\nare missing' })
    const text = explanationOf(facts({ clip }), true)
    expect(text).toContain(
      'encoded anew, with speed, clock and route drawn into the picture, without what lies in a privacy zone',
    )
    expect(text).toContain('Of the clip the device says: 2.0 s are missing')
  })

  it('says that of the moment itself there is no original, and no fix', () => {
    const text = explanationOf(facts({ points: [] }, [bundled({ segment: aSegment(20) })]), true)
    expect(text).toContain('Of the moment itself no original recording is in here.')
    expect(text).toContain('no fix is near enough to it')
  })

  it('lets no name begin a line of its own', () => {
    const ride = { id: 'ride-a', name: 'x\n\n*** SIMULATED\r\nHOW\u0007', simulated: false }
    expect(explanationOf(facts({ ride }), true)).toContain('Ride: ride-a (x *** SIMULATED HOW)\n')
  })
})

describe('local time', () => {
  it.each([
    ['2026-06-06T08:15:03.250Z', 'Europe/Ljubljana', 'Saturday, 6 June 2026', '10:15:03.250', 'UTC+02:00'],
    ['2026-10-25T00:59:59.999Z', 'Europe/Berlin', 'Sunday, 25 October 2026', '02:59:59.999', 'UTC+02:00'],
    ['2026-10-25T01:00:00.000Z', 'Europe/Berlin', 'Sunday, 25 October 2026', '02:00:00.000', 'UTC+01:00'],
    ['2026-03-29T01:00:00.000Z', 'Europe/Berlin', 'Sunday, 29 March 2026', '03:00:00.000', 'UTC+02:00'],
    ['2026-01-01T04:30:00.001Z', 'America/Toronto', 'Wednesday, 31 December 2025', '23:30:00.001', 'UTC-05:00'],
    ['2026-06-06T18:30:00.000Z', 'Asia/Kathmandu', 'Sunday, 7 June 2026', '00:15:00.000', 'UTC+05:45'],
    ['2026-06-06T00:00:00.000Z', 'UTC', 'Saturday, 6 June 2026', '00:00:00.000', 'UTC+00:00'],
  ])('at %s in %s', (iso, zone, day, clock, offset) => {
    expect(localTimeOf(Date.parse(iso), zone)).toEqual({ day, clock, offset })
  })

  it.each([
    [null, 'UTC'],
    ['Mars/Olympus', 'UTC'],
    ['Europe/London', 'Europe/London'],
  ])('of zone %s is that of %s', (given, zone) => {
    expect(zoneOrUtc(given)).toBe(zone)
  })
})

describe('words', () => {
  it.each([
    [0, 5, 'towards the north (0° from true north)'],
    [359.7, 5, 'towards the north (0° from true north)'],
    [337.4, 5, 'towards the north-west (337° from true north)'],
    [202, null, 'towards the south (202° from true north)'],
    [203, null, 'towards the south-west (203° from true north)'],
    [90, 0.3, 'standing, or as good as'],
    [null, 5, 'unknown'],
  ])('for a course of %s at %s m/s', (courseDeg, speedMps, words) => {
    expect(directionWords(courseDeg, speedMps)).toBe(words)
  })

  it('for speeds, lengths and times', () => {
    expect(speedWords(0, 'metric')).toBe('0.0 km/h (0.0 mph)')
    expect(speedWords(null, 'imperial')).toBe('unknown')
    expect([0, 49, 59_949, 59_960, 125_000, -1_500].map(lengthWords)).toEqual([
      ...['0.0 s', '0.0 s', '59.9 s', '1 min 0.0 s', '2 min 5.0 s', '1.5 s'],
    ])
    expect(utcWords(at(0) + 7)).toBe('2026-06-06 08:00:00.007 UTC')
    expect(utcForNames(at(0) + 999)).toBe('2026-06-06T080000Z')
    expect(onOneLine(' a\u0000\u001b[2Jb\u2029 ')).toBe('a [2Jb')
  })
})
