/** Trouble with the catalogue in the middle of a ride: the recording goes on, and nothing that anybody was told is lost. */
import { open, readdir, truncate, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import type { Page } from '../../core/api/shapes.js'
import type { Segment } from '../../core/ride/footage.js'
import type { Now } from '../../core/ride/now.js'
import { connect } from '../../core/store/connection.js'
import { openReader } from '../../core/store/store.js'
import { eventually } from '../fakes/eventually.js'
import { openLiveClient } from '../fakes/live-client.js'
import { get, SMALL_CAMERA, startSpokecam } from '../fakes/spokecam.js'

const isLong = process.env['SPOKECAM_TEST'] === 'long'
const SOON = { withinMs: 20_000 }
const LOCKED_MS = 5_000
const SETTINGS = { GPS__SOURCE: 'simulator:?rateHz=5', CAMERAS: [SMALL_CAMERA], RECORDING__SEGMENT_SECONDS: '3' }

interface Told {
  readonly fixes: readonly number[]
  readonly segments: readonly string[]
}

/** What was told and is not in the catalogue. */
function missing(file: string, { fixes, segments }: Told): readonly unknown[] {
  const reader = openReader(file)
  try {
    const [ride] = reader?.rides({ limit: 1, cursor: null }).items ?? []
    const there = new Set([...(reader?.pointsOf(ride?.id ?? '') ?? [])].map(({ utcMs }) => utcMs))
    return [
      ...fixes.filter((utcMs) => !there.has(utcMs)),
      ...segments.filter((id) => (reader?.segment(id)?.state ?? 'recording') === 'recording'),
    ]
  } finally {
    reader?.close()
  }
}

/** Rubbish over the first pages: the head, and the tables of what is recorded now. */
async function scribble(file: string): Promise<void> {
  const descriptor = await open(file, 'r+')
  await descriptor.write(Buffer.alloc(60_000, 'rubbish'), 0, null, 0)
  await descriptor.close()
}

async function lock(file: string): Promise<void> {
  const other = connect(file, {})
  other.exec('BEGIN IMMEDIATE')
  await sleep(LOCKED_MS)
  other.exec('ROLLBACK')
  other.close()
}

const WHILE_RIDING: readonly {
  readonly name: string
  readonly trouble: (file: string) => Promise<void>
  readonly aside: number
}[] = [
  { name: 'locked by another process for 5 s', trouble: lock, aside: 0 },
  { name: 'written over with rubbish', trouble: scribble, aside: 1 },
  { name: 'cut off to nothing', trouble: (file) => truncate(file, 0), aside: 2 },
  ...(isLong ? [{ name: 'cut off', trouble: (file: string) => truncate(file, 30_000), aside: 3 }] : []),
  // Of one that is gone there is nothing to set aside but its log.
  ...(isLong ? [{ name: 'taken away', trouble: (file: string) => unlink(file), aside: 3 }] : []),
]

it('a ride whose catalogue is locked, written over, cut off and gone goes on without a gap, and nothing that was told of it is lost', {
  timeout: 120_000,
}, async () => {
  let spokecam = await startSpokecam(SETTINGS)
  const file = join(spokecam.data, 'rides.db')
  try {
    const token = await spokecam.pair()
    const live = openLiveClient(spokecam.url, token)
    const now = () => get<Now>(spokecam, token, '/now')
    const told = (): Told => ({
      fixes: live.messages.flatMap((message) =>
        message.kind === 'fix' && message.fix.utcMs !== null ? [message.fix.utcMs] : [],
      ),
      segments: live.messages.flatMap((message) =>
        message.kind === 'segment' && message.segment.state !== 'recording' ? [message.segment.id] : [],
      ),
    })
    const asides = async () => (await readdir(spokecam.data)).filter((name) => /broken-\d+$/.test(name)).length
    await eventually(() => told().segments.length > 0, SOON)

    for (const { name, trouble, aside } of WHILE_RIDING) {
      await trouble(file)
      await eventually(async () => (await asides()) === aside, SOON)
      const expected = told()
      await eventually(() => missing(file, expected).length === 0, SOON).catch(() => {})
      expect({ name, missing: missing(file, expected) }).toEqual({ name, missing: [] })
    }
    const segmentsThen = told().segments.length
    await eventually(() => told().segments.length > segmentsThen, SOON)
    const [camera] = (await now()).cameras
    expect(camera).toMatchObject({ state: 'recording', gaps: 0 })
    expect((camera?.framesExpected ?? 0) - (camera?.frames ?? 0)).toBeLessThan(2 * SMALL_CAMERA.fps)
    // The server reads the catalogue that is there now, not the one set aside.
    const rideId = (await now()).ride?.id
    const expected = told()
    const served = async () => {
      const { items } = await get<Page<Segment>>(spokecam, token, `/rides/${rideId}/segments?limit=100`)
      return items.map(({ id }) => id)
    }
    expect(await served()).toEqual(expect.arrayContaining([...expected.segments]))
    live.close()

    expect(await spokecam.end()).toBe(0)
    await truncate(file, 0)
    spokecam = await startSpokecam(SETTINGS, spokecam.data)
    await eventually(async () => (await now()).cameras[0]?.state === 'recording', SOON)
    expect((await now()).ride?.id).toBe(rideId)
    expect(missing(file, expected)).toEqual([])
  } finally {
    await spokecam.cleanUp()
  }
})
