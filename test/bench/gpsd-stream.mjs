/** A process of its own for the bench of the gpsd client: serves a long stream, at once on one port, paced on another. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'

const RECORDED = join(import.meta.dirname, '../../../shared/gpsd/json-3.22')
const HEADER =
  '{"class":"VERSION","release":"3.22","rev":"3.22","proto_major":3,"proto_minor":14}\r\n' +
  '{"class":"DEVICES","devices":[{"class":"DEVICE","path":"/dev/ttyACM0","activated":"2026-06-01T10:00:00.000Z"}]}\r\n' +
  '{"class":"WATCH","enable":true,"json":true,"nmea":false,"raw":0,"scaled":false,"timing":false,"split24":false,"pps":true}\r\n'
const LINES = 100_000
const PIECE_BYTES = 65_536
const PACED_PER_S = 10_000
const PACED_FOR_S = 5

/** Real TPV and SKY lines where there are any, else two like them. */
function pools() {
  const pool = { TPV: [], SKY: [] }
  if (existsSync(RECORDED)) {
    for (const name of readdirSync(RECORDED).sort()) {
      for (const line of readFileSync(join(RECORDED, name), 'utf8').split('\r\n')) {
        const found = /^\{"class":"(TPV|SKY)"/.exec(line)
        if (found !== null && line.endsWith('}')) pool[found[1]].push(line)
      }
    }
    return { pool, source: 'TPV and SKY lines of ../shared/gpsd/json-3.22' }
  }
  const satellites = Array.from({ length: 16 }, (_, index) => ({
    PRN: index,
    el: 5 * index,
    az: 22.5 * index,
    ss: 30,
    used: index > 7,
  }))
  const place = {
    lat: 48.1,
    lon: 11.5,
    altHAE: 565,
    altMSL: 520,
    alt: 520,
    track: 91,
    speed: 5.1,
    climb: 0.1,
    eph: 9.1,
  }
  pool.SKY.push(
    JSON.stringify({ class: 'SKY', device: '', xdop: 0.9, ydop: 0.9, hdop: 1, nSat: 16, uSat: 8, satellites }),
  )
  pool.TPV.push(JSON.stringify({ class: 'TPV', device: '', mode: 3, time: '', ept: 0.005, ...place }))
  return { pool, source: 'lines made here (../shared/gpsd is absent)' }
}

/** Alternating TPV and SKY; each time is told once, so that every position is an epoch that can be counted. */
function streamOf(pool, count) {
  let state = 12_345
  const random = () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff
    return state / 0x8000_0000
  }
  const lines = []
  let fixes = 0
  for (let index = 0; index < count; index += 1) {
    const from = index % 2 === 0 ? pool.TPV : pool.SKY
    const time = new Date(Date.UTC(2026, 5, 1) + index * 500).toISOString()
    const line = from[Math.floor(random() * from.length)]
      .replace(/"device":"[^"]*"/, '"device":"/dev/ttyACM0"')
      .replace(/"time":"[^"]*"/, `"time":"${time}"`)
    if (/"mode":[23].*"lat":.*"lon":/.test(line)) fixes += 1
    lines.push(`${line}\r\n`)
  }
  return { lines, fixes }
}

const { pool, source } = pools()
const { lines, fixes } = streamOf(pool, LINES)
const whole = Buffer.from(HEADER + lines.join(''))
const paced = streamOf(pool, PACED_PER_S * PACED_FOR_S)

const atOnce = createServer((client) => {
  let sent = 0
  const send = () => {
    while (sent < whole.length) {
      const end = Math.min(whole.length, sent + PIECE_BYTES)
      const hasRoom = client.write(whole.subarray(sent, end))
      sent = end
      if (!hasRoom) return client.once('drain', send)
    }
    client.end()
  }
  client.resume().on('error', () => {})
  send()
})

const inTime = createServer({ noDelay: true }, (client) => {
  const begunMs = performance.now()
  let sent = 0
  client.write(HEADER)
  const timer = setInterval(() => {
    const due = Math.min(paced.lines.length, Math.floor(((performance.now() - begunMs) / 1000) * PACED_PER_S))
    if (due > sent) client.write(paced.lines.slice(sent, due).join(''))
    sent = due
    if (sent === paced.lines.length) client.end()
  }, 5)
  client.resume().on('error', () => {})
  client.on('close', () => clearInterval(timer))
})

const listen = (server) => new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server.address().port)))
const ports = { atOncePort: await listen(atOnce), pacedPort: await listen(inTime) }
process.send({ ...ports, source, lines: LINES, bytes: whole.length, fixes, pacedFixes: paced.fixes })
process.on('disconnect', () => process.exit())
