/** Whatever goes wrong, the answer is a problem document with the security headers, and says nothing of the inside. */

import { writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startDevice } from '../fakes/a-device.js'
import { type ServerUnderTest, startServer } from '../fakes/a-server.js'
import { eventually } from '../fakes/eventually.js'

let server: ServerUnderTest
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.stop())

const raw = (text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1', () => socket.write(text))
    socket.on('data', (chunk) => {
      answer += chunk
    })
    socket.on('error', reject)
    socket.on('close', () => resolve(answer))
  })

describe('an error', () => {
  it.each([
    ['GET', '/api/nothing', {}, 404],
    ['GET', '/nothing.html', {}, 404],
    ['GET', '/../../etc/passwd', {}, 404],
    ['GET', '/api/%zz', {}, 400],
    ['GET', `/api/rides/${'x'.repeat(200)}`, {}, 404],
    ['GET', '/api/rides', { authorization: 'Bearer nobody' }, 401],
    ['POST', '/api/pair', { 'content-type': 'text/plain' }, 415],
    ['POST', '/api/pair', { 'content-type': 'application/json', body: '{"code": ' }, 400],
    ['POST', '/api/pair', { 'content-type': 'application/json', body: '' }, 400],
    ['POST', '/api/pair', { 'content-type': 'application/json', body: '{"__proto__": {"x": 1}}' }, 400],
    ['POST', '/api/pair', { 'content-type': 'application/json', body: '['.repeat(10_000) }, 400],
    ['POST', '/api/pair', { 'content-type': 'application/json', body: `"${'x'.repeat(17_000)}"` }, 413],
    ['POST', '/api/rides', {}, 404],
  ])('%s %s %j is a problem: %d', async (method, path, { body, ...headers }: Record<string, string>, status) => {
    const init = { method, headers, ...(method === 'POST' ? { body: body ?? 'x' } : {}) }
    const answer = await fetch(server.url + path, init as RequestInit)
    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/)
    const problem = await answer.json()
    expect(problem).toMatchObject({
      type: 'about:blank',
      status,
      title: expect.any(String),
      detail: expect.any(String),
    })
    expect(JSON.stringify(problem)).not.toMatch(/node_modules|\.js|\.ts|\/tmp\/|at \w+ \(|FST_|Error/)
    expectSecured(answer.headers)
  })

  it.each([
    ['no HTTP at all', 'hello\r\n\r\n', 400],
    ['a header of 20 KB', `GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
    [
      'two lengths',
      'POST /api/pair HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n',
      400,
    ],
    ['no Host', 'GET /api/health HTTP/1.1\r\n\r\n', 400],
  ])('for %s ends the connection', async (_, text, status) => {
    const answer = await raw(text)
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  })

  it('of our own is told in the log and nowhere else', async () => {
    await writeFile(
      join(server.data, 'rides.db'),
      'this is no database, though it is long enough to be read as one'.repeat(99),
    )
    const answer = await server.get('/api/rides')
    const text = await answer.text()
    expect(answer.status).toBe(503)
    expect(text).toContain('cannot be read at the moment')
    expect(text).not.toContain(server.data)
    expect(server.logged.join('')).toContain('the catalogue cannot be read')
  })
})

describe('health', () => {
  it('tells anyone that it is there and whether the device records, and nothing else', async () => {
    const health = async () => (await fetch(`${server.url}/api/health`)).json()
    expect(await health()).toEqual({ status: 'ok', recording: false })
    const device = startDevice(server.data)
    await eventually(async () => (await health()).recording, { withinMs: 3_000 })
    expect(await health()).toEqual({ status: 'ok', recording: true })
    await device.stop()
  })
})

describe('the description of the API', () => {
  it('is open to anyone and has every route', async () => {
    const answer = await fetch(`${server.url}/api/openapi.json`)
    const { openapi, paths } = (await answer.json()) as { openapi: string; paths: Record<string, object> }
    expect(openapi).toMatch(/^3\.1/)
    expect(Object.keys(paths).sort()).toEqual([
      '/api/clips',
      '/api/clips/{id}',
      '/api/clips/{id}/bundle.zip',
      '/api/clips/{id}/track.gpx',
      '/api/clips/{id}/video.mp4',
      '/api/clock',
      '/api/health',
      '/api/incidents',
      '/api/incidents/{id}',
      '/api/live/track.gpx',
      '/api/now',
      '/api/pair',
      '/api/recording',
      '/api/rides',
      '/api/rides/{id}',
      '/api/rides/{id}/clips',
      '/api/rides/{id}/privacy',
      '/api/rides/{id}/segments',
      '/api/rides/{id}/track',
      '/api/rides/{id}/track.csv',
      '/api/rides/{id}/track.geojson',
      '/api/rides/{id}/track.gpx',
      '/api/rides/{id}/video.m3u8',
      '/api/segments',
      '/api/segments/{id}/track.gpx',
      '/api/segments/{id}/video.mp4',
      '/api/session',
      '/api/settings',
    ])
    expect(Object.keys(paths['/api/rides/{id}'] ?? {})).toEqual(['get', 'patch'])
  })
})

describe('every answer', () => {
  it.each(['/', '/api/health', '/api/openapi.json'])('carries the security headers: %s', async (path) => {
    const answer = await fetch(server.url + path)
    expectSecured(answer.headers)
    expect(answer.headers.has('access-control-allow-origin')).toBe(false)
    expect(answer.headers.has('x-powered-by')).toBe(false)
  })
})

function expectSecured(headers: Headers): void {
  expect(headers.get('content-security-policy')).toContain("default-src 'self'; worker-src 'self'")
  expect(headers.get('content-security-policy')).toContain(
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
  )
  expect(headers.get('x-content-type-options')).toBe('nosniff')
  expect(headers.get('referrer-policy')).toBe('no-referrer')
  expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
  expect(headers.get('cross-origin-resource-policy')).toBe('same-origin')
}
