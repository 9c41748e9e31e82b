/** What the page changes of the settings: kept beside the rides, in force before the file, and there after a loss. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { NOTHING_KEPT, settingsInForce, timeZoneFor } from '../../core/ride/settings.js'
import { openReader, openStore, type Store } from '../../core/store/store.js'
import { openPageSettings } from '../../device/page-settings.js'

const HOME = { latDeg: 48.1, lonDeg: 11.5, radiusM: 300 }
const FILE = { privacy: { zones: [HOME] }, display: { units: 'metric', timeZone: 'auto' } } as const
let folder = ''
let file = ''
let store: Store
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spokecam-settings-'))
  file = join(folder, 'rides.db')
  store = await openStore(file)
})
afterEach(async () => {
  await store.close()
  await rm(folder, { recursive: true })
})

describe('a setting', () => {
  it('is the one of the file until the page says otherwise, each for itself', async () => {
    expect(settingsInForce(FILE, await store.settings())).toEqual({ ...FILE, privacySecret: '' })
    await store.changeSettings({ display: { units: 'imperial' } })
    await store.changeSettings({ display: { timeZone: 'Europe/Paris' }, privacy: { zones: [] } })
    const told = settingsInForce(FILE, await store.settings())
    expect(told).toMatchObject({ privacy: { zones: [] }, display: { units: 'imperial', timeZone: 'Europe/Paris' } })
  })

  it('of the time zone is the ride own where it is auto, and UTC where nobody knows that', () => {
    const kept = { ...NOTHING_KEPT, display: { timeZone: 'Asia/Tokyo' } }
    expect(timeZoneFor(settingsInForce(FILE, kept), { timeZone: 'Europe/Rome' })).toBe('Asia/Tokyo')
    expect(timeZoneFor(FILE, { timeZone: 'Europe/Rome' })).toBe('Europe/Rome')
    expect(timeZoneFor(FILE, { timeZone: null })).toBe('UTC')
  })

  it('and the secret are there again after the catalogue was lost', async () => {
    await store.keepPrivacySecret('5da67f962b0e595f738f9fa4a4f5beb8')
    await store.changeSettings({ privacy: { zones: [HOME] } })
    const before = await store.settings()
    await store.close()
    await writeFile(file, 'rubbish')
    store = await openStore(file)
    expect(await store.settings()).toEqual(before)
  })

  it('can be read while the device writes', async () => {
    const reader = openReader(file)
    await store.changeSettings({ display: { units: 'imperial' } })
    expect(reader?.settings().display).toEqual({ units: 'imperial' })
    reader?.close()
  })
})

describe('what lies beside the footage', () => {
  const taken = (name: string, value: unknown) => ({ name, value: JSON.stringify(value) })

  it('has the secret by which tracks were cut so far: one that a new catalogue made up gives way', async () => {
    await store.keepPrivacySecret('0'.repeat(32))
    await store.takeInSetting(taken('privacySecret', '5da67f962b0e595f738f9fa4a4f5beb8'))
    expect((await store.settings()).privacySecret).toBe('5da67f962b0e595f738f9fa4a4f5beb8')
  })

  it('changes nothing that the page has said since', async () => {
    await store.changeSettings({ display: { units: 'imperial' } })
    await store.takeInSetting(taken('display', { units: 'metric' }))
    await store.takeInSetting(taken('privacy', { zones: [HOME] }))
    expect(await store.settings()).toMatchObject({ display: { units: 'imperial' }, privacy: { zones: [HOME] } })
    await store.takeInSetting(taken('display', { units: 'metric' }), true)
    expect((await store.settings()).display).toEqual({ units: 'metric' })
  })
})

describe('the device', () => {
  it('has one secret for good, which no second start changes', async () => {
    await openPageSettings(store, FILE)
    const { privacySecret } = await store.settings()
    expect(privacySecret).toMatch(/^[0-9a-f]{32}$/)
    await openPageSettings(store, FILE)
    expect((await store.settings()).privacySecret).toBe(privacySecret)
  })

  it('shows rides in the zone that the page chose, from then on', async () => {
    const settings = await openPageSettings(store, FILE)
    expect(settings.timeZone()).toBeNull()
    await settings.change({ kind: 'change-settings', change: { display: { timeZone: 'Europe/Paris' } } })
    expect(settings.timeZone()).toBe('Europe/Paris')
    expect((await openPageSettings(store, FILE)).timeZone()).toBe('Europe/Paris')
  })

  it.each([
    [{ privacy: { zones: [{ ...HOME, radiusM: -1 }] } }, /^zones.0.radiusM is -1: must be a number from 1/],
    [{ display: { timeZone: 'Nowhere' } }, /^timeZone is 'Nowhere'/],
    [{ privacy: {} }, /^must be settings: zones$/],
    [{ privacy: null }, /^must be settings: zones$/],
    [{ display: [] }, /^must be settings: units, timeZone$/],
  ])('refuses %j, whoever asks over the link', async (change, reason) => {
    const settings = await openPageSettings(store, FILE)
    const outcome = await settings.change({ kind: 'change-settings', change: change as never })
    expect(outcome).toEqual({ kind: 'refused', reason: expect.stringMatching(reason) })
    expect((await store.settings()).privacy?.zones ?? []).toEqual([])
  })
})
