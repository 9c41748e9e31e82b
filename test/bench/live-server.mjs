/** One of the two servers of the live benchmark, with its own cost: `live-server.mjs ours|bare FOLDER PORT`. */
import { connect } from 'node:net'
import { join } from 'node:path'
import { WebSocketServer } from 'ws'
import { monoNowMs, readBootId } from '../../dist/core/process/boot.js'
import { openAccessStore } from '../../dist/core/store/access.js'
import { openPairing, runServer } from '../../dist/server/main.js'

const [kind, folder, receiverPort] = process.argv.slice(2)
const stop = new AbortController()
process.on('disconnect', () => stop.abort())
await (kind === 'ours' ? serveOurs() : serveBare())

let begun = null
process.on('message', (word) => {
  if (word === 'begin') {
    begun = { cpu: process.cpuUsage(), atMs: performance.now() }
    return
  }
  const { user, system } = process.cpuUsage(begun.cpu)
  const cpuPercent = (user + system) / 10 / (performance.now() - begun.atMs)
  process.send({ cpuPercent, rssMiB: process.memoryUsage.rss() / 2 ** 20 })
})

async function serveOurs() {
  const log = { info: () => {}, warn: () => {}, error: () => {} }
  const limits = { webSockets: 2_000, streams: 6, unauthenticatedSockets: 128, requestsPerSecond: 50 }
  const shared = { privacy: { zones: [] }, display: { units: 'metric', timeZone: 'auto' } }
  const settings = { data: folder, http: { host: '127.0.0.1', port: 0, names: [], limits }, ...shared }
  const onListening = async (url) => process.send({ url, token: await pair(url) })
  runServer({ settings, log, signal: stop.signal, onListening }).then(
    () => process.exit(),
    () => process.exit(1),
  )
}

async function pair(url) {
  const store = openAccessStore(join(folder, 'server.db'))
  const { code } = openPairing({ store, bootId: readBootId(), nowMonoMs: monoNowMs() })
  store.close()
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(`${url}/api/pair`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ code, name: 'swarm' }),
  })
  return (await answer.json()).token
}

/** The least one can write: lines in, the same lines out to everyone. */
async function serveBare() {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false })
  server.on('listening', () => process.send({ url: `http://127.0.0.1:${server.address().port}`, token: '' }))
  let rest = ''
  const receiver = connect(Number(receiverPort), '127.0.0.1')
  receiver.write('?WATCH={"enable":true,"json":true};\n')
  receiver.on('data', (chunk) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop()
    for (const line of lines) {
      const bytes = Buffer.from(line)
      for (const client of server.clients) client.send(bytes, { binary: false })
    }
  })
  stop.signal.addEventListener('abort', () => process.exit())
}
