/** A ride that the rider begins and ends from the phone, with a device that is killed in between. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Page } from '../../core/api/shapes.js'
import type { Segment } from '../../core/ride/footage.js'
import type { Now } from '../../core/ride/now.js'
import type { Ride } from '../../core/ride/ride.js'
import { eventually } from '../fakes/eventually.js'
import { get, processesWith, SMALL_CAMERA, type Spokecam, startSpokecam } from '../fakes/spokecam.js'

const SOON = { withinMs: 20_000 }
let spokecam: Spokecam
let token: string
beforeEach(async () => {
  spokecam = await startSpokecam({
    GPS__SOURCE: 'simulator:?rateHz=5',
    CAMERAS: [SMALL_CAMERA],
    RECORDING__BEGIN: 'manual',
    RECORDING__SEGMENT_SECONDS: '3',
  })
  token = await spokecam.pair()
}, 40_000)
afterEach(() => spokecam.cleanUp())

const now = () => get<Now>(spokecam, token, '/now')
const cameraState = async () => (await now().catch(() => null))?.cameras[0]?.state
const rides = async () => (await get<Page<Ride>>(spokecam, token, '/rides')).items
const post = async (path: string, body: object): Promise<number> => {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  return (await fetch(`${spokecam.url}/api${path}`, { method: 'POST', headers, body: JSON.stringify(body) })).status
}
const setRecording = (on: boolean) => post('/recording', { on })
const restartDevice = async (): Promise<void> => {
  const pid = (await spokecam.child('device')) ?? 0
  process.kill(pid, 'SIGKILL')
  await eventually(async () => ((await spokecam.child('device')) ?? pid) !== pid, SOON)
  // Until the new one speaks the server still tells of the one that was killed.
  await eventually(async () => (await post('/clock', { utcMs: Date.UTC(2026, 5, 6) })) === 204, SOON)
}

it('a ride begins and ends when the rider says so, and a device that falls remembers', {
  timeout: 90_000,
}, async () => {
  await eventually(async () => (await now()).receiver.state === 'fix-3d', SOON)
  expect(await now()).toMatchObject({ recordingOn: false, ride: null, cameras: [{ state: 'off' }] })
  expect(await rides()).toEqual([])

  expect(await setRecording(true)).toBe(204)
  await eventually(async () => (await cameraState()) === 'recording', SOON)
  const { ride } = await now()
  await restartDevice()
  await eventually(async () => (await cameraState()) === 'recording', SOON)
  expect((await now()).ride?.id).toBe(ride?.id)

  expect(await setRecording(false)).toBe(204)
  await eventually(async () => (await cameraState()) === 'off', SOON)
  expect(await now()).toMatchObject({ recordingOn: false, ride: null })
  await restartDevice()
  await eventually(async () => (await now()).receiver.state === 'fix-3d', SOON)
  expect(await now()).toMatchObject({ recordingOn: false, ride: null, cameras: [{ state: 'off' }] })

  const [ended, ...others] = await rides()
  expect(others).toEqual([])
  expect(ended).toMatchObject({ id: ride?.id, timeZone: 'Europe/Berlin', timeSource: 'satellites' })
  expect(ended?.endedUtcMs).not.toBeNull()
  const { items } = await get<Page<Segment>>(spokecam, token, `/rides/${ride?.id}/segments`)
  expect(items.length).toBeGreaterThan(0)
  expect(items.filter(({ state }) => state === 'recording')).toEqual([])
})

it('a camera that hangs as the rider ends the ride leaves its last segment closed, and described', {
  timeout: 60_000,
}, async () => {
  await eventually(async () => (await now()).receiver.state === 'fix-3d', SOON)
  expect(await setRecording(true)).toBe(204)
  const segments = async () => {
    const [ride] = await rides()
    return (await get<Page<Segment>>(spokecam, token, `/rides/${ride?.id}/segments`)).items
  }
  const growing = await eventually(async () => {
    const [recorder] = await processesWith(`${spokecam.data}/footage/boot-`)
    const found = recorder && (await segments()).find(({ state, frames }) => state === 'recording' && frames > 0)
    if (found !== undefined) process.kill(recorder?.pid ?? 0, 'SIGSTOP')
    return found
  }, SOON)
  expect(await setRecording(false)).toBe(204)
  await eventually(async () => (await cameraState()) === 'off', SOON)
  await eventually(async () => {
    const found = (await segments()).find(({ id }) => id === growing.id)
    return found?.state !== 'recording' && (await get<string>(spokecam, token, `/segments/${growing.id}/track.gpx`))
  }, SOON)
})
