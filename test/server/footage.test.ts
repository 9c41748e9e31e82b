/** The playlist of a ride over HTTP: its byte ranges are pictures, and it follows the recording as it goes on. */
import { copyFile, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Store } from '../../core/store/store.js'
import { startDevice } from '../fakes/a-device.js'
import { addRide, addSegment, forgetRecorded, openRides, recordFootage, tagSegment } from '../fakes/a-ride.js'
import { type ServerUnderTest, startServer } from '../fakes/a-server.js'
import { makeSegment, probe } from '../fakes/clip.js'
import { eventually } from '../fakes/eventually.js'
import { JUNE_UTC_MS } from '../fakes/readings.js'

let server: ServerUnderTest
let store: Store
let files: string[]
const inFootage = (file: string): string => join(server.data, 'footage', file)

beforeAll(async () => {
  server = await startServer()
  store = await openRides(server.data)
  files = await recordFootage(server.data, 'front', 4)
  await addRide(store)
  await addRide(store, { id: 'ride-open', fromSecond: 500, toSecond: 520, hasEnded: false })
  for (const [index, file] of files.slice(0, 3).entries()) {
    await addSegment(store, { number: index + 1, file, rideId: 'ride-a', second: 100 + index * 2 })
  }
}, 30_000)
afterAll(async () => {
  await store.close()
  await server.stop()
})

const playlist = async (query = '', ride = 'ride-a'): Promise<string> =>
  (await server.get(`/api/rides/${ride}/video.m3u8${query}`)).text()
const urisIn = (text: string): string[] => [
  ...new Set(text.split('\n').filter((line) => line && !line.startsWith('#'))),
]

