/** The evidence bundle as who gets it unpacks it: whole, as stored, with checksums that hold, or broken off. */
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, readdirSync, readlinkSync } from 'node:fs'
import { appendFile, copyFile, mkdir, mkdtemp, open, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type BundleOptions, openBundle, segmentsToHold } from '../../server/export/bundle.js'
import { archiveOf, type Entry } from '../../server/export/bundle-archive.js'
import { note, plainFile } from '../../server/export/bundle-file.js'
import { writeBundle } from '../../server/export/bundle-to-file.js'
import { aClip, aSegment, at, type BundleMaterial, layOut, storeSegment, VIDEO } from '../fakes/a-bundle.js'
import { pictureHash } from '../fakes/clip.js'
import { eventually } from '../fakes/eventually.js'

const run = promisify(execFile)
const isLong = process.env['SPOKECAM_TEST'] === 'long'

let folder: string
let material: BundleMaterial
/** The clip is of the seconds 64 to 68: wanted are 4 to 128. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spokecam-bundle-'))
  material = await layOut(folder, 0, 140)
}, 30_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

let unpacked: string
beforeEach(async () => {
  unpacked = await mkdtemp(join(folder, 'unpacked-'))
})

const opened = async (known: Partial<BundleOptions> = {}) => {
  const bundle = await openBundle(material.options(known))
  if (bundle === null) throw new Error('there was no bundle')
  return bundle
}

/** Answers the names in it, in order. */
async function unpack(known: Partial<BundleOptions> = {}): Promise<string[]> {
  const { stream, sizeBytes, fileName } = await opened(known)
  const zip = join(unpacked, fileName)
  await pipeline(stream, createWriteStream(zip))
  expect((await readFile(zip)).length).toBe(sizeBytes)
  await run('unzip', ['-q', zip, '-d', unpacked])
  return (await run('unzip', ['-Z1', zip])).stdout.trim().split('\n')
}

const text = (name: string): Promise<string> => readFile(join(unpacked, name), 'utf8')

/** What this process has open of a folder. */
const openUnder = (path: string): string[] =>
  readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const file = readlinkSync(`/proc/self/fd/${fd}`)
      return file.startsWith(path) ? [file] : []
    } catch {
      return [] // The descriptor of this listing itself.
    }
  })

/** Reads on until something has come and then not at all. */
async function readALittle(stream: Readable): Promise<void> {
  stream.once('readable', () => stream.read(1))
  await once(stream, 'readable')
}

