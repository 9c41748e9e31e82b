/** One track, logged side by side by Debian's gpxlogger and by us, out of one gpsd. */
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { eventually } from '../fakes/eventually.js'
import { listenTo } from '../fakes/fake-gpsd.js'
import { type FedGpsd, play, startGpsdFedBy } from '../fakes/gpsd.js'
import { toldIn } from '../fakes/gpsd-said.js'
import { type GpxLogger, type LoggedPoint, pointsOf, startGpxLogger } from '../fakes/gpxlogger.js'
import { epochsOf, firstSeconds, makeNmeaLog } from '../fakes/nmea-log.js'
import { runSpokecam, SMALL_CAMERA, startSpokecam } from '../fakes/spokecam.js'

const isLong = process.env['SPOKECAM_TEST'] === 'long'
const DEVICE_S = process.env['SPOKECAM_TEST'] === 'long' ? 40 : 15
/** An hour of a rider with a void of 20 minutes, where it is at hand (../shared/gpsd). */
const recorded = resolve(import.meta.dirname, '../../../shared/gpsd/tracks/cerknicko-jezero.log')
const rider = existsSync(recorded) ? readFileSync(recorded, 'latin1') : null

interface Played {
  readonly gpsd: FedGpsd
  readonly gpxlogger: GpxLogger
  /** Begins to play, once everybody is attached; resolves at the end of the log. */
  readonly play: () => Promise<void>
}

/** A gpsd with gpxlogger attached to it, which has not heard a word of its receiver yet. */
async function held(log: string, rate: number): Promise<Played> {
  let begin = () => {}
  const begun = new Promise<void>((resolve) => {
    begin = resolve
  })
  let isWatched = false
  let isOver = false
  const gpsd = await startGpsdFedBy([
    async (receiver) => {
      isWatched = true
      await begun
      await play(log, rate, receiver)
      isOver = true
    },
  ])
  const gpxlogger = await startGpxLogger(gpsd.port)
  // gpsd opens its receiver at the first WATCH.
  await eventually(() => isWatched, { withinMs: 10_000 }).catch(async (error: unknown) => {
    await gpsd.end()
    throw error
  })
  return {
    gpsd,
    gpxlogger,
    play: async () => {
      begin()
      await eventually(() => isOver, { withinMs: 120_000 })
    },
  }
}

describe("a track beside gpxlogger's", () => {
  it.each([
    { name: 'made here', log: makeNmeaLog(300), rate: 100 },
    ...(rider !== null && isLong ? [{ name: "a rider's hour", log: rider, rate: 100 }] : []),
  ])(
    'has the same points, and every one of them: $name, played $rate times as fast',
    async ({ log, rate }) => {
      const { gpsd, gpxlogger, play } = await held(log, rate)
      const { told, logged, stop } = listenTo(gpsd.port)
      await eventually(() => logged.some((line) => line.startsWith('connected')), { withinMs: 5_000 })
      await play()
      const count = epochsOf(log).length
      await eventually(() => toldIn(told).fixes.size >= count, { withinMs: 5_000 })
      await stop()
      const theirs = await gpxlogger.end()
      await gpsd.end()
      const ours = [...toldIn(told).fixes].map(([utcMs, { latDeg, lonDeg }]) => ({ latDeg, lonDeg, utcMs }))
      expect(ours).toEqual(theirs)
      expect(theirs).toHaveLength(count)
    },
    150_000,
  )

  it.runIf(isLong)(
    'has the same points in the GPX that a rider gets out of the device, in real time',
    async () => {
      const log = firstSeconds(rider ?? makeNmeaLog(DEVICE_S), DEVICE_S)
      const { gpsd, gpxlogger, play } = await held(log, 1)
      const spokecam = await startSpokecam({ GPS__SOURCE: gpsd.url, CAMERAS: [SMALL_CAMERA] })
      try {
        await spokecam.start.says(/connected to gpsd/)
        await play()
        // Points are written once a second, and dated once the clock is believed.
        await eventually(async () => (await exported(spokecam.data)).length >= DEVICE_S, { withinMs: 10_000 })
        const theirs = await gpxlogger.end()
        expect(theirs).toHaveLength(DEVICE_S)
        expect(await exported(spokecam.data)).toEqual(theirs)
      } finally {
        await spokecam.cleanUp()
        await gpsd.end()
      }
    },
    90_000,
  )
})

async function exported(data: string): Promise<readonly LoggedPoint[]> {
  const { stdout } = await runSpokecam(['export', 'latest', '--format', 'gpx', '--data', data])
  return pointsOf(stdout)
}
