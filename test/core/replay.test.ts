import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Step, step } from '../../core/store/orders.js'
import { lastRedoLine, openRedoLog } from '../../core/store/redo-log.js'
import { replay } from '../../core/store/replay.js'

let folder: string
let file: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'redo-'))
  file = join(folder, 'rides.db')
})
afterEach(() => rm(folder, { recursive: true }))

const LIFE = { isExact: true, isAtBackup: false, schema: 4, bootId: 'now', seq: 0 }
const named = (name: string): Step[] => [step('removeSegment', name)]
const life = (facts: Partial<typeof LIFE> = {}) => ({ kind: 'life', ...LIFE, ...facts })
const done = (seq: number) => ({ kind: 'done', seq, steps: named(`${seq}`) })
const closed = (seq: number) => ({ kind: 'closed', seq, schema: 4 })
const lines = (...all: readonly object[]): string => all.map((line) => `${JSON.stringify(line)}\n`).join('')

async function outcome(logs: Readonly<Record<number, string>>, backup: number | null = null) {
  for (const [generation, text] of Object.entries(logs)) await writeFile(`${file}.redo-${generation}`, text)
  const names: unknown[] = []
  const carryOut = (steps: readonly Step[]): void => void names.push(...steps.map(({ given }) => given[0]))
  const { isComplete } = replay(file, { backup, schema: 4, bootId: 'now', carryOut })
  return `${names.join(' ')} ${isComplete ? 'complete' : 'not proven'}`
}

describe('what was noted of a catalogue', () => {
  it.each([
    ['from its beginning on', { 0: lines(life(), done(1), done(2)) }, null, '1 2 complete'],
    [
      'over an end as it should be',
      { 0: lines(life(), done(1), closed(1), life({ seq: 1 }), done(2)) },
      null,
      '1 2 complete',
    ],
    [
      'without what could not be committed',
      { 0: lines(life(), done(1), { kind: 'undone', seq: 1 }, done(2)) },
      null,
      '2 complete',
    ],
    ['but for a torn last line', { 0: `${lines(life(), done(1))}{"kind":"done","seq":2,"st` }, null, '1 complete'],
    ['with a hole', { 0: lines(life(), done(1), done(3)) }, null, '1 3 not proven'],
    [
      'with a line that makes no sense',
      { 0: `${lines(life(), done(1))}\0\0\0\n${lines(done(2))}` },
      null,
      '1 2 not proven',
    ],
    [
      'after a process that was killed',
      { 0: lines(life(), done(1), life({ seq: 1, isExact: false }), done(2)) },
      null,
      '1 2 not proven',
    ],
    ['that a power cut ended', { 0: lines(life({ bootId: 'before' }), done(1)) }, null, '1 not proven'],
    [
      'of an earlier boot that ended as it should',
      { 0: lines(life({ bootId: 'before' }), done(1), closed(1)) },
      null,
      '1 complete',
    ],
    [
      'of other tables',
      { 0: lines(life({ schema: 3 }), done(1), closed(1), life({ seq: 1 }), done(2)) },
      null,
      '2 not proven',
    ],
    [
      'since a backup',
      { 0: lines(life(), done(1)), 1: lines(life({ seq: 1, isAtBackup: true }), done(2)) },
      1,
      '2 complete',
    ],
    [
      'since the backup before that one',
      { 0: lines(life(), done(1)), 1: lines(life({ seq: 1, isAtBackup: true }), done(2)) },
      null,
      '1 2 complete',
    ],
    [
      'since a backup that nobody noted along with it',
      { 1: lines(life({ isExact: false }), done(1)) },
      1,
      '1 not proven',
    ],
    [
      'since a catalogue that nobody has any more',
      { 1: lines(life({ isExact: false }), done(1)) },
      null,
      '1 not proven',
    ],
    ['that is gone', {}, 1, ' not proven'],
  ])('%s is carried out again', async (_, logs, backup, expected) => {
    expect(await outcome(logs, backup)).toBe(expected)
  })

  it('is gone on with after a torn line as after a whole one, and its last line is found from its end', async () => {
    const first = openRedoLog(file, 0, LIFE)
    expect([first.note(named('1')), first.note(named('x'.repeat(200_000)))]).toEqual([1, 2])
    first.close(false)
    expect(lastRedoLine(file, 0)).toMatchObject({ kind: 'done', seq: 2 })
    await writeFile(`${file}.redo-0`, `${await readFile(`${file}.redo-0`, 'utf8')}{"kind":"do`)
    expect(lastRedoLine(file, 0)).toMatchObject({ kind: 'done', seq: 2 })
    const second = openRedoLog(file, 0, { ...LIFE, seq: 2 })
    second.note(named('3'))
    second.close(true)
    expect(lastRedoLine(file, 0)).toEqual(closed(3))
    expect((await outcome({})).endsWith(' 3 complete')).toBe(true)
  })
})