describe('a bundle', () => {
  it('has every file, with checksums that hold, and is as long as it said', async () => {
    const names = await unpack()
    expect(names.slice(0, 5)).toEqual([
      'HOW-WE-KNOW.txt',
      'statement.html',
      'contact-sheet.jpg',
      'clip/clip.mp4',
      'clip/track.gpx',
    ])
    expect(names.slice(5, 8)).toEqual(
      ['mp4', 'gpx', 'json'].map((ending) => `segments/front-2026-06-06T080000Z-000137.${ending}`),
    )
    expect(names.at(-1)).toBe('SHA256SUMS')
    const checked = await run('sha256sum', ['--strict', '-c', 'SHA256SUMS'], { cwd: unpacked })
    expect(checked.stdout.trim().split('\n')).toEqual(names.slice(0, -1).map((name) => `${name}: OK`))
  })

  it('has the segments of a minute before to a minute after as they are stored, and no others', async () => {
    const names = await unpack()
    const wanted = material.segments.filter(({ startUtcMs }) => startUtcMs < at(128))
    expect(names.filter((name) => /segments.*mp4$/.test(name))).toHaveLength(wanted.length)
    for (const ending of ['mp4', 'gpx', 'json']) {
      for (const segment of wanted) {
        const path = material.pathOf(segment).replace(/mp4$/, ending)
        const name = segment.file.slice(segment.file.indexOf('/') + 1).replace(/mp4$/, ending)
        expect((await readFile(path)).equals(await readFile(join(unpacked, 'segments', name)))).toBe(true)
      }
    }
    expect(await text('HOW-WE-KNOW.txt')).toContain('from 60 s before the clip to 60 s after it, without a hole')
  })

  it('tells the hash of a picture that ffmpeg finds in it', async () => {
    await unpack({ segments: material.segments.slice(6, 7) })
    const [name = ''] = await readdir(join(unpacked, 'segments')).then((all) =>
      all.filter((one) => one.endsWith('mp4')),
    )
    const hash = await pictureHash(join(unpacked, 'segments', name), 'murmur3')
    expect(await text('HOW-WE-KNOW.txt')).toContain(`picture ${hash.trim().slice('0,v,'.length)}`)
  })

  it('has names that any card takes, and says when it is simulated in the first word', async () => {
    const simulated = { id: 'ride-a', name: 'so to say', simulated: true }
    const names = await unpack({ ride: simulated })
    expect(await readdir(unpacked)).toContain('SIMULATED-spokecam-evidence-front-2026-06-06T080104Z.zip')
    expect((await opened()).fileName).toBe('spokecam-evidence-front-2026-06-06T080104Z.zip')
    expect(names.filter((name) => !/^[A-Za-z0-9./-]{1,100}$/.test(name))).toEqual([])
    expect(await text('HOW-WE-KNOW.txt')).toContain('*** SIMULATED')
    expect(await text('statement.html')).toContain('<p class="simulated">SIMULATED')
  })

  it('is opened by Python, too, which checks every CRC', async () => {
    const { stream } = await opened()
    const zip = join(unpacked, 'b.zip')
    await pipeline(stream, createWriteStream(zip))
    const program = 'import sys,zipfile; z=zipfile.ZipFile(sys.argv[1]); print(z.testzip(), len(z.infolist()))'
    expect((await run('python3', ['-c', program, zip])).stdout.trim()).toBe(`None ${5 + 13 * 3 + 1}`)
  })

  it('is the same, byte for byte, each time', async () => {
    const [one, other] = [join(unpacked, 'one'), join(unpacked, 'other')]
    for (const to of [one, other]) await pipeline((await opened()).stream, createWriteStream(to))
    expect((await readFile(one)).equals(await readFile(other))).toBe(true)
  })

  it('says what of the minute is not there, and why', async () => {
    const segments = material.segments
      .filter(({ startUtcMs }) => startUtcMs >= at(30) && startUtcMs < at(110) && startUtcMs !== at(80))
      .map((segment) => (segment.startUtcMs === at(40) ? { ...segment, state: 'swept' as const } : segment))
      .map((segment) => (segment.startUtcMs === at(90) ? { ...segment, file: 'boot-000001/gone.mp4' } : segment))
    const growing = aSegment(110, { state: 'recording' })
    const names = await unpack({ segments: [...segments, growing] })
    const told = await text('HOW-WE-KNOW.txt')
    expect(names.filter((name) => name.endsWith('.mp4'))).toHaveLength(1 + segments.length - 2)
    expect(told).toContain('Of the 60 s before the clip 24.0 s are here, of the 60 s after it 22.0 s.')
    expect(told).toContain('Not here: 2026-06-06 08:00:04.000 UTC to 2026-06-06 08:00:30.000 UTC (26.0 s)')
    expect(told).toContain('Not here: 2026-06-06 08:01:20.000 UTC to 2026-06-06 08:01:40.000 UTC (20.0 s)')
    expect(told).toMatch(/segment front-000141, 2026-06-06 08:00:40.000 UTC .*: its video was no longer there/)
    expect(told).toMatch(/segment front-000146, .*: its file was not there/)
    expect(told).toMatch(/segment front-000148, .*: it was still being recorded/)
  })

  it('is there without any original recording, and says so', async () => {
    const names = await unpack({ segments: [] })
    expect(names).toHaveLength(6)
    expect(await text('HOW-WE-KNOW.txt')).toContain('No original recording is in here.')
    expect(await text('HOW-WE-KNOW.txt')).not.toContain('segments/*.mp4')
  })

  it('is not there without the clip', async () => {
    expect(await openBundle(material.options({ clipVideo: join(folder, 'gone.mp4') }))).toBeNull()
    expect(await openBundle(material.options({ clipTrack: join(folder, 'gone.gpx') }))).toBeNull()
  })

  it('goes without a contact sheet where none can be made', async () => {
    const clipVideo = join(unpacked, 'clip.mp4')
    await writeFile(clipVideo, 'no video at all')
    const names = await unpack({ clipVideo, clipFolder: unpacked })
    expect(names).not.toContain('contact-sheet.jpg')
    expect(await text('HOW-WE-KNOW.txt')).not.toContain('contact-sheet.jpg')
    expect((await readdir(unpacked)).filter((name) => name.startsWith('contact-sheet'))).toEqual([])
  })

  it('takes the record as it is now, though the catalogue changes it while the video is sent', async () => {
    const [segment = aSegment(0)] = material.segments.slice(6)
    const record = material.pathOf(segment).replace(/mp4$/, 'json')
    const before = await readFile(record, 'utf8')
    const { stream } = await opened({ segments: [segment] })
    await writeFile(record, '{"kept": true, "more": "than before"}')
    const zip = join(unpacked, 'b.zip')
    await pipeline(stream, createWriteStream(zip))
    await run('unzip', ['-q', zip, '-d', unpacked])
    await run('sha256sum', ['-c', 'SHA256SUMS'], { cwd: unpacked })
    expect(await text('segments/front-2026-06-06T080100Z-000143.json')).toBe(before)
    await writeFile(record, before)
  })
})