describe('a playlist', () => {
  it('is found, and tells of each file with its time', async () => {
    const answer = await server.get('/api/rides/ride-a/video.m3u8')
    expect(answer.headers.get('content-type')).toBe('application/vnd.apple.mpegurl')
    const text = await answer.text()
    expect(urisIn(text)).toEqual([1, 2, 3].map((number) => `../../segments/front-00000${number}/video.mp4?v=recorded`))
    expect([...text.matchAll(/DATE-TIME:(.*)/g)].map(([, time]) => Date.parse(time ?? ''))).toEqual(
      [100, 102, 104].map((second) => JUNE_UTC_MS + second * 1_000),
    )
    expect(text).toMatch(/TYPE:VOD[\s\S]*ENDLIST/)
  })

  it('names byte ranges that are pictures, part by part', async () => {
    const text = await playlist()
    const base = `${server.url}/api/rides/ride-a/video.m3u8`
    const bytes = async (uri: string, from: number, size: number): Promise<Buffer> => {
      const headers = { range: `bytes=${from}-${from + size - 1}`, authorization: `Bearer ${server.token}` }
      return Buffer.from(await (await fetch(new URL(uri, base), { headers })).arrayBuffer())
    }
    const maps = [...text.matchAll(/#EXT-X-MAP:URI="(.*)",BYTERANGE="(\d+)@0"/g)]
    const parts = [...text.matchAll(/#EXT-X-BYTERANGE:(\d+)@(\d+)\n(.*)/g)]
    expect([maps.length, parts.length]).toEqual([3, 3])
    for (const [index, [, size, from, uri]] of parts.entries()) {
      const [, mapUri, mapSize] = maps[index] ?? []
      const clip = join(server.data, `part-${index}.mp4`)
      const header = await bytes(mapUri ?? '', 0, Number(mapSize))
      await writeFile(clip, Buffer.concat([header, await bytes(uri ?? '', Number(from), Number(size))]))
      expect((await probe(clip)).streams[0]?.nb_read_packets).toBe('20')
    }
  })

  it('has another name for a file that was tagged, and only for that', async () => {
    await tagSegment(store, server.data, 'front-000002')
    const versions = urisIn(await playlist()).map((uri) => uri.split('=')[1])
    expect(versions).toEqual(['recorded', 'tagged', 'recorded'])
    await forgetRecorded(store, server.data, 'front-000002')
    expect(urisIn(await playlist())).toHaveLength(3)
  })

  it('leaves out what was swept', async () => {
    await store.sweepSegments(await store.sweepable(0, 1))
    const text = await playlist()
    expect(urisIn(text).map((uri) => uri.slice(15, 27))).toEqual(['front-000002', 'front-000003'])
  })

  it('without a picture is not found', async () => {
    const answer = await server.get('/api/rides/ride-open/video.m3u8')
    expect([answer.status, (await answer.json()).detail]).toEqual([404, 'there is no video of this ride'])
  })
})

describe('a recording that goes on', () => {
  it('is followed fragment by fragment, over the change of files, and ends when the ride does', async () => {
    const file = 'boot-000001/front-000011.mp4'
    const growing = inFootage(file)
    await makeSegment(growing, { seconds: 3 })
    const whole = await readFile(growing)
    const second = whole.indexOf('moof', whole.indexOf('moof') + 4)
    await truncate(growing, second + 500) // The second fragment is not whole yet.
    await addSegment(store, { number: 11, file, rideId: 'ride-open', second: 500, isRecording: true })
    expect((await server.get('/api/rides/ride-open/video.m3u8')).status).toBe(404)

    await writeFile(growing, whole)
    const told = [await playlist('', 'ride-open')]
    expect(told[0]?.match(/#EXTINF:.*/g)).toEqual(['#EXTINF:2.00000,'])

    await copyFile(inFootage(files[3] ?? ''), inFootage('boot-000001/front-000012.mp4'))
    const next = { number: 12, file: 'boot-000001/front-000012.mp4', rideId: 'ride-open', second: 502 }
    await addSegment(store, { ...next, isRecording: true })
    told.push(await playlist('', 'ride-open'))
    expect(told[1]?.match(/#EXTINF:.*/g)).toEqual(['#EXTINF:2.00000,', '#EXTINF:1.00000,', '#EXTINF:2.00000,'])
    await addSegment(store, next)
    told.push(await playlist('', 'ride-open'))
    for (const text of told) expect(text).toContain('TYPE:EVENT')
    expect(told.at(-1)?.startsWith(told[0] ?? 'nothing')).toBe(true)
    expect(told.at(-1)).not.toContain('ENDLIST')

    await store.endRide('ride-open')
    expect(await playlist('', 'ride-open')).toContain('TYPE:EVENT') // A segment of it is still being recorded.
    await store.closeSegment({
      ...{ id: 'front-000011', startMonoMs: 500_000, startUncertaintyMs: 20 },
      ...{ durationMs: 2_000, frames: 20, sizeBytes: whole.length },
    })
    expect(await playlist('', 'ride-open')).toMatch(/TYPE:VOD[\s\S]*ENDLIST/)
  })

  it('that was torn by a power cut is told as far as it is whole', async () => {
    const torn = 'boot-000001/torn.mp4'
    await copyFile(inFootage(files[3] ?? ''), inFootage(torn))
    const { length } = await readFile(inFootage(torn))
    await truncate(inFootage(torn), length - 5_000)
    await addRide(store, { id: 'ride-torn', fromSecond: 900, toSecond: 910 })
    await addSegment(store, { number: 21, file: torn, rideId: 'ride-torn', second: 900 })
    expect((await playlist('', 'ride-torn')).match(/#EXTINF:.*/g)).toEqual(['#EXTINF:1.00000,'])
  })
})

describe('the camera', () => {
  it('is the first configured where none is named, and must be one of the ride', async () => {
    await addRide(store, { id: 'ride-two', fromSecond: 700, toSecond: 710 })
    for (const [number, camera] of ['side', 'rear', 'front'].entries()) {
      const file = files[3] ?? ''
      await addSegment(store, { camera, number: 30 + number, file, rideId: 'ride-two', second: 700 })
    }
    expect(urisIn(await playlist('', 'ride-two'))[0]).toContain('/front-000032/')
    expect(urisIn(await playlist('?camera=rear', 'ride-two'))[0]).toContain('/rear-000031/')
    const wrong = await server.get('/api/rides/ride-two/video.m3u8?camera=top')
    expect([wrong.status, (await wrong.json()).detail]).toEqual([
      404,
      expect.stringMatching(/^this ride has no camera top: it has /),
    ])
    expect((await server.get('/api/rides/ride-two/video.m3u8?camera=../x')).status).toBe(400)

    const device = startDevice(server.data)
    const camera = { state: 'recording', reason: null, fps: 10, framesExpected: 0, frames: 0, gaps: 0 } as const
    await eventually(
      async () => {
        device.tellNow({
          cameras: [
            { name: 'top', ...camera },
            { name: 'rear', ...camera },
          ],
        })
        return urisIn(await playlist('', 'ride-two'))[0]?.includes('/rear-000031/')
      },
      { withinMs: 3_000 },
    )
    await device.stop()
  })
})
