/** The bytes of a segment: ranges, names that never stand for other bytes, and files that are not ours to give. */
import { appendFile, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fastify } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Store } from '../../core/store/store.js'
import type { App } from '../../server/http/app.js'
import { openFootage } from '../../server/http/footage-file.js'
import { openHolding } from '../../server/http/holding.js'
import { videoRoutes } from '../../server/http/video.js'
import { addRide, addSegment, forgetRecorded, openRides, recordFootage, tagSegment } from '../fakes/a-ride.js'
import { type ServerUnderTest, startServer } from '../fakes/a-server.js'

let server: ServerUnderTest
let store: Store
let files: string[]
const inFootage = (file: string): string => join(server.data, 'footage', file)

beforeAll(async () => {
  server = await startServer()
  store = await openRides(server.data)
  files = await recordFootage(server.data, 'front', 4)
  await addRide(store)
  for (const [index, file] of files.entries()) {
    await addSegment(store, { number: index + 1, file, rideId: 'ride-a', second: 100 + index * 2 })
  }
}, 30_000)
afterAll(async () => {
  await store.close()
  await server.stop()
})

const video = (id: string, init: RequestInit & { headers?: Record<string, string> } = {}, query = '') =>
  server.get(`/api/segments/${id}/video.mp4${query}`, init)
const bytesOf = async (answer: Response): Promise<Buffer> => Buffer.from(await answer.arrayBuffer())
const range = (value: string) => ({ headers: { range: value } })

describe('a segment’s video', () => {
  it('comes whole, named, and to be asked for again each time', async () => {
    const answer = await video('front-000001')
    const onCard = await readFile(inFootage(files[0] ?? ''))
    expect(answer.status).toBe(200)
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'video/mp4',
      'content-length': String(onCard.length),
      'accept-ranges': 'bytes',
      'content-disposition': 'inline; filename="front-000001.mp4"',
      'cache-control': 'private, no-cache',
      etag: expect.stringMatching(/^"[^"]+"$/),
    })
    expect((await bytesOf(answer)).equals(onCard)).toBe(true)
  })

  it.each([
    ['bytes=0-99', 0, 99],
    ['bytes=100-', 100, null],
    ['bytes=-50', -50, null],
  ])('comes in part: %s', async (header, from, to) => {
    const onCard = await readFile(inFootage(files[0] ?? ''))
    const answer = await video('front-000001', range(header))
    const begin = from < 0 ? onCard.length + from : from
    const end = to ?? onCard.length - 1
    expect(answer.status).toBe(206)
    expect(answer.headers.get('content-range')).toBe(`bytes ${begin}-${end}/${onCard.length}`)
    expect((await bytesOf(answer)).equals(onCard.subarray(begin, end + 1))).toBe(true)
  })

  it('comes whole where several parts are asked for', async () => {
    const answer = await video('front-000001', range('bytes=0-1,5-6'))
    expect([answer.status, (await bytesOf(answer)).length]).toEqual([
      200,
      (await readFile(inFootage(files[0] ?? ''))).length,
    ])
  })

  it('has no bytes behind its end', async () => {
    const { length } = await readFile(inFootage(files[0] ?? ''))
    const answer = await video('front-000001', range(`bytes=${length}-`))
    expect(answer.status).toBe(416)
    expect(answer.headers.get('content-range')).toBe(`bytes */${length}`)
    expect(await answer.json()).toMatchObject({ status: 416 })
  })

  it('is told about without being sent', async () => {
    const answer = await video('front-000001', { method: 'HEAD' })
    const { length } = await readFile(inFootage(files[0] ?? ''))
    expect([answer.status, answer.headers.get('content-length'), await answer.text()]).toEqual([
      200,
      String(length),
      '',
    ])
  })

  it('is not sent again to who has it', async () => {
    const etag = (await video('front-000001', { method: 'HEAD' })).headers.get('etag') ?? ''
    const again = await video('front-000001', { headers: { 'if-none-match': etag } })
    expect([again.status, again.headers.get('etag'), await again.text()]).toEqual([304, etag, ''])
  })

  it('is carried on only if it is the same', async () => {
    const etag = (await video('front-000001', { method: 'HEAD' })).headers.get('etag') ?? ''
    const same = await video('front-000001', { headers: { range: 'bytes=10-19', 'if-range': etag } })
    const other = await video('front-000001', { headers: { range: 'bytes=10-19', 'if-range': '"other"' } })
    expect([same.status, other.status]).toEqual([206, 200])
    await Promise.all([same.arrayBuffer(), other.arrayBuffer()])
  })

  it.each(['?v=', '?v=new', '?v=recorded&v=tagged'])('is refused with %s', async (query) => {
    expect((await video('front-000001', {}, query)).status).toBe(400)
  })

  it('of a segment that never was is not found', async () => {
    expect((await video('front-999999')).status).toBe(404)
    expect((await video('..%2F..%2Frides.db')).status).toBe(404)
  })
})

