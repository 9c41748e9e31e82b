/** A process of its own for the bench of the gpsd client: listens to a stream to its end, with one client or the other. */

const [client, port] = process.argv.slice(2)
const quiet = { info: () => {}, warn: () => {}, error: () => {} }

/** How many fixes of an epoch our client told before gpsd was gone. */
async function ours() {
  const { gpsdReadings, tcpTo } = await import('../../dist/device/gps/gpsd.js')
  const { monoNowMs } = await import('../../dist/core/process/boot.js')
  const stopping = new AbortController()
  const begun = begin()
  let fixes = 0
  const options = { connect: tcpTo('127.0.0.1', Number(port)), device: null, bootId: 'bench', nowMonoMs: monoNowMs }
  for await (const reading of gpsdReadings({ ...options, log: quiet, signal: stopping.signal })) {
    if (reading.kind === 'fix') fixes += 1
    else if (reading.state === 'absent') break
  }
  return { ...begun(), counted: fixes }
}

/** How many messages node-gpsd handed out before gpsd was gone. */
async function nodeGpsd() {
  const { Listener } = await import('node-gpsd')
  const begun = begin()
  const listener = new Listener({ port: Number(port), hostname: '127.0.0.1', logger: quiet })
  let messages = 0
  for (const name of ['TPV', 'SKY']) {
    listener.on(name, () => {
      messages += 1
    })
  }
  listener.on('error', () => {})
  await new Promise((resolve) => {
    listener.on('disconnected', resolve)
    listener.connect()
  })
  return { ...begun(), counted: messages }
}

function begin() {
  const begunMs = performance.now()
  return () => {
    const { user, system } = process.cpuUsage()
    const tookS = (performance.now() - begunMs) / 1000
    return { tookS, cpuS: (user + system) / 1e6, rssMiB: process.resourceUsage().maxRSS / 1024 }
  }
}

process.send(await (client === 'ours' ? ours() : nodeGpsd()))
process.exit()
