/** Longer jobs of ffmpeg say when something went wrong that ffmpeg keeps to itself, and end when they are given up. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runIdleJob } from '../../core/process/idle-job.js'
import { makeSegment } from '../fakes/clip.js'
import { eventually } from '../fakes/eventually.js'
import { openSmallCard } from '../fakes/small-card.js'
import { whyNoCards } from '../power-cut/mounts.js'

let folder: string
let segment: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'idle-job-'))
  segment = join(folder, 'segment.mp4')
  await makeSegment(segment, { seconds: 10 })
}, 30_000)
afterAll(() => rm(folder, { recursive: true }))

const run = (words: readonly string[], rest: Partial<Parameters<typeof runIdleJob>[0]> = {}): Promise<void> =>
  runIdleJob({ words, folder, signal: new AbortController().signal, onWritten: () => {}, ...rest })

/** Endless, as fast as life. */
const ENDLESS = ['-re', '-f', 'lavfi', '-i', 'testsrc2=size=160x96:rate=10', '-f', 'null', '-']

const processesIn = async (place: string): Promise<string[]> => {
  const numbers = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const lines = await Promise.all(numbers.map((number) => readFile(`/proc/${number}/cmdline`, 'utf8').catch(() => '')))
  return lines.filter((line) => line.includes(place))
}

describe('a longer job', () => {
  it('tells how far it is', async () => {
    const told: number[] = []
    await run(['-i', segment, '-c', 'copy', '-f', 'mp4', 'copy'], { onWritten: (outputMs) => told.push(outputMs) })
    expect(told.at(-1)).toBeGreaterThan(9_000)
  })

  it('fails with what ffmpeg said last', async () => {
    await expect(run(['-i', 'nothing', '-f', 'mp4', 'out'])).rejects.toMatchObject({
      message: expect.stringContaining('nothing: No such file or directory'),
      code: null,
    })
  })

  it('fails where a file of a list is lost, which ffmpeg takes for the end', async () => {
    await writeFile(
      join(folder, 'list'),
      `ffconcat version 1.0\nfile 'file:${segment}'\nfile 'file:${folder}/lost.mp4'\n`,
    )
    const words = ['-f', 'concat', '-safe', '0', '-i', 'list', '-c', 'copy', '-f', 'mp4', 'out']
    await expect(run(words)).rejects.toMatchObject({ code: 'EIO' })
  })

  it.skipIf(whyNoCards() !== null)('says that the card is full', async () => {
    const card = await openSmallCard(8)
    try {
      const words = [
        '-f',
        'lavfi',
        '-i',
        'testsrc2=size=640x480:rate=10',
        '-t',
        '60',
        '-c:v',
        'rawvideo',
        '-f',
        'nut',
        'out',
      ]
      await expect(run(words, { folder: card.folderFromOutside })).rejects.toMatchObject({ code: 'ENOSPC' })
    } finally {
      await card.close()
    }
  })

  it('ends when it is given up', async () => {
    const stop = new AbortController()
    const place = join(folder, 'given-up')
    const job = run([...ENDLESS.slice(0, -3), '-f', 'nut', place], { signal: stop.signal })
    await eventually(async () => (await processesIn(place)).length === 1, { withinMs: 5_000 })
    stop.abort(new Error('canceled'))
    await expect(job).rejects.toThrow('canceled')
    expect(await processesIn(place)).toEqual([])
  })

  it('yields the processor and the card', async () => {
    const stop = new AbortController()
    const place = join(folder, 'yields')
    const job = run([...ENDLESS.slice(0, -3), '-f', 'nut', place], { signal: stop.signal }).catch(() => {}) // Given up below.
    await eventually(async () => (await processesIn(place)).length === 1, { withinMs: 5_000 })
    const numbers = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
    const stats = await Promise.all(
      numbers.map(async (number) => {
        const line = await readFile(`/proc/${number}/cmdline`, 'utf8').catch(() => '')
        return line.includes(place) ? readFile(`/proc/${number}/stat`, 'utf8') : ''
      }),
    )
    const nice = stats.join('').split(') ')[1]?.split(' ')[16]
    stop.abort()
    await job
    expect(nice).toBe('10')
  })
})
