/** The track of the last half hour, asked of the device's memory: what can be had while the card fails. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createMemoryTrack } from '../../device/tracking/memory-track.js'
import { startDevice } from '../fakes/a-device.js'
import { type ServerUnderTest, startServer } from '../fakes/a-server.js'
import { eventually } from '../fakes/eventually.js'
import { readGpx } from '../fakes/gpx-reader.js'
import { fixAt, JUNE_ANCHOR } from '../fakes/readings.js'

describe('GET /api/live/track.gpx', () => {
  let server: ServerUnderTest
  beforeAll(async () => {
    server = await startServer()
  })
  afterAll(() => server.stop())

  it('says so while the device is away', async () => {
    expect((await server.get('/api/live/track.gpx')).status).toBe(503)
  })

  it('has every point of every page', async () => {
    const memory = createMemoryTrack(1)
    for (let second = 0; second < 1_200; second++) memory.take(fixAt(second, second * 5))
    const device = startDevice(server.data, async (wish) =>
      wish.kind === 'recall-track'
        ? { kind: 'track', ...memory.after(wish.afterMonoMs, JUNE_ANCHOR) }
        : { kind: 'unknown' },
    )
    await eventually(async () => (await server.get('/api/now')).ok, { withinMs: 3_000 })
    const answer = await server.get('/api/live/track.gpx')
    expect(answer.headers.get('content-disposition')).toContain('attachment; filename="track-2026-06-06T080000Z.gpx"')
    expect(await readGpx(await answer.text())).toHaveLength(1_200)
    await device.stop()
  })
})
