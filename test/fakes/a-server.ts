/** A server on a free port of this machine, over a data folder of its own, with a phone that is paired. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monoNowMs, readBootId } from '../../core/process/boot.js'
import type { Log } from '../../core/process/log.js'
import { openLog } from '../../core/process/log.js'
import type { PageSettings } from '../../core/ride/settings.js'
import { openAccessStore } from '../../core/store/access.js'
import { openPairing, runServer } from '../../server/main.js'

export interface ServerUnderTest {
  readonly url: string
  readonly data: string
  /** Of the phone that was paired when it began. */
  readonly token: string
  /** Every line of its log so far. */
  readonly logged: readonly string[]
  /** A request as the paired phone; path begins with /. */
  readonly get: (path: string, init?: RequestInit) => Promise<Response>
  /** Resolves when it has ended; the data folder goes too, unless it was handed in. */
  readonly stop: () => Promise<void>
}

export interface ServerUnderTestOptions {
  readonly data?: string
  readonly webSockets?: number
  /** As the file has it. */
  readonly privacy?: PageSettings['privacy']
}

/** As nobody has set anything. */
export const SHARED = { privacy: { zones: [] }, display: { units: 'metric', timeZone: 'auto' } } as const

export async function startServer(options: ServerUnderTestOptions = {}): Promise<ServerUnderTest> {
  const { data, webSockets = 32, privacy = SHARED.privacy } = options
  const folder = data ?? (await makeDataFolder())
  const logged: string[] = []
  const log: Log = openLog('server', (line) => void logged.push(line))
  const stop = new AbortController()
  const limits = { webSockets, streams: 6, unauthenticatedSockets: 128, requestsPerSecond: 50 }
  const http = { host: '127.0.0.1', port: 0, names: [], limits }
  let ended: Promise<void> = Promise.resolve()
  const url = await new Promise<string>((resolve, reject) => {
    ended = runServer({
      settings: { data: folder, http, ...SHARED, privacy },
      log,
      signal: stop.signal,
      onListening: resolve,
    })
    ended.catch(reject)
  })
  const token = await pairPhone(url, folder)
  return {
    url,
    data: folder,
    token,
    logged,
    get: (path, init = {}) =>
      fetch(url + path, { ...init, headers: { authorization: `Bearer ${token}`, ...init.headers } }),
    stop: async () => {
      stop.abort()
      await ended
      if (data === undefined) await rm(folder, { recursive: true, force: true })
    },
  }
}

export const makeDataFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'spokecam-test-'))

/** Opens pairing beside the server, as the command line does; answers the code. */
export function openPairingIn(data: string): string {
  const store = openAccessStore(join(data, 'server.db'))
  try {
    return openPairing({ store, bootId: readBootId(), nowMonoMs: monoNowMs() }).code
  } finally {
    store.close()
  }
}

export async function pairPhone(url: string, data: string, name = 'test phone'): Promise<string> {
  const answer = await postJson(`${url}/api/pair`, { code: openPairingIn(data), name })
  const { token } = (await answer.json()) as { token: string }
  return token
}

export const postJson = (url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
