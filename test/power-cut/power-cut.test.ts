/** The plug is pulled at any moment, with two cameras recording and segments being tagged all the time. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nextStart } from './after.js'
import { type CrashState, crashStates } from './crash-states.js'
import { makeClip } from './device-on-card.js'
import { inOneLine, judge, type Verdict } from './judging.js'
import { whyNoCards } from './mounts.js'
import { type Recording, recordRide } from './recording.js'

const isLong = process.env['SPOKECAM_TEST'] === 'long'
const STATES = isLong ? 100 : 6
const SECONDS = isLong ? 30 : 13
/** Without syncs nearly nothing is on the card so soon; a few states show it. */
const CARELESS_STATES = 10
const CARELESS_FROM_MS = 8_000
const AT_ONCE = 2
const SEED = 4

const whyNot = whyNoCards()

describe.skipIf(whyNot !== null)(`a power cut${whyNot === null ? '' : ` (skipped: ${whyNot})`}`, () => {
  let folder: string
  let recording: Recording
  let careless: Recording

  beforeAll(async () => {
    folder = await mkdtemp('/dev/shm/spokecam-power-cut-')
    const clip = join(folder, 'clip.mp4')
    await makeClip(clip)
    const record = async (name: string, startedBy: readonly string[]): Promise<Recording> => {
      const own = join(folder, name)
      await mkdir(own)
      const ride = { clip, cameras: ['front', 'rear'], segmentSeconds: 3, startedBy }
      return recordRide({ folder: own, seconds: SECONDS, writeMs: 1, ...ride })
    }
    const both = await Promise.all([record('careful', []), isLong ? record('careless', ['eatmydata']) : null])
    recording = both[0]
    careless = both[1] ?? both[0]
  }, 120_000)
  afterAll(() => rm(folder, { recursive: true, force: true }))

  const cuts = async (of: Recording, count: number, fromMs: number): Promise<Verdict[]> => {
    const [fromMonoMs, toMonoMs] = [of.startedMonoMs + fromMs, of.stoppedMonoMs]
    const states = crashStates(of.records, { count, seed: SEED, fromMonoMs, toMonoMs })
    const verdicts = await inTurns(states, (state, index) => verdictOn(of, state, join(folder, `state-${index}`)))
    process.stdout.write(`${inOneLine(verdicts)}\n`)
    return verdicts.filter((verdict) => verdict !== null)
  }

  it(`at any of ${STATES} blocks costs at most 2 s of track and of video, harms nothing older, and the next start records at once`, {
    timeout: 900_000,
  }, async () => {
    const verdicts = await cuts(recording, STATES, 0)
    expect(verdicts.flatMap(({ complaints }) => complaints)).toEqual([])
    // A torn superblock, and nothing less, may keep a card from being mounted.
    expect(verdicts.length).toBeGreaterThanOrEqual(STATES * 0.97)
  })

  it.runIf(isLong)(
    'would be found to cost far more, were fsync and fdatasync to do nothing',
    { timeout: 180_000 },
    async () => {
      const verdicts = await cuts(careless, CARELESS_STATES, CARELESS_FROM_MS)
      expect(verdicts.filter(({ isCostly }) => !isCostly)).toEqual([])
      expect(verdicts).toHaveLength(CARELESS_STATES)
    },
  )
})

async function verdictOn(recording: Recording, state: CrashState, work: string): Promise<Verdict | null> {
  const after = await nextStart(recording, state, work)
  return after === null ? null : judge(recording, state, after)
}

/** Does the work for all, a few at once, and answers what came of each in their order. */
async function inTurns<Item, Outcome>(
  items: readonly Item[],
  work: (item: Item, index: number) => Promise<Outcome>,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  const waiting = [...items.entries()]
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, item] = next
      outcomes[index] = await work(item, index)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return outcomes
}
