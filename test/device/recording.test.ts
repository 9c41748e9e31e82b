import { describe, expect, it } from 'vitest'
import { type Begin, createRecording } from '../../device/recording.js'

const aRecording = (begin: Begin, known: { word?: boolean; hasRide?: boolean } = {}) => {
  const said: string[] = []
  const recording = createRecording({
    begin,
    word: known.word ?? null,
    hasRide: known.hasRide ?? false,
    keepWord: async (isOn) => void said.push(`keep ${isOn}`),
    beginRide: () => said.push('begin'),
    endRide: () => said.push('end'),
  })
  return { ...recording, said }
}

describe('recording', () => {
  it.each([
    ['power', {}, true],
    ['motion', {}, false],
    ['manual', {}, false],
    ['motion', { hasRide: true }, true],
    ['manual', { hasRide: true }, true],
    ['manual', { word: true }, true],
    ['power', { word: false }, false],
    ['motion', { word: false, hasRide: true }, false],
  ] as const)('begun by %s, with %j from before, is on at first: %s', (begin, known, expected) => {
    expect(aRecording(begin, known).isOn()).toBe(expected)
  })

  it.each([
    ['power', true],
    ['motion', false],
    ['manual', true],
  ] as const)('begun by %s goes on after a ride has ended by itself: %s', (begin, expected) => {
    const recording = aRecording(begin)
    recording.rideIs(true)
    expect(recording.isOn()).toBe(true)
    recording.rideIs(false)
    expect(recording.isOn()).toBe(expected)
  })

  it('that was begun by hand and ended with its ride is not begun again by the next start', async () => {
    const recording = aRecording('motion')
    await recording.setByRider(true)
    recording.rideIs(false)
    expect(recording.said).toEqual(['begin', 'keep true', 'keep null'])
  })

  it('begins and ends with the rider’s word, which is kept', async () => {
    const recording = aRecording('manual')
    await recording.setByRider(true)
    expect(recording.isOn()).toBe(true)
    await recording.setByRider(false)
    expect(recording.isOn()).toBe(false)
    expect(recording.said).toEqual(['begin', 'keep true', 'end', 'keep false'])
  })

  it('lets a camera wait until it is on, and ends with it, again and again', async () => {
    const recording = aRecording('motion')
    const stop = new AbortController()
    for (let round = 0; round < 3; round++) {
      const waiting = recording.whenOn(stop.signal)
      recording.rideIs(true)
      const on = await waiting
      expect(on.aborted).toBe(false)
      recording.rideIs(false)
      expect(on.aborted).toBe(true)
    }
    const last = recording.whenOn(stop.signal)
    stop.abort()
    expect((await last).aborted).toBe(true)
  })
})