describe('a recorded segment that was not tagged yet', () => {
  it('comes from the folder of its boot, under the name its time gives it', async () => {
    const segment = aSegment(60, { state: 'recorded', file: 'boot-000001/front-000143.mp4' })
    await mkdir(join(folder, 'footage/boot-000001'), { recursive: true })
    const path = join(folder, 'footage/boot-000001/front-000143')
    await copyFile(join(folder, VIDEO), `${path}.mp4`)
    const names = await unpack({ segments: [segment] })
    expect(names.slice(5, -1)).toEqual(
      ['mp4', 'gpx', 'json'].map((ending) => `segments/front-2026-06-06T080100Z-000143.${ending}`),
    )
  })

  it('has no track before its time is known for good, which is said', async () => {
    const segment = aSegment(60, { number: 900, state: 'recorded', file: 'boot-000001/front-000900.mp4' })
    await storeSegment(folder, segment)
    await rm(join(folder, 'footage/boot-000001/front-000900.gpx'))
    const names = await unpack({ segments: [segment] })
    expect(names.slice(5, -1)).toEqual(
      ['mp4', 'json'].map((ending) => `segments/front-2026-06-06T080100Z-000900.${ending}`),
    )
    expect(await text('HOW-WE-KNOW.txt')).toContain('front-2026-06-06T080100Z-000900.mp4 has no .gpx beside it yet')
  })
})

describe('a clip without what a privacy zone hides', () => {
  const hidden = [
    { fromUtcMs: null, toUtcMs: at(20.02) },
    { fromUtcMs: at(89.97), toUtcMs: at(110) },
  ]

  it('goes with no original that reaches into it, not even by what its time may be off', async () => {
    const options = { clip: aClip({ privacy: true }), hidden }
    const names = await unpack(options)
    const seconds = names.flatMap((name) => /T08(\d\d)(\d\d)Z-\d+\.mp4$/.exec(name)?.slice(1) ?? [])
    const taken = material.segments.filter(({ startUtcMs }) => {
      const second = (startUtcMs - at(0)) / 1_000
      return (second >= 30 && second < 80) || (second > 110 && second < 128)
    })
    expect(seconds).toHaveLength(taken.length * 2)
    expect(segmentsToHold(material.options(options))).toEqual(taken.map(({ id }) => id))
    expect(await text('HOW-WE-KNOW.txt')).toMatch(/front-000139, .*: it reaches into a privacy zone/)
  })

  it('goes with none at all where nobody knows when it was hidden', async () => {
    const names = await unpack({ clip: aClip({ privacy: true }), hidden: [{ fromUtcMs: null, toUtcMs: null }] })
    expect(names).toHaveLength(6)
  })

  it('is another than one with it, which hides nothing', async () => {
    expect(segmentsToHold(material.options({ hidden }))).toHaveLength(13)
  })
})

describe('a segment that is not the same any more', () => {
  const later = aSegment(66, { number: 905, file: 'boot-000001/front-000905.mp4' })
  const path = () => join(folder, 'footage', later.file)
  const segments = () => [...material.segments.slice(0, 6), later]

  it.each([
    ['vanishes', () => rm(path()), 'is gone'],
    ['grows', () => appendFile(path(), 'more'), 'changed while it was read'],
    ['is written over', () => writeFile(path(), Buffer.alloc(1)), 'changed while it was read'],
    ['is touched', () => utimes(path(), 1, 1), 'changed while it was read'],
  ])('breaks off the bundle when it %s in the middle', async (_, change, sentence) => {
    await storeSegment(folder, later)
    const { stream, sizeBytes } = await opened({ segments: segments() })
    await readALittle(stream)
    await change()
    let bytes = 0
    stream.on('data', (piece: Buffer) => {
      bytes += piece.length
    })
    const [error] = (await once(stream, 'error')) as [Error]
    expect(error.message).toBe(`segments/front-2026-06-06T080106Z-000905.mp4 ${sentence}`)
    expect(bytes).toBeLessThan(sizeBytes)
    expect(openUnder(folder)).toEqual([])
  })

  it('leaves nothing behind where the bundle was to become a file', async () => {
    await storeSegment(folder, later)
    const bundle = await opened({ segments: segments() })
    await rm(path())
    const to = join(unpacked, 'bundle.zip')
    await expect(writeBundle(bundle, to, new AbortController().signal)).rejects.toThrow('is gone')
    expect(await readdir(unpacked)).toEqual([])
  })
})

