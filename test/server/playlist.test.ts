/** Playlists as text: parts, boundaries, dates, and what stays as a recording grows. */
import { describe, expect, it } from 'vitest'
import { type PlaylistFile, playlistOf } from '../../server/http/playlist.js'

/** Fragments of so many milliseconds, less than nothing where one begins without a keyframe, each 1,000 bytes, behind a header of 800. */
const file = (uri: string, durationsMs: readonly number[], known: Partial<PlaylistFile> = {}): PlaylistFile => {
  let startMs = 0
  const fragments = durationsMs.map((signedMs, index) => {
    const durationMs = Math.abs(signedMs)
    const place = { offset: 800 + index * 1_000, sizeBytes: 1_000 }
    const fragment = {
      ...place,
      startMs,
      durationMs,
      frames: 10,
      longestFrameMs: 100,
      beginsWithKeyframe: signedMs > 0,
    }
    startMs += durationMs
    return fragment
  })
  return { uri, headerBytes: 800, fragments, startUtcMs: null, isGrowing: false, ...known }
}
const linesOf = (...told: Parameters<typeof playlistOf>): string[] => (playlistOf(...told) ?? '').trimEnd().split('\n')
/** Length and byte range of each part. */
const partsOf = (files: readonly PlaylistFile[], mayGrow = false): string[] => {
  const lines = linesOf(files, mayGrow)
  return lines.flatMap((line, index) =>
    line.startsWith('#EXTINF') ? [`${line.slice(8, -1)} ${lines[index + 1]?.split(':')[1]} ${lines[index + 2]}`] : [],
  )
}
const SECONDS = (count: number): number[] => new Array<number>(count).fill(1_000)

