import { describe, expect, it } from 'vitest'
import { createLineSplitter, MOST_LINE_BYTES } from '../../core/process/lines.js'
import { inPieces } from '../fakes/gpsd-streams.js'

const take = (pieces: Iterable<Buffer>) => {
  const splitter = createLineSplitter()
  const lines = [...pieces].flatMap((piece) => splitter.take(piece))
  return { lines, overlong: splitter.overlong(), rest: splitter.rest() }
}

describe('lines', () => {
  it.each([
    ['nothing', '', [], []],
    ['one line', 'a\n', ['a'], []],
    ['CRLF as LF', 'a\r\nb\r\n', ['a', 'b'], []],
    ['no empty lines', '\n\r\na\n\n\r\nb\n', ['a', 'b'], []],
    ['a carriage return inside', 'a\rb\n', ['a\rb'], []],
    ['what stands after the last newline', 'a\nbc', ['a'], ['bc']],
    ['characters of several bytes', 'é Ü 日 🚲\nâÊ\n', ['é Ü 日 🚲', 'âÊ'], []],
  ])('are found whatever the chunks: %s', (_name, text, lines, rest) => {
    const bytes = Buffer.from(text)
    for (const most of [1, 2, 3, 1000]) expect(take(inPieces(bytes, most))).toEqual({ lines, overlong: 0, rest })
  })

  it.each([1, 7, 65_536, 1 << 20])(
    'are thrown away over 64 KiB, and counted, with pieces of up to %d bytes',
    (most) => {
      const justRight = 'x'.repeat(MOST_LINE_BYTES)
      const bytes = Buffer.from(
        `a\n${justRight}\nb\n${justRight}y\nc\n${'é'.repeat(MOST_LINE_BYTES / 2)}\n${'日'.repeat(30_000)}\nd`,
      )
      const { lines, overlong, rest } = take(inPieces(bytes, most))
      expect(lines.map((line) => line.slice(0, 1))).toEqual(['a', 'x', 'b', 'c', 'é'])
      expect(overlong).toBe(2)
      expect(rest).toEqual(['d'])
    },
  )

  it('count an endless line once and hold no more than 64 KiB of it', () => {
    const splitter = createLineSplitter()
    const before = process.memoryUsage().arrayBuffers
    const chunk = Buffer.alloc(65_536, 'x')
    for (let count = 0; count < 1024; count += 1) splitter.take(chunk)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1 << 20)
    expect(splitter.overlong()).toBe(1)
    expect(splitter.take(Buffer.from('\nnext\n'))).toEqual(['next'])
  })

  it('keep every byte when read as latin1', () => {
    const bytes = Buffer.from(
      Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => byte !== 10 && byte !== 13),
    )
    const lines = createLineSplitter('latin1').take(Buffer.concat([bytes, Buffer.from('\n')]))
    expect(lines.map((line) => Buffer.from(line, 'latin1'))).toEqual([bytes])
  })
})
