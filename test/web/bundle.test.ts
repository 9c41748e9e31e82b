/** The bundle as who gets it sees it, in a real Chromium: the statement on paper, the clip playing. */
import { execFile } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBundle } from '../../server/export/bundle.js'
import { at, layOut } from '../fakes/a-bundle.js'
import { barriersOn, startBrowser } from '../fakes/browser.js'

const NAME = '<img src=x onerror="document.title=1"> & "home" 🚲'

let folder: string
let browser: Browser
let page: Page
const asked: string[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spokecam-bundle-'))
  const { options } = await layOut(folder, 60, 80)
  const marked = { atUtcMs: at(66), cause: 'rider', note: `${NAME} `.repeat(8) } as const
  const bundle = await openBundle(options({ ride: { id: 'ride-a', name: NAME, simulated: true }, marked }))
  const zip = join(folder, 'bundle.zip')
  await pipeline(bundle?.stream ?? [], createWriteStream(zip))
  await mkdir(join(folder, 'unpacked'))
  await promisify(execFile)('unzip', ['-q', zip, '-d', join(folder, 'unpacked')])
  browser = await startBrowser()
  page = await browser.newPage()
  page.on('request', (request) => asked.push(request.url()))
}, 40_000)
afterAll(async () => {
  await browser.close()
  await rm(folder, { recursive: true, force: true })
})

const address = (name: string): string => `file://${folder}/unpacked/${name}`

describe('the statement', () => {
  it('goes on two sheets of A4, whatever it is printed with, and asks for nothing else', async () => {
    asked.length = 0
    await page.goto(address('statement.html'))
    const pdf = (await page.pdf({ preferCSSPageSize: true })).toString('latin1')
    expect(pdf.match(/\/Count \d+/g)).toEqual(['/Count 2'])
    expect(pdf).toMatch(/\/MediaBox \[0 0 59[45][.\d]* 84[12][.\d]*\]/)
    expect(asked).toEqual([address('statement.html')])
  })

  it('has the second sheet for what happened and the signature', async () => {
    await page.goto(address('statement.html'))
    await page.emulateMedia({ media: 'print' })
    const happened = page.getByRole('heading', { name: 'What happened' })
    expect(await happened.evaluate((heading) => getComputedStyle(heading).breakBefore)).toBe('page')
    await page.emulateMedia({ media: 'screen' })
  })

  it('shows names as they are', async () => {
    await page.goto(address('statement.html'))
    expect(await page.title()).toContain('camera front')
    expect(await page.locator('tr', { has: page.locator('th', { hasText: /^Ride$/ }) }).textContent()).toBe(
      `Ride${NAME}`,
    )
    expect(await page.locator('img').count()).toBe(0)
  })

  it('says in letters as large as any that the ride never took place', async () => {
    const size = (selector: string) =>
      page
        .locator(selector)
        .first()
        .evaluate((element) => Number.parseFloat(getComputedStyle(element).fontSize))
    expect(await size('.simulated')).toBeGreaterThanOrEqual(await size('h1'))
  })

  it('can be read by everybody, and on a phone without scrolling sideways', async () => {
    expect(await barriersOn(page)).toEqual([])
    await page.setViewportSize({ width: 320, height: 700 })
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320)
  })
})

describe('the clip in it', () => {
  it('plays', async () => {
    await page.goto(address('clip/clip.mp4'))
    const video = page.locator('video')
    const shown = await video.evaluate(async (element) => {
      const player = element as HTMLVideoElement
      player.muted = true
      await player.play()
      await new Promise<void>((resolve) => {
        player.ontimeupdate = () => player.currentTime > 0.2 && resolve()
      })
      return { wide: player.videoWidth, seconds: player.duration, error: player.error }
    })
    expect(shown).toEqual({ wide: 640, seconds: expect.closeTo(4, 1), error: null })
  })
})

describe('the contact sheet in it', () => {
  it('is a picture', async () => {
    await page.goto(address('contact-sheet.jpg'))
    const wide = await page.locator('img').evaluate((image) => (image as HTMLImageElement).naturalWidth)
    expect(wide).toBe(1616)
    expect((await readFile(join(folder, 'unpacked/contact-sheet.jpg'))).length).toBeLessThan(1_000_000)
  })
})
