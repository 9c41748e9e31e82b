/** The bundle over HTTP: announced whole before it comes, broken off where it must be, held while it is sent. */

import { once } from 'node:events'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { get, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { fastify } from 'fastify'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Clip, ClipState } from '../../core/ride/clip.js'
import { openBundle, segmentsToHold } from '../../server/export/bundle.js'
import type { App } from '../../server/http/app.js'
import { type BundleDoor, bundleRoutes } from '../../server/http/bundle.js'
import { requireRoles } from '../../server/http/roles.js'
import { aClip, aSegment, type BundleMaterial, layOut, storeSegment } from '../fakes/a-bundle.js'
import { eventually } from '../fakes/eventually.js'

let folder: string
let material: BundleMaterial
const apps: App[] = []
let held: string[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spokecam-bundle-'))
  material = await layOut(folder, 60, 80)
}, 30_000)
afterAll(() => rm(folder, { recursive: true, force: true }))
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()))
  held = []
})

async function serve(clip: Clip | null, door: Partial<BundleDoor> = {}, role: 'owner' | 'viewer' = 'owner') {
  const app = fastify({ forceCloseConnections: true }) as unknown as App
  apps.push(app)
  const visitor = role === 'owner' ? { role, id: 'p', name: 'p' } : { role, id: 's', rideId: 'ride-a' }
  requireRoles(app, {
    signedIn: ({ authorization }) =>
      authorization === undefined ? null : ({ by: 'bearer', visitor } as unknown as ReturnType<never>),
    isOwnOrigin: () => true,
  })
  bundleRoutes(app, {
    clip: (id) => (id === clip?.id ? clip : null),
    bundleOf: async (of) => ({
      segmentIds: segmentsToHold(material.options({ clip: of })),
      open: (signal) => openBundle(material.options({ clip: of, signal })),
    }),
    holding: {
      read: async (ids) => {
        held.push(...ids)
        return () => {
          held = held.filter((id) => !ids.includes(id))
        }
      },
    },
    ...door,
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  return `http://127.0.0.1:${port}/api/clips/clip-a/bundle.zip`
}

const owner = { headers: { authorization: 'Bearer x' } }

describe('the bundle of a clip', () => {
  it('comes as a file with a name, as long as announced, and is held for as long', async () => {
    const answer = await fetch(await serve(aClip()), owner)
    expect(held).toEqual(material.segments.map(({ id }) => id))
    const body = Buffer.from(await answer.arrayBuffer())
    expect(answer.status).toBe(200)
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'application/zip',
      'content-length': String(body.length),
      'content-disposition': 'attachment; filename="spokecam-evidence-front-2026-06-06T080104Z.zip"',
      'cache-control': 'private, no-store',
      'accept-ranges': 'none',
    })
    expect(body.subarray(0, 2).toString()).toBe('PK')
    await eventually(() => held.length === 0, { withinMs: 2_000 })
  })

  it('is told about without being sent', async () => {
    const url = await serve(aClip())
    const whole = await fetch(url, owner)
    const sizeBytes = (await whole.arrayBuffer()).byteLength
    const answer = await fetch(url, { ...owner, method: 'HEAD' })
    expect([answer.status, answer.headers.get('content-length'), await answer.text()]).toEqual([
      ...[200, String(sizeBytes), ''],
    ])
    await eventually(() => held.length === 0, { withinMs: 2_000 })
  })

  it('has nothing open any more once it was only told about', async () => {
    const stream = new Readable({ read: () => {} })
    const open = async () => ({ fileName: 'b.zip', sizeBytes: 7, stream })
    const url = await serve(aClip(), { bundleOf: async () => ({ segmentIds: [], open }) })
    expect((await fetch(url, { ...owner, method: 'HEAD' })).headers.get('content-length')).toBe('7')
    expect(stream.destroyed).toBe(true)
  })

  it.each([
    ['queued', null, 'this clip is not ready yet: it waits for its turn'],
    ['cutting', null, 'this clip is not ready yet: 42 % of it is made'],
    ['failed', 'there is no room', 'this clip could not be made: there is no room'],
    ['canceled', null, 'this clip was canceled'],
  ] as const)('that is %s is not there, and why', async (state: ClipState, reason, detail) => {
    const answer = await fetch(await serve(aClip({ state, reason, progress: 0.429 })), owner)
    expect([answer.status, ((await answer.json()) as { message: string }).message]).toEqual([409, detail])
    expect(held).toEqual([])
  })

  it('of a clip that never was, or is gone, is not found', async () => {
    expect((await fetch(await serve(null), owner)).status).toBe(404)
    const gone = { bundleOf: async () => ({ segmentIds: ['front-000001'], open: async () => null }) }
    expect((await fetch(await serve(aClip(), gone), owner)).status).toBe(404)
    await eventually(() => held.length === 0, { withinMs: 2_000 })
  })

  it('is for the owner alone', async () => {
    expect((await fetch(await serve(aClip()))).status).toBe(401)
    expect((await fetch(await serve(aClip(), {}, 'viewer'), owner)).status).toBe(404)
  })

  it('breaks off where a segment is gone in the middle: the other end sees that', async () => {
    const later = aSegment(66, { number: 905, file: 'boot-000001/front-000905.mp4' })
    await storeSegment(folder, later)
    const options = material.options({ segments: [later] })
    const opened = await openBundle(options)
    await rm(join(folder, 'footage', later.file))
    const url = await serve(aClip(), { bundleOf: async () => ({ segmentIds: [], open: async () => opened }) })
    const answer = await fetch(url, owner)
    expect(answer.status).toBe(200)
    await expect(answer.arrayBuffer()).rejects.toThrow()
  })

  it('is let go by a phone that goes away, in the middle or before it begins', async () => {
    let destroyed = false
    let given: AbortSignal | null = null
    const endless = () =>
      new Readable({
        read() {
          this.push(Buffer.alloc(64 * 1024))
        },
        destroy(error, done) {
          destroyed = true
          done(error)
        },
      })
    const slow = await serve(aClip(), {
      bundleOf: async () => ({
        segmentIds: ['front-000001'],
        open: async () => ({ fileName: 'b.zip', sizeBytes: 2 ** 40, stream: endless() }),
      }),
    })
    const request = get(slow, owner)
    const [answer] = (await once(request, 'response')) as [IncomingMessage]
    await once(answer, 'readable')
    expect(held).toEqual(['front-000001'])
    request.destroy()
    await eventually(() => destroyed && held.length === 0, { withinMs: 2_000 })

    const never = await serve(aClip(), {
      bundleOf: async () => ({
        segmentIds: ['front-000001'],
        open: (signal) => {
          given = signal
          return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
        },
      }),
    })
    const early = get(never, owner)
    early.on('error', () => {})
    await eventually(() => given !== null, { withinMs: 2_000 })
    early.destroy()
    await eventually(() => (given as AbortSignal | null)?.aborted === true && held.length === 0, { withinMs: 2_000 })
  })
})

describe('the contact sheet', () => {
  it('stays with the clip, and is not drawn again', async () => {
    const url = await serve(aClip())
    const own = join(folder, 'exports/clip-a')
    const sheets = async () => (await readdir(own)).filter((name) => name.startsWith('contact-sheet'))
    await (await fetch(url, owner)).arrayBuffer()
    const [sheet = ''] = await sheets()
    const before = await stat(join(own, sheet))
    await (await fetch(url, owner)).arrayBuffer()
    expect(await sheets()).toEqual([sheet])
    expect((await stat(join(own, sheet))).mtimeMs).toBe(before.mtimeMs)
  })
})
