/** Pairing lets in who has the code, and nobody who tries. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type AccessStore, openAccessStore } from '../../core/store/access.js'
import { openPairing, openPairingDoor } from '../../server/access/pairing.js'
import { openSessions } from '../../server/access/sessions.js'
import { makeDataFolder, openPairingIn, postJson, type ServerUnderTest, startServer } from '../fakes/a-server.js'

const MINUTE_MS = 60_000

describe('a pairing', () => {
  let folder: string
  let store: AccessStore
  let nowMonoMs = 0
  const door = (bootId = 'boot-a') =>
    openPairingDoor({ store, bootId, nowMonoMs: () => nowMonoMs, signIn: (name) => `token of ${name}` })
  const opened = () => openPairing({ store, bootId: 'boot-a', nowMonoMs }).code
  /** A code that is not this one. */
  const wrong = (code: string): string => (code === '00000000' ? '00000001' : '00000000')

  beforeEach(async () => {
    folder = await makeDataFolder()
    store = openAccessStore(join(folder, 'server.db'))
    nowMonoMs = 1_000
  })
  afterEach(async () => {
    store.close()
    await rm(folder, { recursive: true })
  })

  it('opens with eight digits for five minutes', () => {
    const { code, expiresInMs } = openPairing({ store, bootId: 'boot-a', nowMonoMs })
    expect(code).toMatch(/^\d{8}$/)
    expect(expiresInMs).toBe(5 * MINUTE_MS)
  })

  it('keeps the code nowhere', () => {
    const code = opened()
    const kept = Buffer.from(store.pairing()?.codeHash ?? [])
    expect(kept).toHaveLength(32)
    expect(kept.includes(code)).toBe(false)
  })

  it('lets one phone in, once', () => {
    const code = opened()
    const pair = door()
    expect(pair(code, 'phone')).toEqual({ kind: 'paired', token: 'token of phone' })
    expect(pair(code, 'phone')).toEqual({ kind: 'closed' })
  })

  it('lets in at the fifth try', () => {
    const code = opened()
    const pair = door()
    for (let n = 0; n < 4; n++) expect(pair(wrong(code), 'x').kind).toBe('wrong')
    expect(pair(code, 'x').kind).toBe('paired')
  })

  it('is burnt by five wrong codes, though the server begins anew in between', () => {
    const code = opened()
    for (let n = 0; n < 5; n++) expect(door()(wrong(code), 'x').kind).toBe('wrong')
    expect(door()(code, 'x').kind).toBe('closed')
  })

  it.each([
    ['is open before anyone opened it', () => {}, 'closed'],
    ['is open to the last millisecond', () => (nowMonoMs += 5 * MINUTE_MS - 1), 'paired'],
    ['ends after five minutes', () => (nowMonoMs += 5 * MINUTE_MS), 'closed'],
  ])('%s: %s', (title, then, expected) => {
    const code = title.includes('before anyone') ? '12345678' : opened()
    then()
    expect(door()(code, 'x').kind).toBe(expected)
  })

  it('ends with the boot it was opened in', () => {
    const code = opened()
    expect(door('boot-b')(code, 'x').kind).toBe('closed')
  })

  it('ends the one before it', () => {
    const first = opened()
    const second = opened()
    const pair = door()
    if (first !== second) expect(pair(first, 'x').kind).toBe('wrong')
    expect(pair(second, 'x').kind).toBe('paired')
  })

  it('takes ten codes a minute from all together', () => {
    const pair = door()
    for (let n = 0; n < 10; n++) expect(pair('12345678', 'x').kind).toBe('closed')
    nowMonoMs += 20_000
    const code = opened()
    expect(pair(code, 'x')).toEqual({ kind: 'too-many', againInMs: 40_000 })
    nowMonoMs += 40_000
    expect(pair(code, 'x').kind).toBe('paired')
  })
})

