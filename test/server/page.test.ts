/** The files of the web page: compressed ones where there are any, kept for ever where their name says what is in them. */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { fastify } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { App } from '../../server/http/app.js'
import { pageRoutes } from '../../server/http/page.js'
import { makeDataFolder } from '../fakes/a-server.js'

let folder: string
const apps: App[] = []

async function served(build: string): Promise<App> {
  const app = fastify() as unknown as App
  apps.push(app)
  await pageRoutes(app, build)
  return app
}

beforeAll(async () => {
  folder = await makeDataFolder()
  await mkdir(join(folder, 'build', 'assets'), { recursive: true })
  await writeFile(join(folder, 'secret.txt'), 'not for you')
  await writeFile(join(folder, 'build', 'index.html'), '<!doctype html>page')
  await writeFile(join(folder, 'build', '.hidden'), 'not for you')
  await writeFile(join(folder, 'build', 'assets', 'app-4f3a.js'), 'script')
  await writeFile(join(folder, 'build', 'assets', 'app-4f3a.js.gz'), gzipSync('script'))
})
afterAll(async () => {
  await Promise.all(apps.map((app) => app.close()))
  await rm(folder, { recursive: true })
})

describe('the page', () => {
  it('is asked for anew each time', async () => {
    const answer = await (await served(join(folder, 'build'))).inject('/')
    expect([answer.statusCode, answer.body]).toEqual([200, '<!doctype html>page'])
    expect(answer.headers['cache-control']).toBe('no-cache')
    expect(answer.headers['content-type']).toMatch(/^text\/html/)
  })

  it('has files that are kept for ever, and come compressed to who can read that', async () => {
    const app = await served(join(folder, 'build'))
    const headers = { 'accept-encoding': 'gzip' }
    const answer = await app.inject({ url: '/assets/app-4f3a.js', headers })
    expect(answer.headers).toMatchObject({
      'content-encoding': 'gzip',
      'cache-control': 'public, max-age=31536000, immutable',
      'content-type': expect.stringMatching(/javascript/),
    })
    expect(gunzipSync(answer.rawPayload).toString()).toBe('script')
    expect((await app.inject('/assets/app-4f3a.js')).body).toBe('script')
  })

  it.each(['/../secret.txt', '/%2e%2e/secret.txt', '/..%2fsecret.txt', '/.hidden', '/assets/', '/nothing.js'])(
    'has nothing at %s',
    async (url) => {
      const answer = await (await served(join(folder, 'build'))).inject(url)
      expect(answer.statusCode).toBeGreaterThanOrEqual(400)
      expect(answer.body).not.toContain('not for you')
    },
  )

  it('says so in a sentence where it has not been built', async () => {
    const answer = await (await served(join(folder, 'none'))).inject('/')
    expect([answer.statusCode, answer.body]).toEqual([503, expect.stringContaining('has not been built')])
  })
})