describe('a playlist', () => {
  it('of a ride that is over is complete', () => {
    expect(linesOf([file('a.mp4', SECONDS(4), { startUtcMs: Date.UTC(2026, 5, 6, 8, 0, 0, 123) })], false)).toEqual([
      '#EXTM3U',
      '#EXT-X-VERSION:7',
      '#EXT-X-TARGETDURATION:2',
      '#EXT-X-PLAYLIST-TYPE:VOD',
      '#EXT-X-INDEPENDENT-SEGMENTS',
      '#EXT-X-MAP:URI="a.mp4",BYTERANGE="800@0"',
      '#EXT-X-PROGRAM-DATE-TIME:2026-06-06T08:00:00.123Z',
      '#EXTINF:2.00000,',
      '#EXT-X-BYTERANGE:2000@800',
      'a.mp4',
      '#EXTINF:2.00000,',
      '#EXT-X-BYTERANGE:2000@2800',
      'a.mp4',
      '#EXT-X-ENDLIST',
    ])
  })

  it('of a ride in progress has no end', () => {
    const lines = linesOf([file('a.mp4', SECONDS(4), { isGrowing: true })], true)
    expect(lines).toContain('#EXT-X-PLAYLIST-TYPE:EVENT')
    expect(lines).not.toContain('#EXT-X-ENDLIST')
  })

  it.each([
    ['pairs of seconds', [1_000, 1_000, 1_000, 1_000], ['2.00000 2000@800 a', '2.00000 2000@2800 a']],
    ['an odd second at the end', [1_000, 1_000, 1_000], ['2.00000 2000@800 a', '1.00000 1000@2800 a']],
    ['seconds that are a little short', [980, 990, 970, 990], ['1.97000 2000@800 a', '1.96000 2000@2800 a']],
    ['a keyframe every five seconds', [5_000, 5_000], ['5.00000 1000@800 a', '5.00000 1000@1800 a']],
    ['a keyframe every quarter', new Array(8).fill(250), ['1.50000 6000@800 a', '0.50000 2000@6800 a']],
    [
      'a keyframe every four',
      [1_500, -1_500, -1_000, 1_500, -1_500, -1_000],
      ['4.00000 3000@800 a', '4.00000 3000@3800 a'],
    ],
    [
      'keyframes that come as they like',
      [1_500, -500, 400, 1_500, -100],
      ['2.00000 2000@800 a', '2.00000 3000@2800 a'],
    ],
  ])('has parts of about two seconds: %s', (_, durationsMs, expected) => {
    expect(partsOf([file('a', durationsMs)])).toEqual(expected)
  })

  it('tells of each file where it begins, and of the time where it is known', () => {
    const lines = linesOf(
      [file('a', SECONDS(2)), file('b', SECONDS(2), { startUtcMs: 0, headerBytes: 900 }), file('c', SECONDS(2))],
      false,
    )
    const marks = lines.filter((line) => /DISCONTINUITY|MAP|DATE|ENDLIST/.test(line))
    expect(marks).toEqual([
      '#EXT-X-MAP:URI="a",BYTERANGE="800@0"',
      '#EXT-X-DISCONTINUITY',
      '#EXT-X-MAP:URI="b",BYTERANGE="900@0"',
      '#EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:00:00.000Z',
      '#EXT-X-DISCONTINUITY',
      '#EXT-X-MAP:URI="c",BYTERANGE="800@0"',
      '#EXT-X-ENDLIST',
    ])
  })

  it('is none while there is nothing to play', () => {
    expect(playlistOf([], true)).toBeNull()
    expect(playlistOf([file('a', [1_000], { isGrowing: true })], true)).toBeNull()
  })

  it('leaves out a file without a part, without a boundary for it', () => {
    const lines = linesOf([file('a', []), file('b', SECONDS(2)), file('c', [1_000], { isGrowing: true })], true)
    expect(lines.filter((line) => /DISCONTINUITY|MAP/.test(line))).toEqual(['#EXT-X-MAP:URI="b",BYTERANGE="800@0"'])
  })

  it.each([
    [[1_000, 1_000], 2],
    [[1_490, 1_000], 2],
    [[2_400], 2],
    [[2_500], 3],
    [[5_020], 5],
    [[400], 2],
  ])('of parts %j has a target of %d s: none rounds to more', (durationsMs, seconds) => {
    expect(linesOf([file('a', durationsMs)], false)).toContain(`#EXT-X-TARGETDURATION:${seconds}`)
  })

  it('only ever gets longer while the recording grows', () => {
    const story: readonly (readonly PlaylistFile[])[] = [
      ...[1, 2, 3, 4, 5].map((count) => [file('a', SECONDS(count), { isGrowing: true })]),
      [file('a', SECONDS(5)), file('b', [], { isGrowing: true })],
      [file('a', SECONDS(5)), file('b', SECONDS(1), { isGrowing: true })],
      [file('a', SECONDS(5)), file('b', SECONDS(2), { isGrowing: true })],
      [file('a', SECONDS(5)), file('b', SECONDS(3), { isGrowing: true }), file('c', [], { isGrowing: true })],
      [file('a', SECONDS(5)), file('b', SECONDS(3)), file('c', SECONDS(2), { isGrowing: true })],
    ]
    expectToGrow(story)
    expect(linesOf(story.at(-1) ?? [], true).filter((line) => line.startsWith('#EXTINF'))).toHaveLength(3 + 2 + 1)
  })

  it('only ever gets longer while the recording of a camera with rare keyframes grows', () => {
    const durationsMs = [1_500, -1_500, -1_000, 1_500, -500, 1_000, 1_000, 1_500, -1_500, -1_500]
    expectToGrow(durationsMs.map((_, count) => [file('a', durationsMs.slice(0, count), { isGrowing: true })]))
  })
})

function expectToGrow(story: readonly (readonly PlaylistFile[])[]): void {
  const told = story.map((files) => linesOf(files, true))
  for (const [index, lines] of told.entries()) {
    const before = told[index - 1] ?? []
    if (before.some((line) => line.startsWith('#EXTINF'))) expect(lines.slice(0, before.length)).toEqual(before)
  }
}
