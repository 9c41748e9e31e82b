/** A program that opens a catalogue and carries out what it is asked, line by line: [call, ...given]; answers one line each. */
import { createInterface } from 'node:readline'
import { openStore } from '../../dist/core/store/store.js'

const say = (level) => (message) => process.stderr.write(`${level} ${message}\n`)
const log = { info: say('info'), warn: say('warn'), error: say('error') }
const store = await openStore(process.argv[2], { log })
process.stdout.write('ready\n')
for await (const line of createInterface({ input: process.stdin })) {
  const [call, ...given] = JSON.parse(line)
  const answer = await store[call](...given).then(
    (done) => ({ done: done ?? null }),
    ({ code, message }) => ({ code: code ?? message }),
  )
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}
