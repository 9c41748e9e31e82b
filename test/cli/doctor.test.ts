/** `spokecam doctor` tells before a ride what would not work on it, and disturbs nobody. */
import { execFile } from 'node:child_process'
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { takeLock } from '../../core/store/lock.js'
import { installRpicamVid } from '../fakes/camera-film.js'
import { makeSegment } from '../fakes/clip.js'

const PROGRAM = resolve(import.meta.dirname, '../../dist/cli/spokecam.js')

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spokecam-doctor-'))
  await makeSegment(join(folder, 'clip.mp4'), { seconds: 1 })
})
afterAll(() => rm(folder, { recursive: true }))

interface Told {
  readonly code: number
  readonly said: string
  readonly checks: readonly { name: string; state: string; says: string; todo: string | null; commands: string[] }[]
  readonly of: (name: string) => string
}

/** In a folder without a spokecam.yaml; answers both forms. */
async function examine(settings: Readonly<Record<string, string>>, ...flags: string[]): Promise<Told> {
  const env = { ...process.env, ...settings }
  const ask = (...more: string[]): Promise<{ code: number; said: string }> =>
    new Promise((done) => {
      const words = [PROGRAM, 'doctor', ...flags, ...more]
      execFile(process.execPath, words, { env, cwd: folder, timeout: 20_000 }, (error, stdout, stderr) =>
        done({ code: error === null ? 0 : Number(error.code), said: stdout + stderr }),
      )
    })
  const [told, json] = await Promise.all([ask(), ask('--json')])
  expect(json.code).toBe(told.code)
  const { checks } = JSON.parse(json.said) as Pick<Told, 'checks'>
  const of = (name: string) => {
    const check = checks.find((one) => one.name === name)
    return check === undefined ? '' : [check.state, check.says, check.todo ?? ''].join(' | ')
  }
  return { ...told, checks, of }
}
const camera = (source: string, more: object = {}) => ({
  SPOKECAM_CAMERAS: JSON.stringify([{ name: 'front', source, ...more }]),
})

