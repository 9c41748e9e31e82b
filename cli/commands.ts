/** The commands of spokecam; what each of them does is loaded when it is asked for. */
import type { Command, Flag } from './command.js'

const httpPort: Flag = {
  name: 'port',
  value: 'N',
  says: 'where the page is served; 0 takes a free one',
  setting: ['http', 'port'],
}

export const commands: readonly Command[] = [
  {
    name: 'start',
    summary: 'records and serves: runs device and server, and begins again whichever falls',
    usage: '[--port N]',
    operands: [],
    flags: [httpPort],
    untilStopped: true,
    run: async (given) => (await import('./start.js')).run(given),
  },
  {
    name: 'device',
    summary: 'records: receiver, cameras, rides and footage, without any network',
    usage: '',
    operands: [],
    flags: [],
    untilStopped: true,
    run: async (given) => (await import('./device.js')).run(given),
  },
  {
    name: 'server',
    summary: 'serves the page, the live ride and the files; writes to no footage',
    usage: '[--port N]',
    operands: [],
    flags: [httpPort],
    untilStopped: true,
    run: async (given) => (await import('./server.js')).run(given),
  },
  {
    name: 'pair',
    summary: 'lets a phone in: opens pairing for 5 minutes and shows the code',
    usage: '[--json]',
    operands: [],
    flags: [],
    untilStopped: false,
    run: async (given) => (await import('./pair.js')).run(given),
  },
  {
    name: 'replay',
    summary: 'serves a recorded log as gpsd would, to any gpsd client',
    usage: 'FILE [--rate N] [--port P] [--loop]',
    operands: ['FILE'],
    flags: [
      { name: 'rate', value: 'N', says: 'how many times as fast as life; 1 where it is left out' },
      { name: 'port', value: 'P', says: 'where clients connect; 0 takes a free one' },
      { name: 'loop', value: null, says: 'begins again at the end of the file, instead of falling silent' },
    ],
    untilStopped: true,
    run: async (given) => (await import('./replay.js')).run(given),
  },
  {
    name: 'rides',
    summary: 'lists the rides, newest first',
    usage: '[--limit N] [--cursor C] [--json]',
    operands: [],
    flags: [
      { name: 'limit', value: 'N', says: 'how many at most, 1 to 100; 20 where it is left out' },
      { name: 'cursor', value: 'C', says: 'where the list before left off' },
    ],
    untilStopped: false,
    run: async (given) => (await import('./rides.js')).run(given),
  },
  {
    name: 'export',
    summary: 'writes the track of a ride, as other programs read it',
    usage: 'RIDE --format gpx [--from TIME] [--to TIME] [-o FILE]',
    operands: ['RIDE'],
    flags: [
      { name: 'format', value: 'FORMAT', says: 'gpx' },
      { name: 'from', value: 'TIME', says: "ISO 8601, milliseconds since 1970, or +MM:SS after the ride's start" },
      { name: 'to', value: 'TIME', says: 'the same' },
      { name: 'output', short: 'o', value: 'FILE', says: 'instead of standard output' },
    ],
    untilStopped: false,
    run: async (given) => (await import('./export.js')).run(given),
  },
  {
    name: 'import',
    summary: 'takes in rides that other programs have recorded: GPX, NMEA logs and gpsd JSON logs',
    usage: 'FILE... [--json]',
    operands: ['FILE...'],
    flags: [],
    untilStopped: false,
    run: async (given) => (await import('./import.js')).run(given),
  },
]
