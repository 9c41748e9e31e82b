/** A clip in a rider's hands: chosen around the moment shown, watched as it is made, taken along, taken away. */
import { mkdir } from 'node:fs/promises'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Page as ListPage } from '../../core/api/shapes.js'
import type { Segment } from '../../core/ride/footage.js'
import type { Ride } from '../../core/ride/ride.js'
import { barriersOn, openPhone, startBrowser } from '../fakes/browser.js'
import { eventually } from '../fakes/eventually.js'
import { get, SMALL_CAMERA, type Spokecam, startSpokecam } from '../fakes/spokecam.js'

let spokecam: Spokecam
let browser: Browser
const SHOTS = process.env['SCREENSHOTS']

beforeAll(async () => {
  spokecam = await startSpokecam({
    GPS__SOURCE: 'simulator:',
    CAMERAS: [SMALL_CAMERA],
    RECORDING__SEGMENT_SECONDS: '2',
  })
  browser = await startBrowser()
}, 30_000)
afterAll(async () => {
  await browser.close()
  await spokecam.cleanUp()
})

async function shoot(page: Page, name: string): Promise<void> {
  if (SHOTS === undefined) return
  await mkdir(SHOTS, { recursive: true })
  await page.screenshot({ path: `${SHOTS}/${name}.png` })
}

it('a rider cuts the last seconds out of the ride, takes them along and clears them away', async () => {
  const token = await spokecam.pair()
  const [ride] = await eventually(async () => (await get<ListPage<Ride>>(spokecam, token, '/rides')).items, {
    withinMs: 20_000,
  })
  const dated = async () =>
    (await get<ListPage<Segment>>(spokecam, token, `/rides/${ride?.id}/segments`)).items.filter(
      ({ state, startUtcMs }) => state === 'tagged' && startUtcMs !== null,
    )
  await eventually(async () => (await dated()).length > 2, { withinMs: 20_000 })
  const { page, faults } = await openPhone(browser)
  await page.goto(`${spokecam.url}/#pair=${await spokecam.code()}`)
  await page.getByRole('button', { name: 'Pair' }).click()
  await page.getByTestId('save-moment').waitFor()
  await page.goto(`${spokecam.url}/#/rides/${ride?.id}`)

  const part = page.getByTestId('clip-part')
  await page.getByTestId('video-clock').filter({ hasText: /\d/ }).waitFor()
  await part.getByRole('button', { name: '30 s' }).click()
  const from = () => part.getByTestId('clip-from').textContent()
  const before = await from()
  await part.getByRole('button', { name: 'From 1 s later' }).click()
  expect(await from()).not.toBe(before)
  await part.getByLabel('Leave out my privacy zones').check()
  await part.scrollIntoViewIfNeeded()
  await part.locator('h2').evaluate((heading) => heading.scrollIntoView())
  await shoot(page, 'clip-choice')
  for (const button of await part.getByRole('button').all()) {
    expect((await button.boundingBox())?.height).toBeGreaterThanOrEqual(48)
  }
  await part.getByRole('button', { name: /^Cut/ }).click()
  const clip = page.getByTestId('clip')
  await clip.getByText(/^ready · /).waitFor()
  expect(await barriersOn(page)).toEqual([])
  await clip.scrollIntoViewIfNeeded()
  await shoot(page, 'clip-ready')

  const download = page.waitForEvent('download')
  await clip.getByRole('link', { name: 'Video' }).click()
  expect((await download).suggestedFilename()).toMatch(/^front-\d{4}-\d\d-\d\dT\d{6}Z-\d+s-private\.mp4$/)
  await clip.getByRole('button', { name: /^Remove/ }).click()
  expect(await clip.isVisible()).toBe(true)
  await clip.getByRole('button', { name: /^Really remove/ }).click()
  await clip.waitFor({ state: 'detached' })
  expect(faults).toEqual([])
}, 60_000)
