/** A browser shows of a clip the frames that were asked for: it reads edit lists in its own way. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { planClip } from '../../../server/export/clip-plan.js'
import { makeClip } from '../../../server/export/make-clip.js'
import { startBrowser } from '../../fakes/browser.js'
import { type FilmedRide, FPS, filmRide, pointsOfRide, START_UTC_MS } from '../../fakes/filmed-ride.js'

let folder: string
let ride: FilmedRide
let browser: Browser
let page: Page

describe.runIf(process.env['SPOKECAM_TEST'] === 'long')('Chromium', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'clips-'))
    ride = await filmRide(join(folder, 'ride'), 24, 6)
    browser = await startBrowser()
    page = await browser.newPage()
  }, 60_000)
  afterAll(async () => {
    await browser?.close()
    await rm(folder, { recursive: true })
  })

  it.each([
    ['copied', 3_456, 14_000, {}],
    ['copied, from a keyframe', 6_000, 9_000, {}],
    ['encoded anew', 3_456, 14_000, { exact: true }],
    ['with a held frame', 4_321, 14_000, { without: 1 }],
    ['drawn into', 7_777, 12_990, { isDrawn: true }],
  ])('shows a clip that was %s', { timeout: 60_000 }, async (what, fromMs, toMs, how) => {
    const {
      exact = false,
      without = -1,
      isDrawn = false,
    } = how as { exact?: boolean; without?: number; isDrawn?: boolean }
    const plan = planClip({
      ...{ camera: 'front', cameras: ['front'], hidden: [] },
      segments: ride.segments.filter((_, index) => index !== without),
      ...{ fromUtcMs: START_UTC_MS + fromMs, toUtcMs: START_UTC_MS + toMs },
    })
    if (plan.kind === 'refused') throw new Error(plan.words)
    const made = await makeClip({
      ...{ plan, exact, simulated: true, points: pointsOfRide(24), subtitles: true, title: what },
      overlay: isDrawn ? { units: 'metric', timeZone: 'UTC' } : null,
      work: join(folder, what),
      signal: new AbortController().signal,
      onProgress: () => {},
    })
    const taken = ride.frames.filter(
      (frame) =>
        ride.utcOfFrame(frame) >= made.fromUtcMs - 0.01 &&
        ride.utcOfFrame(frame) < made.toUtcMs &&
        Math.floor(frame / FPS / 6) !== without,
    )
    const atMs = (frame: number): number => ride.utcOfFrame(frame) - made.fromUtcMs
    // In the middle of the time a frame is shown; the last is asked for by the end of the clip, too.
    const asked = [0, 1, 2, Math.floor(taken.length / 3), Math.floor(taken.length / 2), taken.length - 1].map(
      (index) => taken[index] ?? -1,
    )
    const shown = await framesShown(
      (await readFile(made.file)).toString('base64'),
      asked.map((frame) => (atMs(frame) + 8) / 1_000),
    )
    expect(shown.numbers).toEqual(asked)
    expect(Math.abs(shown.durationMs - made.durationMs)).toBeLessThan(60)
    expect(shown.first).toBe(asked[0])
  })
})

/** The number in the picture before anything is asked for, and at each moment in seconds. */
async function framesShown(base64: string, moments: readonly number[]) {
  return page.evaluate(
    async ([bytes, times]) => {
      const video = document.createElement('video')
      video.muted = true
      const loaded = new Promise((resolve, reject) => {
        video.requestVideoFrameCallback(resolve)
        video.onerror = () => reject(new Error(video.error?.message))
      })
      video.src = URL.createObjectURL(
        new Blob([Uint8Array.from(atob(bytes), (sign) => sign.charCodeAt(0))], { type: 'video/mp4' }),
      )
      await loaded
      const canvas = Object.assign(document.createElement('canvas'), { width: 256, height: 96 })
      const context = canvas.getContext('2d', { willReadFrequently: true })
      const number = (): number => {
        context?.drawImage(video, 0, 0)
        const row = context?.getImageData(0, 32, 256, 1).data ?? []
        return Array.from({ length: 16 }, (_, bit) => ((row[(bit * 16 + 8) * 4] ?? 0) > 128 ? 1 << bit : 0)).reduce(
          (sum, value) => sum + value,
          0,
        )
      }
      const first = number()
      const numbers: number[] = []
      for (const time of times) {
        const sought = new Promise((resolve) => video.addEventListener('seeked', resolve, { once: true }))
        const shown = new Promise((resolve) => video.requestVideoFrameCallback(resolve))
        video.currentTime = time
        await sought
        // On a busy machine the frame itself is there a moment later; nothing comes where it was there before.
        await Promise.race([shown, new Promise((resolve) => setTimeout(resolve, 1_000))])
        numbers.push(number())
      }
      return { first, numbers, durationMs: video.duration * 1_000 }
    },
    [base64, moments] as const,
  )
}
