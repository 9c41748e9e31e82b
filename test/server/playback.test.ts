/** A real browser plays a ride through hls.js, over the boundary of files, under the policy our page lives with. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Store } from '../../core/store/store.js'
import { addRide, addSegment, openRides, recordFootage, tagSegment } from '../fakes/a-ride.js'
import { type ServerUnderTest, startServer } from '../fakes/a-server.js'
import { startBrowser } from '../fakes/browser.js'
import { JUNE_UTC_MS } from '../fakes/readings.js'

let server: ServerUnderTest
let store: Store
let browser: Browser
let page: Page

const HLS_JS = readFileSync(createRequire(import.meta.url).resolve('hls.js/dist/hls.min.js'), 'utf8')
const PAGE =
  '<!doctype html><video id="video" muted></video><script src="/hls.js"></script><script src="/player.js"></script>'
/** Everything a test asks of the player; the policy allows no script in the page itself. */
const PLAYER = `
  const video = document.getElementById('video')
  const errors = []
  const hls = new Hls({ enableWorker: false })
  hls.on(Hls.Events.ERROR, (_, { details, fatal }) => errors.push(details + (fatal ? ' fatally' : '')))
  const happens = (event) => new Promise((resolve) => video.addEventListener(event, resolve, { once: true }))
  window.player = {
    errors,
    load: async (ride) => {
      const loaded = happens('loadeddata')
      hls.loadSource('/api/rides/' + ride + '/video.m3u8')
      hls.attachMedia(video)
      await loaded
      return video.duration
    },
    playUntil: async (seconds) => {
      let stalls = 0
      video.addEventListener('waiting', () => stalls++)
      await video.play()
      while (video.currentTime < seconds && !video.ended) await happens('timeupdate')
      video.pause()
      return { stalls, at: video.currentTime, utcMs: hls.playingDate?.getTime() ?? null, width: video.videoWidth }
    },
    seek: async (seconds) => {
      const seeked = happens('seeked')
      video.currentTime = seconds
      await seeked
      return { utcMs: hls.playingDate?.getTime() ?? null, frames: video.getVideoPlaybackQuality().totalVideoFrames }
    },
  }`

interface Player {
  readonly errors: readonly string[]
  readonly load: (ride: string) => Promise<number>
  readonly playUntil: (seconds: number) => Promise<{ stalls: number; at: number; utcMs: number; width: number }>
  readonly seek: (seconds: number) => Promise<{ utcMs: number; frames: number }>
}
declare const player: Player

beforeAll(async () => {
  server = await startServer()
  store = await openRides(server.data)
  await addRide(store)
  // A minute passed between the second file and the third: the camera was pulled.
  const seconds = [100, 102, 164]
  for (const [index, file] of (await recordFootage(server.data, 'front', 3)).entries()) {
    const second = seconds[index] ?? 0
    await addSegment(store, { number: index + 1, file, rideId: 'ride-a', second })
  }
  await tagSegment(store, server.data, 'front-000002')

  browser = await startBrowser()
  const context = await browser.newContext()
  await context.addCookies([
    { name: 'spokecam', value: server.token, url: server.url, httpOnly: true, sameSite: 'Strict' },
  ])
  const policy = (await fetch(`${server.url}/api/health`)).headers.get('content-security-policy') ?? ''
  const files = {
    '/': ['text/html', PAGE],
    '/hls.js': ['text/javascript', HLS_JS],
    '/player.js': ['text/javascript', PLAYER],
  }
  page = await context.newPage()
  for (const [path, [contentType = '', body = '']] of Object.entries(files)) {
    await page.route(server.url + path, (route) =>
      route.fulfill({ contentType, body, headers: { 'content-security-policy': policy } }),
    )
  }
  await page.goto(`${server.url}/`)
}, 30_000)

afterAll(async () => {
  await browser?.close()
  await store?.close()
  await server?.stop()
})

describe('a ride in a browser', () => {
  it('plays from a recorded file into a tagged one without a stall, and knows the time of what it shows', async () => {
    expect(await page.evaluate(() => player.load('ride-a'))).toBeCloseTo(6, 1)
    await page.evaluate(() => player.seek(1.2))
    const { stalls, at, utcMs, width } = await page.evaluate(() => player.playUntil(2.6))
    expect({ stalls, width }).toEqual({ stalls: 0, width: 320 })
    expect(Math.abs(utcMs - (JUNE_UTC_MS + 100_000 + at * 1_000))).toBeLessThan(150)
    expect(await page.evaluate(() => player.errors)).toEqual([])
  }, 20_000)

  it('jumps over a gap in the recording into another file', async () => {
    const { utcMs } = await page.evaluate(() => player.seek(5))
    expect(Math.abs(utcMs - (JUNE_UTC_MS + 165_000))).toBeLessThan(150)
    const { utcMs: back } = await page.evaluate(() => player.seek(0.5))
    expect(Math.abs(back - (JUNE_UTC_MS + 100_500))).toBeLessThan(150)
    expect(await page.evaluate(() => player.errors)).toEqual([])
  }, 20_000)
})
