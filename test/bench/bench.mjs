/** `npm run bench [-- NAME ...] [-- --short]`: every benchmark, ours and its peer in turn, as one table. */
import { cpus } from 'node:os'

const words = process.argv.slice(2)
const short = words.includes('--short')
const wanted = words.filter((word) => !word.startsWith('--'))
/** What a benchmark starts as a process of its own is no benchmark. */
const names = ['gpsd-client', 'live', 'restart', 'import', 'tagging', 'recorder', 'room', 'tracks', 'clips', 'bundle']

const unknown = wanted.filter((name) => !names.includes(name))
if (unknown.length > 0) {
  process.stderr.write(`there is no benchmark ${unknown.join(', ')}: there are ${names.join(', ')}\n`)
  process.exit(2)
}

const cpu = cpus()
process.stdout.write(`${cpu.length} x ${cpu[0]?.model.trim()}, Node ${process.versions.node}\n`)
for (const name of names) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  const { run } = await import(`./${name}.mjs`)
  const { title, rows, notes } = await run({ short })
  process.stdout.write(`\n${title}\n${tableOf(rows)}${(notes ?? []).map((note) => `  ${note}\n`).join('')}`)
}

function tableOf(rows) {
  const head = ['', 'ours', 'peer', 'ours / peer', 'target', 'met']
  const cells = rows.map(({ name, value, unit, peer, peerValue, ratio, target, met }) => [
    name,
    `${figure(value)} ${unit}`,
    peer == null ? '' : `${figure(peerValue)} ${peer}`,
    ratio == null ? '' : figure(ratio),
    target ?? '',
    met == null ? '' : met ? 'yes' : 'NO',
  ])
  const widths = head.map((_, column) => Math.max(...[head, ...cells].map((row) => row[column].length)))
  return [head, ...cells]
    .map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column])).join('  ')}\n`)
    .join('')
}

function figure(value) {
  if (value == null) return '–'
  return Math.abs(value) >= 1_000 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)))
}