describe('a bundle as a file', () => {
  it('is there whole', async () => {
    const bundle = await opened()
    const to = join(unpacked, 'bundle.zip')
    await writeBundle(bundle, to, new AbortController().signal)
    expect(await readdir(unpacked)).toEqual(['bundle.zip'])
    expect((await readFile(to)).length).toBe(bundle.sizeBytes)
  })

  it('is not there when nobody wants it any more', async () => {
    const to = join(unpacked, 'bundle.zip')
    await expect(writeBundle(await opened(), to, AbortSignal.abort())).rejects.toThrow()
    expect(await readdir(unpacked)).toEqual([])
    await eventually(() => openUnder(folder).length === 0, { withinMs: 2_000 })
  })
})

describe('a reader', () => {
  /** Of a file that does not fit into buffers. */
  const longArchive = async (): Promise<Readable> => {
    const long = join(folder, 'long')
    await writeFile(long, Buffer.alloc(32 * 2 ** 20))
    const content = await note(plainFile(long))
    if (content === null) throw new Error('it was just written')
    return archiveOf([{ name: 'long', content }], at(0)).stream
  }

  it('that goes away leaves no file open', async () => {
    const stream = await longArchive()
    await readALittle(stream)
    await eventually(() => openUnder(folder).length === 1, { withinMs: 2_000 })
    stream.destroy()
    await eventually(() => openUnder(folder).length === 0, { withinMs: 2_000 })
  })

  it('that never begins to read leaves no file open when it goes', async () => {
    const { stream } = await opened()
    stream.destroy()
    await eventually(() => openUnder(folder).length === 0, { withinMs: 2_000 })
  })

  it('that reads slowly has no more of it read ahead than fits into a few buffers', async () => {
    const before = await bytesRead()
    const stream = await longArchive()
    await readALittle(stream)
    for (let turn = 0; turn < 10; turn += 1) await sleep(10)
    expect((await bytesRead()) - before).toBeLessThan(4 * 2 ** 20)
    stream.destroy()
  })
})

/** By this process, of whatever it has open. */
const bytesRead = async (): Promise<number> => Number(/rchar: (\d+)/.exec(await readFile('/proc/self/io', 'utf8'))?.[1])

/** Writes what comes, and leaves holes where it is all zeros. */
async function writeSparse(stream: Readable, to: string): Promise<void> {
  const file = await open(to, 'w')
  let at = 0
  for await (const piece of stream as AsyncIterable<Buffer>) {
    if (!piece.equals(Buffer.alloc(piece.length))) await file.write(piece, 0, piece.length, at)
    at += piece.length
  }
  await file.truncate(at)
  await file.close()
}

describe('an archive', () => {
  it('of so many files that its directory is long is as long as it said, and opens', async () => {
    const names = Array.from({ length: 700 }, (_, index) => `segments/front-2026-06-06T080000Z-${index}.json`)
    const entries: Entry[] = names.map((name) => ({ name, content: name }))
    const { stream, sizeBytes } = archiveOf(entries, at(0))
    const zip = join(unpacked, 'many.zip')
    await pipeline(stream, createWriteStream(zip))
    expect((await readFile(zip)).length).toBe(sizeBytes)
    await run('unzip', ['-q', zip, '-d', unpacked])
    await run('sha256sum', ['-c', '--quiet', 'SHA256SUMS'], { cwd: unpacked })
  })

  it.runIf(isLong)(
    'beyond 4 GiB is as long as it said, and its last file can be read',
    async () => {
      const big = join(folder, 'sparse')
      await writeFile(big, '')
      await run('truncate', ['-s', String(2_200 * 2 ** 20), big])
      const content = await note(plainFile(big))
      if (content === null) throw new Error('it was just written')
      const entries: Entry[] = ['one', 'two', 'three'].map((name) => ({
        name,
        content: name === 'three' ? 'small' : content,
      }))
      const { stream, sizeBytes } = archiveOf(entries, at(0))
      const zip = join(unpacked, 'big.zip')
      await writeSparse(stream, zip)
      expect(Number((await run('stat', ['-c', '%s', zip])).stdout)).toBe(sizeBytes)
      const program =
        'import sys,zipfile; z=zipfile.ZipFile(sys.argv[1]); print(z.read("three").decode(), len(z.read("SHA256SUMS")))'
      expect((await run('python3', ['-c', program, zip])).stdout.trim()).toBe('small 212')
    },
    240_000,
  )
})
