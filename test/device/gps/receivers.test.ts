/** Receivers that come and go, at a real gpsd. */
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { Reading } from '../../../core/ride/fix.js'
import { eventually, listenTo } from '../../fakes/fake-gpsd.js'
import { type Feed, play, serve, startGpsd, startGpsdFedBy } from '../../fakes/gpsd.js'
import { makeNmeaLog } from '../../fakes/nmea-log.js'
import { startProgram } from '../../fakes/processes.js'

const isLong = process.env['SPOKECAM_TEST'] === 'long'
const LOG = makeNmeaLog(600)
const begun: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const end of begun.splice(0).reverse()) await end()
})

async function fedBy(...feeds: readonly Feed[]) {
  const gpsd = await startGpsdFedBy(feeds)
  begun.push(gpsd.end)
  return gpsd
}

function listen(...to: Parameters<typeof listenTo>) {
  const listening = listenTo(...to)
  begun.push(listening.stop)
  return listening
}

/** What was told, each state once, with who said so. */
const inShort = (told: readonly Reading[]): string[] =>
  told
    .map((reading) => `${reading.kind === 'fix' ? 'fix' : reading.state} ${reading.receiver}`)
    .filter((line, index, lines) => line !== lines[index - 1])

describe('a receiver at a real gpsd', () => {
  it('is followed by another at once when it is unplugged, which stays when it is back', async () => {
    let opened = 0
    const ride: Feed = (receiver) => {
      opened += 1
      return play(LOG, 10, receiver)
    }
    const gpsd = await fedBy(ride, ride)
    const { told } = listen(gpsd.port, { patience: { firstRetry: 20 } })
    const lastFix = () => told.findLast(({ kind }) => kind === 'fix')?.receiver ?? null
    await eventually('both are there', () => opened === 2 && told.filter(({ kind }) => kind === 'fix').length > 5)
    const first = lastFix() ?? ''
    const second = gpsd.receivers.find((receiver) => receiver !== first) ?? ''
    await gpsd.unplug(first)
    await eventually('the other', () => lastFix() === second)
    await gpsd.plugIn(first)
    await eventually('the first is back', () => opened === 3)
    const from = told.length
    await eventually('some more of the other', () => told.length > from + 10)
    await gpsd.unplug(second)
    await eventually('the first again', () => lastFix() === first)
    const seen = inShort(told).filter((line) => line !== 'absent null')
    expect(seen).toEqual([`fix ${first}`, `fix ${second}`, `fix ${first}`])
  })

  it('is absent when it is unplugged and none else is there, and back when it is plugged in', async () => {
    const gpsd = await fedBy((receiver) => play(LOG, 10, receiver))
    const [only = ''] = gpsd.receivers
    const { told } = listen(gpsd.port, { patience: { firstRetry: 20 } })
    await eventually('a fix', () => told.at(-1)?.kind === 'fix')
    await gpsd.unplug(only)
    await eventually('absent', () => inShort(told).at(-1) === `absent ${only}`)
    await gpsd.plugIn(only)
    // gpsd opens it when it hears from somebody, two seconds later at the earliest: our question.
    await eventually('a fix', () => told.at(-1)?.kind === 'fix', 10_000)
  })

  it.runIf(isLong)(
    'that is unplugged is silent before gpsd has noticed, and back when gpsd is told of it',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'receiver-'))
      begun.push(() => rm(folder, { recursive: true }))
      await chmod(folder, 0o755)
      const terminal = join(folder, 'tty')
      const feed = await serve((receiver) => play(LOG, 1, receiver))
      begun.push(async () => feed.close())
      const cable = async () => {
        const socat = startProgram('socat', [`pty,raw,echo=0,link=${terminal},mode=666`, `tcp:127.0.0.1:${feed.port}`])
        await eventually('the terminal is there', () => existsSync(terminal))
        return socat
      }
      const first = await cable()
      const gpsd = await startGpsd([terminal])
      begun.push(gpsd.end)
      const { told } = listen(gpsd.port, { patience: { firstRetry: 20 } })
      await eventually('a fix', () => told.at(-1)?.kind === 'fix', 8_000)
      await first.end()
      await eventually('silent', () => inShort(told).at(-1) === `silent ${terminal}`, 8_000)
      await gpsd.unplug(terminal)
      await eventually('absent', () => inShort(told).at(-1) === `absent ${terminal}`)
      const second = await cable()
      begun.push(() => second.end())
      await gpsd.plugIn(terminal)
      await eventually('a fix', () => told.at(-1)?.kind === 'fix', 10_000)
    },
    45_000,
  )
})