describe('a session', () => {
  it('is known by its token, which is kept nowhere', async () => {
    const folder = await makeDataFolder()
    const store = openAccessStore(join(folder, 'server.db'))
    const kept: Uint8Array[] = []
    const sessions = openSessions({
      ...store,
      addPhone: (name, hash) => {
        kept.push(hash)
        return store.addPhone(name, hash)
      },
    })
    const token = sessions.signIn('phone')
    expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect(Buffer.from(kept[0] ?? []).includes(token)).toBe(false)
    const bearer = { authorization: `Bearer ${token}` }
    const cookie = { cookie: `other=1; spokecam=${token}; more=2` }
    expect(sessions.signedIn(bearer)).toMatchObject({ by: 'bearer', visitor: { role: 'owner', name: 'phone' } })
    expect(sessions.signedIn(cookie)).toMatchObject({ by: 'cookie', visitor: { role: 'owner', name: 'phone' } })
    for (const headers of [
      {},
      { authorization: token },
      { authorization: 'Bearer ' },
      { authorization: `Bearer ${token}x` },
      { authorization: `Bearer ${'a'.repeat(43)}` },
      { authorization: `Bearer ${'a'.repeat(43)}`, ...cookie },
      { cookie: `xspokecam=${token}` },
      { cookie: 'spokecam=' },
    ]) {
      expect(sessions.signedIn(headers)).toBeNull()
    }
    sessions.signOut(sessions.signedIn(bearer)?.visitor.id ?? '')
    expect(sessions.signedIn(bearer)).toBeNull()
    store.close()
    await rm(folder, { recursive: true })
  })
})

describe('POST /api/pair', () => {
  let server: ServerUnderTest
  beforeAll(async () => {
    server = await startServer()
  })
  afterAll(() => server.stop())

  it('answers a token and sets a cookie no script can read', async () => {
    const answer = await postJson(`${server.url}/api/pair`, { code: openPairingIn(server.data), name: 'Jo’s phone' })
    expect(answer.status).toBe(200)
    const { token } = (await answer.json()) as { token: string }
    const cookie = answer.headers.get('set-cookie') ?? ''
    expect(cookie).toContain(`spokecam=${token}; Path=/; Max-Age=`)
    expect(cookie).toMatch(/; HttpOnly; SameSite=Strict$/)
    expect(answer.headers.get('cache-control')).toBe('no-store')

    const session = await fetch(`${server.url}/api/session`, { headers: { cookie: cookie.split(';')[0] ?? '' } })
    expect(await session.json()).toEqual({ role: 'owner', name: 'Jo’s phone' })
  })

  it('says whether the code was wrong, pairing is closed, or too many were tried', async () => {
    const statuses: number[] = []
    const code = openPairingIn(server.data)
    const tried = code === '11111111' ? '22222222' : '11111111'
    for (let n = 0; n < 12; n++) {
      statuses.push((await postJson(`${server.url}/api/pair`, { code: tried, name: 'x' })).status)
    }
    expect(statuses.slice(0, 6)).toEqual([401, 401, 401, 401, 401, 403])
    const last = await postJson(`${server.url}/api/pair`, { code, name: 'x' })
    expect(last.status).toBe(429)
    expect(Number(last.headers.get('retry-after'))).toBeGreaterThan(0)
  })

  it.each([
    [{ code: '1234567', name: 'x' }, 'code must be eight digits'],
    [{ code: 12345678, name: 'x' }, 'code must be eight digits'],
    [{ code: '12345678' }, 'name is missing'],
    [{ code: '12345678', name: '' }, 'name must be'],
    [{ code: '12345678', name: 'x'.repeat(61) }, 'name must be a text of at most 60 characters'],
    [{ code: '12345678', name: 'x', role: 'owner' }, 'role is not known here'],
    [['12345678'], 'the body must be a JSON object'],
    [null, 'the body must be a JSON object'],
  ])('refuses %j: %s', async (body, detail) => {
    const answer = await postJson(`${server.url}/api/pair`, body)
    expect(answer.status).toBe(400)
    expect((await answer.json()).detail).toContain(detail)
  })

  it('signs out, and forgets the cookie', async () => {
    expect((await server.get('/api/session')).status).toBe(200)
    const gone = await server.get('/api/session', { method: 'DELETE' })
    expect(gone.status).toBe(204)
    expect(gone.headers.get('set-cookie')).toContain('spokecam=; Path=/; Max-Age=0')
    expect((await server.get('/api/session')).status).toBe(401)
  })
})
