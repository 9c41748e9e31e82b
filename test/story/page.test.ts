/** The page in a rider's hands: light and dark, without WebGL, and when the link is lost. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { barriersOn, openPhone, type Phone, startBrowser } from '../fakes/browser.js'
import { eventually } from '../fakes/eventually.js'
import { SMALL_CAMERA, type Spokecam, startSpokecam } from '../fakes/spokecam.js'

let spokecam: Spokecam
const browsers: Browser[] = []

beforeAll(async () => {
  spokecam = await startSpokecam({
    GPS__SOURCE: 'simulator:',
    CAMERAS: [SMALL_CAMERA],
    RECORDING__SEGMENT_SECONDS: '4',
  })
}, 30_000)
afterAll(async () => {
  for (const browser of browsers) await browser.close()
  await spokecam.cleanUp()
})

async function pairedPhone(colorScheme: 'light' | 'dark', flags: readonly string[] = []): Promise<Phone> {
  const browser = await startBrowser(flags)
  browsers.push(browser)
  const phone = await openPhone(browser, colorScheme)
  await phone.page.goto(`${spokecam.url}/#pair=${await spokecam.code()}`)
  await phone.page.getByRole('button', { name: 'Pair' }).click()
  await isRecording(phone.page)
  return phone
}
const SAVED = /Saved (\d\d:\d\d:\d\d), \d+ s back, \d+ s on/
const isRecording = (page: Page) => page.locator('[data-testid=recording-state][data-state=recording]').waitFor()

const IS_LONG = process.env['SPOKECAM_TEST'] === 'long'

describe('the page', () => {
  it.each(IS_LONG ? (['light', 'dark'] as const) : (['light'] as const))(
    'can be read by everyone, %s, and asks nothing of the internet',
    async (scheme) => {
      const { page, faults, foreignRequests } = await pairedPhone(scheme)
      await page.locator('[data-map=ready]').waitFor()
      await page.getByTestId('fix-quality').filter({ hasText: '3D fix' }).waitFor()
      await page.getByTestId('save-moment').click()
      const saved = await page.getByTestId('save-state').filter({ hasText: SAVED }).textContent()
      expect((await page.getByTestId('save-moment').boundingBox())?.height).toBeGreaterThanOrEqual(76)
      expect(await barriersOn(page)).toEqual([])
      expect(await page.getByTestId('simulated').isVisible()).toBe(true)
      expect(await scrolls(page)).toBe(false)

      await page.getByRole('link', { name: 'Rides' }).click()
      await page.getByTestId('ride').first().waitFor()
      expect(await barriersOn(page)).toEqual([])

      await page.getByTestId('ride').first().click()
      await page.getByTestId('position-marker').first().waitFor({ state: 'attached' })
      const moment = page.getByTestId('moment').first()
      await moment.waitFor()
      expect(await moment.textContent()).toContain(SAVED.exec(saved ?? '')?.[1])
      expect(await barriersOn(page)).toEqual([])
      expect(await scrollsSideways(page)).toBe(false)
      expect(faults).toEqual([])
      expect(foreignRequests).toEqual([])
    },
    60_000,
  )

  it('shows a saved moment in the film and takes it away with a second touch, and its note is words only', async () => {
    const { page, faults } = await pairedPhone('light')
    const answer = await page.request.post(`${spokecam.url}/api/incidents`, {
      headers: { 'x-spokecam': '1' },
      data: { secondsAgo: 3, note: '<img src=x onerror=alert(1)><b>van</b>' },
    })
    const { id, rideId, atUtcMs } = await answer.json()
    await page.goto(`${spokecam.url}/#/rides/${rideId}`)
    const moment = page.locator(`[data-incident-id="${id}"]`)
    await moment.getByText('<img src=x onerror=alert(1)><b>van</b>').waitFor()
    const shown = async () => {
      await moment.locator('.moment-show').click()
      return (await page.getByTestId('video-clock').textContent()) ?? ''
    }
    const near = [-1_000, 0, 1_000].map((offMs) => timeIn(page, atUtcMs + offMs))
    await eventually(async () => (await Promise.all(near)).includes(await shown()), { withinMs: 15_000 })
    await moment.locator('.moment-delete').click()
    expect(await moment.isVisible()).toBe(true)
    await moment.getByRole('button', { name: /^Really delete/ }).click()
    await moment.waitFor({ state: 'detached' })
    expect(faults).toEqual([])
  }, 60_000)

  it.runIf(IS_LONG)(
    'says before a track leaves what stays, once there is a privacy zone, and lets a glove take it away',
    async () => {
      const { page, faults } = await pairedPhone('light')
      await page.getByTestId('fix-quality').filter({ hasText: '3D fix' }).waitFor()
      await page.getByRole('link', { name: 'Settings' }).click()
      await page.getByRole('button', { name: '200 m' }).click()
      await page.getByRole('button', { name: 'Where I am now' }).click()
      const remove = page.getByRole('button', { name: /^Remove the zone/ })
      await remove.waitFor()
      expect((await remove.boundingBox())?.height).toBeGreaterThanOrEqual(60)
      expect(await barriersOn(page)).toEqual([])
      expect(await scrollsSideways(page)).toBe(false)

      await page.getByRole('link', { name: 'Rides' }).click()
      await page.getByTestId('ride').first().click()
      await page.getByTestId('take-along').scrollIntoViewIfNeeded()
      await page.getByTestId('leaving').filter({ hasText: 'Nothing leaves' }).waitFor()
      const link = page.getByRole('link', { name: /^Track as GPX/ })
      expect(await link.getAttribute('href')).toMatch(/track\.gpx\?privacy=on$/)
      expect(await barriersOn(page)).toEqual([])
      await page.getByRole('switch', { name: 'Hide my privacy zones' }).click()
      expect(await link.getAttribute('href')).toMatch(/track\.gpx$/)

      await page.getByRole('link', { name: 'Settings' }).click()
      await remove.click()
      await page.getByRole('button', { name: /^Really remove/ }).click()
      await page.getByText('There is none yet.').waitFor()
      expect(faults).toEqual([])
    },
    60_000,
  )

  it.runIf(IS_LONG)(
    'works without a map where the browser has no WebGL',
    async () => {
      const { page, faults } = await pairedPhone('light', ['--disable-3d-apis'])
      await page.getByText(/no WebGL/).waitFor()
      await page.getByTestId('speed').filter({ hasText: /\d/ }).waitFor()
      expect(faults).toEqual([])
    },
    60_000,
  )

  it.runIf(IS_LONG)(
    'takes a code that is scanned while it is open already',
    async () => {
      const browser = await startBrowser()
      browsers.push(browser)
      const { page } = await openPhone(browser)
      await page.goto(spokecam.url)
      await page.getByLabel('Code').waitFor()
      await page.goto(`${spokecam.url}/#pair=${await spokecam.code()}`)
      await page.getByRole('button', { name: 'Pair' }).click()
      await isRecording(page)
    },
    60_000,
  )

  it('says what it does not know any more when the link is lost, and is back by itself', async () => {
    const { page } = await pairedPhone('light')
    await page.getByTestId('speed').filter({ hasText: /\d/ }).waitFor()
    const pid = await spokecam.child('server')
    process.kill(pid ?? 0, 'SIGSTOP')
    await page
      .getByTestId('stale-banner')
      .filter({ hasText: /Last seen recording/ })
      .waitFor()
    expect(await page.getByTestId('speed').textContent()).not.toMatch(/\d/)
    expect(await page.getByTestId('recording-state').getAttribute('data-state')).toBe('unknown')
    await page.getByTestId('save-moment').click()
    await page.getByTestId('save-state').filter({ hasText: 'Saving…' }).waitFor()
    process.kill(pid ?? 0, 'SIGCONT')
    await page.getByTestId('save-state').filter({ hasText: SAVED }).waitFor()
    await isRecording(page)
    await eventually(async () => /\d/.test((await page.getByTestId('speed').textContent()) ?? ''), { withinMs: 10_000 })
  }, 60_000)

  it.runIf(IS_LONG)(
    'says that the recording is not known when the device is gone',
    async () => {
      const { page } = await pairedPhone('light')
      const pid = await spokecam.child('device')
      process.kill(pid ?? 0, 'SIGSTOP')
      await page
        .getByTestId('stale-banner')
        .filter({ hasText: /device/i })
        .waitFor()
      process.kill(pid ?? 0, 'SIGCONT')
      await isRecording(page)
    },
    60_000,
  )
})

const scrolls = (page: Page): Promise<boolean> =>
  page.evaluate(() => document.documentElement.scrollHeight > document.documentElement.clientHeight)

const scrollsSideways = (page: Page): Promise<boolean> =>
  page.evaluate(() =>
    [document.documentElement, ...document.querySelectorAll('main')].some(
      (part) => part.scrollWidth > part.clientWidth,
    ),
  )

/** As the page says it, in the zone of its browser. */
const timeIn = (page: Page, utcMs: number): Promise<string> =>
  page.evaluate((ms) => new Date(ms).toTimeString().slice(0, 8), utcMs)
