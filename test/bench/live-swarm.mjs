/** So many phones in one process, and how long each fix took to reach them: `live-swarm.mjs URL TOKEN PHONES SECONDS ACKNOWLEDGES`. */
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import WebSocket from 'ws'
import { ageMs } from './live-receiver.mjs'

const [url, token, phones, seconds, acknowledges] = process.argv.slice(2)
const AT_ONCE = 50
const ACKNOWLEDGE_EVERY = 5

const latenciesMs = []
const fixesBy = new Array(Number(phones)).fill(0)
let isMeasuring = false

const sockets = []
for (let phone = 0; phone < Number(phones); phone += AT_ONCE) {
  const some = Array.from({ length: Math.min(AT_ONCE, Number(phones) - phone) }, (_, index) => open(phone + index))
  sockets.push(...some)
  await Promise.all(some.map((socket) => once(socket, 'open')))
}
await sleep(1_000)
isMeasuring = true
process.send('ready')
await sleep(Number(seconds) * 1_000)
isMeasuring = false
latenciesMs.sort((a, b) => a - b)
const share = (part) => latenciesMs[Math.min(latenciesMs.length - 1, Math.floor(latenciesMs.length * part))]
// The first and the last fix of the time may fall on either side of it.
const lost = Math.max(0, Math.max(...fixesBy) - Math.min(...fixesBy) - 2)
process.send({ p50Ms: share(0.5), p99Ms: share(0.99), heard: latenciesMs.length, lost }, () => process.exit())

function open(phone) {
  const headers = { authorization: `Bearer ${token}` }
  const socket = new WebSocket(`${url.replace('http', 'ws')}/api/live`, { headers, perMessageDeflate: false })
  let messages = 0
  socket.on('message', (bytes) => {
    const text = bytes.toString('latin1')
    if (acknowledges === 'true' && ++messages % ACKNOWLEDGE_EVERY === 0) {
      socket.send(`{"ack":${/"seq":(\d+)/.exec(text)?.[1] ?? 0}}`)
    }
    if (!isMeasuring || !/"kind":"fix"|"class":"TPV"/.test(text)) return
    fixesBy[phone]++
    latenciesMs.push(ageMs(Number(/"lon(?:Deg)?":([\d.]+)/.exec(text)[1])))
  })
  return socket
}
