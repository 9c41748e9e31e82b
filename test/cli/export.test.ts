/** `spokecam export`: each format, a part of a ride, without what privacy zones hide, and no half file where it fails. */
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addRide, openRides } from '../fakes/a-ride.js'
import { readGpx, readTrack } from '../fakes/gpx-reader.js'
import { HOME } from '../fakes/readings.js'

const PROGRAM = resolve(import.meta.dirname, '../../dist/cli/spokecam.js')
let folder = ''

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'spokecam-export-'))
  const store = await openRides(folder)
  await store.keepPrivacySecret('5da67f962b0e595f738f9fa4a4f5beb8')
  await addRide(store, { name: 'Tür "auf"\n<b>', fromSecond: 100, toSecond: 500 })
  await store.close()
  const { latDeg, lonDeg } = HOME
  const zone = JSON.stringify({ privacy: { zones: [{ latDeg, lonDeg, radiusM: 150 }] } })
  writeFileSync(join(folder, 'spokecam.yaml'), zone)
})
afterAll(() => rmSync(folder, { recursive: true }))

const spokecam = (...words: string[]) => ran(process.execPath, [PROGRAM, ...words, '--data', folder])

function ran(program: string, words: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('SPOKECAM_'))
  const options = { cwd: folder, env: Object.fromEntries(own), maxBuffer: 1e8 }
  return new Promise((done) => {
    execFile(program, words, options, (error, stdout, stderr) => {
      done({ code: error === null ? 0 : Number(error.code), stdout, stderr })
    })
  })
}

describe('spokecam export', () => {
  it.each([
    ['gpx', 'gpx'],
    ['geojson', 'geojson'],
    ['csv', 'unicsv,utc=0'],
  ] as const)('writes %s with every point, the same into a file as to standard output', async (format, as) => {
    const { code, stdout, stderr } = await spokecam('export', 'latest', '--format', format)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(await readTrack(stdout, as)).toHaveLength(401)
    await spokecam('export', 'ride-a', '--format', format, '-o', `ride.${format}`)
    expect(readFileSync(join(folder, `ride.${format}`), 'utf8')).toBe(stdout)
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })

  it('leaves out what lies in the zones of the settings when asked, and says nowhere when the ride began', async () => {
    const whole = await readGpx((await spokecam('export', 'latest', '--format', 'gpx')).stdout)
    const { stdout } = await spokecam('export', 'latest', '--format', 'gpx', '--privacy')
    const seen = await readGpx(stdout)
    expect(seen.length).toBeLessThan(whole.length - 30)
    expect(whole.slice(-seen.length)).toEqual(seen)
    const begun = /<metadata>.*<time>([^<]*)/.exec(stdout)?.[1]?.replaceAll('-', '/').replace('T', ' ')
    expect(begun).toMatch(new RegExp(`^${seen[0]?.time}`))
  })

  it('of a part of the ride has its points, and none where privacy hides them all', async () => {
    const part = ['export', 'latest', '--format', 'gpx', '--from', '+00:10', '--to', '+00:20']
    expect(await readGpx((await spokecam(...part)).stdout)).toHaveLength(10)
    expect(await readGpx((await spokecam(...part, '--privacy')).stdout)).toEqual([])
  })

  it.each([
    [['--format', 'kml'], '--format is kml: must be one of gpx, geojson, csv'],
    [[], '--format is missing'],
    [['--format', 'gpx', '--from', '+00:20', '--to', '+00:10'], '--to is before --from'],
  ])('is refused with %j', async (words, told) => {
    const { code, stdout, stderr } = await spokecam('export', 'latest', ...words)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(told)
  })

  it('leaves neither half a file nor a changed one where it cannot write', async () => {
    const blocked = join(folder, 'blocked')
    mkdirSync(join(blocked, 'ride.gpx'), { recursive: true })
    const { code, stderr } = await spokecam('export', 'latest', '--format', 'gpx', '-o', join(blocked, 'ride.gpx'))
    expect(code).toBe(1)
    expect(stderr).not.toBe('')
    expect(readdirSync(blocked)).toEqual(['ride.gpx'])
    expect((await spokecam('export', 'latest', '--format', 'gpx', '-o', join(folder, 'no', 'ride.gpx'))).code).toBe(1)
  })

  it('leaves what was there before, and nothing beside it, where the card is full on the way', async () => {
    const place = join(folder, 'full')
    mkdirSync(place)
    writeFileSync(join(place, 'ride.gpx'), 'old')
    // A limit of 64 KiB a file stands for a card without room.
    const words = ['export', 'latest', '--format', 'gpx', '--data', folder, '-o', join(place, 'ride.gpx')]
    const limited = `ulimit -f 64; exec "$0" "$@"`
    const { code, stderr } = await ran('bash', ['-c', limited, process.execPath, PROGRAM, ...words])
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('EFBIG') })
    expect(readdirSync(place)).toEqual(['ride.gpx'])
    expect(readFileSync(join(place, 'ride.gpx'), 'utf8')).toBe('old')
  })

  it('writes through a link to where it leads, and into a device as it is', async () => {
    writeFileSync(join(folder, 'real.gpx'), 'old')
    symlinkSync(join(folder, 'real.gpx'), join(folder, 'link.gpx'))
    await spokecam('export', 'latest', '--format', 'gpx', '-o', 'link.gpx')
    expect(readFileSync(join(folder, 'real.gpx'), 'utf8')).toMatch(/<\/gpx>\n$/)
    expect((await spokecam('export', 'latest', '--format', 'gpx', '-o', '/dev/null')).code).toBe(0)
  })
})
