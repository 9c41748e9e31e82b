/** The list of what ffmpeg plays finds each keyframe, and its times do not drift. */
import { describe, expect, it } from 'vitest'
import { concatListOf } from '../../../server/export/concat-list.js'

const piece = { path: '/card/a.mp4', inMs: 0, outMs: null, lastsMs: 1_000 }

const words = (list: string, word: string): string[] =>
  list
    .split('\n')
    .filter((line) => line.startsWith(`${word} `))
    .map((line) => line.slice(word.length + 1))

describe('a list for the concat demuxer', () => {
  it.each([
    [0, '0'],
    [1_023.5677083, '1.023568'],
    [1_023.5671, '1.023568'],
    [6_013.28125, '6.013282'],
    [4_000, '4'],
    [4_000.0000000001, '4'],
  ])('begins %d ms into a file at %s, never before the keyframe there', (inMs, told) => {
    expect(words(concatListOf([{ ...piece, inMs }]), 'inpoint')).toEqual([told])
  })

  it('does not add up what it rounds', () => {
    const thirds = Array.from({ length: 3_000 }, () => ({ ...piece, lastsMs: 1_000 / 3 }))
    const durations = words(concatListOf(thirds), 'duration').map(Number)
    expect(durations.reduce((sum, duration) => sum + duration, 0)).toBeCloseTo(1_000, 6)
  })

  it.each([
    ["/card/it's.mp4", "'file:/card/it'\\''s.mp4'"],
    ['/card/a b#c|d.mp4', "'file:/card/a b#c|d.mp4'"],
    ['/card/back\\slash.mp4', "'file:/card/back\\slash.mp4'"],
  ])('names %s so that ffmpeg reads that', (path, told) => {
    expect(words(concatListOf([{ ...piece, path }]), 'file')).toEqual([told])
  })

  it('refuses a path for which the format has no word', () => {
    expect(() => concatListOf([{ ...piece, path: '/card/a\nfile b.mp4' }])).toThrow('line break')
  })
})
