/** Loaded into a device by `--import`: writes to the file $LAG_PROBE how late its event loop was, in ms: p50, p99 and the most. */
import { writeFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { isMainThread } from 'node:worker_threads'

const RESOLUTION_MS = 5
const NS_PER_MS = 1e6

if (isMainThread) {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  // What starting takes is no lag of what runs.
  setTimeout(() => delay.enable(), Number(process.env.LAG_PROBE_AFTER_MS)).unref()
  const told = (ns) => Math.max(0, ns / NS_PER_MS - RESOLUTION_MS).toFixed(2)
  setInterval(() => {
    const words = [delay.percentile(50), delay.percentile(99), delay.max].map(told)
    writeFileSync(process.env.LAG_PROBE, words.join(' '))
  }, 1_000).unref()
}