describe('tagging', () => {
  it('gives other bytes another name, and the ones from before stay until they are forgotten', async () => {
    const recorded = await readFile(inFootage(files[1] ?? ''))
    const before = await video('front-000002', {}, '?v=recorded')
    expect((await video('front-000002', {}, '?v=tagged')).status).toBe(404)
    expect((await bytesOf(before)).equals(recorded)).toBe(true)

    const file = await tagSegment(store, server.data, 'front-000002')
    const tagged = await readFile(inFootage(file))
    const [asRecorded, asTagged, present] = await Promise.all(
      ['?v=recorded', '?v=tagged', ''].map((query) => video('front-000002', {}, query)),
    )
    if (!asRecorded || !asTagged || !present) throw new Error('three answers were asked for')
    expect(asRecorded.headers.get('etag')).toBe(before.headers.get('etag'))
    expect((await bytesOf(asRecorded)).equals(recorded)).toBe(true)
    expect((await bytesOf(asTagged)).equals(tagged)).toBe(true)
    expect((await bytesOf(present)).equals(tagged)).toBe(true)
    expect(asTagged.headers.get('etag')).not.toBe(before.headers.get('etag'))
    expect(present.headers.get('etag')).toBe(asTagged.headers.get('etag'))
    expect(asTagged.headers.get('content-disposition')).toMatch(/"front-2026-06-06T\d{6}Z-000002\.mp4"/)

    await forgetRecorded(store, server.data, 'front-000002')
    expect((await video('front-000002', {}, '?v=recorded')).status).toBe(404)
    expect((await video('front-000002', {}, '?v=tagged')).status).toBe(200)
  })
})

describe('a file that is tagged between the catalogue and its opening', () => {
  it('is looked up once more', async () => {
    const before = await store.segment('front-000003')
    await tagSegment(store, server.data, 'front-000003')
    await forgetRecorded(store, server.data, 'front-000003')
    const after = await store.segment('front-000003')
    const answers = [before, after]
    const catalogue = { ask: () => answers.shift() as never, askOr: () => null as never, close: () => {} }
    const app = fastify() as unknown as App
    app.decorateRequest('visitor', null)
    app.addHook('onRequest', async (request) => {
      request.visitor = { role: 'owner', id: 'x', name: 'x' }
    })
    const holding = openHolding(async () => ({ kind: 'away' }))
    videoRoutes(app, { catalogue, holding, openFile: (file) => openFootage(join(server.data, 'footage'), file) })
    const answer = await app.inject('/api/segments/front-000003/video.mp4')
    expect(answer.statusCode).toBe(200)
    expect(answer.rawPayload.equals(await readFile(inFootage(after?.file ?? '')))).toBe(true)
    await app.close()
  })
})

describe('a growing file', () => {
  it('is served as far as it is, and each length has a tag of its own', async () => {
    const file = 'boot-000001/front-000009.mp4'
    const whole = await readFile(inFootage(files[0] ?? ''))
    await writeFile(inFootage(file), whole.subarray(0, 5_000))
    await addSegment(store, { number: 9, file, rideId: 'ride-a', second: 130, isRecording: true })
    const early = await video('front-000009')
    await appendFile(inFootage(file), whole.subarray(5_000))
    const late = await video('front-000009')
    expect((await bytesOf(early)).length).toBe(5_000)
    expect((await bytesOf(late)).equals(whole)).toBe(true)
    expect(early.headers.get('etag')).not.toBe(late.headers.get('etag'))
    expect(late.headers.get('cache-control')).toBe('no-store')

    const part = await video('front-000009', {
      headers: { range: 'bytes=0-99', 'if-range': early.headers.get('etag') ?? '' },
    })
    expect(part.status).toBe(200)
    await part.arrayBuffer()
  })

  it('that is empty yet has no bytes', async () => {
    await writeFile(inFootage('boot-000001/front-000010.mp4'), '')
    const file = 'boot-000001/front-000010.mp4'
    await addSegment(store, { number: 10, file, rideId: 'ride-a', second: 140, isRecording: true })
    const answer = await video('front-000010')
    expect([answer.status, answer.headers.get('content-length'), await answer.text()]).toEqual([200, '0', ''])
    expect((await video('front-000010', range('bytes=0-'))).status).toBe(416)
  })
})

describe('a file that is not ours to give', () => {
  const named = async (number: number, file: string): Promise<number> => {
    await addSegment(store, { camera: 'odd', number, file, rideId: 'ride-a', second: 200 + number })
    const answer = await video(`odd-${String(number).padStart(6, '0')}`)
    return answer.status
  }

  it('is not found: outside the folder, behind a link, no file at all, or gone', async () => {
    await symlink(join(server.data, 'server.db'), inFootage('boot-000001/link.mp4'))
    await symlink(server.data, inFootage('door'))
    expect(await named(1, '../server.db')).toBe(404)
    expect(await named(2, 'boot-000001/link.mp4')).toBe(404)
    expect(await named(3, 'door/server.db')).toBe(404)
    expect(await named(4, 'boot-000001')).toBe(404)
    expect(await named(5, 'boot-000001/never.mp4')).toBe(404)
    await rename(inFootage(files[3] ?? ''), inFootage('moved.mp4'))
    expect((await video('front-000004')).status).toBe(404)
    await rm(inFootage('moved.mp4'))
  })
})
