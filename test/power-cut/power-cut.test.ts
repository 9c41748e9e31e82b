import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nextStart } from './after.js'
import { type CrashState, crashStates } from './crash-states.js'
import { makeClip } from './device-on-card.js'
import { judge, type Verdict } from './judging.js'
import { whyNoCards } from './mounts.js'
import { type Recording, recordRide } from './recording.js'

const isLong = process.env['SPOKECAM_TEST'] === 'long'
const STATES = isLong ? 100 : 10
const SECONDS = isLong ? 30 : 14
const AT_ONCE = 2
const SEED = 4

const whyNot = whyNoCards()
const title = whyNot === null ? 'a power cut' : `a power cut (skipped: ${whyNot})`

let folder: string
let clip: string
beforeAll(async () => {
  if (whyNot !== null) return
  folder = await mkdtemp('/dev/shm/spokecam-power-cut-')
  clip = join(folder, 'clip.mp4')
  await makeClip(clip)
}, 30_000)
afterAll(async () => {
  if (whyNot === null) await rm(folder, { recursive: true, force: true })
})

describe.skipIf(whyNot !== null)(title, () => {
  it(`at any of ${STATES} blocks costs at most 2 s of track and of video, harms nothing older, and the next start records at once`, {
    timeout: 600_000,
  }, async () => {
    const recording = await recordRide({
      folder,
      clip,
      cameras: ['front', 'rear'],
      segmentSeconds: 3,
      seconds: SECONDS,
      writeMs: 1,
    })
    const verdicts = await afterEach(recording, STATES)
    process.stdout.write(`${told(verdicts)}\n`)
    expect(verdicts.flatMap((verdict) => verdict?.complaints ?? [])).toEqual([])
  })
})

async function afterEach(recording: Recording, count: number): Promise<(Verdict | null)[]> {
  const { startedMonoMs: fromMonoMs, stoppedMonoMs: toMonoMs } = recording
  const states = crashStates(recording.records, { count, seed: SEED, fromMonoMs, toMonoMs })
  const verdicts: (Verdict | null)[] = []
  const waiting = [...states.entries()]
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, state] = next
      verdicts[index] = await verdictOn(recording, state, join(folder, `state-${index}`))
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return verdicts
}

async function verdictOn(recording: Recording, state: CrashState, work: string): Promise<Verdict | null> {
  const after = await nextStart(recording, state, work)
  return after === null ? null : judge(recording, state, after)
}

function told(verdicts: readonly (Verdict | null)[]): string {
  const mounted = verdicts.filter((verdict) => verdict !== null)
  const figure = (name: string, of: (verdict: Verdict) => number): string => {
    const values = mounted.map(of).sort((one, other) => one - other)
    const [median, worst] = [values[Math.floor(values.length / 2)] ?? 0, values.at(-1) ?? 0]
    return `${name} ${Math.round(median)} ms, worst ${Math.round(worst)}`
  }
  return [
    `${mounted.length} of ${verdicts.length} power cuts mount; median of`,
    [
      figure('track lost', ({ lostTrackMs }) => lostTrackMs),
      figure('video lost', ({ lostVideoMs }) => lostVideoMs),
      figure('time until it records again', ({ recordsAgainAfterMs }) => recordsAgainAfterMs),
    ].join('; '),
  ].join(' ')
}
