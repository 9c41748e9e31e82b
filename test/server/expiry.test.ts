/** Clips go after seven days with the power on, where the device finds them first, and by no date. */
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Clip } from '../../core/ride/clip.js'
import { STAYS_MS } from '../../core/store/clips.js'
import { openExpiry } from '../../server/export/expiry.js'
import { openExportFolder } from '../../server/export/export-folder.js'
import { aWish, type QueueUnderTest, startQueue } from '../fakes/clips.js'
import { eventually } from '../fakes/eventually.js'

const SOON = { withinMs: 5_000 }
let data: string
let queue: QueueUnderTest
let nowMs = 0
const gone: Clip[] = []

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'spokecam-expiry-'))
  queue = await startQueue(data)
  gone.length = 0
})
afterEach(async () => {
  await queue.stop()
  await rm(data, { recursive: true })
})

/** The clock begins anew with each boot. */
function boot(tickMs = 10): { readonly stop: () => Promise<void> } {
  nowMs = 0
  const stop = new AbortController()
  const log = { info: () => {}, warn: () => {}, error: () => {} }
  const files = openExportFolder(join(data, 'exports'))
  const tell = (clip: Clip) => void gone.push(clip)
  const ended = openExpiry({
    ...{ clips: queue.clips, files, isWritable: true, tell, log, tickMs },
    nowMonoMs: () => nowMs,
  }).run(stop.signal)
  return {
    stop: async () => {
      stop.abort()
      await ended
    },
  }
}

async function aClip(): Promise<string> {
  const asked = await queue.exporter.ask('ride-a', aWish())
  const id = asked.kind === 'queued' ? asked.clip.id : ''
  await eventually(() => queue.exporter.clip(id)?.state === 'ready', SOON)
  return id
}

it('a clip that has had its time goes where room is made first, and then altogether', async () => {
  const id = await aClip()
  const first = boot()
  nowMs = STAYS_MS - 1
  await eventually(() => queue.clips.clip(id)?.expiresInMs === 1, SOON)
  const stayed = await aClip()
  await first.stop()

  const second = boot(50)
  nowMs = 1
  const expired = async () => readdir(join(data, 'exports', 'expired')).catch(() => [])
  await eventually(async () => (await expired()).length === 2, SOON)
  expect((await expired()).sort()).toEqual([`${id}-clip.mp4.expired`, `${id}-track.gpx.expired`])
  expect([queue.clips.clip(id), gone.map((clip) => [clip.id, clip.expiresInMs])]).toEqual([null, [[id, 0]]])
  await eventually(async () => (await expired()).length === 0, SOON)
  expect((await readdir(join(data, 'exports'))).sort()).toEqual([stayed, 'expired'].sort())
  await second.stop()
})

it('the minutes before a stop count, too', async () => {
  const id = await aClip()
  const running = boot(60_000)
  nowMs = 20_000
  await running.stop()
  expect(queue.clips.clip(id)?.expiresInMs).toBe(STAYS_MS - 20_000)
})
