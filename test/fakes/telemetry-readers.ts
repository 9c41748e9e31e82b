/** What programs that others wrote read of the telemetry in a video. */
import { readFile } from 'node:fs/promises'
import { GoProTelemetry } from 'gopro-telemetry'
import { GPMFExtract } from 'gpmf-extract'
import type { Exiftool } from './exiftool.js'

export interface ReadPoint {
  readonly utcMs: number
  /** Since the first frame. */
  readonly atMs: number
  readonly latDeg: number
  readonly lonDeg: number
  readonly altitudeM: number
  readonly speedMps: number
}

/** exiftool tells time and length of a payload, and all points in it: they are spread evenly. */
export async function readByExiftool(exiftool: Exiftool, file: string): Promise<ReadPoint[]> {
  const payloads = await tagsByExiftool(exiftool, file)
  return payloads.flatMap((tags) => {
    const all = (name: string): number[] => (tags[name] ?? []).map(Number)
    const latitudes = all('GPSLatitude')
    const [eastMps, northMps] = [all('GPSVelocityEast'), all('GPSVelocityNorth')]
    return latitudes.map((latDeg, index): ReadPoint => {
      const offsetMs = ((all('SampleDuration')[0] ?? 0) * 1_000 * index) / latitudes.length
      return {
        utcMs: timeIn(tags['GPSDateTime']?.[0] ?? '') + offsetMs,
        atMs: (all('SampleTime')[0] ?? 0) * 1_000 + offsetMs,
        latDeg,
        lonDeg: all('GPSLongitude')[index] ?? NaN,
        altitudeM: all('GPSAltitude')[index] ?? NaN,
        speedMps: all('GPSSpeed')[index] ?? Math.hypot(eastMps[index] ?? NaN, northMps[index] ?? NaN),
      }
    })
  })
}

type Tags = Readonly<Record<string, readonly string[]>>

/** Of each sample of a track that has any. @throws where exiftool warns of anything */
export async function tagsByExiftool(exiftool: Exiftool, file: string): Promise<Tags[]> {
  const printed = await exiftool.run('-ee', '-a', '-n', '-G3', '-s', '-t', file)
  const samples = new Map<string, Record<string, string[]>>()
  for (const [group = '', tag = '', value = ''] of printed.split('\n').map((line) => line.split('\t'))) {
    if (tag === 'Warning') throw new Error(`exiftool warns: ${value}`)
    if (!group.startsWith('Doc')) continue
    const tags = samples.get(group) ?? {}
    tags[tag] = [...(tags[tag] ?? []), value]
    samples.set(group, tags)
  }
  return [...samples.values()]
}

/** What exiftool says of the file itself, by group and tag. */
export async function fileByExiftool(exiftool: Exiftool, file: string): Promise<Readonly<Record<string, unknown>>> {
  return (JSON.parse(await exiftool.run('-j', '-n', '-G1', file)) as Readonly<Record<string, unknown>>[])[0] ?? {}
}

/** 2026:06:06 08:00:01.250Z, the Z not always there. */
function timeIn(text: string): number {
  const [, date = '', time = ''] = /^(\d+:\d+:\d+) ([\d:.]+)Z?$/.exec(text) ?? []
  return Date.parse(`${date.replaceAll(':', '-')}T${time}Z`)
}

export interface GoProPoint extends ReadPoint {
  /** 0: no lock. Of GPS5 null but where it changes. */
  readonly fix: number | null
}

/** gpmf-extract and gopro-telemetry, by the author of Telemetry Overlay. */
export async function readByGoproTelemetry(file: string, stream: 'GPS5' | 'GPS9'): Promise<GoProPoint[]> {
  const { rawData, timing } = await GPMFExtract(await readFile(file))
  const told = (await GoProTelemetry({ rawData, timing } as never, { stream: [stream] as never })) as unknown as Told
  const samples = told['1']?.streams[stream]?.samples ?? []
  return samples.map(({ value, cts, date, sticky }) => {
    const [latDeg = NaN, lonDeg = NaN, altitudeM = NaN, speedMps = NaN] = value
    const fix = stream === 'GPS9' ? (value[8] ?? null) : (sticky?.fix ?? null)
    return { utcMs: new Date(date).getTime(), atMs: cts, latDeg, lonDeg, altitudeM, speedMps, fix }
  })
}

/** By the number of the device. */
type Told = Readonly<
  Record<
    string,
    {
      readonly streams: Readonly<
        Record<
          string,
          {
            readonly samples: readonly {
              readonly value: readonly number[]
              readonly cts: number
              readonly date: string
              readonly sticky?: { readonly fix?: number }
            }[]
          }
        >
      >
    }
  >
>
