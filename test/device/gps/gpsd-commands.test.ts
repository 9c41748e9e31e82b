import { describe, expect, it } from 'vitest'
import { takeCommands } from '../../../device/gps/gpsd-commands.js'

const WATCH = '?WATCH={"enable":true,"json":true}'
const watch = { kind: 'watch', options: { enable: true, json: true } }

describe('the text of a client', () => {
  it.each([
    ['?VERSION;', [{ kind: 'version' }], ''],
    ['?DEVICES;\n?DEVICE;?POLL;\r\n', [{ kind: 'devices' }, { kind: 'device' }, { kind: 'poll' }], ''],
    ['?WATCH;', [{ kind: 'watch', options: null }], ''],
    [`${WATCH};\n`, [watch], ''],
    [`${WATCH}\n`, [watch], ''],
    [WATCH, [watch], ''],
    [`${WATCH}${WATCH};`, [watch, watch], ''],
    ['?WATCH={"enable":tr', [], '?WATCH={"enable":tr'],
    ['?DEVI', [], '?DEVI'],
    ['?POLL\n', [{ kind: 'unknown', text: '?POLL' }], ''],
    ['?FOO;', [{ kind: 'unknown', text: '?FOO;' }], ''],
    ['?FOO={};', [{ kind: 'unknown', text: '?FOO={};' }], ''],
    ['?WATCH={enable};', [{ kind: 'unknown', text: '?WATCH={enable};' }], ''],
    ['GET / HTTP/1.1\r\n\r\n', [], ''],
    ['hello ?VERSION;', [{ kind: 'version' }], ''],
    ['', [], ''],
  ])('%j means %j', (text, commands, rest) => {
    expect(takeCommands(text)).toEqual({ commands, rest })
  })

  it('means the same however it is cut', () => {
    const text = `?VERSION;\n${WATCH};\n?NO;?DEVICES;\r\n`
    let asked = ''
    const commands = [...text].flatMap((character) => {
      const taken = takeCommands(asked + character)
      asked = taken.rest
      return taken.commands
    })
    expect(commands).toEqual(takeCommands(text).commands)
  })
})
