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
const isRecording = (page: Page) => page.locator('[data-testid=recording-state][data-state=recording]').waitFor()

describe('the page', () => {
  it.each(['light', 'dark'] as const)(
    'can be read by everyone, %s, and asks nothing of the internet',
    async (scheme) => {
      const { page, faults, foreignRequests } = await pairedPhone(scheme)
      await page.locator('[data-map=ready]').waitFor()
      await page.getByTestId('fix-quality').filter({ hasText: '3D fix' }).waitFor()
      expect(await barriersOn(page)).toEqual([])
      expect(await page.getByTestId('simulated').isVisible()).toBe(true)
      expect(await scrolls(page)).toBe(false)

      await page.getByRole('link', { name: 'Rides' }).click()
      await page.getByTestId('ride').first().waitFor()
      expect(await barriersOn(page)).toEqual([])

      await page.getByTestId('ride').first().click()
      await page.getByTestId('position-marker').first().waitFor({ state: 'attached' })
      expect(await barriersOn(page)).toEqual([])
      expect(faults).toEqual([])
      expect(foreignRequests).toEqual([])
    },
    60_000,
  )

  it('works without a map where the browser has no WebGL', async () => {
    const { page, faults } = await pairedPhone('light', ['--disable-3d-apis'])
    await page.getByText(/no WebGL/).waitFor()
    await page.getByTestId('speed').filter({ hasText: /\d/ }).waitFor()
    expect(faults).toEqual([])
  }, 60_000)

  it('takes a code that is scanned while it is open already', async () => {
    const browser = await startBrowser()
    browsers.push(browser)
    const { page } = await openPhone(browser)
    await page.goto(spokecam.url)
    await page.getByLabel('Code').waitFor()
    await page.goto(`${spokecam.url}/#pair=${await spokecam.code()}`)
    await page.getByRole('button', { name: 'Pair' }).click()
    await isRecording(page)
  }, 60_000)

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
    process.kill(pid ?? 0, 'SIGCONT')
    await isRecording(page)
    await eventually(async () => /\d/.test((await page.getByTestId('speed').textContent()) ?? ''), { withinMs: 10_000 })
  }, 60_000)

  it('says that the recording is not known when the device is gone', async () => {
    const { page } = await pairedPhone('light')
    const pid = await spokecam.child('device')
    process.kill(pid ?? 0, 'SIGSTOP')
    await page
      .getByTestId('stale-banner')
      .filter({ hasText: /device/i })
      .waitFor()
    process.kill(pid ?? 0, 'SIGCONT')
    await isRecording(page)
  }, 60_000)
})

const scrolls = (page: Page): Promise<boolean> =>
  page.evaluate(() => document.documentElement.scrollHeight > document.documentElement.clientHeight)