describe('doctor', () => {
  it('says that all is simulated where nobody has set anything', async () => {
    const { code, of, said } = await examine({})
    expect(code).toBe(0)
    expect(of('settings')).toBe('warn | none name a receiver or a camera: all is simulated | write a spokecam.yaml')
    expect(of('receiver')).toBe('ok | simulator: | ')
    expect(of('ffmpeg')).toMatch(/^ok \| ffmpeg version \d/)
    expect(said).toMatch(/^ok {4}camera front {2}a test picture; encoded by libx264$/m)
    expect(said).toMatch(/^ +\$ ffmpeg .*testsrc2/m)
  })

  it('says what a clip would be recorded with', async () => {
    const { code, of } = await examine(camera(`file:${folder}/clip.mp4`, { rotateDeg: 90 }))
    expect(code).toBe(0)
    expect(of('camera front')).toBe(`ok | ${folder}/clip.mp4, shown over and over; H.264 is copied as it comes | `)
    expect(of('rotation of front')).toContain('90 degrees clockwise, by a tag')
  })

  it('ends with 1 where a clip is missing, and says where it should lie', async () => {
    const { code, of, said } = await examine(camera('file:/nowhere.mp4'))
    expect(code).toBe(1)
    expect(of('camera front')).toBe(
      'fail | there is no clip /nowhere.mp4 | put it there, or name another in cameras[].source',
    )
    expect(said).toMatch(/^fail {2}camera front {2}there is no clip .*\n +to do: put it there/m)
  })

  it('ends with 1 where there is no rpicam-vid, and says how to install it', async () => {
    const { code, of } = await examine(camera('rpicam:0'))
    expect(code).toBe(1)
    expect(of('rpicam-vid')).toBe('fail | not installed | sudo apt install rpicam-apps')
    expect(of('camera front')).toContain('sudo apt install rpicam-apps')
  })

  it('finds a rpicam-vid, and shows what it would be told', async () => {
    const PATH = await installRpicamVid(join(folder, 'bin'))
    const { code, of, checks } = await examine({ ...camera('rpicam:1', { audio: true }), PATH })
    expect(code).toBe(0)
    expect(of('rpicam-vid')).toContain('rpicam-apps build: v1.8.1-fake')
    const [command = ''] = checks.find(({ name }) => name === 'camera front')?.commands ?? []
    expect(command).toMatch(/^rpicam-vid .*--camera 1 .* \| ffmpeg .*-i pipe:0 /)
  })

  it('says every fault of the settings, and keeps the password of a misspelt camera to itself', async () => {
    const wrong = { ...camera('rtps://me:geheim@10.0.0.5/s'), SPOKECAM_RECORDING__SEGMENT_SECONDS: '0' }
    const { code, said, checks } = await examine(wrong)
    expect(code).toBe(1)
    expect(checks.map(({ state, name }) => `${state} ${name}`)).toEqual(['fail settings', 'fail settings'])
    expect(said).toContain("cameras[0].source is 'rtps://10.0.0.5/…'")
    expect(said).not.toContain('geheim')
  })

  it('lets a fault of the page be: recording works', async () => {
    const { code, of } = await examine({ SPOKECAM_HTTP__PORT: '-1' })
    expect(code).toBe(0)
    expect(of('settings')).toMatch(/^warn \| .*http\.port.*recording works/)
  })

  it.each([
    ['serial:///dev/nothing', 'warn | there is nothing at /dev/nothing | plug the receiver in', 0],
    ['gpsd://127.0.0.1:1', 'ok | gpsd://127.0.0.1:1 | ', 0],
    ['replay:/nowhere.gpx', 'fail | ', 1],
  ])('says of a receiver at %s: %s', async (source, says, expected) => {
    const { code, of } = await examine({ ...camera('test:'), SPOKECAM_GPS__SOURCE: source })
    expect(of('receiver')).toContain(says)
    expect(code).toBe(expected)
  })

  it.each([
    ['where nothing can be made', async () => '/proc/x'],
    ['a file', async () => join(folder, 'clip.mp4')],
    ['below a file', async () => join(folder, 'clip.mp4', 'data')],
    [
      'with a file for its footage',
      async () => {
        const data = await mkdtemp(join(folder, 'odd-'))
        await writeFile(join(data, 'footage'), '')
        return data
      },
    ],
  ])('ends with 1 where nothing could be kept, because the data folder is %s', async (_, make) => {
    const data = await make()
    const { code, of } = await examine({}, '--data', data)
    expect(code).toBe(1)
    expect(of('data')).toContain(`fail | ${data} cannot be used: `)
  })

  it.skipIf(process.getuid?.() === 0)('ends with 1 where the data folder may not be written', async () => {
    const data = await mkdtemp(join(folder, 'closed-'))
    await chmod(data, 0o500)
    const { code, of } = await examine({}, '--data', data)
    expect([code, of('data')]).toEqual([
      1,
      `fail | ${data} cannot be used: ${data} may not be written | name another under data`,
    ])
  })

  it('says how much room there is beside a device that records, and disturbs nothing of it', async () => {
    const data = await mkdtemp(join(folder, 'in-use-'))
    const lock = takeLock(join(data, 'device.lock'))
    const before = await readdir(data)
    const { code, of } = await examine({}, '--data', data)
    expect(of('data')).toMatch(/^(ok|warn) \| .*in-use-\w+: [\d.]+ [MG]B free, (\d+ h )?\d+ min of video/)
    expect(code).toBe(0)
    expect(await readdir(data)).toEqual(before)
    lock?.release()
  })

  it('leaves no data folder behind', async () => {
    await examine({}, '--data', join(folder, 'data'))
    expect(await readdir(folder)).not.toContain('data')
    expect(await readdir(folder)).not.toContain('spokecam-data')
  })
})
