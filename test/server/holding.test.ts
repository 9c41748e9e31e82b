/** Video that somebody watches is not swept under him: held on a real device's end of the link, and let go again. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Ask, Wish } from '../../core/link/messages.js'
import type { Store } from '../../core/store/store.js'
import { createHolds, type Holds } from '../../device/footage/holds.js'
import { openHolding } from '../../server/http/holding.js'
import { type DeviceUnderTest, startDevice } from '../fakes/a-device.js'
import { addRide, addSegment, openRides, recordFootage } from '../fakes/a-ride.js'
import { type ServerUnderTest, startServer } from '../fakes/a-server.js'
import { eventually } from '../fakes/eventually.js'

const SOON = { withinMs: 3_000 }

describe('a segment that is streamed', () => {
  let server: ServerUnderTest
  let device: DeviceUnderTest
  let store: Store
  let holds: Holds
  const begin = () =>
    startDevice(
      server.data,
      async (wish, asker) => {
        if (wish.kind === 'hold') holds.hold(asker, wish.segmentIds)
        return { kind: 'done' }
      },
      (asker) => holds.leave(asker),
    )
  beforeEach(async () => {
    holds = createHolds()
    server = await startServer()
    store = await openRides(server.data)
    const [file = ''] = await recordFootage(server.data, 'front', 1)
    await addRide(store)
    await addSegment(store, { number: 1, file, rideId: 'ride-a', second: 100 })
    device = begin()
    await eventually(async () => (await server.get('/api/now')).ok, SOON)
  })
  afterEach(async () => {
    await device.stop()
    await store.close()
    await server.stop()
  })

  it('is held before its first byte comes, and the next one with it; both stay a while', async () => {
    const answer = await server.get('/api/segments/front-000001/video.mp4', { headers: { range: 'bytes=0-9' } })
    expect(['front-000001', 'front-000002', 'front-000003'].map(holds.isHeld)).toEqual([true, true, false])
    await answer.arrayBuffer()
    expect(holds.isHeld('front-000001')).toBe(true)
  })

  it('is held again by a device that was begun again', async () => {
    await (await server.get('/api/segments/front-000001/video.mp4')).arrayBuffer()
    await device.stop()
    await eventually(() => !holds.isHeld('front-000001'), SOON)
    device = begin()
    await eventually(() => holds.isHeld('front-000001'), SOON)
  })
})

describe('what is held', () => {
  let asked: Wish[]
  const ask = (async (wish: Wish) => {
    asked.push(wish)
    return { kind: 'done' }
  }) as Ask
  beforeEach(() => {
    asked = []
  })

  it('by several readers is asked for once, and let go a while after the last has gone', async () => {
    const holding = openHolding(ask, 30)
    const [first, second] = [await holding.read(['a']), await holding.read(['a'])]
    first()
    await sleep(45)
    expect(asked).toEqual([{ kind: 'hold', segmentIds: ['a'] }])
    second()
    await eventually(() => asked.length === 2, SOON)
    expect(asked[1]).toEqual({ kind: 'release', segmentIds: ['a'] })
  })

  it('stays held by whoever comes back in time', async () => {
    const holding = openHolding(ask, 40)
    const leave = await holding.read(['a'])
    leave()
    const leaveAgain = await holding.read(['a'])
    await sleep(50)
    expect(asked).toHaveLength(1)
    leaveAgain()
  })

  it('is never the whole card: of those that nobody reads any more the last 64 stay', async () => {
    const holding = openHolding(ask)
    for (let number = 0; number < 70; number++) (await holding.read([`front-${number}`]))()
    const released = asked.flatMap((wish) => (wish.kind === 'release' ? wish.segmentIds : []))
    expect(released).toEqual([0, 1, 2, 3, 4, 5].map((number) => `front-${number}`))
  })
})

it('a segment that could not be held while others read too much is held once whoever reads it comes back', async () => {
  let device = createHolds()
  const connection = {}
  const ask = (async (wish: Wish) => {
    if (wish.kind === 'release') device.release(connection, wish.segmentIds)
    const isRefused = wish.kind === 'hold' && !device.hold(connection, wish.segmentIds)
    return isRefused ? { kind: 'refused', reason: 'too much' } : { kind: 'done' }
  }) as Ask
  const holding = openHolding(ask, 5)
  const greedy: (() => void)[] = []
  for (let number = 0; number < 200; number++) greedy.push(await holding.read([`greedy-${number}`]))
  await holding.read(['front-000001'])
  expect(device.isHeld('front-000001')).toBe(false)
  // A device that was begun again holds as much as it may, not nothing.
  device = createHolds()
  holding.again()
  expect(device.isHeld('greedy-199')).toBe(true)
  for (const leave of greedy) leave()
  await eventually(() => !device.isHeld('greedy-0'), SOON)
  await holding.read(['front-000001'])
  expect(device.isHeld('front-000001')).toBe(true)
})
