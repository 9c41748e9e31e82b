/** A gpsd at 10 Hz whose longitude tells when its line was sent: what comes out at a phone can be timed by itself. */
import { once } from 'node:events'
import { createServer } from 'node:net'

/** Degrees that grow by one a second of CLOCK_MONOTONIC, from 0 to 100 and over again. */
const SENT_WITHIN_MS = 100_000
export const sentDeg = () => (monoMs() % SENT_WITHIN_MS) / 1_000
/** How long ago a longitude was sent. */
export const ageMs = (lonDeg) => (monoMs() - lonDeg * 1_000 + SENT_WITHIN_MS) % SENT_WITHIN_MS

const monoMs = () => Number(process.hrtime.bigint()) / 1e6

export async function beginReceiver(rateHz) {
  const clients = new Set()
  const server = createServer({ noDelay: true }, (client) => {
    clients.add(client)
    client.on('error', () => {}) // Whoever listens may be gone at any time.
    client.on('close', () => clients.delete(client))
    client.write(line({ class: 'VERSION', release: '3.22', rev: '3.22', proto_major: 3, proto_minor: 14 }))
    client.write(
      line({ class: 'DEVICES', devices: [{ class: 'DEVICE', path: '/dev/bench', activated: '2026-01-01T00:00:00Z' }] }),
    )
    client.write(line({ class: 'WATCH', enable: true, json: true }))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const timer = setInterval(() => {
    const epoch = { class: 'TPV', device: '/dev/bench', mode: 3, time: new Date().toISOString(), lat: 48.137154 }
    const rest = { altMSL: 520.1, speed: 6.71, track: 183.4, eph: 2.4 }
    const tpv = line({ ...epoch, lon: sentDeg(), ...rest })
    for (const client of clients) client.write(tpv)
  }, 1_000 / rateHz)
  return {
    port: server.address().port,
    end: () => {
      clearInterval(timer)
      for (const client of clients) client.destroy()
      server.close()
    },
  }
}

const line = (message) => `${JSON.stringify(message)}\r\n`
