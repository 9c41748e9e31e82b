/** What is drawn into the picture of a clip says the truth, and nothing that was typed can give orders to the one who draws. */
import { describe, expect, it } from 'vitest'
import { overlayOf } from '../../../server/export/overlay.js'
import { clockIn, headingOf, shownText, speedOf } from '../../../server/export/overlay-words.js'
import { pointsOfRide, START_UTC_MS } from '../../fakes/filmed-ride.js'

const options = {
  ...({ widthPx: 1_920, heightPx: 1_080, units: 'metric', timeZone: 'Europe/Berlin', simulated: false } as const),
  ...{ fromUtcMs: START_UTC_MS + 500, toUtcMs: START_UTC_MS + 12_000, points: pointsOfRide(24) },
}

/** Lines as [begin, end, style, text without its tags]. */
const linesOf = (script: string): string[][] =>
  script
    .split('\n')
    .filter((line) => line.startsWith('Dialogue: '))
    .map((line) => line.split(','))
    .map(([, from = '', to = '', style = '', , , , , , ...text]) => [
      from,
      to,
      style,
      text.join(',').replace(/\{.*?\}/g, ''),
    ])

describe('the words of an overlay', () => {
  it.each([
    [0, 'metric', '0'],
    [7.3, 'metric', '26'],
    [7.3, 'imperial', '16'],
    [null, 'metric', '–'],
  ] as const)('tells %s m/s in %s units as %s', (speedMps, units, told) => {
    expect(speedOf(speedMps, units)).toBe(told)
  })

  it.each([
    [0, 'N 0°'],
    [22, 'N 22°'],
    [23, 'NE 23°'],
    [225, 'SW 225°'],
    [337.6, 'N 338°'],
    [359.7, 'N 0°'],
    [360, 'N 0°'],
  ])('tells %s degrees as %s', (courseDeg, told) => {
    expect(headingOf(courseDeg)).toBe(told)
  })

  it.each([
    ['Europe/Berlin', '2026-10-25T00:59:59Z', '2026-10-25 02:59:59 UTC+02:00'],
    ['Europe/Berlin', '2026-10-25T01:00:00Z', '2026-10-25 02:00:00 UTC+01:00'],
    ['America/St_Johns', '2026-01-01T03:29:59Z', '2025-12-31 23:59:59 UTC-03:30'],
    ['UTC', '2026-07-01T00:00:00Z', '2026-07-01 00:00:00 UTC'],
  ])('shows the clock of %s at %s as %s', (timeZone, iso, told) => {
    const { day, time, zone } = clockIn(timeZone)(Date.parse(iso))
    expect(`${day} ${time} ${zone}`).toBe(told)
  })

  it.each([
    ['{\\pos(0,0)}x', '(/pos(0,0))x'],
    ['a\\Nb', 'a/Nb'],
    ['line\r\nDialogue: 0', 'line Dialogue: 0'],
  ])('shows %j as %j, which draws nothing else', (text, shown) => {
    expect(shownText(text)).toBe(shown)
  })
})

describe('an overlay', () => {
  const lines = linesOf(overlayOf(options))

  it('changes its clock with the second, and shows it from the first frame to the last', () => {
    const clock = lines.filter(([, , , text]) => text?.startsWith('2026-'))
    expect(clock[0]).toEqual(['0:00:00.00', '0:00:00.50', 'Small', '2026-07-01  UTC+02:00\\N08:15:07'])
    expect(clock[1]).toEqual(['0:00:00.50', '0:00:01.50', 'Small', '2026-07-01  UTC+02:00\\N08:15:08'])
    expect(clock.at(-1)).toEqual(['0:00:10.50', '0:00:11.50', 'Small', '2026-07-01  UTC+02:00\\N08:15:18'])
  })

  it('shows the speed of each fix until the next', () => {
    const speeds = lines.filter(([, , style]) => style === 'Speed')
    expect(speeds.slice(0, 2)).toEqual([
      ['0:00:00.00', '0:00:00.50', 'Speed', '18 km/h'],
      ['0:00:00.50', '0:00:01.50', 'Speed', '22 km/h'],
    ])
    expect(speeds[7]).toEqual(['0:00:06.50', '0:00:07.50', 'Speed', '– km/h'])
  })

  it('shows dashes from 2 s behind the last fix on', () => {
    const points = options.points.filter(({ utcMs }) => (utcMs ?? 0) <= START_UTC_MS + 3_000)
    const speeds = linesOf(overlayOf({ ...options, points })).filter(([, , style]) => style === 'Speed')
    expect(speeds.slice(-2)).toEqual([
      ['0:00:02.50', '0:00:04.50', 'Speed', '29 km/h'],
      ['0:00:04.50', '0:00:11.50', 'Speed', '– km/h'],
    ])
    const headings = linesOf(overlayOf({ ...options, points })).filter(([, , , text]) => text?.endsWith('°'))
    expect(headings.at(-1)).toEqual(['0:00:02.50', '0:00:04.50', 'Small', 'NE 39°'])
  })

  it('has a clock and dashes even where the ride has no track', () => {
    const bare = linesOf(overlayOf({ ...options, points: [] }))
    expect(new Set(bare.map(([, , style]) => style))).toEqual(new Set(['Small', 'Speed']))
  })

  it('is marked where it is simulated', () => {
    const said = (simulated: boolean) =>
      linesOf(overlayOf({ ...options, simulated })).filter(([, , , text]) => text === 'simulated')
    expect(said(false)).toEqual([])
    expect(said(true)).toEqual([['0:00:00.00', '0:00:11.50', 'Small', 'simulated']])
  })

  it('moves its dot along the drawn route, and keeps it within the picture', () => {
    const moves = [...overlayOf(options).matchAll(/\\move\(([\d.,]+)\)/g)].map(([, told = '']) =>
      told.split(',').map(Number),
    )
    expect(moves.length).toBeGreaterThan(10)
    for (const [index, [x = -1, y = -1, , , begin, end]] of moves.entries()) {
      expect(x > 1_600 && x < 1_920 && y > 0 && y < 300).toBe(true)
      expect(begin).toBeLessThan(end ?? 0)
      const [, , toX, toY] = moves[index - 1] ?? [0, 0, x, y]
      expect([toX, toY]).toEqual([x, y])
    }
  })
})
