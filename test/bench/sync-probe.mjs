/** Loaded into a device by `--import`: writes to the file $SYNC_PROBE how long each sync of a growing segment took. */
import { appendFileSync, readlinkSync } from 'node:fs'
import { open } from 'node:fs/promises'

const file = await open('/dev/null')
const handle = Object.getPrototypeOf(file)
await file.close()
for (const name of ['datasync', 'sync']) {
  const original = handle[name]
  handle[name] = async function (...given) {
    const path = readlinkSync(`/proc/self/fd/${this.fd}`)
    const beganMonoMs = monoMs()
    await original.apply(this, given)
    const line = `${beganMonoMs} ${monoMs() - beganMonoMs} ${name} ${path}\n`
    if (/\/boot-\d+\/[^/]+\.mp4$/.test(path)) appendFileSync(process.env.SYNC_PROBE, line)
  }
}

function monoMs() {
  return Number(process.hrtime.bigint() / 1_000n) / 1_000
}
