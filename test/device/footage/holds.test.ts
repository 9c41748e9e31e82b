import { describe, expect, it } from 'vitest'
import { createHolds } from '../../../device/footage/holds.js'

describe('video that somebody reads', () => {
  const [one, other] = [{}, {}]

  it('is held until everybody who held it has let go', () => {
    const holds = createHolds()
    holds.hold(one, ['front-000001'])
    holds.hold(other, ['front-000001'])
    holds.release(one, ['front-000001'])
    expect(holds.isHeld('front-000001')).toBe(true)
    holds.release(other, ['front-000001'])
    expect(holds.isHeld('front-000001')).toBe(false)
  })

  it('is free when the connection of whoever held it has ended', () => {
    const holds = createHolds()
    holds.hold(one, ['front-000001', 'front-000002'])
    holds.leave(one)
    expect([holds.isHeld('front-000001'), holds.isHeld('front-000002')]).toEqual([false, false])
  })

  it('can not be the whole card: one that asks for more than 200 is refused, and keeps what it had', () => {
    const holds = createHolds()
    const ids = Array.from({ length: 200 }, (_, index) => `front-${index}`)
    expect(holds.hold(one, ids)).toBe(true)
    expect(holds.hold(one, ['rear-000001'])).toBe(false)
    expect([holds.isHeld('front-0'), holds.isHeld('rear-000001')]).toEqual([true, false])
    expect(holds.hold(one, ids.slice(0, 3))).toBe(true)
  })
})
